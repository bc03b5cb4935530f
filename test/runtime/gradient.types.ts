/** Type-level tests of `Gradient`, `NoDiff` and `differentiable`. Never run; `types.test.ts` has tsc check it under the strictest settings. */
import { differentiable, stopGradient, type Gradient, type NoDiff } from "../../runtime/src/index.js";

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- how TypeScript compares types exactly
type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the argument is the assertion
const holds = <T extends true>(): T | undefined => undefined;

// Numbers and arrays
holds<Equal<Gradient<number>, number>>();
holds<Equal<Gradient<1 | 2>, number>>();
enum Level {
  Low = 1,
  High = 2,
}
holds<Equal<Gradient<Level>, number>>();
holds<Equal<Gradient<number & { readonly unit: "m" }>, number>>();
holds<Equal<Gradient<Float64Array>, Float64Array>>();
holds<Equal<Gradient<Float32Array>, Float32Array>>();
holds<Equal<Gradient<Float64Array<ArrayBuffer>>, Float64Array>>();
holds<Equal<Gradient<number[]>, number[]>>();
holds<Equal<Gradient<readonly number[]>, number[]>>();
holds<Equal<Gradient<readonly (readonly number[])[]>, number[][]>>();
holds<Equal<Gradient<Float64Array[]>, Float64Array[]>>();
holds<Equal<Gradient<(number | undefined)[]>, (number | undefined)[]>>();

// Tuples
holds<Equal<Gradient<[number, number]>, [number, number]>>();
holds<Equal<Gradient<readonly [x: number, y: number[]]>, [x: number, y: number[]]>>();
holds<Equal<Gradient<[number, string]>, [number, number]>>();
holds<Equal<Gradient<[x: number, y?: number]>, [x: number, y?: number]>>();
holds<Equal<Gradient<[first: number, ...rest: number[]]>, [first: number, ...rest: number[]]>>();
const labelled: Gradient<readonly [slope: number, offset: Float64Array]> = [1, new Float64Array(1)];
const [slope, offset] = labelled;
holds<Equal<[typeof slope, typeof offset], [number, Float64Array]>>();

// Not differentiable
holds<Equal<Gradient<string>, never>>();
holds<Equal<Gradient<boolean>, never>>();
holds<Equal<Gradient<bigint>, never>>();
holds<Equal<Gradient<string[]>, never>>();
holds<Equal<Gradient<[string, boolean]>, never>>();
holds<Equal<Gradient<Int32Array>, never>>();
holds<Equal<Gradient<Uint8ClampedArray>, never>>();
holds<Equal<Gradient<(x: number) => number>, never>>();
holds<Equal<Gradient<Map<string, number>>, never>>();
holds<Equal<Gradient<Set<number>>, never>>();
holds<Equal<Gradient<Date>, never>>();
holds<Equal<Gradient<RegExp>, never>>();
holds<Equal<Gradient<ArrayBuffer>, never>>();
holds<Equal<Gradient<NoDiff<number>>, never>>();
holds<Equal<Gradient<NoDiff<Float64Array>>, never>>();
holds<Equal<Gradient<{ readonly name: string }>, never>>();
holds<Equal<Gradient<unknown>, never>>();
holds<Equal<Gradient<never>, never>>();

// Objects
interface Layer {
  readonly weights: Float64Array;
  readonly bias: readonly number[];
  readonly name: string;
  readonly trainable: boolean;
  readonly shape: Int32Array;
  readonly rate: NoDiff<number>;
  readonly table: NoDiff<number[]>;
  activate(x: number): number;
  readonly meta: { readonly author: string };
}
holds<Equal<Gradient<Layer>, { weights: Float64Array; bias: number[] }>>();
holds<
  Equal<
    Gradient<{ layers: readonly Layer[]; temperature: number }>,
    { layers: { weights: Float64Array; bias: number[] }[]; temperature: number }
  >
