/** The custom rules of a project: every `@vjp` and `@jvp` tag, and the function each is for. */
import { ts } from "ts-morph";
import { type Diagnostic, rule as said, type Span } from "../../diagnostics.js";
import { markedFunction, tagNameSpan } from "../annotations.js";
import { eachChild } from "../chains.js";
import { type ClassNode, isStatic } from "../classes.js";
import { bare, type FunctionNode, isConst, isFunctionLike, original } from "../source.js";

export type RuleTag = "vjp" | "jvp";
const tags: readonly RuleTag[] = ["vjp", "jvp"];

/** A function that is a rule. */
export interface RuleFunction {
  readonly tag: RuleTag;
  readonly node: FunctionNode;
  /** What the tag stands on, for messages. */
  readonly name: string;
  /** The symbol of the function, or of the class it is a static method of. */
  readonly root: ts.Symbol;
  /** How it is called: `softplus_vjp`, or `.energy_vjp` of the class. */
  readonly member: string | undefined;
  readonly place: Span;
}

/** A function that has rules. */
export interface Ruled {
  /** As the tag names it: `softplus`, `Model.energy`. */
  readonly name: string;
  /** Of the project; absent for a function of a package. */
  readonly node: FunctionNode | undefined;
  /** For a function of a package: what the package declares. */
  readonly symbol: ts.Symbol;
  /** Of an instance method: its class, in the project or as a package declares it. */
  readonly owner: ClassNode | ts.Symbol | undefined;
  vjp?: RuleFunction;
  jvp?: RuleFunction;
}

/** What is wrong with a tag. */
export interface RuleProblem {
  readonly file: ts.SourceFile;
  readonly diagnostic: Diagnostic;
}

export class RuleTable {
  readonly problems: RuleProblem[] = [];
  readonly all: Ruled[] = [];
  readonly #byNode = new Map<ts.Node, Ruled>();
  readonly #rules = new Set<ts.Node>();
  readonly #bySymbol = new Map<ts.Symbol, Ruled>();

  constructor(
    private readonly program: ts.Program,
    private readonly checker: ts.TypeChecker,
  ) {
    for (const file of program.getSourceFiles())
      if (!file.isDeclarationFile && /@(?:vjp|jvp)\b/.test(file.text) && !isGenerated(file)) this.#read(file);
  }

  /** The rules of a function. */
  of(node: FunctionNode): Ruled | undefined {
    return this.#byNode.get(node);
  }

  /** The rules of what a package declares. */
  ofDeclared(symbol: ts.Symbol): Ruled | undefined {
    return this.#bySymbol.get(symbol);
  }

  /** The code of a function of a package has been found. */
  bind(code: FunctionNode, ruled: Ruled): void {
    this.#byNode.set(code, ruled);
  }

