/** What names in the source refer to: globals of JavaScript, namespaces, and the functions that are called. */
import { ts } from "ts-morph";
import { isTypedArrayName } from "../ir/types.js";
import type { Ruled, RuleTable } from "./custom-rules/table.js";
import { accumulates, type GeneratedCallee, generatedCallee } from "./generated.js";
import { constructorNamed, exportedExpression, isFixed } from "./packages/fixed.js";
import { isKnownFile, type PackageTable } from "./packages/table.js";
import { preludeFunction } from "./prelude.js";
import { runtimeFunctions } from "./prelude/runtime.js";
import { bare, type FunctionNode, isConst, isFunctionLike, isLibrary, isRuntimeSymbol, symbolOf } from "./source.js";

/** Methods of arrays that read only. */
const readingMethods = new Set(["slice", "entries", "keys", "values", "at", "toFixed", "toString"]);
const namespaces = new Set(["Math", "Number", "Array", "Date", "performance", "Object", "JSON", "String", "Runtime"]);

/** What an expression in the place of a function refers to. */
export type Callee =
  | { readonly kind: "function"; readonly node: FunctionNode; readonly symbol: ts.Symbol }
  /** A function or constant of `Math`, `Number`, …: `Math.sin`. */
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "stopGradient" }
  | { readonly kind: "tapGradient" }
  /** A function that adc generates. */
  | { readonly kind: "generated"; readonly generated: GeneratedCallee }
  /** A function of a package with a custom rule. */
  | { readonly kind: "ruled"; readonly ruled: Ruled }
  /** Declared, but without a body anywhere. */
  | { readonly kind: "ambient"; readonly name: string; readonly library: boolean }
  | { readonly kind: "value"; readonly name: string };

export class SourceNames {
  constructor(
    readonly program: ts.Program,
    readonly checker: ts.TypeChecker,
    /** What runs in packages. */
    readonly packages: PackageTable,
    /** The custom rules of the project. */
    readonly rules: RuleTable,
  ) {}

  /** Is the expression the global `Math`? */
  isMath(node: ts.Expression): boolean {
    return this.globalName(node) === "Math";
  }

  /** The name of a global of JavaScript's library that an identifier refers to. */
  globalName(node: ts.Expression): string | undefined {
    const inner = bare(node);
    if (!ts.isIdentifier(inner)) {
      if (ts.isPropertyAccessExpression(inner) && this.globalName(inner.expression) === "globalThis")
        return inner.name.text;
      return undefined;
    }
    if (
      inner.text === "globalThis" ||
      inner.text === "undefined" ||
      inner.text === "NaN" ||
      inner.text === "Infinity"
    ) {
      const symbol = symbolOf(this.checker, inner);
      return symbol === undefined || (symbol.declarations ?? []).every((d) => isLibrary(this.program, d))
        ? inner.text
        : undefined;
    }
    const symbol = symbolOf(this.checker, inner);
    const declarations = symbol?.declarations ?? [];
    return declarations.length > 0 && declarations.every((d) => this.isAmbient(d)) ? inner.text : undefined;
  }

  /** The constructor of JavaScript's library that an expression is: `Float64Array`, or a variable of a package that is one. */
  constructorName(node: ts.Expression): string | undefined {
    return constructorNamed(
      node,
      this.checker,
      (n) => this.globalName(n),
      (name) => this.packages.isMentioned(name),
    );
  }

  /** Declared without a body, globally (libraries, `@types/node`). */
  isAmbient(declaration: ts.Node): boolean {
    if (isLibrary(this.program, declaration)) return true;
    const file = declaration.getSourceFile();
    return file.isDeclarationFile && !isModuleLocal(declaration);
  }

  /** Does the expression name a module, or a namespace in one? */
  isNamespace(node: ts.Expression): boolean {
    return isNamespace(this.checker, node);
  }

  /** What an expression in the place of a function refers to. */
  callee(node: ts.Expression): Callee {
    const inner = bare(node);
    const generated = generatedCallee(this.program, this.checker, inner);
    if (generated !== undefined) return { kind: "generated", generated };
    if (ts.isPropertyAccessExpression(inner)) {
      const owner = this.globalName(inner.expression);
      if (owner !== undefined && (namespaces.has(owner) || isTypedArrayName(owner)))
        return { kind: "builtin", name: `${owner}.${inner.name.text}` };
      const symbol = symbolOf(this.checker, inner.name);
      if (symbol !== undefined)
        return this.#calleeOf(symbol, inner.getText(), isNamespace(this.checker, inner.expression));
      return { kind: "value", name: inner.getText() };
    }
    if (ts.isIdentifier(inner)) {
      const symbol = symbolOf(this.checker, inner);
      if (symbol !== undefined) return this.#calleeOf(symbol, inner.text, true);
      if (inner.text === "stopGradient" && isKnownFile(inner)) return { kind: "stopGradient" };
    }
    return { kind: "value", name: inner.getText().split("\n")[0] ?? "" };
  }

