/** Constants of a module that functions read. */
import { ts } from "ts-morph";
import { language, meaning } from "../diagnostics.js";
import type { GlobalDecl, TypeImport, Value } from "../ir/ir.js";
import { value } from "../ir/build.js";
import { isReference } from "../ir/types.js";
import { FunctionContext } from "./lower/context.js";
import { isConst, spanOf } from "./source.js";

/** The value of a module-level constant; `undefined` after a report. */
export function constantOf(context: FunctionContext, node: ts.Expression, symbol: ts.Symbol): Value | undefined {
  const declaration = symbol.valueDeclaration;
  const name = node.getText();
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) {
    context.report(
      declaration !== undefined && ts.isClassDeclaration(declaration)
        ? language.classesNotYet(spanOf(node), `\`${name}\``)
        : language.notInLanguage(spanOf(node), `\`${name}\``),
    );
    return undefined;
  }
  if (declaration.getSourceFile().isDeclarationFile || declaration.initializer === undefined) {
    context.report(
      isConst(declaration) ? meaning.noSource(spanOf(node), name) : language.moduleVariable(spanOf(node), name),
    );
    return undefined;
  }
  if (!isConst(declaration)) {
    context.report(language.moduleVariable(spanOf(node), name));
    return undefined;
  }
  const decl = declare(context, declaration, declaration.initializer, symbol);
  if (decl === undefined) {
    context.report(language.moduleConstantInit(spanOf(node), name));
    return undefined;
  }
  const result = value(decl.type, symbol.name);
  context.at(node).push({ kind: "global", name: decl.name, result });
  if (isReference(decl.type)) context.constants.set(result.id, name);
  return result;
}

function declare(
  context: FunctionContext,
  node: ts.VariableDeclaration,
  initializer: ts.Expression,
  symbol: ts.Symbol,
): GlobalDecl | undefined {
  const { file } = context;
  const source = node.getSourceFile();
  file.touch(source);
  const name = `${file.nameOf(source)}#${symbol.name}`;
  const known = file.globals.get(name);
  if (known !== undefined) return known;
  if (!ts.isIdentifier(node.name) || !isPlain(context, initializer)) return undefined;
  let failed = false;
  const inner = new FunctionContext(file, context.lowering, { kind: "void" }, undefined, () => {
    failed = true;
  });
  const made = inner.expression(initializer, symbol.name);
  const declared = node.type === undefined ? undefined : file.types.map(file.checker.getTypeAtLocation(node.name));
  if (declared !== undefined && (!("type" in declared) || declared.type.kind !== made.type.kind)) return undefined;
  if (failed || inner.dead || made.type.kind === "opaque" || made.type.kind === "void") return undefined;
  const exported = file.types.exportedName(symbol, source);
  const from: TypeImport | undefined = exported === undefined ? undefined : { name: exported, from: source.fileName };
  const base = { name, type: made.type, init: inner.b.region([], [made]) };
  const decl: GlobalDecl = from === undefined ? base : { ...base, exportedFrom: from };
  file.globals.set(name, decl);
  return decl;
}

/** Made of literals, operators and library functions only. */
function isPlain(context: FunctionContext, node: ts.Node): boolean {
  if (
    ts.isCallExpression(node) &&
    (context.file.calleeBody(node) !== "pure" || context.file.callee(node.expression).kind === "function")
  ) {
    const isFill = ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "fill";
    if (!isFill) return false;
  }
  if (!context.file.effects.isPure(node) && !ts.isCallExpression(node)) return false;
  return ts.forEachChild(node, (child) => (isPlain(context, child) ? undefined : true)) === undefined;
}