  isBound(ruled: Ruled): boolean {
    return [...this.#byNode.values()].includes(ruled);
  }

  isRule(node: FunctionNode): boolean {
    return this.#rules.has(node);
  }

  #read(file: ts.SourceFile): void {
    const fail = (diagnostic: Diagnostic): void => void this.problems.push({ file, diagnostic });
    const read = new Set<number>();
    const texts: ts.Node[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) texts.push(node);
      for (const { tag, name } of ownTags(node)) {
        read.add(tag.getStart(file));
        this.#enter(node, tag, name, fail);
      }
      eachChild(node, visit);
    };
    visit(file);
    // TypeScript attaches a comment only to what begins after it on a line of its own; others must not be passed over.
    for (const comment of file.text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
      const found = /(?<=^\/\*\*\s*|\n[ \t]*\*?[ \t]*)@(vjp|jvp)\b/.exec(comment[0]);
      const at = comment.index + (found?.index ?? 0);
      if (found === null || read.has(at) || texts.some((t) => t.getStart(file) < at && at < t.getEnd())) continue;
      const { line, character } = file.getLineAndCharacterOfPosition(at);
      const place = { file: file.fileName, line: line + 1, column: character + 1 };
      fail(said.ruleNotAFunction({ ...place, endLine: line + 1, endColumn: character + 5 }, found[1] ?? "vjp"));
    }
  }

  #enter(node: ts.Node, tag: ts.JSDocTag, kind: RuleTag, fail: (d: Diagnostic) => void): void {
    const span = tagNameSpan(tag);
    const marked = markedFunction(node);
    const isInstance = marked?.owner !== undefined && !isStatic(marked.member);
    const symbol = marked === undefined || isInstance ? undefined : this.#rootOf(node, marked.owner);
    if (marked?.name === undefined || !marked.topLevel || symbol === undefined) {
      fail(said.ruleNotAFunction(span, kind));
      return;
    }
    const text = textOf(tag);
    const parts = /^([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)(?:\s+from\s+(["'])([^"']+)\2)?$/.exec(text);
    const [, name, , from] = parts ?? [];
    if (name === undefined) {
      fail(said.malformedRule(span, kind, text));
      return;
    }
    const named = from === undefined ? this.#inScope(node, name) : this.#inModule(node, name, from);
    const target = typeof named !== "string" && isOfInterface(named) ? whyNotOfInterface(name) : named;
    const found = typeof target === "string" ? undefined : this.#ruledOf(target, name);
    if (found === undefined || typeof target === "string") {
      const where = typeof target === "string" ? target : `\`${name}\` is not a function that can be followed`;
      fail(said.ruleTargetMissing(span, kind, name, where));
      return;
    }
    const before = found[kind];
    if (before !== undefined) {
      const place = `${before.place.file.split("/").at(-1) ?? ""}:${before.place.line}`;
      fail(said.ruleTwice(span, kind, name, place));
      return;
    }
    const member = marked.owner === undefined ? undefined : marked.node.name?.getText();
    this.#rules.add(marked.node);
    found[kind] = { tag: kind, node: marked.node, name: marked.name, root: symbol, member, place: span };
  }

  /** The symbol under which a rule can be exported. */
  #rootOf(node: ts.Node, owner: ClassNode | undefined): ts.Symbol | undefined {
    const declared = ts.isVariableStatement(node) ? node.declarationList.declarations[0] : (owner ?? node);
    if (declared === undefined) return undefined;
    const isNamed =
      ts.isVariableDeclaration(declared) || ts.isFunctionDeclaration(declared) || ts.isClassLike(declared);
    const name = isNamed ? declared.name : undefined;
    return name !== undefined && ts.isIdentifier(name) ? this.checker.getSymbolAtLocation(name) : undefined;
  }

  /** What a name means where the rule stands; the reason where it means nothing. */
  #inScope(node: ts.Node, name: string): ts.Symbol | string {
    const [root = "", ...rest] = name.split(".");
    const { Value, Alias } = ts.SymbolFlags;
    const inScope = [Value, Alias].flatMap((flag) => this.checker.getSymbolsInScope(node, flag));
    const found = inScope.find((s) => s.name === root);
    if (found === undefined || (found.declarations ?? []).every((d) => this.#isLibrary(d)))
      return `Nothing that is called \`${root}\` is declared in this file or imported into it`;
    // What is exported has a symbol of its own, which knows its members.
    return this.#member(original(this.checker, this.checker.getExportSymbolOfSymbol(found)), rest);
  }

  #isLibrary(declaration: ts.Node): boolean {
    return this.program.isSourceFileDefaultLibrary(declaration.getSourceFile());
  }

  #inModule(node: ts.Node, name: string, from: string): ts.Symbol | string {
    const file = node.getSourceFile();
    const options = this.program.getCompilerOptions();
    const host: ts.ModuleResolutionHost = {
      fileExists: (path) => ts.sys.fileExists(path),
      readFile: (path) => ts.sys.readFile(path),
    };
    const loaded = moduleNamed(this.program, this.checker, from);
    const path = ts.resolveModuleName(from, file.fileName, options, host).resolvedModule?.resolvedFileName;
    const source = path === undefined ? undefined : this.program.getSourceFile(path);
    const module = loaded ?? (source === undefined ? undefined : this.checker.getSymbolAtLocation(source));
    if (module === undefined)
      return path === undefined
        ? `There is no module "${from}"`
        : `No file of the project imports "${from}", so nothing calls \`${name}\``;
    const [root = "", ...rest] = name.split(".");
    const exports = this.checker.getExportsOfModule(module);
    const whole = module.exports?.get(ts.InternalSymbolName.ExportEquals);
    const target =
      exports.find((e) => e.name === root) ??
      [exports.find((e) => e.name === "default"), whole].find(
        (e) => e !== undefined && original(this.checker, e).name === root,
      );
    return target === undefined
      ? `"${from}" exports nothing that is called \`${root}\``
      : this.#member(original(this.checker, target), rest);
  }

  /** A static method of a class, else an instance method; a function of a namespace. */
  #member(symbol: ts.Symbol, names: readonly string[]): ts.Symbol | string {
    let at = symbol;
    for (const name of names) {
      const key = ts.escapeLeadingUnderscores(name);
      const isModule = (at.flags & ts.SymbolFlags.Module) !== 0;
      const inModule = isModule ? this.checker.getExportsOfModule(at).find((e) => e.name === name) : undefined;
      const next = inModule ?? at.exports?.get(key) ?? at.members?.get(key) ?? this.#inherited(at, name);
      if (next === undefined) return `\`${at.name}\` has nothing that is called \`${name}\``;
      at = original(this.checker, next);
    }
    return at;
  }

  #inherited(cls: ts.Symbol, name: string): ts.Symbol | undefined {
    if ((cls.flags & ts.SymbolFlags.Class) === 0) return undefined;
    return this.checker.getPropertyOfType(this.checker.getDeclaredTypeOfSymbol(cls), name);
  }

  #ruledOf(symbol: ts.Symbol, name: string): Ruled | undefined {
    const known = this.#bySymbol.get(symbol);
    if (known !== undefined) return known;
    const declarations = symbol.declarations ?? [];
    const node = declarations.map(functionOf).find((d) => d !== undefined);
    const isCallable = this.checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0;
    if (node === undefined && (!isCallable || declarations.some((d) => !d.getSourceFile().isDeclarationFile)))
      return undefined;
    const parent = node !== undefined && ts.isMethodDeclaration(node) ? node.parent : undefined;
    const isInstance = node !== undefined && ts.isMethodDeclaration(node) && !isStatic(node);
    const ofProject = isInstance && parent !== undefined && ts.isClassLike(parent) ? parent : undefined;
    const owner = node === undefined ? declaredOwner(this.checker, declarations) : ofProject;
    const made: Ruled = { name, node, symbol, owner };
    this.all.push(made);
    this.#bySymbol.set(symbol, made);
    if (node !== undefined) this.#byNode.set(node, made);
    return made;
  }
}

