/** Statements as pieces of a list (see `flow.ts`), and the declarations of variables. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Type, Value } from "../../ir/ir.js";
import { isLoop } from "../exits.js";
import { isFixed } from "../packages/fixed.js";
import { bare, isConst, isFunctionLike, spanOf } from "../source.js";
import { bind, bindStandIns } from "./destructure.js";
import type { FunctionContext } from "./context.js";
import { branchPiece, type Piece, runPieces } from "./flow.js";
import { inConstruct, takeExit } from "./jumps.js";
import { lowerThrow } from "./foreign.js";
import { lowerDo, lowerFor, lowerForOf, lowerWhile } from "./loop.js";
import { switchPieces } from "./switch.js";
import { throwToHandler, tryPiece } from "./try.js";
import { isHoisted, mayBeVar } from "../packages/hoisted.js";
import { isPackageFile } from "../packages/program.js";
import { isMatch } from "./opaque-results.js";
import { underWrittenType } from "./untyped.js";
import { declareOpen, declareVariable, mayEnd, returnNothing, returnValue } from "./variables.js";

/** The pieces of statements in a row. */
export function piecesOf(context: FunctionContext, nodes: readonly ts.Statement[]): Piece[] {
  return nodes.flatMap((node) => toPieces(context, node));
}

function toPieces(context: FunctionContext, node: ts.Statement): readonly Piece[] {
  if (
    ts.isEmptyStatement(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isClassDeclaration(node)
  )
    return [];
  // Read where it is mentioned.
  if (ts.isFunctionDeclaration(node)) return [];
  const exits = context.exits.of(node);
  const plain = (run: () => void): readonly Piece[] => [{ kind: "plain", exits, run }];
  if (ts.isBlock(node)) return [{ kind: "block", exits, inner: () => piecesOf(context, node.statements) }];
  if (ts.isIfStatement(node)) {
    const then = toPieces(context, node.thenStatement);
    const otherwise = node.elseStatement === undefined ? [] : toPieces(context, node.elseStatement);
    const thrown = context.exits.ofParts([node.expression]);
    return [branchPiece(() => context.condition(node.expression), then, otherwise, thrown)];
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
  if (ts.isThrowStatement(node)) {
    return plain(() => {
      if (!throwToHandler(context, node)) lowerThrow(context, node);
    });
  }
  if (ts.isTryStatement(node)) return [tryPiece(context, node, (nodes) => piecesOf(context, nodes))];
  if (ts.isWhileStatement(node)) return plain(() => lowerWhile(context, node, toPieces));
  if (ts.isDoStatement(node)) return plain(() => lowerDo(context, node, toPieces));
  if (ts.isForStatement(node)) {
    return plain(() => {
      context.level++;
      lowerFor(context, node, (list) => declare(context, list), toPieces);
      context.level--;
    });
  }
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) return plain(() => lowerForOf(context, node, toPieces));
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
    if (context.resultType?.kind === "void" && context.signature?.resultIs === "fixed") {
      context.lowering.effect(context, node.expression);
    } else {
      const v = context.expression(node.expression);
      underWrittenType(context, v, context.signature?.node.type);
      returnValue(context, v, node.expression);
    }
  } else if (context.signature !== undefined && mayEnd(context, context.signature.node)) {
    returnNothing(context, node);
  }
  const exit = context.exits.jump(node);
  if (exit !== undefined) takeExit(context, exit);
}

// -------------------------------------------------------------------------------------------------------- declarations

export function declare(context: FunctionContext, list: ts.VariableDeclarationList): void {
  if (!(list.flags & ts.NodeFlags.BlockScoped) && !mayBeVar(list))
    context.report(language.varDeclaration(spanOf(list)));
  if (list.flags & ts.NodeFlags.Using) context.report(language.notInLanguage(spanOf(list), "`using`"));
  for (const declaration of list.declarations) declareOne(context, declaration);
}

function declareOne(context: FunctionContext, node: ts.VariableDeclaration): void {
  context.at(node);
  const { name, initializer } = node;
  if (isHoisted(context.file.checker, node) && ts.isIdentifier(name)) {
    if (initializer !== undefined) context.lowering.assign(context, name, context.expression(initializer, name.text));
    return;
  }
  if (initializer === undefined) {
    declareEmpty(context, node);
    return;
  }
  if (
    isMathPattern(context, node) ||
    (isFixed(context.file.checker, node) && ts.isIdentifier(name) && isFunctionLike(bare(initializer)))
  )
    return;
  const v = context.expression(initializer, ts.isIdentifier(name) ? name.text : undefined);
  if (context.isRefused(v)) {
    bindStandIns(context, name);
    return;
  }
  if (!ts.isIdentifier(name)) {
    const list =
      ts.isArrayBindingPattern(name) && !isMatch(v.type)
        ? context.lowering.data.members(context, initializer, v)
        : undefined;
    bind(context, name, list ?? v);
    return;
  }
  const symbol = context.file.checker.getSymbolAtLocation(name);
  if (symbol === undefined) return;
  underWrittenType(context, v, node.type);
  const type = declaredType(context, node, v);
  if (type === undefined) {
    bindStandIns(context, name);
    return;
  }
  declareVariable(context, symbol, context.file.types.given(type, v.type), v, initializer);
}

/**
 * The type of the variable: for a constant that of its value; what may be assigned again has the type that was written, or
 * that TypeScript gave it where a value can have both.
 */
function declaredType(context: FunctionContext, node: ts.VariableDeclaration, v: Value): Type | undefined {
  const isMissing = v.type.kind === "void";
  if (isConst(node) && !isMissing) return v.type;
  const type = context.file.checker.getTypeAtLocation(node.name);
  if (node.type === undefined) {
    if (!isMissing && node.initializer !== undefined && ts.isElementAccessExpression(bare(node.initializer)))
      return v.type;
    const mapped = context.file.types.map(type);
    if (!("type" in mapped) || mapped.type.kind === "void") return v.type;
    return isMissing ? mapped.type : (context.file.types.join(v.type, mapped.type) ?? v.type);
  }
  // `const never: never = mode`: TypeScript checks that no case was left out.
  if (type.flags & ts.TypeFlags.Never) return v.type;
  const mapped = context.file.types.map(type);
  if ("type" in mapped) return mapped.type;
  // Which functions it may be, the values say.
  if (type.isUnion() && !isMissing) return v.type;
  context.typeAt(node.type, type);
  return undefined;
}

function declareEmpty(context: FunctionContext, node: ts.VariableDeclaration): void {
  const symbol = context.file.checker.getSymbolAtLocation(node.name);
  if (symbol === undefined || !ts.isIdentifier(node.name)) return;
  const type = context.file.checker.getTypeOfSymbol(symbol);
  const mapped = context.file.types.map(type);
  if (!("type" in mapped) && isPackageFile(node.getSourceFile().fileName)) {
    declareOpen(context, symbol, node);
    return;
  }
  if (!("type" in mapped) || mapped.type.kind === "void") {
    // It is `undefined` until it is given something, which says what else it may be.
    const nothing = context.undefinedOf({ kind: "void" });
    declareVariable(context, symbol, { kind: "void" }, nothing, node);
    return;
  }
  declareVariable(context, symbol, mapped.type, undefined, node);
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
  if (ts.isEnumDeclaration(node)) return language.notInLanguage(spanOf(node.name), "An enum inside a function");
  return language.notInLanguage(span, "This statement");
}
