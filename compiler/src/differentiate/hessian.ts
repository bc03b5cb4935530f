/**
 * The mode `hessian`: a Hessian-vector product for each number that is differentiated, each with the unit vector of that
 * number. A product is the gradient of the derivative in a direction (reverse over forward, as for `hvp`), so all of them
 * together cost as many gradients as there are numbers, times a small constant. Several are computed at once (`lanes.ts`): what
 * does not depend on the direction, which are the function itself and its gradient, is computed once for them.
 *
 * Block (i, j) is parameter i with each number replaced by the gradient with respect to parameter j.
 */
import { differentiateGradient } from "../adjoint/entry.js";
import type { Context } from "../adjoint/context.js";
import { Memos } from "../adjoint/memos.js";
import { isOverwrittenParam } from "../adjoint/sweeps.js";
import { Builder, like, value } from "../ir/build.js";
import type { Func, Type, Value } from "../ir/ir.js";
import { isReference, maybe, num, tupleOf } from "../ir/types.js";
import { beforeDifferentiation } from "../optimize/index.js";
import { invariant } from "../support/invariant.js";
import { type Directional, directionalDerivative, receiveCopies } from "../tangent/direction.js";
import type { Derivation, Made } from "./derivation.js";
import { type Effects, effectsOf, silent } from "./effects.js";
import { withoutValue } from "./gradient.js";
import { bySweeps } from "./by-sweeps.js";
import { productInDirections } from "./directions.js";
import { makeSeeds, type Seeded } from "./seeds.js";
import { absentOr, Replacement } from "./replaced.js";

export function hessianMode(derivation: Derivation): readonly Made[] {
  const { reverse } = derivation;
  const effects = effectsOf(reverse.complete, reverse.entry);
  const product = hessianVectorProduct(derivation, effects);
  const wide = productInDirections(derivation, product);
  const { func } = wide ?? product;
  derivation.funcs.set(func.name, func);
  return [{ mode: "hessian", func: hessian(derivation, { ...product, func }, effects, wide?.width ?? 1) }];
}

/** A function of the parameters and of a shadow for each of some of them, to the products by differentiated parameter. */
export interface Product {
  readonly func: Func;
  /** The parameters that have shadows, in order. */
  readonly shadowed: readonly number[];
}

export function hessianVectorProduct(derivation: Derivation, effects: Effects): Product {
  const { annotated, reverse } = derivation;
  const direction = directionalDerivative(reverse);
  const quiet = effects.says ? silent(direction.program) : direction.program;
  const program = derivation.optimize(quiet, direction.name, beforeDifferentiation);
  const second = derivation.reverseOf(program, direction.name, annotated.wrt, [...direction.shadows.keys()]);
  const both = differentiateGradient(second, (gradients) => gradients);
  derivation.keepProgram(program);
  derivation.keep(second);
  const { source } = reverse.func(reverse.entry);
  const alone = withoutValue(`${annotated.func}.hessian_vector`, both);
  const func = {
    ...keepSeeds(reverse, alone, direction),
    source: `${source}_hessian_vector`,
    doc: [`The Hessian of ${source} times a vector.`],
  };
  return { func, shadowed: [...direction.shadows.values()] };
}

/** The product overwrites the shadows of what the function overwrites: it copies them first. */
function keepSeeds(context: Context, func: Func, { shadows }: Directional): Func {
  const b = new Builder(func.loc);
  const memos = new Memos(b);
  const own = context.func(context.entry).body.params;
  const params = func.body.params.map((p, position) => {
    const param = own[shadows.get(position) ?? -1];
    if (param === undefined || !isReference(p.type) || !isOverwrittenParam(context, param)) return p;
    const given = like(p);
    if (context.sharing.has(param.id))
      b.push({ kind: "share", make: "copy", source: given, memo: memos.get("tangents"), result: p });
    else b.push({ kind: "copy", source: given, result: p });
    return given;
  });
  return { ...func, body: { ...func.body, params, ops: [...b.ops, ...func.body.ops] } };
}

