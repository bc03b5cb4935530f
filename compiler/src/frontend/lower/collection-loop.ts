/** `for…of` over maps and sets of our own. */
import { ts } from "ts-morph";
import type { Value } from "../../ir/ir.js";
import { eachChild } from "../chains.js";
import { noExits } from "../exits.js";
import { bare } from "../source.js";
import { collectionOf, countOf, stepAt, type Step } from "./collection.js";
import type { FunctionContext } from "./context.js";
import { branchPiece, type Piece, runPieces } from "./flow.js";
import { countedLoop, type ToPieces } from "./loop-frame.js";
import { openLoop } from "./open-loop.js";

/** `for (const [key, value] of map)`, over a map or set of our own; what is put into it meanwhile comes too. */
export function lowerForOfCollection(
  context: FunctionContext,
  node: ts.ForOfStatement,
  self: Value,
  view: "values" | "entries" | "keys" | undefined,
  toPieces: ToPieces,
): void {
  const type = collectionOf(context, self);
  if (type === undefined) return;
  const { initializer } = node;
  const what = view ?? (type.kind === "map" ? "entries" : "values");
  const declared = ts.isVariableDeclarationList(initializer) ? initializer.declarations[0]?.name : undefined;
  const take = (step: Step): void => {
    const whole = (): Value => {
      if (what === "keys") return step.key();
      if (what === "values") return step.value();
      const [key, v] = [step.key(), step.value()];
      const pair = context.at(node).aggregate({ kind: "tuple", elems: [key.type, v.type] }, [key, v]);
      for (const member of [key, v]) context.putInto(pair, member);
      return pair;
    };
    if (declared === undefined) {
      if (!ts.isVariableDeclarationList(initializer)) context.lowering.assign(context, initializer, whole());
      return;
    }
    const parts = what === "entries" && ts.isArrayBindingPattern(declared) ? declared.elements : undefined;
    const isPlain =
      parts !== undefined &&
      parts.length <= 2 &&
      parts.every((p) => ts.isOmittedExpression(p) || (p.dotDotDotToken === undefined && p.initializer === undefined));
    if (!isPlain) {
      context.lowering.bind(context, declared, whole());
      return;
    }
    parts?.forEach((part, i) => {
      if (ts.isBindingElement(part)) context.lowering.bind(context, part.name, i === 0 ? step.key() : step.value());
    });
  };
  const pieces = (step: Step): readonly Piece[] => {
    const inner = [
      { kind: "plain" as const, exits: noExits, run: () => take(step) },
      ...toPieces(context, node.statement),
    ];
    const { held } = step;
    return held === undefined ? inner : [branchPiece(() => held, inner, [])];
  };
  if (!mayGrow(context, node.statement)) {
    const to = countOf(context, node.expression, self, type);
    countedLoop(context, node, { from: context.constant(0), test: "<", to, step: 1, hint: "i" }, (index) => {
      runPieces(context, pieces(stepAt(context, node.expression, self, type, index)));
    });
    return;
  }
  // What is put into it meanwhile comes too.
  openLoop(
    context,
    node,
    "i",
    () => countOf(context, node.expression, self, type),
    (index) => pieces(stepAt(context, node.expression, self, type, index)),
  );
}

/** May something be put into a map or a set while this runs? */
function mayGrow(context: FunctionContext, node: ts.Node): boolean {
  const { checker, effects } = context.file;
  if (ts.isNewExpression(node)) return true;
  if (ts.isCallExpression(node)) {
    const callee = bare(node.expression);
    const read = context.file.calleeBody(node);
    const method = ts.isPropertyAccessExpression(callee) ? callee.name.text : undefined;
    const target = context.file.callee(callee);
    const isKnown = read === "pure" || (target.kind === "ambient" && target.library) || target.kind === "builtin";
    if (!isKnown && (read === undefined || effects.of(read).world || effects.of(read).values.size > 0)) return true;
    if (method === "set" || method === "add") {
      const owner = ts.isPropertyAccessExpression(callee) ? checker.getTypeAtLocation(callee.expression) : undefined;
      if (!/^(Float|Int|Uint)/.test(owner?.getSymbol()?.name ?? "")) return true;
    }
  }
  return eachChild(node, (child) => mayGrow(context, child) || undefined) === true;
}