/** Is it a method of an interface, of which nobody knows what it runs? */
const isOfInterface = ({ declarations = [] }: ts.Symbol): boolean =>
  declarations.length > 0 && declarations.every(ts.isMethodSignature);

const whyNotOfInterface = (name: string): string =>
  `\`${name}\` is a method of an interface, which says nothing of the code that it runs; write it as a function of yours, and give that one the rule`;

/** The class that declares an instance method of a package. */
function declaredOwner(checker: ts.TypeChecker, declarations: readonly ts.Declaration[]): ts.Symbol | undefined {
  const method = declarations.find((d) => ts.isMethodDeclaration(d) && !isStatic(d));
  const name = method !== undefined && ts.isClassLike(method.parent) ? method.parent.name : undefined;
  const symbol = name === undefined ? undefined : checker.getSymbolAtLocation(name);
  return symbol === undefined ? undefined : original(checker, checker.getExportSymbolOfSymbol(symbol));
}

const isGenerated = (file: ts.SourceFile): boolean =>
  /^[^\n]*(\n[^\n]*){0,9}@generated by adc/.test(file.text.slice(0, 1000));

/** The function that a declaration gives its name to. */
function functionOf(declaration: ts.Declaration): FunctionNode | undefined {
  if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration))
    return declaration.body === undefined ? undefined : declaration;
  if (ts.isVariableDeclaration(declaration) && isConst(declaration) && declaration.initializer !== undefined) {
    const initializer = bare(declaration.initializer);
    return isFunctionLike(initializer) ? initializer : undefined;
  }
  if (ts.isExportAssignment(declaration)) {
    const expression = bare(declaration.expression);
    return isFunctionLike(expression) ? expression : undefined;
  }
  return undefined;
}

/** The module that files of the project import by a name. */
function moduleNamed(program: ts.Program, checker: ts.TypeChecker, name: string): ts.Symbol | undefined {
  for (const file of program.getSourceFiles()) {
    if (file.isDeclarationFile) continue;
    for (const statement of file.statements) {
      const specifier = ts.isImportDeclaration(statement)
        ? statement.moduleSpecifier
        : ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference)
          ? statement.moduleReference.expression
          : undefined;
      if (specifier === undefined || !ts.isStringLiteralLike(specifier) || specifier.text !== name) continue;
      if (name.startsWith(".")) continue;
      const found = checker.getSymbolAtLocation(specifier);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const hasComments = (node: ts.Node): boolean => "jsDoc" in node && node.jsDoc !== undefined;

/** The tags of the comments that stand directly before this node. */
function ownTags(node: ts.Node): readonly { readonly tag: ts.JSDocTag; readonly name: RuleTag }[] {
  if (!hasComments(node)) return [];
  return ts.getJSDocCommentsAndTags(node).flatMap((doc) => {
    if (!ts.isJSDoc(doc) || doc.parent !== node) return [];
    return (doc.tags ?? []).flatMap((tag) => {
      const name = tags.find((t) => t === tag.tagName.text);
      return name === undefined ? [] : [{ tag, name }];
    });
  });
}

/** What follows a tag on its line. */
function textOf(tag: ts.JSDocTag): string {
  const { text } = tag.getSourceFile();
  const [line = ""] = text.slice(tag.tagName.getEnd(), tag.getEnd()).split("\n");
  return line
    .replace(/\*\/.*$/, "")
    .trim()
    .replaceAll(/\s+/g, " ");
}

const tables = new WeakMap<ts.Program, RuleTable>();

/** The rules of a program; read once. */
export function rulesIn(program: ts.Program, checker: ts.TypeChecker): RuleTable {
  let table = tables.get(program);
  if (table === undefined) tables.set(program, (table = new RuleTable(program, checker)));
  return table;
}
