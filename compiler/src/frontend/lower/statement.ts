/** Statements as pieces of a list (see `flow.ts`), and the declarations of variables. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Type, Value } from "../../ir/ir.js";
import { isLoop } from "../exits.js";
import { bare, spanOf } from "../source.js";
import { bind, bindStandIns } from "./assign.js";
import type { FunctionContext } from "./context.js";
import { branchPiece, inConstruct, type Piece, runPieces, takeExit } from "./flow.js";
import { lowerThrow } from "./foreign.js";
import { lowerDo, lowerFor, lowerForOf, lowerWhile } from "./loop.js";
import { switchPieces } from "./switch.js";

/** The pieces of statements in a row. */
export function piecesOf(context: FunctionContext, nodes: readonly ts.Statement[]): Piece[] {
  return nodes.flatMap((node) => toPieces(context, node));
}

function toPieces(context: FunctionContext, node: ts.Statement): readonly Piece[] {
  if (ts.isEmptyStatement(node) || ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) return [];
  const exits = context.exits.of(node);
  const plain = (run: () => void): readonly Piece[] => [{ kind: "plain", exits, run }];
  if (ts.isBlock(node)) return [{ kind: "block", exits, inner: () => piecesOf(context, node.statements) }];
  if (ts.isIfStatement(node)) {
    const then = toPieces(context, node.thenStatement);
    const otherwise = node.elseStatement === undefined ? [] : toPieces(context, node.elseStatement);
    return [branchPiece(() => context.condition(node.expression), then, otherwise)];
  }
  if (ts.isExpressionStatement(node)) {
    return plain(() => {
      context.at(node);
      context.lowering.effect(context, node.expression);
    });
  }
  if (ts.isVariableStatement(node)) return plain(() => declare(context, node.declarationList));
  if (ts.isReturnStatement(node)) return plain(() => lowerReturn(context, node));
  if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) {
    return plain(() => {
      const exit = context.exits.jump(node);
      context.at(node);
      if (exit !== undefined) takeExit(context, exit);
    });
  }
  if (ts.isThrowStatement(node)) return plain(() => lowerThrow(context, node));
  if (ts.isWhileStatement(node)) return plain(() => lowerWhile(context, node, toPieces));
  if (ts.isDoStatement(node)) return plain(() => lowerDo(context, node, toPieces));
  if (ts.isForStatement(node)) {
    return plain(() => {
      context.level++;
      lowerFor(context, node, (list) => declare(context, list), toPieces);
      context.level--;
    });
  }
  if (ts.isForOfStatement(node)) return plain(() => lowerForOf(context, node, toPieces));
  if (ts.isLabeledStatement(node)) return labelled(context, node);
  if (ts.isSwitchStatement(node)) return switchPieces(context, node, (nodes) => piecesOf(context, nodes));
  return plain(() => context.report(refusal(node)));
}

function labelled(context: FunctionContext, node: ts.LabeledStatement): readonly Piece[] {
  if (ts.isLabeledStatement(node.statement)) return labelled(context, node.statement);
  if (isLoop(node.statement)) return toPieces(context, node.statement);
  const exits = context.exits.of(node);
  return [
    {
      kind: "plain",
      exits,
      run: () => inConstruct(context, node, false, () => runInner(context, () => toPieces(context, node.statement))),
    },
  ];
}

/** A list of its own: its variables are dead at its end. */
function runInner(context: FunctionContext, pieces: () => readonly Piece[]): void {
  context.level++;
  runPieces(context, pieces());
  context.level--;
}

function lowerReturn(context: FunctionContext, node: ts.ReturnStatement): void {
  context.at(node);
  if (node.expression !== undefined) {
    if (context.resultType.kind === "void") {
      context.lowering.effect(context, node.expression);
    } else {
      const v = context.expression(node.expression);
      context.env.set(context.result, context.coerce(v, context.resultType, node.expression));
    }
  }
  const exit = context.exits.jump(node);
  if (exit !== undefined) takeExit(context, exit);
}

// -------------------------------------------------------------------------------------------------------- declarations

