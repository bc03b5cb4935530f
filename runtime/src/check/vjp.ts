/** Checking derivatives of functions with any result: `checkVjp`, `checkJvp`. */
import { Arguments } from "./arguments.js";
import { checkScalar } from "./check.js";
import { type NumericDerivative, numericDerivative } from "./differences.js";
import { hasLeaves, type Leaf, pairLeaves } from "./leaves.js";
import { randomLike } from "./random.js";
import { type CheckOptions, type CheckReport, compared, reportOn } from "./report.js";

/**
 * Compares a pullback with differences of the function: those of ⟨seed, f⟩, for one seed.
 *
 * @param f A function whose result holds numbers.
 * @param vjp Its `f_vjp`. @param args As for `checkGradient`.
 * @param options `seed`: in the shape of the result. Default: fixed pseudo-random numbers (1 for a number).
 * @throws TypeError when a shape does not fit.
 */
export function checkVjp<A extends readonly unknown[], R, S>(
  f: (...args: A) => R,
  vjp: (...args: A) => readonly [value: R, pullback: (seed: S) => unknown],
  args: readonly [...A],
  options: CheckOptions & { readonly seed?: S } = {},
): CheckReport {
  const [value, pullback] = vjp(...copied(args));
  const seed = options.seed ?? (typeof value === "number" ? 1 : randomLike(value));
  const weighted = (...own: A): number => {
    const leaves = paired("checkVjp", "the seed", f(...own), seed);
    return leaves.reduce((sum, leaf) => sum + leaf.partial * leaf.get(), 0);
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made in the shape of the result, as S is
  return checkScalar("checkVjp", weighted, () => pullback(seed as S), args, options);
}

/**
 * Compares `f_jvp` with differences of the function along one direction.
 *
 * @param f A function whose result holds numbers.
 * @param jvp Its `f_jvp`: takes the arguments, then the tangents.
 * @param options `tangents`: one for each differentiated parameter, in order. Default: fixed pseudo-random numbers for each
 * argument (of `wrt`) that holds numbers; give them where an argument also holds numbers that are not differentiated.
 * @throws TypeError when a shape does not fit.
 */
export function checkJvp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  jvp: (...args: never[]) => readonly [value: R, tangent: unknown],
  args: readonly [...A],
  options: CheckOptions & { readonly tangents?: readonly unknown[] } = {},
): CheckReport {
  const own = new Arguments<A>(args, options.precision);
  const indices = options.wrt ?? args.flatMap((argument, index) => (hasLeaves(argument) ? [index] : []));
  const tangents = options.tangents ?? indices.map((index, i) => randomLike(args[index], i + 1));
  const leaves = indices.flatMap((index, i) => {
    const replace = (x: number): void => void Reflect.set(own.values, index, x);
    const found = pairLeaves(own.values[index], tangents[i], replace);
    if (typeof found === "string") throw new TypeError(`checkJvp: tangent ${i}: ${found}`);
    return found;
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what jvp takes is only known to its caller
  const [, tangent] = (jvp as (...given: unknown[]) => readonly [R, unknown])(...own.values, ...tangents);
  const value = own.probe(f);
  const outputs = paired("checkJvp", "the tangent", value, tangent);
  const numeric = derivativesAlong(own, leaves, f, tangent, outputs.length, options.scale);
  const rows = outputs.map((leaf, i) =>
    compared(`result${leaf.path}`, leaf.partial, numeric[i] ?? { value: NaN, step: NaN, noise: 0 }),
  );
  return reportOn([rows], options.tolerance);
}

/** The derivatives of all numbers of the result along the direction that the leaves have as their partials. */
function derivativesAlong<A extends readonly unknown[]>(
  own: Arguments<A>,
  leaves: readonly Leaf[],
  f: (...args: A) => unknown,
  shape: unknown,
  count: number,
  scale = 1,
) {
  if (leaves.some(isSingle)) return oneByOne(own, leaves, f, shape, count, scale);
  const start = leaves.map((leaf) => leaf.get());
  const move = (t: number): void => leaves.forEach((leaf, i) => leaf.set((start[i] ?? NaN) + t * leaf.partial));
  const known = new Map<number, readonly number[]>();
  const at = (t: number): readonly number[] => {
    const found = known.get(t);
    if (found !== undefined) return found;
    move(t);
    // What is returned may be an argument: it is read before the arguments are put back.
    const outputs = pairLeaves(own.call(f), shape, () => {});
    const numbers = typeof outputs === "string" ? [] : outputs.map((leaf) => leaf.get());
    move(0);
    known.set(t, numbers);
    return numbers;
  };
  return Array.from({ length: count }, (_, i) =>
    numericDerivative(
      (t) => at(t)[i] ?? NaN,
      0,
      scale,
      (t) => t,
      own.epsilon,
    ),
  );
}

/** Is the number kept in single precision? */
function isSingle(leaf: Leaf): boolean {
  const x = leaf.get();
  const moved = x + (1 + Math.abs(x)) / 3;
  leaf.set(moved);
  const kept = leaf.get();
  leaf.set(x);
  return kept !== moved;
}

/** Elements of a `Float32Array` cannot be moved by any amount together: the sum of what each of them does by itself. */
function oneByOne<A extends readonly unknown[]>(
  own: Arguments<A>,
  leaves: readonly Leaf[],
  f: (...args: A) => unknown,
  shape: unknown,
  count: number,
  scale: number,
): NumericDerivative[] {
  const outputs = (): readonly number[] | undefined => {
    const found = pairLeaves(own.call(f), shape, () => {});
    return typeof found === "string" ? undefined : found.map((leaf) => leaf.get());
  };
  const columns = leaves.map((leaf) => own.derivativesBy(leaf, outputs, count, scale));
  return Array.from({ length: count }, (_, i) =>
    columns.reduce<NumericDerivative>(
      (sum, column, k) => {
        const [part, factor] = [column[i], leaves[k]?.partial ?? 0];
        if (part === undefined) return sum;
        return {
          value: sum.value + factor * part.value,
          step: Math.max(sum.step, part.step),
          noise: sum.noise + Math.abs(factor) * part.noise,
        };
      },
      { value: 0, step: 0, noise: 0 },
    ),
  );
}

/** The numbers of a result together with those of something in its shape. */
function paired(caller: string, name: string, result: unknown, shape: unknown): readonly Leaf[] {
  const leaves = pairLeaves(result, shape, () => {});
  if (typeof leaves === "string") throw new TypeError(`${caller}: ${name} has not the shape of the result: ${leaves}`);
  return leaves;
}

/** The arguments themselves; a generated function leaves them as they are. */
const copied = <A extends readonly unknown[]>(args: readonly [...A]): [...A] => [...args];
