/**
 * From what a package declares to the code that runs. The exports of a module's declarations and those of its code have
 * the same names; so what is declared under a name is what the code exports under it, namespaces included.
 */
import { ts } from "ts-morph";
import { noteEverything } from "../dependencies.js";
import { filesMatching } from "../scans.js";
import { original } from "../source.js";
import { knownModule } from "./known.js";
import { isPackageFile, type ProgramFiles, unreadable } from "./program.js";
import { packageOf, resolvePackage, splitSpecifier } from "./resolve.js";

/** An import of the user's. */
interface Import {
  readonly literal: ts.StringLiteralLike;
  readonly from: string;
}

const deepest = 4;

export class PackageTable {
  /** Files that must be read before the rest can be said. */
  readonly wanted = new Set<string>();
  readonly #code = new Map<ts.Symbol, ts.Symbol>();
  readonly #declared = new Map<ts.Symbol, ts.Symbol>();
  readonly #paired = new Set<string>();
  readonly #reasons = new Map<string, string>();
  readonly #mentioned = new Map<string, boolean>();
  #imports: Map<string, Import[]> | undefined;

  constructor(
    readonly program: ts.Program,
    readonly checker: ts.TypeChecker,
    /** Absent where nothing but the program is at hand. */
    readonly files: ProgramFiles | undefined,
  ) {}

  /** The code of what a package declares; absent where there is none, or it is not read yet. */
  codeOf(symbol: ts.Symbol): ts.Symbol | undefined {
    const name = this.packageOf(symbol);
    if (name === undefined) return undefined;
    this.#read(name);
    return this.#code.get(symbol);
  }

  /** Has the code of the package that declares a symbol been read? */
  isRead(symbol: ts.Symbol): boolean {
    const name = this.packageOf(symbol);
    return name !== undefined && this.#paired.has(name) && this.wanted.size === 0 && !this.#reasons.has(name);
  }

  /** What a package declares of its code. */
  declaredOf(code: ts.Symbol): ts.Symbol | undefined {
    return this.#declared.get(code);
  }

  /** The code of a symbol of a package, or the symbol itself. */
  orCode(symbol: ts.Symbol): ts.Symbol {
    return this.codeOf(symbol) ?? symbol;
  }

  /** The package that declares a symbol. */
  packageOf(symbol: ts.Symbol): string | undefined {
    const declaration = symbol.declarations?.[0];
    const file = declaration?.getSourceFile();
    if (declaration === undefined || file === undefined || !file.isDeclarationFile) return undefined;
    if (this.program.isSourceFileDefaultLibrary(file)) return undefined;
    for (let at: ts.Node = declaration; at !== undefined; at = at.parent)
      if (ts.isModuleDeclaration(at) && ts.isStringLiteral(at.name)) return splitSpecifier(at.name.text).name;
    const name = packageOf(file.fileName);
    // What generated code imports itself is known without its code.
    return name === "@adc/runtime" ? undefined : name;
  }

  /** Why nothing of a package can be read. */
  why(name: string): string | undefined {
    return this.#reasons.get(name);
  }

  /** Does the user's own code mention a name? */
  isMentioned(name: string): boolean {
    const known = this.#mentioned.get(name);
    if (known !== undefined) return known;
    const pattern = new RegExp(`\\b${name.replaceAll("$", "\\$")}\\b`);
    const found = filesMatching(this.program, pattern).some((f) => !isPackageFile(f.fileName));
    this.#mentioned.set(name, found);
    return found;
  }

  #read(name: string): void {
    const { files } = this;
    if (this.#paired.has(name) || files === undefined) return;
    this.#paired.add(name);
    noteEverything(this.program);
    for (const { literal, from } of this.#importsOf(name)) {
      const path = resolvePackage(files, literal.text, from);
      if (path === undefined) continue;
      const reason = unreadable(files, path);
      const code = this.program.getSourceFile(path);
      if (reason !== undefined) this.#reasons.set(name, reason);
      else if (code === undefined) this.wanted.add(path);
      else {
        const declared = this.checker.getSymbolAtLocation(literal);
        const own = this.checker.getSymbolAtLocation(code);
        if (declared !== undefined && own !== undefined) this.#pair(declared, own, 0);
      }
    }
  }

  #importsOf(name: string): readonly Import[] {
    if (this.#imports === undefined) {
      const imports = new Map<string, Import[]>();
      const add = (node: ts.Expression | undefined, from: string): void => {
        if (node === undefined || !ts.isStringLiteralLike(node) || node.text.startsWith(".")) return;
        const own = splitSpecifier(node.text).name;
        const known = imports.get(own);
        if (known === undefined) imports.set(own, [{ literal: node, from }]);
        else if (known.every((i) => i.literal.text !== node.text)) known.push({ literal: node, from });
      };
      for (const file of this.program.getSourceFiles()) {
        if (file.isDeclarationFile || isPackageFile(file.fileName)) continue;
        for (const statement of file.statements) {
          if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement))
            add(statement.moduleSpecifier, file.fileName);
          else if (ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference))
            add(statement.moduleReference.expression, file.fileName);
        }
      }
      this.#imports = imports;
    }
    return this.#imports.get(name) ?? [];
  }

  /** What the declarations and the code of a module call by the same name. */
  #pair(declared: ts.Symbol, code: ts.Symbol, depth: number): void {
    if (depth > deepest) return;
    const whole = this.#target(declared, "export=");
    const main = this.#target(code, "export=") ?? this.#target(code, "default");
    if (whole !== undefined && main !== undefined) this.#enter(whole, main, depth);
    for (const exported of this.#exports(declared)) {
      const found = this.#named(code, main, exported.name);
      if (found !== undefined) this.#enter(original(this.checker, exported), found, depth);
    }
  }

  #enter(declared: ts.Symbol, code: ts.Symbol, depth: number): void {
    if (this.#code.has(declared)) return;
    this.#code.set(declared, code);
    if (!this.#declared.has(code)) this.#declared.set(code, declared);
    if (declared.flags & ts.SymbolFlags.Module && declared !== code) this.#pair(declared, code, depth + 1);
  }

  #named(code: ts.Symbol, main: ts.Symbol | undefined, name: string): ts.Symbol | undefined {
    if (name === "default") return this.#target(code, "default") ?? main;
    return this.#target(code, name) ?? (main === undefined ? undefined : this.#target(main, name));
  }

  #target(module: ts.Symbol, name: string): ts.Symbol | undefined {
    const direct = module.exports?.get(ts.escapeLeadingUnderscores(name));
    const found = direct ?? this.#exports(module).find((e) => e.name === name);
    return found === undefined ? undefined : original(this.checker, found);
  }

  #exports(module: ts.Symbol): readonly ts.Symbol[] {
    return module.flags & ts.SymbolFlags.Module ? this.checker.getExportsOfModule(module) : [];
  }
}

/** Does a file stand for one that adc knows by name? */
export const isKnownFile = (node: ts.Node): boolean => knownModule.nameOf(node.getSourceFile().fileName) !== undefined;
