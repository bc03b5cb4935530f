/**
 * TypeScript modules as JavaScript function bodies, by cutting the types out of the text: `exports`, `require` and
 * `console` are free names in the result. One parse, no type checker, so that thousands of programs can be run; it knows
 * the forms that fixtures and generated code use and refuses others.
 */
import ts from "typescript";
import { applyEdits, eachNode, type Edit } from "./edits.js";

export function stripTypes(source: string, fileName = "module.ts"): string {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.ES2022, false);
  const [problem] = syntaxErrors(file);
  if (problem !== undefined) throw new SyntaxError(`${fileName}: ${problem}`);
  const edits: Edit[] = [];
  const exported: string[] = [];
  eachNode(file, (node) => strip(node, file, edits, exported));
  return `"use strict";${exported.join("")}\n${applyEdits(source, edits)}`;
}

const written = new Map<string, string>();

/** What TypeScript itself makes of a declaration. Programs that are compared with rewritten ones have many in common. */
function asJavaScript(text: string): string {
  let known = written.get(text);
  if (known === undefined) {
    const compilerOptions = { target: ts.ScriptTarget.ES2022, preserveConstEnums: true };
    known = ts.transpileModule(text, { compilerOptions }).outputText.replace(/\/\/# .*$/m, "");
    if (written.size >= 2000) written.clear();
    written.set(text, known);
  }
  return known;
}

/** A namespace that is merged with a class declares no variable of its own. */
function withoutSecond(file: ts.SourceFile, name: string, text: string): string {
  const isClass = file.statements.some((s) => ts.isClassDeclaration(s) && s.name?.text === name);
  return isClass ? text.replace(/^(?:"use strict";\s*)?(?:var|let) [\w$]+;\s*/, "") : text;
}

function syntaxErrors(file: ts.SourceFile): string[] {
  const found: unknown = Reflect.get(file, "parseDiagnostics");
  return Array.isArray(found)
    ? found.map((diagnostic: ts.Diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"))
    : [];
}

/** Adds the edits of one node; false when nothing inside it remains. */
function strip(node: ts.Node, file: ts.SourceFile, edits: Edit[], exported: string[]): boolean {
  // Most nodes stay as they are: nothing is worked out for them.
  if (node.kind <= ts.SyntaxKind.LastToken) return false;
  const start = (): number => node.getStart(file);
  const cut = (from: number, to: number, text = ""): void => void edits.push({ start: from, end: to, text });
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
    cut(start(), node.end);
    return false;
  }
  if (ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node)) {
    // They have a body at run time, which TypeScript writes.
    const modifier = node.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    const text = file.text.slice(modifier?.end ?? start(), node.end);
    cut(
      start(),
      node.end,
      `${withoutSecond(file, node.name.text, asJavaScript(text))}${modifier === undefined ? "" : `exports.${node.name.text} = ${node.name.text};`}`,
    );
    return false;
  }
  if (ts.isClassDeclaration(node)) {
    // Parameter properties, modifiers and abstract members: TypeScript writes what remains of them.
    const name = node.name?.text ?? "";
    const keyword = node.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    const named = node.modifiers?.every(({ kind }) => kind !== ts.SyntaxKind.DefaultKeyword) === true;
    const text = asJavaScript(file.text.slice(start(), node.end).replace(/^export (default )?/, ""));
    const exports = keyword === undefined ? "" : `exports.${named ? name : "default"} = ${name};`;
    cut(start(), node.end, `${text}${exports}`);
    return false;
  }
  if (ts.isParameter(node) && ts.isIdentifier(node.name) && node.name.text === "this") {
    // The type of `this` is said like that of a parameter, which there is none of.
    const rest = file.text.slice(node.end);
    cut(start(), node.end + (/^\s*,\s*/.exec(rest)?.[0].length ?? 0));
    return false;
  }
  if (ts.isClassExpression(node)) {
    const text = asJavaScript(`(${file.text.slice(start(), node.end)});`);
    cut(
      start(),
      node.end,
      text
        .replace(/^"use strict";/, "")
        .trim()
        .replace(/;$/, ""),
    );
    return false;
  }
  if (ts.isImportDeclaration(node)) {
    cut(start(), node.end, importText(node));
    return false;
  }
  if (ts.isExportDeclaration(node)) {
    cut(start(), node.end, exportText(node));
    return false;
  }
  if (ts.isExportAssignment(node)) {
    cut(start(), node.expression.getStart(file), "exports.default = ");
    return true;
  }
  if (ts.isFunctionDeclaration(node) && node.body === undefined) {
    cut(start(), node.end);
    return false;
  }
  if (ts.isFunctionDeclaration(node) || ts.isVariableStatement(node)) exportDeclaration(node, file, edits, exported);
  if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return false;
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) cut(node.expression.end, node.end);
  if (ts.isNonNullExpression(node)) cut(node.end - 1, node.end);
  if (ts.isFunctionLike(node) && node.typeParameters !== undefined)
    cut(node.typeParameters.pos - 1, node.typeParameters.end + 1);
  if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && node.typeArguments !== undefined)
    cut(node.typeArguments.pos - 1, node.typeArguments.end + 1);
  if (ts.isVariableDeclaration(node) || ts.isParameter(node)) {
    const marked = ts.isParameter(node) ? node.questionToken : node.exclamationToken;
    const from = marked?.getStart(file) ?? node.name.end;
    if (node.type !== undefined) cut(from, node.type.end);
    else if (marked !== undefined) cut(from, marked.end);
  } else if (ts.isFunctionLike(node) && node.type !== undefined && !ts.isTypeNode(node)) {
    // From the closing parenthesis of the parameters to the end of the type.
    cut(file.text.indexOf(")", node.parameters.end) + 1, node.type.end);
  }
  return true;
}

