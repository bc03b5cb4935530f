/** How many numbers an array of results has, where that follows from the arguments without running the function. */
import { integerValues } from "../analysis/integers.js";
import { Builder } from "../ir/build.js";
import { cloneOps, cloneRegion, substitute, type Substitution } from "../ir/clone.js";
import type { Func, Op, Program, Region, Value } from "../ir/ir.js";
import { num } from "../ir/types.js";
import { results } from "../ir/walk.js";
import { beforeDifferentiation, removal } from "../optimize/index.js";
import { append } from "../support/append.js";
import type { Derivation } from "./derivation.js";

/** Most operations that it may take. */
const mostOperations = 30;

/**
 * The function that gives the number of results, if it is a few operations on the arguments: the function itself, up to where
 * the array is made with its length, without what the length does not depend on.
 */
export function resultCount(derivation: Derivation): Func | undefined {
  const context = derivation.reverse;
  const func = context.func(context.entry);
  const [result] = func.body.yields ?? [];
  if (result === undefined || (result.type.kind === "array" && context.changesLength(result))) return undefined;
  const counting = untilLength(derivation.primal, func, 0, new Set());
  if (counting === undefined) return undefined;
  const name = `${func.name}.count`;
  const asked: Func = { ...func, name, body: cloneRegion(counting), results: [num] };
  const program = { ...derivation.primal, funcs: new Map([...derivation.primal.funcs, [name, asked]]) };
  const found = derivation.optimize(program, name, [...beforeDifferentiation, ...removal]).funcs.get(name);
  return found !== undefined && found.body.ops.length <= mostOperations && found.body.ops.every(isCheap)
    ? found
    : undefined;
}

/** The body of a function up to where an array that it returns is made, by itself or by a function that it calls: to the length. */
function untilLength(program: Program, func: Func, position: number, around: ReadonlySet<Func>): Region | undefined {
  const { params, ops, yields } = func.body;
  const result = yields?.[position];
  const at = ops.findIndex((op) => results(op).some((v) => v.id === result?.id));
  const op = ops[at];
  if (result === undefined || op === undefined) return undefined;
  const b = new Builder(func.loc);
  const region = (length: Value): Region => ({ params, ops: [...ops.slice(0, at), ...b.ops], yields: [length] });
  if (op.kind === "new") return region(b.const(op.members.length));
  if (op.kind === "alloc")
    return region(integerValues(func).has(op.length.id) ? op.length : b.prim("floor", [op.length]));
  const callee = op.kind === "call" ? program.funcs.get(op.callee) : undefined;
  if (op.kind !== "call" || callee === undefined || callee.rule !== undefined || around.has(callee)) return undefined;
  const k = op.results.findIndex((v) => v.id === result.id);
  const inside = untilLength(program, callee, k, new Set(around).add(callee));
  if (inside === undefined) return undefined;
  const substitution: Substitution = new Map(inside.params.map((p, i) => [p.id, op.args[i] ?? p]));
  append(b.ops, cloneOps(inside.ops, substitution));
  const [length] = inside.yields ?? [];
  return length === undefined ? undefined : region(substitute(substitution, length));
}

const isCheap = (op: Op): boolean =>
  op.kind === "const" || op.kind === "prim" || op.kind === "load" || op.kind === "length" || op.kind === "cast";