>();
holds<
  Equal<Gradient<{ a?: number; b?: string; c: number | null; d?: NoDiff<number> }>, { a?: number; c: number | null }>
>();
holds<Equal<Gradient<{ a?: number | undefined }>, { a?: number | undefined }>>();
holds<Equal<Gradient<Record<string, number>>, Record<string, number>>>();
holds<Equal<Gradient<Record<"a" | "b", number>>, { a: number; b: number }>>();
holds<Equal<Gradient<number | undefined>, number | undefined>>();
holds<Equal<Gradient<{ message: string; name: string; weight: number }>, { weight: number }>>();
// @ts-expect-error an optional member may be absent, but not undefined
const absent: Gradient<{ a?: number }> = { a: undefined };

class Particle {
  readonly mass: number = 1;
  position = new Float64Array(3);
  protected hidden = 2;
  constructor(readonly label: string) {}
  energy(): number {
    return this.mass * this.hidden;
  }
}
holds<Equal<Gradient<Particle>, { mass: number; position: Float64Array }>>();

// Recursion
interface Tree {
  readonly value: number;
  readonly label: string;
  readonly left?: Tree;
  readonly children: readonly Tree[];
}
const tree: Gradient<Tree> = { value: 1, children: [{ value: 2, children: [], left: { value: 3, children: [] } }] };
tree.children[0]!.left!.value += 1;
// @ts-expect-error the label is not differentiable
tree.label = "x";
interface Link {
  readonly name: string;
  readonly next: Link | null;
}
holds<Equal<Gradient<Link>, never>>();
interface Even {
  readonly odd?: Odd;
}
interface Odd {
  readonly even?: Even;
  readonly value: number;
}
const even: Gradient<Even> = { odd: { value: 1, even: { odd: { value: 2 } } } };
type Nested = number | readonly Nested[];
const nested: Gradient<Nested> = [1, [2, [3, [4]]]];

// Generic use
function descend<T extends { readonly w: Float64Array }>(parameters: T, gradient: Gradient<T>): [T, Gradient<T>] {
  return [parameters, gradient];
}
descend({ w: new Float64Array(1), name: "x" }, { w: new Float64Array(1) });

// NoDiff: a plain value is assignable to it, and it is used like one
function constants(
  count: NoDiff<number>,
  table: NoDiff<readonly number[]>,
  flag: NoDiff<boolean>,
  name: NoDiff<string>,
  layer: NoDiff<{ size: number }>,
): number {
  let total: number = count * 2 + count;
  for (let i = 0; i < count; i++) total += table[i]!;
  for (const x of table) total += x;
  if (flag && name === "a") total += table[count]! + layer.size + Math.max(count, 1);
  const plain: number = count;
  const list: readonly number[] = table;
  const text: string = name;
  count++;
  return total + plain + list.length + text.length + `${count}`.length + (count === 3 ? 1 : 0);
}
constants(3, [1, 2], true, "a", { size: 1 });
const buffer: NoDiff<Float64Array> = new Float64Array(2);
buffer[0] = 1;
const again: NoDiff<NoDiff<number>> = 1;
// @ts-expect-error a NoDiff<number> is still a number
const wrong: NoDiff<number> = "1";
const frozen: number = stopGradient(3);
const same: Layer[] = stopGradient<Layer[]>([]);

// The decorator
class Model {
  readonly #scale = 2;
  @differentiable
  loss(w: number): number {
    return w * this.#scale;
  }
  @differentiable({ wrt: ["w"], modes: ["grad", "d2"] })
  static fit(w: number, rate: NoDiff<number>): number {
    return w * rate;
  }
  // @ts-expect-error there is no such mode
  @differentiable({ modes: ["gradient"] })
  other(): number {
    return this.#scale;
  }
  // @ts-expect-error a field is not a method
  @differentiable
  field = 1;
}

export { absent, again, even, frozen, labelled, Model, nested, same, wrong };