export function declare(context: FunctionContext, list: ts.VariableDeclarationList): void {
  if (!(list.flags & ts.NodeFlags.BlockScoped)) context.report(language.varDeclaration(spanOf(list)));
  if (list.flags & ts.NodeFlags.Using) context.report(language.notInLanguage(spanOf(list), "`using`"));
  for (const declaration of list.declarations) declareOne(context, declaration);
}

function declareOne(context: FunctionContext, node: ts.VariableDeclaration): void {
  context.at(node);
  const { name, initializer } = node;
  if (initializer === undefined) {
    declareEmpty(context, node);
    return;
  }
  if (isMathPattern(context, node)) return;
  const v = context.expression(initializer, ts.isIdentifier(name) ? name.text : undefined);
  if (context.isRefused(v)) {
    bindStandIns(context, name);
    return;
  }
  if (!ts.isIdentifier(name)) {
    bind(context, name, v);
    return;
  }
  const symbol = context.file.checker.getSymbolAtLocation(name);
  if (symbol === undefined) return;
  const type = declaredType(context, node, v);
  if (type === undefined) {
    bindStandIns(context, name);
    return;
  }
  context.env.declare(symbol, { type, hint: name.text, level: context.level }, context.coerce(v, type, initializer));
}

/** The type of the variable: what was written, else what its value is. */
function declaredType(context: FunctionContext, node: ts.VariableDeclaration, v: Value): Type | undefined {
  if (node.type === undefined) {
    if (v.type.kind === "void" && ts.isIdentifier(node.name)) {
      context.report(language.missingValue(spanOf(node.name), node.name.text));
      return undefined;
    }
    return v.type;
  }
  const type = context.file.checker.getTypeAtLocation(node.name);
  // `const never: never = mode`: TypeScript checks that no case was left out.
  if (type.flags & ts.TypeFlags.Never) return v.type;
  const mapped = context.file.types.map(type);
  if ("type" in mapped) return mapped.type;
  const isMissing = type.isUnion() && type.types.some((t) => t.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null));
  if (isMissing && ts.isIdentifier(node.name)) context.report(language.missingValue(spanOf(node.name), node.name.text));
  else context.typeAt(node.type, type);
  return undefined;
}

function declareEmpty(context: FunctionContext, node: ts.VariableDeclaration): void {
  const symbol = context.file.checker.getSymbolAtLocation(node.name);
  if (symbol === undefined || !ts.isIdentifier(node.name)) return;
  const type = context.file.checker.getTypeOfSymbol(symbol);
  const mapped = context.file.types.map(type);
  if (!("type" in mapped) || mapped.type.kind === "void") {
    context.report(language.missingValue(spanOf(node.name), node.name.text));
    bindStandIns(context, node.name);
    return;
  }
  context.env.declare(symbol, { type: mapped.type, hint: node.name.text, level: context.level });
}

/** `const { sin, cos } = Math` and `const sin = Math.sin`: the names are resolved where they are called. */
function isMathPattern(context: FunctionContext, node: ts.VariableDeclaration): boolean {
  const { initializer } = node;
  if (initializer === undefined || !(ts.getCombinedNodeFlags(node) & ts.NodeFlags.Const)) return false;
  if (ts.isObjectBindingPattern(node.name)) return context.file.isMath(initializer);
  const inner = bare(initializer);
  const type = context.file.checker.getTypeAtLocation(inner);
  return (
    ts.isPropertyAccessExpression(inner) && context.file.isMath(inner.expression) && type.getCallSignatures().length > 0
  );
}

// ------------------------------------------------------------------------------------------------------------ refusals

function refusal(node: ts.Statement) {
  const span = spanOf(node);
  if (ts.isTryStatement(node)) return language.tryNotYet(span);
  if (ts.isFunctionDeclaration(node))
    return language.closuresNotYet(node.name === undefined ? span : spanOf(node.name));
  if (ts.isClassDeclaration(node))
    return language.classesNotYet(node.name === undefined ? span : spanOf(node.name), "A class");
  if (ts.isForInStatement(node)) return language.iteration(spanOf(node.expression), "`for…in`");
  if (ts.isEnumDeclaration(node)) return language.notInLanguage(spanOf(node.name), "An enum inside a function");
  return language.notInLanguage(span, "This statement");
}