/** Drops `export`, and says what is exported: functions first thing, variables where they stand. */
function exportDeclaration(
  node: ts.FunctionDeclaration | ts.VariableStatement,
  file: ts.SourceFile,
  edits: Edit[],
  exported: string[],
): void {
  const modifiers = node.modifiers ?? [];
  const keyword = modifiers.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (keyword === undefined) return;
  const last = modifiers.find(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ?? keyword;
  edits.push({ start: keyword.getStart(file), end: last.end, text: "" });
  if (ts.isFunctionDeclaration(node)) {
    const name = node.name?.text ?? "";
    exported.push(`exports.${last === keyword ? name : "default"} = ${name};`);
    return;
  }
  const names = node.declarationList.declarations.map(({ name }) => name.getText(file));
  edits.push({ start: node.end, end: node.end, text: names.map((name) => ` exports.${name} = ${name};`).join("") });
}

function importText(node: ts.ImportDeclaration): string {
  const from = `require(${JSON.stringify(moduleName(node.moduleSpecifier))})`;
  const clause = node.importClause;
  if (clause === undefined) return `${from};`;
  if (clause.isTypeOnly) return "";
  const parts: string[] = [];
  if (clause.name !== undefined) parts.push(`const { default: ${clause.name.text} } = ${from};`);
  const bindings = clause.namedBindings;
  if (bindings !== undefined && ts.isNamespaceImport(bindings)) parts.push(`const ${bindings.name.text} = ${from};`);
  else if (bindings !== undefined) {
    const names = bindings.elements
      .filter(({ isTypeOnly }) => !isTypeOnly)
      .map(({ propertyName, name }) => `${(propertyName ?? name).text}: ${name.text}`);
    if (names.length > 0) parts.push(`const { ${names.join(", ")} } = ${from};`);
  }
  return parts.join(" ");
}

function exportText(node: ts.ExportDeclaration): string {
  if (node.isTypeOnly) return "";
  const from =
    node.moduleSpecifier === undefined ? undefined : `require(${JSON.stringify(moduleName(node.moduleSpecifier))})`;
  if (node.exportClause === undefined) return `Object.assign(exports, ${from});`;
  if (ts.isNamespaceExport(node.exportClause)) return `exports.${node.exportClause.name.text} = ${from};`;
  return node.exportClause.elements
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(
      ({ propertyName, name }) =>
        `exports.${name.text} = ${from === undefined ? "" : `${from}.`}${(propertyName ?? name).text};`,
    )
    .join(" ");
}

const moduleName = (specifier: ts.Expression): string => (ts.isStringLiteral(specifier) ? specifier.text : "");