  #calleeOf(symbol: ts.Symbol, name: string, isName: boolean): Callee {
    const ruled = this.rules.ofDeclared(symbol);
    if (ruled !== undefined && ruled.node === undefined && ruled.owner === undefined)
      return this.#ruledCallee(ruled, symbol, name);
    const code = this.packages.codeOf(symbol);
    if (code !== undefined) return this.#calleeOf(code, name, true);
    if (isRuntimeSymbol(symbol, "stopGradient")) return { kind: "stopGradient" };
    if (isRuntimeSymbol(symbol, "tapGradient")) return { kind: "tapGradient" };
    if (runtimeFunctions.has(symbol.name) && isRuntimeSymbol(symbol, symbol.name))
      return { kind: "function", node: preludeFunction(symbol.name), symbol };
    const declarations = symbol.declarations ?? [];
    const builtin = this.#builtinAlias(symbol);
    if (builtin !== undefined) return { kind: "builtin", name: builtin };
    if (isName) {
      const declaration = symbol.valueDeclaration;
      if (declarations.some((d) => ts.isFunctionDeclaration(d) && d.body !== undefined)) {
        const node = declarations.find(
          (d): d is ts.FunctionDeclaration => ts.isFunctionDeclaration(d) && d.body !== undefined,
        );
        if (node !== undefined) return { kind: "function", node, symbol };
      }
      // The name a function expression has inside itself.
      if (declaration !== undefined && ts.isFunctionExpression(declaration))
        return { kind: "function", node: declaration, symbol };
      if (
        declaration !== undefined &&
        ts.isVariableDeclaration(declaration) &&
        declaration.initializer !== undefined &&
        isFixed(this.checker, declaration)
      ) {
        const initializer = bare(declaration.initializer);
        if (isFunctionLike(initializer)) return { kind: "function", node: initializer, symbol };
        if (ts.isIdentifier(initializer) || ts.isPropertyAccessExpression(initializer)) {
          const target = this.callee(initializer);
          if (target.kind !== "value") return target;
        }
      }
      const assigned = exportedExpression(symbol);
      if (assigned !== undefined)
        return isFunctionLike(assigned) ? { kind: "function", node: assigned, symbol } : this.callee(assigned);
      const exported = declarations.find(ts.isExportAssignment);
      if (exported !== undefined) {
        const expression = bare(exported.expression);
        if (isFunctionLike(expression)) return { kind: "function", node: expression, symbol };
        return this.callee(expression);
      }
    }
    const [first] = declarations;
    const bodiless = declarations.length > 0 && declarations.every(ts.isFunctionDeclaration);
    if (first !== undefined && (bodiless || first.getSourceFile().isDeclarationFile)) {
      return { kind: "ambient", name, library: declarations.every((d) => this.isAmbient(d)) };
    }
    return { kind: "value", name };
  }

  /** A function of a package with a rule: its code where that can be read, else what the rule says of it. */
  #ruledCallee(ruled: Ruled, symbol: ts.Symbol, name: string): Callee {
    const code = this.packages.codeOf(symbol);
    const target = code === undefined ? undefined : this.#calleeOf(code, name, true);
    if (target?.kind !== "function") return { kind: "ruled", ruled };
    this.rules.bind(target.node, ruled);
    return target;
  }

  /** `const { sin } = Math`, `const sin = Math.sin`, and the global functions themselves. */
  #builtinAlias(symbol: ts.Symbol): string | undefined {
    const declaration = symbol.valueDeclaration;
    if (declaration === undefined) return undefined;
    if (ts.isBindingElement(declaration) && ts.isObjectBindingPattern(declaration.parent)) {
      const owner = declaration.parent.parent;
      if (
        ts.isVariableDeclaration(owner) &&
        owner.initializer !== undefined &&
        isConst(owner) &&
        declaration.initializer === undefined
      ) {
        const name = declaration.propertyName ?? declaration.name;
        if (this.isMath(owner.initializer) && ts.isIdentifier(name)) return `Math.${name.text}`;
      }
      return undefined;
    }
    if (ts.isFunctionDeclaration(declaration) || ts.isVariableDeclaration(declaration)) {
      if (isLibrary(this.program, declaration)) return symbol.name;
    }
    return undefined;
  }

  /** The body a call runs, for what may change in it. */
  calleeBody(call: ts.CallExpression): ts.Node | "pure" | undefined {
    const callee = this.callee(call.expression);
    switch (callee.kind) {
      case "function":
        return callee.node.body;
      case "stopGradient":
      case "tapGradient":
      case "ruled":
        return "pure";
      case "generated":
        return accumulates(callee.generated) ? undefined : callee.generated.request.node.body;
      case "builtin":
        return /^(Math\.(?!random$)|Runtime\.|Number\.|Number$|Array\.|Array$|(Float|Int|Uint)\w*Array\.|isNaN$|isFinite$|parseInt$|parseFloat$|String$|Boolean$|Object\.(keys|values|entries|fromEntries|freeze|seal|is|hasOwn)$|JSON\.|String\.)/.test(
          callee.name,
        )
          ? "pure"
          : undefined;
      default: {
        const inner = bare(call.expression);
        return ts.isPropertyAccessExpression(inner) && readingMethods.has(inner.name.text) ? "pure" : undefined;
      }
    }
  }
}

function isNamespace(checker: ts.TypeChecker, node: ts.Expression): boolean {
  const inner = bare(node);
  const name = ts.isPropertyAccessExpression(inner) ? inner.name : inner;
  const symbol = ts.isIdentifier(name) ? symbolOf(checker, name) : undefined;
  return symbol !== undefined && (symbol.flags & (ts.SymbolFlags.Module | ts.SymbolFlags.NamespaceModule)) !== 0;
}

/** Declared inside a module of a package, not globally. */
function isModuleLocal(declaration: ts.Node): boolean {
  const file = declaration.getSourceFile();
  if (!ts.isExternalModule(file))
    return ancestors(declaration).some((n) => ts.isModuleDeclaration(n) && ts.isStringLiteral(n.name));
  return !ancestors(declaration).some((n) => ts.isModuleDeclaration(n) && n.name.text === "global");
}

function ancestors(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  for (let at = node.parent; at !== undefined; at = at.parent) found.push(at);
  return found;
}
