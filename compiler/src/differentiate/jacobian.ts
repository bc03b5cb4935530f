/**
 * The mode `jacobian`: by columns (`columns.ts`), or else by rows: the forward sweep once, then a reverse sweep for each number of the result, all on one
 * tape. One tape is enough because a pullback that can be called again leaves it, and the shadows, as it found them.
 */
import { differentiateGradient, type WrittenPullback, writePullback } from "../adjoint/entry.js";
import { type Builder, value } from "../ir/build.js";
import type { Func, Type, Value } from "../ir/ir.js";
import { isNumber, maybe, tupleOf } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { jacobianByColumns } from "./columns.js";
import type { Derivation, Made } from "./derivation.js";
import { withoutValue } from "./gradient.js";
import { sparseJacobianMode } from "./sparse.js";
import { absentOr, bySweeps, Replacement } from "./replaced.js";
import { append } from "../support/append.js";

export function jacobianMode(derivation: Derivation): readonly Made[] {
  if (derivation.annotated.isSparse === true) return sparseJacobianMode(derivation);
  const func = jacobianByColumns(derivation) ?? jacobianByRows(derivation);
  derivation.keep(derivation.reverse);
  return [{ mode: "jacobian", func }];
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
  b.push(op);
  const row = op.body.yields?.[0]?.type;
  invariant(row !== undefined, "a pullback yields the gradient");
  const made = rows(derivation, written, result, pullback, row);
  append(b.ops, written.close);
  return { ...func, name, body: b.region(params, [made]), results: [made.type] };
}

/** One gradient as it is, several as a tuple. */
function together(gradients: readonly Value[], b: Builder): Value {
  const [only, ...others] = gradients;
  invariant(only !== undefined, "something is differentiated");
  return others.length === 0 ? only : b.aggregate(tupleOf(gradients.map((g) => g.type)), gradients);
}

function rows(derivation: Derivation, written: WrittenPullback, result: Value, pullback: Value, row: Type): Value {
  const { b, func } = written;
  const context = derivation.reverse;
  const call = (at: Builder, [called, seed]: readonly Value[]): Value => {
    invariant(called !== undefined && seed !== undefined, "a pullback and its seed");
    const made = value(row, "row");
    at.push({ kind: "foreign", text: ["", "(", ")"], args: [called, seed], pure: false, result: made });
    return made;
  };
  if (isNumber(result.type)) {
    invariant(result.type.kind === "maybe", "the Jacobian of a number is its gradient");
    const made = value(maybe(row, result.type.absent), "jacobian");
    absentOr(b, result, [made], (there) => [call(there, [pullback, there.const(1)])]);
    return made;
  }
  const seed = value(context.shadowType(result.type), "unit");
  b.push({ kind: "zeros", like: result, result: seed });
  const { records } = context.program;
  const filling = bySweeps(records, [row], (at, environment) => [call(at, environment)]);
  const stock = { funcs: derivation.funcs, records: derivation.records };
  const replacement = new Replacement(records, stock, filling, func, "jacobian");
  const [made] = replacement.inside(b, result.type, [seed], [pullback, seed], "jacobian");
  invariant(made !== undefined, "one sheet");
  return made;
}
