/**
 * Classes of errors of the program's own, in generated files. One that is exported is imported. Of one that is not, the
 * generated file has a copy of the declaration where a handler catches its instances; the copy needs nothing but JavaScript's
 * library, exported classes, and types, enums and classes of which the same holds. No instance of a copy ever leaves the
 * generated function (`ir/thrown.ts`).
 */
import { ts } from "ts-morph";
import type { TypeImport } from "../ir/ir.js";
import type { FileContext } from "./file-context.js";
import { bare, isLibrary, symbolOf } from "./source.js";

/** Those of JavaScript. */
export const errorClasses = new Set<string>([
  "Error",
  "RangeError",
  "TypeError",
  "SyntaxError",
  "EvalError",
  "ReferenceError",
  "URIError",
]);

/** In the text of a class: it does more than make errors. */
const doesMore = /\b(console|random|performance|Date|crypto|process)\b/;

/** How generated text can name a class, and what else it needs for that, first things first. */
export interface NamedError {
  readonly name: string;
  readonly imports: readonly TypeImport[];
}

function errorSymbol(file: FileContext, node: ts.Expression): ts.Symbol | undefined {
  const inner = bare(node);
  const symbol = ts.isIdentifier(inner) ? symbolOf(file.checker, inner) : undefined;
  const declaration = symbol?.valueDeclaration;
  if (declaration === undefined || !ts.isClassDeclaration(declaration)) return undefined;
  const isError = file.checker.getTypeAtLocation(declaration).getProperty("stack") !== undefined;
  return isError ? symbol : undefined;
}

/** One that other files can name. */
export function exportedError(file: FileContext, node: ts.Expression): NamedError | undefined {
  const symbol = errorSymbol(file, node);
  const found = symbol === undefined ? undefined : exportOf(file, symbol);
  return found === undefined ? undefined : { name: found.name, imports: [found] };
}

function exportOf(file: FileContext, symbol: ts.Symbol): TypeImport | undefined {
  const source = symbol.declarations?.[0]?.getSourceFile();
  const name = source === undefined ? undefined : file.types.exportedName(symbol, source);
  return source === undefined || name === undefined ? undefined : { name, from: source.fileName };
}

/** One that other files can name, or that can be copied. */
export function caughtError(file: FileContext, node: ts.Expression): NamedError | undefined {
  const symbol = errorSymbol(file, node);
  if (symbol === undefined) return undefined;
  const needed = new Map<ts.Symbol, TypeImport>();
  const isPlain = copyOf(file, symbol, needed, new Set());
  if (isPlain && ![...needed.values()].some((n) => doesMore.test(n.copy ?? ""))) file.plainErrors.add(symbol.name);
  const exported = exportedError(file, node);
  return exported ?? (isPlain ? { name: symbol.name, imports: [...needed.values()] } : undefined);
}

/** Its name, whether it is exported or not. */
export const ownErrorClass = (file: FileContext, node: ts.Expression): string | undefined =>
  errorSymbol(file, node)?.name;

/** Can the declaration be copied? What it needs comes before it. */
function copyOf(
  file: FileContext,
  symbol: ts.Symbol,
  needed: Map<ts.Symbol, TypeImport>,
  open: Set<ts.Symbol>,
): boolean {
  if (needed.has(symbol)) return true;
  // Types may mention each other.
  if (open.has(symbol)) return true;
  open.add(symbol);
  const [declaration, ...others] = symbol.declarations ?? [];
  if (declaration === undefined || others.length > 0 || !ts.isSourceFile(declaration.parent)) return false;
  const isType = ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration);
  if (!isType && !ts.isEnumDeclaration(declaration) && !isPlainClass(declaration)) return false;
  const source = declaration.getSourceFile();
  if (!/\.[cm]?ts$/.test(source.fileName)) return false;
  const known = file.copies.get(symbol.name);
  if (known !== undefined && known !== symbol) return false;
  const references = referencesIn(declaration);
  for (const name of references) {
    const other = symbolOf(file.checker, name);
    const [place] = other?.declarations ?? [];
    if (other === undefined || place === undefined) return false;
    if (other === symbol || isLibrary(file.program, place) || isInside(place, declaration)) continue;
    const exported = exportOf(file, other);
    const isType = ts.isInterfaceDeclaration(place) || ts.isTypeAliasDeclaration(place);
    if (exported !== undefined && name.text === exported.name && (isType || ts.isClassDeclaration(place))) {
      needed.set(other, isType ? { ...exported, isType } : exported);
    } else if (name.text !== other.name || !copyOf(file, other, needed, open)) return false;
  }
  file.copies.set(symbol.name, symbol);
  const text = declaration
    .getText()
    .replace(/^(export\s+)?(default\s+)?(declare\s+)?/, "")
    .replaceAll("\r\n", "\n");
  needed.set(symbol, { name: symbol.name, from: source.fileName, copy: text });
  return true;
}

/** Has a class no state of its own, nothing that runs with the module? */
function isPlainClass(node: ts.Node): boolean {
  if (!ts.isClassDeclaration(node)) return false;
  if ((ts.getDecorators(node) ?? []).length > 0) return false;
  return node.members.every((m) => {
    const modifiers = ts.canHaveModifiers(m) ? (ts.getModifiers(m) ?? []) : [];
    return !ts.isClassStaticBlockDeclaration(m) && !modifiers.some((x) => x.kind === ts.SyntaxKind.StaticKeyword);
  });
}

/** Names that refer to something, as values or as types. */
function referencesIn(node: ts.Node): readonly ts.Identifier[] {
  const found: ts.Identifier[] = [];
  const visit = (at: ts.Node): void => {
    if (ts.isIdentifier(at)) {
      const { parent } = at;
      const isMember =
        (ts.isPropertyAccessExpression(parent) && parent.name === at) ||
        (ts.isQualifiedName(parent) && parent.right === at) ||
        ("name" in parent &&
          parent.name === at &&
          !ts.isShorthandPropertyAssignment(parent) &&
          !ts.isExportSpecifier(parent)) ||
        ts.isMetaProperty(parent);
      if (!isMember) found.push(at);
    }
    ts.forEachChild(at, visit);
  };
  visit(node);
  return found;
}

const isInside = (node: ts.Node, outer: ts.Node): boolean =>
  node.getSourceFile() === outer.getSourceFile() && node.pos >= outer.pos && node.end <= outer.end;
