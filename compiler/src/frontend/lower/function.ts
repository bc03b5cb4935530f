/** Lowers one function. Here the parts of lowering are put together. */
import { ts } from "ts-morph";
import type { Diagnostic } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Func } from "../../ir/ir.js";
import { bool } from "../../ir/types.js";
import type { FileContext, Signature } from "../file-context.js";
import { callPath } from "../signature.js";
import { locOf } from "../source.js";
import { assign, bind } from "./assign.js";
import { FunctionContext, type Lowering } from "./context.js";
import { lowerEffect, lowerExpression } from "./expression.js";
import { runPieces } from "./flow.js";
import { textOf } from "./foreign.js";
import { lowerCondition } from "./logic.js";
import { piecesOf } from "./statement.js";

export const lowering: Lowering = {
  expression: lowerExpression,
  condition: lowerCondition,
  effect: lowerEffect,
  assign,
  bind,
  text: textOf,
};

export function lowerFunction(
  file: FileContext,
  signature: Signature,
  report: (d: Diagnostic) => void,
): Func | undefined {
  const { node, result } = signature;
  if (node.body === undefined) return undefined;
  const path = callPath(signature);
  const context = new FunctionContext(file, lowering, result, signature, (d) =>
    report(path.length === 0 ? d : { ...d, related: [...d.related, ...path] }),
  );
  context.env.declare(context.returned, { type: bool, hint: "returned", level: 0 });
  if (result.kind !== "void") context.env.declare(context.result, { type: result, hint: "result", level: 0 });
  const params = signature.params.map((p) => value(p.type, p.name));
  context.at(node);
  signature.params.forEach((p, i) => {
    const param = params[i];
    // Text that a user passes is an input; what a helper is passed may have been made from a number.
    if (param?.type.kind === "str" && signature.from !== undefined) context.numericText.add(param.id);
    if (param !== undefined) bind(context, p.node.name, param);
  });
  if (ts.isBlock(node.body)) {
    runPieces(context, piecesOf(context, node.body.statements));
  } else if (result.kind === "void") {
    lowerEffect(context, node.body);
  } else {
    context.env.set(context.result, context.coerce(context.expression(node.body), result, node.body));
  }
  const yields = context.dead ? null : result.kind === "void" ? [] : [context.current(context.result)];
  const body = context.b.region(params, yields);
  return {
    name: signature.name,
    body,
    results: result.kind === "void" ? [] : [result],
    source: signature.source,
    loc: locOf(node),
  };
}
