/**
 * The mode `jacobian`: by columns (`columns.ts`), or else by rows: the forward sweep once, then a reverse sweep for each number of the result, all on one
 * tape. One tape is enough because a pullback that can be called again leaves it, and the shadows, as it found them.
 */
import { differentiateGradient, type WrittenPullback, writePullback } from "../adjoint/entry.js";
import { Builder, value } from "../ir/build.js";
import { cloneOps, substitute, type Substitution } from "../ir/clone.js";
import type { Func, Region, Type, Value } from "../ir/ir.js";
import { isNumber, isReference, maybe, num, tupleOf } from "../ir/types.js";
import { walk } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";
import { jacobianByColumns, numbersIn } from "./columns.js";
import { hasChunks, jacobianInChunks } from "./columns-in-chunks.js";
import { effectsOf } from "./effects.js";
import { resultCount } from "./result-count.js";
import type { Derivation, Made } from "./derivation.js";
import { withoutValue } from "./gradient.js";
import { sparseJacobianMode } from "./sparse.js";
import { bySweeps } from "./by-sweeps.js";
import { absentOr, Replacement } from "./replaced.js";
import { append } from "../support/append.js";

export function jacobianMode(derivation: Derivation): readonly Made[] {
  if (derivation.annotated.isSparse === true) return sparseJacobianMode(derivation);
  const func = jacobianByColumns(derivation) ?? jacobianByEither(derivation) ?? jacobianByRows(derivation);
  derivation.keep(derivation.reverse);
  return [{ mode: "jacobian", func }];
}

/** By columns or by rows, whichever are fewer when it is called. */
function jacobianByEither(derivation: Derivation): Func | undefined {
  const context = derivation.reverse;
  const func = context.func(context.entry);
  const [result] = func.body.yields ?? [];
  const wrt = context.wrt.map((i) => func.body.params[i]?.type ?? num);
  const { says, draws } = effectsOf(context.complete, context.entry);
  if (result === undefined || says || draws || !hasChunks(wrt, result.type)) return undefined;
  const counted = resultCount(derivation);
  if (counted === undefined) return undefined;
  const byRows = jacobianByRows(derivation);
  const rows: Func = {
    ...byRows,
    name: `${byRows.name}.rows`,
    source: `${func.source}_jacobian_by_rows`,
    doc: [`Jacobian of ${func.source} by rows.`],
  };
  const columns = jacobianInChunks(derivation);
  for (const made of [rows, columns]) derivation.funcs.set(made.name, made);

  const b = new Builder(func.loc);
  const params = counted.body.params;
  append(b.ops, counted.body.ops);
  const [count] = counted.body.yields ?? [];
  const [type] = rows.results;
  invariant(count !== undefined && type !== undefined, "the number of results, and a Jacobian");
  const lengths = context.wrt.map((i) => {
    const param = params[i];
    invariant(param !== undefined, "differentiated parameter out of range");
    return isReference(param.type) ? b.length(param) : b.const(1);
  });
  const inputs = lengths.slice(1).reduce((sum, n) => b.prim("add", [sum, n]), lengths[0] ?? b.const(0));
  const jacobian = value(type, "jacobian");
  const call = (callee: string, args: readonly Value[]) => (at: Builder) => {
    const made = value(type);
    at.push({ kind: "call", callee, args, results: [made] });
    return [made];
  };
  // A function of no numbers at all is still run: it may throw.
  const isTall = b.prim("and", [b.prim("gt", [inputs, b.const(0)]), b.prim("lt", [inputs, count])]);
  b.if(isTall, [jacobian], call(columns.name, [...params, count]), call(rows.name, params));
  return { ...func, name: byRows.name, body: b.region(params, [jacobian]), results: [type] };
}

function jacobianByRows(derivation: Derivation): Func {
  const context = derivation.reverse;
  const name = `${context.entry}.jacobian`;
  const { body } = context.func(context.entry);
  // The Jacobian of a number is its gradient.
  if (body.yields?.[0]?.type.kind === "num") return withoutValue(name, differentiateGradient(context));
  const written = writePullback(context, { mode: "jacobian", outlives: false, isInternal: true });
  const { func, params, b, result } = written;
  if (result === undefined || written.pullback === undefined)
    return { ...func, name, body: b.region(params, null), results: func.results };
  const { op, value: pullback } = written.pullback((gradients, inner) => [together(gradients, inner)]);
  const row = op.body.yields?.[0]?.type;
  invariant(row !== undefined, "a pullback yields the gradient");
  const isCopied = isInlined(derivation, written, result, op.body);
  if (!isCopied) b.push(op);
  const made = rows(derivation, written, result, isCopied ? op.body : pullback, row);
  append(b.ops, written.close);
  return { ...func, name, body: b.region(params, [made]), results: [made.type] };
}

/** One gradient as it is, several as a tuple. */
function together(gradients: readonly Value[], b: Builder): Value {
  const [only, ...others] = gradients;
  invariant(only !== undefined, "something is differentiated");
  return others.length === 0 ? only : b.aggregate(tupleOf(gradients.map((g) => g.type)), gradients);
}

/** More operations than this, for all rows together, are not worth a copy for each row. */
const mostCopied = 1000;

/** Is the reverse sweep written out for each number of the result? They are few then, and it needs no tape. */
function isInlined(derivation: Derivation, written: WrittenPullback, result: Value, sweep: Region): boolean {
  const count = numbersIn(result.type, derivation.reverse.program.records)?.length;
  if (count === undefined || written.close.length > 0) return false;
  let operations = 0;
  walk(sweep, () => operations++);
  return operations * count <= mostCopied;
}

function rows(
  derivation: Derivation,
  written: WrittenPullback,
  result: Value,
  sweep: Value | Region,
  row: Type,
): Value {
  const { b, func } = written;
  const context = derivation.reverse;
  const pullback = "ops" in sweep ? [] : [sweep];
  const call = (at: Builder, environment: readonly Value[]): Value => {
    const [seed, called] = environment;
    invariant(seed !== undefined, "a seed");
    if ("ops" in sweep) return copyOf(sweep, seed, at);
    invariant(called !== undefined, "a pullback");
    const made = value(row, "row");
    at.push({ kind: "foreign", text: ["", "(", ")"], args: [called, seed], pure: false, result: made });
    return made;
  };
  if (isNumber(result.type)) {
    invariant(result.type.kind === "maybe", "the Jacobian of a number is its gradient");
    const made = value(maybe(row, result.type.absent), "jacobian");
    absentOr(b, result, [made], (there) => [call(there, [there.const(1), ...pullback])]);
    return made;
  }
  const seed = value(context.shadowType(result.type), "unit");
  b.push({ kind: "zeros", like: result, result: seed });
  const { records } = context.program;
  const filling = bySweeps(records, [row], (at, environment) => [call(at, environment)]);
  const stock = { funcs: derivation.funcs, records: derivation.records };
  const replacement = new Replacement(records, stock, filling, func, "jacobian");
  const [made] = replacement.inside(b, result.type, [seed], [seed, ...pullback], "jacobian");
  invariant(made !== undefined, "one sheet");
  return made;
}

/** The reverse sweep with a seed, in this place. */
function copyOf({ params, ops, yields }: Region, seed: Value, b: Builder): Value {
  const substitution: Substitution = new Map(params.map((p) => [p.id, seed]));
  append(b.ops, cloneOps(ops, substitution));
  const [row] = yields ?? [];
  invariant(row !== undefined, "a pullback yields the gradient");
  return substitute(substitution, row);
}
