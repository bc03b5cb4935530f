/** Statements with branches: `if`s with arms that exit, the rest of an iteration, what is taken out of an object. */
import type { Store } from "../ir/ir.js";
import { mayBeAbsent } from "../ir/types.js";
import { asserted } from "./casts.js";
import { endsInExit, line, negate, precedence, type Expr, type Stmt } from "./code.js";
import type { FunctionPlan } from "./plan.js";

/** More statements than this under an `if` that ends a loop's body, and it reads better with `continue`. */
const longTail = 3;

/** An `if`, with an arm that exits standing before what follows it. */
export function ifStatement(cond: Expr, then: readonly Stmt[], otherwise: readonly Stmt[]): Stmt[] {
  if (then.length === 0 && otherwise.length === 0) return [];
  if (then.length === 0) return [{ kind: "if", cond: negate(cond), then: otherwise, else: [], inverted: cond }];
  if (otherwise.length === 0) return [{ kind: "if", cond, then, else: [] }];
  if (endsInExit(then)) return [{ kind: "if", cond, then, else: [] }, ...otherwise];
  if (endsInExit(otherwise)) return [{ kind: "if", cond: negate(cond), then: otherwise, else: [] }, ...then];
  return [{ kind: "if", cond, then, else: otherwise }];
}

/** `if (c) continue;` where an empty arm would otherwise nest the long rest of an iteration. */
export function withContinue(body: readonly Stmt[]): Stmt[] {
  const last = body.at(-1);
  if (last?.kind !== "if" || last.inverted === undefined || last.then.length <= longTail) return [...body];
  const skip: Stmt = { kind: "if", cond: last.inverted, then: [{ kind: "exit", text: "continue;" }], else: [] };
  return [...body.slice(0, -1), skip, ...last.then];
}

/** An optional member cannot hold `undefined`: it is taken out of an adjoint, and asserted away where the source says so. */
export function storeStatements(op: Store, plan: FunctionPlan): Stmt[] {
  const { expressions, structures, layout } = plan;
  const place = expressions.place(op.place, false);
  const text = expressions.text(op.value, 1);
  const assign = line(`${place} = ${text};`);
  const { type } = op.place.base;
  const value = layout.resolve(op.value);
  // What is read by a key may be missing for all that TypeScript knows.
  const mayBeMissing = type.kind === "dict" && type.loose !== true && mayBeAbsent(value.type, undefined);
  if (mayBeMissing && text !== "undefined")
    return [line(`${place} = ${asserted(expressions.text(op.value, precedence.atom))};`)];
  if (type.kind !== "record" || expressions.field(op.place)?.optional !== true || value.type.kind !== "maybe")
    return [assign];
  if (op.removes === true) return [line(`delete ${place};`)];
  if (structures.records.get(type.name)?.text !== undefined)
    return [line(`${place} = ${expressions.text(op.value, precedence.atom)}!;`)];
  if (text === "undefined") return [line(`delete ${place};`)];
  const cond = `${expressions.text(op.value, precedence.equality)} === undefined`;
  const level = precedence.equality;
  return [{ kind: "if", cond: { text: cond, level }, then: [line(`delete ${place};`)], else: [assign] }];
}