function hessian(derivation: Derivation, product: Product, effects: Effects, width: number): Func {
  const context = derivation.reverse;
  const func = context.func(context.entry);
  const name = `${func.name}.hessian`;
  const b = new Builder(func.loc);
  const params = func.body.params.map(like);
  // A function that never returns has no Hessian: this one does what it does.
  if (product.func.body.yields === null) return { ...receiveCopies(context), name, results: [num] };
  if (effects.says || effects.throws) callOnce(derivation, params, b);
  const lanes = Array.from({ length: width }, () => makeSeeds(context, product.shadowed, params, b));
  const count = product.func.results.length / width;
  const leaves = product.func.results.slice(0, count);
  const call = (at: Builder, given: readonly Value[]): readonly Value[] => {
    const results = product.func.results.map((t) => value(t, "row"));
    at.push({ kind: "call", callee: product.func.name, args: given, results });
    return results;
  };
  const seeds = lanes.flat();
  const all = [...params, ...seeds.map((s) => s.seed)];
  const { records } = context.program;
  const stock = { funcs: derivation.funcs, records: derivation.records };
  const replacement = new Replacement(records, stock, bySweeps(records, leaves, call, width), func, "hessian");
  /** The blocks of parameters that are numbers, each in a direction of its own. */
  const numbers = (at: Builder, moved: readonly number[]): readonly (readonly Value[])[] => {
    const set = new Map(moved.map((index, lane) => [seedOf(lanes, lane, index), at.const(1)] as const));
    const given = seeds.map((s) => {
      const one = set.get(s);
      return one === undefined ? s.seed : at.cast(one, s.seed.type);
    });
    const made = call(at, [...params, ...given]);
    return moved.map((_, lane) => made.slice(lane * count, (lane + 1) * count));
  };
  const plain = context.wrt.filter((index) => params[index]?.type.kind === "num");
  const rowsOfNumbers = new Map<number, readonly Value[]>();
  for (let from = 0; from < plain.length; from += width) {
    const moved = plain.slice(from, from + width);
    numbers(b, moved).forEach((row, k) => rowsOfNumbers.set(moved[k] ?? -1, row));
  }
  const rows = context.wrt.map((index) => {
    const { param } = seedOf(lanes, 0, index);
    if (isReference(param.type)) {
      const sources = lanes.map((_, lane) => seedOf(lanes, lane, index).seed);
      return replacement.inside(b, param.type, sources, all, "hessian");
    }
    if (param.type.kind === "maybe")
      return setWherePresent(b, param, param.type, leaves, (at) => numbers(at, [index])[0] ?? []);
    return rowsOfNumbers.get(index) ?? [];
  });
  const blocks = rows.map((row) => together(row, b));
  const made = together(blocks, b);
  return { ...func, name, body: b.region(params, [made]), results: [made.type] };
}

function seedOf(lanes: readonly (readonly Seeded[])[], lane: number, index: number): Seeded {
  const found = lanes[lane]?.find((s) => s.index === index);
  invariant(found !== undefined, "a seed for each differentiated parameter, in each direction");
  return found;
}

/** What the function prints or throws, it does once, and also where there is nothing to differentiate. */
export function callOnce(derivation: Derivation, params: readonly Value[], b: Builder): void {
  const context = derivation.reverse;
  const own = receiveCopies(context);
  const name = `${context.entry}.hessian_value`;
  derivation.funcs.set(name, { ...own, name });
  const results = own.results.map((t) => value(t));
  b.push({ kind: "call", callee: name, args: params, results });
}

/** The blocks of a number that may be absent: absent where it is. */
function setWherePresent(
  b: Builder,
  param: Value,
  { absent }: Type & { kind: "maybe" },
  leaves: readonly Type[],
  set: (at: Builder) => readonly Value[],
): readonly Value[] {
  const results = leaves.map((leaf) => value(maybe(leaf, absent)));
  absentOr(b, param, results, set);
  return results;
}

/** One as it is, several as a tuple. */
function together(parts: readonly Value[], b: Builder): Value {
  const [only, ...others] = parts;
  invariant(only !== undefined, "something is differentiated");
  return others.length === 0 ? only : b.aggregate(tupleOf(parts.map((p) => p.type)), parts);
}
