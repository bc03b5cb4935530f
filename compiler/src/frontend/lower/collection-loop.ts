/** `for…of` over maps and sets of our own. */
import { ts } from "ts-morph";
import { elem } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { arrayOf, num } from "../../ir/types.js";
import { eachChild } from "../chains.js";
import { noExits } from "../exits.js";
import { loopTag, refuseUnknownTrips } from "../loop-tags.js";
import { bare } from "../source.js";
import { collectionOf, countOf, stepAt, type Step } from "./collection.js";
import type { FunctionContext } from "./context.js";
import { branchPiece, type Piece, runPieces } from "./flow.js";
import { body, copies, countedLoop, exitPiece, finish, frameOf, initial, region, type ToPieces } from "./loop-frame.js";

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
  // Which place comes next, in memory of its own: the list is as long as it is when the next one is looked for.
  const next = context.at(node).aggregate(arrayOf(num), [context.constant(0)]);
  const first = elem(next, context.constant(0));
  const frame = frameOf(context, node, [node.statement, node], true);
  const inits = initial(context, frame);
  const { loc } = context.at(node);
  const cond = region(context, frame, [], () => [context.b.const(true)]);
  const bodyRegion = body(context, frame, node, [], () => {
    const index = context.integer(context.at(node).load(first, num, "i"));
    const test = (): Value => context.at(node).prim("lt", [index, countOf(context, node.expression, self, type)]);
    const run = (): void => {
      context.at(node).store(first, context.at(node).prim("add", [index, context.constant(1)]));
    };
    const step = (): readonly Piece[] => pieces(stepAt(context, node.expression, self, type, index));
    const inside: Piece = { kind: "block", exits: context.exits.of(node.statement), inner: step };
    runPieces(context, [
      branchPiece(test, [{ kind: "plain", exits: noExits, run }, inside], [exitPiece(context, node)]),
    ]);
  });
  const results = copies(context, frame);
  const tag = loopTag(node);
  refuseUnknownTrips(node, tag, (d) => context.report(d));
  const tagged = tag === undefined ? {} : { tag };
  const base = { inits, breaks: frame.breaks, results, cond, body: bodyRegion, ...tagged };
  context.b.push(loc === undefined ? { kind: "while", ...base } : { kind: "while", ...base, loc });
  finish(context, frame, inits, results);
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
