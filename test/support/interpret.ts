/**
 * The first judge: executes the IR as JavaScript would, on plain values or with tangents. It shares nothing with the
 * compiler but the types of the IR. It also checks what a run can check: tape frames match, `reserve` was enough.
 */
import type { Func, Program, Type } from "../../compiler/src/ir/ir.js";
import { Dual, type JsValue, primal, term } from "./dual.js";
import { find, type InterpretOptions, Machine } from "./machine.js";
import { clone, type Key, Memory } from "./memory.js";

export type { JsValue } from "./dual.js";
export { type InterpretOptions, OutOfFuelError } from "./machine.js";
export { InterpreterError } from "./machine-tape.js";

/** Runs a function on the arguments as they are (it may write into them) and returns its results. Throws what it throws. */
export function interpret(
  program: Program,
  func: string | Func,
  args: readonly JsValue[],
  options: InterpretOptions = {},
): readonly JsValue[] {
  return new Machine(program, options).call(find(program, func), args).map(primal);
}

/** Results and their tangents along `tangents` (one per argument in the argument's shape, or `undefined`). The arguments stay unchanged. */
export function jvp(
  program: Program,
  func: string | Func,
  args: readonly JsValue[],
  tangents: readonly JsValue[],
  options: InterpretOptions = {},
): { readonly values: readonly JsValue[]; readonly tangents: readonly JsValue[] } {
  const found = find(program, func);
  const machine = new Machine(program, options);
  const copies = clone([...args]) as JsValue[];
  const seeded = copies.map((x, i) => machine.memory.withTangent(paramType(found, i), x, tangents[i]));
  const results = machine.call(found, seeded);
  return {
    values: results.map(primal),
    tangents: results.map((r, i) => machine.memory.tangentOf(found.results[i] ?? { kind: "void" }, r)),
  };
}

/**
 * The gradient by each parameter in `wrt`, in the shape of `Gradient<T>` (typed arrays always as `Float64Array`): one
 * forward pass for each number. The function's first result is a number, or `seed` (in the shape of its gradient) weighs it.
 */
export function dualGradient(
  program: Program,
  func: string | Func,
  args: readonly JsValue[],
  wrt: readonly number[],
  options: InterpretOptions & { readonly seed?: JsValue } = {},
): readonly JsValue[] {
  const found = find(program, func);
  return wrt.map((position) => {
    const type = paramType(found, position);
    const shape = new Memory(program);
    let gradient = shape.tangentOf(type, args[position]);
    for (const path of shape.paths(type, args[position])) {
      const machine = new Machine(program, options);
      const copies = clone([...args]) as JsValue[];
      seed(machine.memory, copies, [position, ...path]);
      const [result] = machine.call(found, copies);
      const slope = weigh(machine.memory.tangentOf(found.results[0] ?? { kind: "void" }, result), options.seed ?? 1);
      const key = path.at(-1);
      if (key === undefined) gradient = slope;
      else
        put(
          path.slice(0, -1).reduce<JsValue>((x, k) => child(x, k), gradient),
          key,
          slope,
        );
    }
    return gradient;
  });
}

/** Marks one number of the arguments as the one to differentiate by. */
function seed(memory: Memory, args: JsValue[], path: readonly Key[]): void {
  const key = path.at(-1);
  if (key === undefined) return;
  const base = path.slice(0, -1).reduce<JsValue>((x, k) => child(x, k), args);
  const marked = new Dual(Number(child(base, key)), 1);
  if (base === args) put(args, key, marked);
  else memory.set(base, key, marked);
}

const child = (x: JsValue, key: Key): JsValue => (x as Record<Key, JsValue>)[key];
function put(x: JsValue, key: Key, member: JsValue): void {
  (x as Record<Key, JsValue>)[key] = member;
}

/** The sum over all numbers of tangent times weight. */
function weigh(d: JsValue, weight: JsValue): number {
  if (typeof d === "number") return term(Number(weight), d);
  if (typeof d !== "object" || d === null) return 0;
  return Object.keys(d).reduce((sum, key) => sum + weigh(child(d, key), child(weight, key)), 0);
}

const paramType = (func: Func, position: number): Type => func.body.params[position]?.type ?? { kind: "void" };
