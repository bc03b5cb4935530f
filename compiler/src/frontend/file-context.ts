/** What is shared while one source file is lowered: the checker, types, constants, and the functions still to be lowered. */
import { ts } from "ts-morph";
import type { Diagnostic } from "../diagnostics.js";
import type { Func, GlobalDecl, Type } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { EffectTable } from "./effects.js";
import { bare, type FunctionNode, isConst, isFunctionLike, isLibrary, isRuntimeSymbol, symbolOf } from "./source.js";
import { type Bindings, isTypedArrayName, TypeMapper } from "./types.js";

/** A function that was asked for: annotated, or called from one that was. */
export interface Signature {
  readonly name: string;
  readonly source: string;
  readonly node: FunctionNode;
  readonly params: readonly { readonly name: string; readonly type: Type; readonly node: ts.ParameterDeclaration }[];
  readonly result: Type;
  /** What its type parameters stand for. */
  readonly bindings: Bindings;
  /** The call through which it was first reached. */
  readonly from?: { readonly caller: Signature; readonly call: ts.Node };
}

export type Callee =
  | { readonly kind: "function"; readonly node: FunctionNode; readonly symbol: ts.Symbol }
  /** A function or constant of `Math`, `Number`, …: `Math.sin`. */
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "stopGradient" }
  /** Declared, but without a body anywhere. */
  | { readonly kind: "ambient"; readonly name: string; readonly library: boolean }
  | { readonly kind: "value"; readonly name: string };

/** Methods of arrays that read only. */
const readingMethods = new Set(["slice", "entries", "keys", "values", "at", "toFixed", "toString"]);
const namespaces = new Set(["Math", "Number", "Array", "Date", "performance", "Object"]);

export class FileContext {
  readonly types: TypeMapper;
  readonly effects: EffectTable;
  readonly funcs = new Map<string, Func>();
  readonly globals = new Map<string, GlobalDecl>();
  /** By function, then by instance. */
  readonly signatures = new Map<FunctionNode, Map<string, Signature | undefined>>();
  readonly queue: Signature[] = [];
  readonly #constants = new Map<ts.Node, { name: string | undefined }>();

  constructor(
    readonly program: ts.Program,
    readonly checker: ts.TypeChecker,
    /** The file's name as it stands in names of functions. */
    readonly nameOf: (file: ts.SourceFile) => string,
    readonly report: (d: Diagnostic) => void,
    /** Makes sure a file that is read has no errors; called once per file. */
    readonly touch: (file: ts.SourceFile) => void,
  ) {
    this.types = new TypeMapper(program, checker);
    this.effects = new EffectTable(
      checker,
      (call) => this.calleeBody(call),
      (type) => this.types.kindOf(type),
    );
  }

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

  /** Declared without a body, globally (libraries, `@types/node`). */
  isAmbient(declaration: ts.Node): boolean {
    if (isLibrary(this.program, declaration)) return true;
    const file = declaration.getSourceFile();
    return file.isDeclarationFile && !isModuleLocal(declaration);
  }

  /** What an expression in the place of a function refers to. */
  callee(node: ts.Expression): Callee {
    const inner = bare(node);
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
    }
    return { kind: "value", name: inner.getText().split("\n")[0] ?? "" };
  }

  #calleeOf(symbol: ts.Symbol, name: string, isName: boolean): Callee {
    if (isRuntimeSymbol(symbol, "stopGradient")) return { kind: "stopGradient" };
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
      if (
        declaration !== undefined &&
        ts.isVariableDeclaration(declaration) &&
        declaration.initializer !== undefined &&
        isConst(declaration)
      ) {
        const initializer = bare(declaration.initializer);
        if (isFunctionLike(initializer)) return { kind: "function", node: initializer, symbol };
        if (ts.isIdentifier(initializer) || ts.isPropertyAccessExpression(initializer)) {
          const target = this.callee(initializer);
          if (target.kind !== "value") return target;
        }
      }
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

  /** A constant array or object of a module that a function, or one it calls, mentions. */
  constantsIn(node: ts.Node): string | undefined {
    const known = this.#constants.get(node);
    if (known !== undefined) return known.name;
    // Entered first, so that recursion ends.
    const found: { name: string | undefined } = { name: undefined };
    this.#constants.set(node, found);
    const visit = (n: ts.Node): void => {
      if (found.name !== undefined || ts.isTypeNode(n)) return;
      if (ts.isIdentifier(n)) found.name = this.#constantName(n);
      else if (ts.isCallExpression(n)) {
        const callee = this.callee(n.expression);
        if (callee.kind === "function") found.name = this.constantsIn(callee.node);
      }
      if (found.name === undefined) ts.forEachChild(n, visit);
    };
    ts.forEachChild(node, visit);
    return found.name;
  }

  #constantName(node: ts.Identifier): string | undefined {
    const declaration = symbolOf(this.checker, node)?.valueDeclaration;
    if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
      return undefined;
    const { parent } = declaration.parent;
    if (!ts.isVariableStatement(parent) || !ts.isSourceFile(parent.parent)) return undefined;
    const mapped = this.types.map(this.checker.getTypeAtLocation(declaration.name));
    return "type" in mapped && isReference(mapped.type) ? node.text : undefined;
  }

  /** The body a call runs, for what may change in it. */
  calleeBody(call: ts.CallExpression): ts.Node | "pure" | undefined {
    const callee = this.callee(call.expression);
    switch (callee.kind) {
      case "function":
        return callee.node.body;
      case "stopGradient":
        return "pure";
      case "builtin":
        return /^(Math\.(?!random$)|Number\.|Number$|Array\.|Array$|(Float|Int|Uint)\w*Array\.|isNaN$|isFinite$|parseInt$|parseFloat$|String$|Boolean$)/.test(
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
