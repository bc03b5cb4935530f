/** What is shared while one source file is lowered: the checker, types, constants, and the functions still to be lowered. */
import { ts } from "ts-morph";
import type { Diagnostic } from "../diagnostics.js";
import type { Func, GlobalDecl, Loc, Type, Value, ValueId } from "../ir/ir.js";
import { CaptureTable } from "./captures.js";
import { classBodies } from "./class-effects.js";
import { EffectTable } from "./effects.js";
import { type Ruled, type RuleTable, rulesIn } from "./custom-rules/table.js";
import { type GeneratedCallee, generatedCallee } from "./generated.js";
import type { Instance } from "./instance.js";
import { constructorNamed, exportedExpression, isFixed } from "./packages/fixed.js";
import { isKnownFile, type PackageTable } from "./packages/table.js";
import { isPrelude, preludeFunction, preludeProgram, servedBy } from "./prelude.js";
import { runtimeFunctions } from "./prelude/runtime.js";
import {
  bare,
  type FunctionNode,
  isConst,
  isFunctionLike,
  isLibrary,
  isRuntimeSymbol,
  locOf,
  symbolOf,
} from "./source.js";
import { type Bindings, isTypedArrayName, TypeMapper } from "./types.js";

/** A parameter that is given a value. */
export interface Param {
  readonly name: string;
  readonly type: Type;
  readonly node: ts.ParameterDeclaration;
}

/**
 * A function that was asked for, in one instance: annotated, or called from one that was. Its result type may become
 * known only while its body is lowered.
 */
export interface Signature {
  readonly name: string;
  readonly source: string;
  readonly node: FunctionNode;
  /** Whose checker knows the node. */
  readonly file: FileContext;
  readonly instance: Instance;
  /** What tells this instance from the others of its function. */
  readonly key: string;
  /** The parameters that are given something; what `this` and captured variables are given stands before them. */
  readonly params: readonly Param[];
  /** What its type parameters stand for. */
  readonly bindings: Bindings;
  /** A function of a package that stands for itself only through its rules. */
  readonly ruled?: Ruled;
  /** The call through which it was first reached. */
  readonly from?: { readonly caller: Signature; readonly call: ts.Node };
  /** Absent: not known yet. */
  result: Type | undefined;
  /** `fixed`: as declared. `guess`: as declared, until the body says more. `met`: what the body returns. */
  resultIs: "fixed" | "guess" | "met";
  state: "new" | "running" | "done";
  /** Types of variables, where what they are first given does not say all. */
  readonly variables: Map<ts.Symbol, Type>;
  /** Which of its parameters are arrays that a function on the way to it made without elements. */
  readonly opens: Map<number, OpenArray>;
  /** Types of the elements of arrays that are made without elements. */
  readonly elements: Map<ts.Node, Type>;
  /** Lowered with a result type of this function that was not yet certain. */
  readonly dependents: Set<Signature>;
  /** What was lowered; absent where it could not be. */
  func?: Func;
  /** What it calls, in the order of the calls. */
  calls: readonly Signature[];
  diagnostics: readonly Diagnostic[];
}

/** An array that a function makes without elements. */
export interface OpenArray {
  readonly of: Signature;
  /** The expression that makes it. */
  readonly node: ts.Node;
}

/** The outcome of asking for a function. */
export interface Asked {
  readonly signature: Signature | undefined;
  /** Why there is none. */
  readonly problems: readonly Diagnostic[];
}

/** A value that was put into something no derivative flows through. */
export interface Kept {
  readonly value: Value;
  readonly diagnostic: Diagnostic;
  /** It is in what is thrown: lost only if a handler reads numbers from that. */
  readonly isThrown?: true;
}

/** Maps and sets that are made in the program. */
export interface MadeCollections {
  /** All of them are of our own: a number that depends on what is differentiated is put into one. */
  all: boolean;
  /** Some are maps and sets of JavaScript. */
  some: boolean;
  /** May something be taken out of one again? */
  shrinks?: boolean;
}

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

/** Methods of arrays that read only. */
const readingMethods = new Set(["slice", "entries", "keys", "values", "at", "toFixed", "toString"]);
const namespaces = new Set(["Math", "Number", "Array", "Date", "performance", "Object", "JSON", "String", "Runtime"]);

export class FileContext {
  readonly types: TypeMapper;
  readonly effects: EffectTable;
  readonly funcs: Map<string, Func>;
  readonly globals: Map<string, GlobalDecl>;
  /** By function, then by instance. */
  readonly signatures: Map<FunctionNode, Map<string, Asked>>;
  /** Names of lowered functions. */
  readonly names: Set<string>;
  /** The declarations of the constants in `globals`. */
  readonly globalNodes: Map<string, ts.VariableDeclaration | ts.PropertyDeclaration>;
  /** Constants of packages that nothing outside of their module can reach. */
  readonly packageConstants: Set<string>;
  /** The functions that are being lowered, each called by the one before it. */
  readonly running: Signature[];
  /** Records of which an object is made with its members in another order than that of the type, with the first such order. */
  readonly reordered: Map<string, readonly string[]>;
  /** Where the order of an object's members is asked for. */
  readonly ordered: { readonly record: string; readonly diagnostic: Diagnostic }[];
  /** What was put where no derivative can follow. */
  readonly kept: Kept[];
  /** Where handlers read members of what they caught. */
  readonly caughtReads: Set<ts.Node>;
  /** Arrays and objects that are taken out of something adc cannot look into, and how that is written. */
  readonly taken: Map<ValueId, string>;
  /** Arrays and objects that are put into it: they may come out again. */
  readonly put: Map<ValueId, string>;
  /** What becomes of maps and sets that are made in the program. */
  readonly made: MadeCollections;
  /** The custom rules of the project. */
  readonly rules: RuleTable;
  /** The functions of packages with rules that are called, by name and types. */
  readonly ruledCalls = new Map<string, Signature>();
  #prelude: FileContext | undefined;
  readonly captures: CaptureTable;

