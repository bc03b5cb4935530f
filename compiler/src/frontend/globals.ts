/** Constants of a module that functions read. */
import { ts } from "ts-morph";
import { type Diagnostic, language, meaning } from "../diagnostics.js";
import type { GlobalDecl, Op, Region, TypeImport, Value } from "../ir/ir.js";
import { value } from "../ir/build.js";
import { isReference } from "../ir/types.js";
import { walk } from "../ir/walk.js";
import type { FileContext, Signature } from "./file-context.js";
import { isPatternAtWork } from "./lower/patterns.js";
import { isRepeatable } from "./lower/repeatable.js";
import { FunctionContext } from "./lower/context.js";
import { runPieces } from "./lower/flow.js";
import { piecesOf } from "./lower/statement.js";
import { isMemo } from "./memo.js";
import { completedTogether, type ConstantDeclaration } from "./module-setup.js";
import { exportedExpression, isFixed } from "./packages/fixed.js";
import { isPackageFile } from "./packages/program.js";
import { isConst, original, spanOf } from "./source.js";

/** The value of a module-level constant; `undefined` after a report. */
export function constantOf(context: FunctionContext, node: ts.Expression, named: ts.Symbol): Value | undefined {
  const symbol = context.file.packages.orCode(named);
  const exported = exportedExpression(symbol);
  if (exported !== undefined) return context.expression(exported);
  const declaration = variableOf(symbol.valueDeclaration);
  const name = node.getText();
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) {
    context.report(
      declaration !== undefined && ts.isClassDeclaration(declaration)
        ? language.classForm(
            spanOf(node),
            "A class as a value",
            "Which class it is would be known only when the program runs",
            "Say `new`, or call its static members, where it is used",
          )
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
  if (!isFixed(context.file.checker, declaration)) {
    context.report(language.moduleVariable(spanOf(node), name));
    return undefined;
  }
  return readConstant(context, node, symbol.name, symbol, declaration);
}

/** The declaration of a variable; of a name in a pattern, the declaration around it. */
function variableOf(declaration: ts.Declaration | undefined): ts.Declaration | undefined {
  let at: ts.Node | undefined = declaration;
  while (at !== undefined && (ts.isBindingElement(at) || ts.isArrayBindingPattern(at) || ts.isObjectBindingPattern(at)))
    at = at.parent;
  return at !== undefined && ts.isVariableDeclaration(at) ? at : declaration;
}

/** What a static field holds. */
export function staticConstant(
  context: FunctionContext,
  node: ts.Expression,
  owner: string,
  declaration: ts.PropertyDeclaration,
): Value | undefined {
  return readConstant(context, node, `${owner}.${declaration.name.getText()}`, undefined, declaration);
}

function readConstant(
  context: FunctionContext,
  node: ts.Expression,
  key: string,
  symbol: ts.Symbol | undefined,
  declaration: ConstantDeclaration,
): Value | undefined {
  const found = declare(context, key, symbol, declaration);
  if (found.decl === undefined) {
    context.report({ ...language.moduleConstantInit(spanOf(node), node.getText()), related: found.related });
    return undefined;
  }
  if (isPatternAtWork(node, declaration)) context.report(language.moduleConstantWritten(spanOf(node), node.getText()));
  const result = value(found.decl.type, symbol?.name ?? declaration.name.getText());
  context.at(node).push({ kind: "global", name: found.decl.name, result });
  if (isMemo(context.file.checker, declaration)) context.memos.set(result.id, node.getText());
  else if (!isReference(found.decl.type)) context.constants.set(result.id, node.getText());
  return result;
}

interface Declared {
  readonly decl?: GlobalDecl;
  /** Why there is none. */
  readonly related: Diagnostic["related"];
}

/** Does the file export a variable? */
function isExported(checker: ts.TypeChecker, symbol: ts.Symbol | undefined, source: ts.SourceFile): boolean {
  const module = checker.getSymbolAtLocation(source);
  if (symbol === undefined || module === undefined) return true;
  return checker.getExportsOfModule(module).some((e) => original(checker, e) === symbol);
}

/** The functions that the initialiser of a constant calls. */
const callsOf = new WeakMap<GlobalDecl, readonly Signature[]>();

/** Constants whose initialisers are being read, to find those that need themselves. */
const reading = new WeakMap<FileContext, Set<string>>();

/**
 * The constant as the program knows it: imported where the file exports it and what it holds is plain data, else made once
 * more in the generated file, by its initialiser and the statements of the module that complete it.
 */
function declare(
  context: FunctionContext,
  key: string,
  symbol: ts.Symbol | undefined,
  declaration: ConstantDeclaration,
): Declared {
  const { file } = context;
  const source = declaration.getSourceFile();
  file.touch(declaration);
  const name = `${file.nameOf(source)}#${key}`;
  const known = file.globals.get(name);
  if (known !== undefined) {
    // Whoever read it first may have been lowered again since.
    for (const called of callsOf.get(known) ?? []) context.calls.add(called);
    return { decl: known, related: [] };
  }
  const open = reading.get(file) ?? new Set<string>();
  reading.set(file, open);
  const { initializer } = declaration;
  if (initializer === undefined || open.has(name)) return { related: [] };
  const related: Diagnostic["related"][number][] = [];
  const inner = new FunctionContext(file, context.lowering, undefined, (d) => {
    if (d.category === "error") related.push({ message: d.message, span: d.span ?? spanOf(declaration) });
  });
  open.add(name);
  const made = evaluate(inner, symbol, declaration, initializer);
  open.delete(name);
  if (made === undefined || related.length > 0 || inner.dead || made.type.kind === "void") return { related };
  // An iterator is used up.
  if (made.type.kind === "opaque" && /Iterator\b/.test(made.type.text)) return { related };
  const init = inner.b.region([], [made]);
  if (touchesWorld(init, inner.calls)) return { related };
  for (const called of inner.calls) context.calls.add(called);
  const exported =
    symbol === undefined || isPackageFile(source.fileName) ? undefined : file.types.exportedName(symbol, source);
  const isPlain = !file.types.holdsOwn(made.type);
  const from: TypeImport | undefined =
    exported === undefined || !isPlain ? undefined : { name: exported, from: source.fileName };
  if (
    isPackageFile(source.fileName) &&
    (file.types.functions.of(made.type) !== undefined || !isExported(file.checker, symbol, source))
  )
    file.packageConstants.add(name);
  const base = { name, type: made.type, init };
  const decl: GlobalDecl = from === undefined ? base : { ...base, exportedFrom: from };
  callsOf.set(decl, [...inner.calls]);
  file.globals.set(name, decl);
  file.globalNodes.set(name, declaration);
  return { decl, related };
}

function evaluate(
  inner: FunctionContext,
  symbol: ts.Symbol | undefined,
  declaration: ConstantDeclaration,
  initializer: ts.Expression,
): Value | undefined {
  const { checker, effects } = inner.file;
  const parts = completedTogether(checker, declaration, (call) => effects.isReadOnly(call));
  const own = symbol ?? checker.getSymbolAtLocation(declaration.name);
  if (own === undefined || (ts.isPropertyDeclaration(declaration) && parts.length === 1))
    return inner.expression(initializer);
  const statements = new Set<ts.Statement>();
  for (const part of parts) {
    if (ts.isPropertyDeclaration(part)) declareStatic(inner, part);
    else if (!ts.isVariableDeclaration(part)) statements.add(part);
    else if (!ts.isVariableStatement(part.parent.parent)) return undefined;
    else statements.add(part.parent.parent);
  }
  for (const statement of statements) inner.file.touch(statement);
  runPieces(inner, piecesOf(inner, [...statements]));
  return inner.dead || inner.env.slot(own) === undefined ? undefined : inner.env.get(own);
}

/** While a static field is completed, it is a variable. */
function declareStatic(inner: FunctionContext, { name, initializer }: ts.PropertyDeclaration): void {
  const { checker, types } = inner.file;
  const symbol = checker.getSymbolAtLocation(name);
  if (symbol === undefined || initializer === undefined) return;
  const declared = types.map(checker.getTypeAtLocation(name));
  const first = inner.expression(initializer);
  const v = "type" in declared ? inner.coerce(first, types.given(declared.type, first.type), initializer) : first;
  inner.env.declare(symbol, { hint: symbol.name, level: inner.level, type: v.type }, v);
}

/** Does making it once more have an effect, or give something else each time? */
function touchesWorld(region: Region, calls: Iterable<Signature>): boolean {
  let found = false;
  const visit = (op: Op): void => {
    if (op.kind === "foreign" && !isRepeatable(op)) found = true;
  };
  walk(region, visit);
  const reached = new Set(calls);
  for (const signature of reached) {
    if (signature.func !== undefined) walk(signature.func.body, visit);
    for (const called of signature.calls) reached.add(called);
  }
  return found;
}
