/** TypeScript's own errors in a file, as diagnostics; those that only say a gradient is not generated yet are left out. */
import { ts } from "ts-morph";
import type { Diagnostic } from "../diagnostics.js";
import { eachChild } from "./chains.js";
import { spanOfRange } from "./source.js";

const gradientFile = /_grad(\.[cm]?[jt]s)?$/;

/** Where a file lies (outside of `rootDir`, in a referenced project) does not matter to who only reads it. */
const placeErrors: ReadonlySet<number> = new Set([6059, 6307]);

/** Does an error say nothing about what the program means? One about what is not used or not reached does not, either. */
const isHarmless = (d: ts.Diagnostic): boolean => placeErrors.has(d.code) || d.reportsUnnecessary !== undefined;

/** What is wrong in some parts of the file: in statements, or in the file itself. */
export function typescriptErrors(program: ts.Program, file: ts.SourceFile, parts: readonly ts.Node[]): Diagnostic[] {
  const syntactic = program.getSyntacticDiagnostics(file);
  const errors = syntactic.length > 0 ? syntactic : semanticErrors(program, file, parts);
  const generated = generatedNames(file);
  return errors.flatMap((d) => {
    if (d.category !== ts.DiagnosticCategory.Error || isHarmless(d)) return [];
    if (concernsGenerated(file, d, generated)) return [];
    const message = ts.flattenDiagnosticMessageText(d.messageText, "\n");
    const base = { code: `TS${d.code}`, category: "error" as const, message, related: [] };
    return d.start === undefined ? [base] : [{ ...base, span: spanOfRange(file, d.start, d.start + (d.length ?? 0)) }];
  });
}

function semanticErrors(program: ts.Program, file: ts.SourceFile, parts: readonly ts.Node[]): readonly ts.Diagnostic[] {
  if (parts.includes(file)) return program.getSemanticDiagnostics(file);
  // What editors ask for the part of a file that is seen. A program that knows nothing of it checks the whole file.
  const ask: unknown = Reflect.get(program, "getSemanticDiagnostics");
  if (typeof ask !== "function") return program.getSemanticDiagnostics(file);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its declared result
  return Reflect.apply(ask, program, [file, undefined, parts]) as readonly ts.Diagnostic[];
}

/** Names imported from files that adc writes. */
function generatedNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (!isGeneratedImport(statement) || !ts.isImportDeclaration(statement)) continue;
    const clause = statement.importClause;
    if (clause?.name !== undefined) names.add(clause.name.text);
    const bindings = clause?.namedBindings;
    if (bindings === undefined) continue;
    if (ts.isNamespaceImport(bindings)) names.add(bindings.name.text);
    else for (const element of bindings.elements) names.add(element.name.text);
  }
  return names;
}

function isGeneratedImport(statement: ts.Statement): boolean {
  return (
    (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) &&
    statement.moduleSpecifier !== undefined &&
    ts.isStringLiteral(statement.moduleSpecifier) &&
    gradientFile.test(statement.moduleSpecifier.text)
  );
}

/**
 * Is the error about a generated file that is missing or of an earlier run? It is, at the import itself and in a
 * statement that uses what is imported.
 */
function concernsGenerated(file: ts.SourceFile, error: ts.Diagnostic, names: ReadonlySet<string>): boolean {
  const { start } = error;
  if (start === undefined) return false;
  const statement = file.statements.find((s) => s.getFullStart() <= start && start < s.getEnd());
  if (statement === undefined) return false;
  if (isGeneratedImport(statement)) return true;
  return names.size > 0 && mentions(statement, names);
}

function mentions(node: ts.Node, names: ReadonlySet<string>): boolean {
  if (ts.isIdentifier(node) && names.has(node.text)) return true;
  return eachChild(node, (child) => mentions(child, names) || undefined) === true;
}