  constructor(
    readonly program: ts.Program,
    readonly checker: ts.TypeChecker,
    /** The file's name as it stands in names of functions. */
    readonly nameOf: (file: ts.SourceFile) => string,
    readonly report: (d: Diagnostic) => void,
    /** Makes sure a file that is read has no errors; called once per file. */
    readonly touch: (file: ts.SourceFile) => void,
    /** Lowers the body of a function. */
    readonly lower: (signature: Signature) => void,
    /** What runs in packages. */
    readonly packages: PackageTable,
    /** The context of the user's program, where this is that of the prelude. */
    readonly user?: FileContext,
  ) {
    // The prelude is a program of its own, with rules of its own.
    this.rules = user !== undefined && user.program === program ? user.rules : rulesIn(program, checker);
    this.types = new TypeMapper(program, checker, user?.types);
    this.types.table.codeOf = (symbol) => packages.codeOf(symbol);
    this.types.table.declaredOf = (symbol) => packages.declaredOf(symbol);
    this.funcs = user?.funcs ?? new Map<string, Func>();
    this.globals = user?.globals ?? new Map<string, GlobalDecl>();
    this.signatures = user?.signatures ?? new Map<FunctionNode, Map<string, Asked>>();
    this.names = user?.names ?? new Set();
    this.globalNodes = user?.globalNodes ?? new Map<string, ts.VariableDeclaration | ts.PropertyDeclaration>();
    this.packageConstants = user?.packageConstants ?? new Set();
    this.running = user?.running ?? [];
    this.kept = user?.kept ?? [];
    this.caughtReads = user?.caughtReads ?? new Set();
    this.taken = user?.taken ?? new Map<ValueId, string>();
    this.put = user?.put ?? new Map<ValueId, string>();
    this.made = user?.made ?? { all: false, some: false };
    this.reordered = user?.reordered ?? new Map<string, readonly string[]>();
    this.ordered = user?.ordered ?? [];
    this.captures = new CaptureTable(
      checker,
      (name) => {
        const callee = this.callee(name);
        return callee.kind === "function" ? callee.node : undefined;
      },
      (node) => this.effects.of(node).assigned,
    );
    this.effects = new EffectTable(
      checker,
      (call) => this.calleeBody(call),
      (type) => this.types.kindOf(type),
      (node) => classBodies(this.types.table, node),
      (callee) => this.callee(callee).kind === "value",
      (name) => {
        const callee = this.callee(name);
        return callee.kind === "function" ? callee.node : undefined;
      },
    );
  }

  /** Everything is read once more: types stay as they are known by now. */
  startOver(): void {
    for (const table of [this.funcs, this.globals, this.signatures, this.globalNodes, this.taken, this.put])
      table.clear();
    for (const set of [this.caughtReads, this.names, this.packageConstants, this.ruledCalls]) set.clear();
    this.reordered.clear();
    for (const list of [this.running, this.kept, this.ordered]) list.length = 0;
    this.types.functions.hasGrown = false;
  }

  /** The context whose checker knows a node. */
  of(node: ts.Node): FileContext {
    const user = this.user ?? this;
    return isPrelude(node) ? user.prelude : user;
  }

  get prelude(): FileContext {
    if (this.#prelude === undefined) {
      const program = preludeProgram();
      this.#prelude = new FileContext(
        program,
        program.getTypeChecker(),
        () => "prelude",
        this.report,
        () => {},
        this.lower,
        this.packages,
        this,
      );
    }
    return this.#prelude;
  }

  /** Where the operations of a function are placed, if not where its own text stands. */
  placeOf(signature: Signature): Loc | undefined {
    const node = this.user === undefined ? undefined : servedBy(signature);
    return node === undefined ? undefined : locOf(node);
  }

  /** Stands the function inside another? */
  isNested(node: FunctionNode): boolean {
    for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent)
      if (ts.isFunctionLike(at)) return true;
    return false;
  }

  /** Functions that were lowered with a type that has turned out to be another. */
  forget(signatures: Set<Signature>): void {
    for (const signature of signatures) {
      this.signatures.get(signature.node)?.delete(signature.key);
      this.names.delete(signature.name);
    }
    signatures.clear();
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
    if (ruled !== undefined && ruled.node === undefined) return this.#ruledCallee(ruled, symbol, name);
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
      case "generated":
      case "ruled":
        return "pure";
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
