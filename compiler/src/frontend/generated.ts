/**
 * Functions that adc generates, where they are called in code that it reads: `loss_grad` of `./loss_grad.js`. The file may not be
 * there yet, or be of an earlier run; what is called is found in the source that it is generated from.
 */
import { ts } from "ts-morph";
import { findRequests, hasAnnotation, type Request } from "./annotations.js";
import { noteEverything } from "./dependencies.js";
import type { Type } from "../ir/ir.js";
import { isMode, type Mode } from "./lowered.js";
import { bare } from "./source.js";

export interface GeneratedCallee {
  readonly request: Request;
  readonly mode: Mode;
  readonly name: string;
  /** It is the pullback that the function has returned for arguments of these types. */
  readonly pullback?: { readonly self: Type | undefined; readonly given: readonly (Type | undefined)[] };
}

/** Does it write into what it is given? */
export const accumulates = ({ mode }: GeneratedCallee): boolean => mode === "accumulate";

const generatedFile = /_grad(\.[cm]?[jt]s)?$/;

/** The generated function that an expression names; absent where it is anything else. */
export function generatedCallee(
  program: ts.Program,
  checker: ts.TypeChecker,
  node: ts.Expression,
): GeneratedCallee | undefined {
  const inner = bare(node);
  if (ts.isIdentifier(inner)) {
    const declaration = checker.getSymbolAtLocation(inner)?.declarations?.[0];
    if (declaration === undefined || !ts.isImportSpecifier(declaration)) return undefined;
    return called(program, declaration, (declaration.propertyName ?? declaration.name).text);
  }
  if (!ts.isPropertyAccessExpression(inner) || !ts.isIdentifier(inner.expression)) return undefined;
  const declaration = checker.getSymbolAtLocation(inner.expression)?.declarations?.[0];
  return declaration !== undefined && ts.isNamespaceImport(declaration)
    ? called(program, declaration, inner.name.text)
    : undefined;
}

function called(program: ts.Program, declaration: ts.Node, name: string): GeneratedCallee | undefined {
  const file = sourceOf(program, declaration);
  if (file === undefined) return undefined;
  for (const request of requestsOf(file)) {
    const mode = name.startsWith(`${request.name}_`) ? name.slice(request.name.length + 1) : "";
    if (isMode(mode)) return { request, mode, name };
  }
  return undefined;
}

/** The source of the generated file that an import names: beside it, or the only one of that name in the project. */
function sourceOf(program: ts.Program, node: ts.Node): ts.SourceFile | undefined {
  let at = node;
  while (!ts.isImportDeclaration(at) && !ts.isSourceFile(at)) at = at.parent;
  if (!ts.isImportDeclaration(at) || !ts.isStringLiteral(at.moduleSpecifier)) return undefined;
  const { text } = at.moduleSpecifier;
  if (!text.startsWith(".") || !generatedFile.test(text)) return undefined;
  const stem = text.replace(generatedFile, "");
  noteEverything(program);
  const annotated = program.getSourceFiles().filter((f) => !f.isDeclarationFile && hasAnnotation(f));
  const folder = at.getSourceFile().fileName.replace(/[^/]*$/, "");
  const path = new URL(stem, `file://${folder}`).pathname;
  const beside = annotated.find((f) => withoutExtension(f.fileName) === decodeURIComponent(path));
  if (beside !== undefined) return beside;
  const base = stem.slice(stem.lastIndexOf("/") + 1);
  const [only, ...others] = annotated.filter((f) => withoutExtension(f.fileName).endsWith(`/${base}`));
  return others.length === 0 ? only : undefined;
}

const withoutExtension = (path: string): string => path.replace(/\.[cm]?[jt]sx?$/, "");

const known = new WeakMap<ts.SourceFile, readonly Request[]>();

/** The longest names first, so that `loss_d2` of `loss` is not taken for something of a function `loss_d`. */
function requestsOf(file: ts.SourceFile): readonly Request[] {
  let requests = known.get(file);
  if (requests === undefined) {
    requests = findRequests(file, () => {}).toSorted((a, b) => b.name.length - a.name.length);
    known.set(file, requests);
  }
  return requests;
}
