/** What is shared while one source file is lowered: the checker, types, constants, and the functions still to be lowered. */
import { ts } from "ts-morph";
import type { Diagnostic } from "../diagnostics.js";
import type { Func, GlobalDecl, Loc, Type, Value, ValueId } from "../ir/ir.js";
import { SourceNames } from "./source-names.js";
import { CaptureTable } from "./captures.js";
import type { ClassNode } from "./classes.js";
import { classBodies, mayRunOther } from "./class-effects.js";
import { EffectTable } from "./effects.js";
import { type Ruled, rulesIn } from "./custom-rules/table.js";
import { accumulates } from "./generated.js";
import type { Instance } from "./instance.js";
import type { PackageTable } from "./packages/table.js";
import { isPackageFile } from "./packages/program.js";
import { isPrelude, preludeProgram, servedBy } from "./prelude.js";
import { type FunctionNode, locOf } from "./source.js";
import { type Bindings, TypeMapper } from "./types.js";

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
  /** It has elements, which are declared to be of this type, or of any that they have in common: `lower/made-lists.ts`. */
  readonly wanted?: Type | "any";
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
  /** Does a loop change one of JavaScript's that it goes over? */
  needed?: boolean;
}

export class FileContext extends SourceNames {
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
  /** Optional members, as `record.name`, that are given what may be `undefined`: they are there then, and hold nothing. */
  readonly givenUndefined: Set<string>;
  /** Where it matters whether an optional member is there or only holds something. */
  readonly askedIfThere: { readonly member: string; readonly diagnostic: Diagnostic }[];
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
  /** The declarations of which the generated file has copies, by name. */
  readonly copies = new Map<string, ts.Symbol>();
  /** Classes of errors whose constructors do nothing but make the error. */
  readonly plainErrors = new Set<string>();
  /** The functions of packages with rules that are called, by name and types. */
  readonly ruledCalls = new Map<string, Signature>();
  #prelude: FileContext | undefined;
  readonly captures: CaptureTable;

  constructor(
    program: ts.Program,
    checker: ts.TypeChecker,
    /** The file's name as it stands in names of functions. */
    readonly nameOf: (file: ts.SourceFile) => string,
    readonly report: (d: Diagnostic) => void,
    /** Makes sure that code which is read has no errors. */
    readonly touch: (node: ts.Node) => void,
    /** Lowers the body of a function. */
    readonly lower: (signature: Signature) => void,
    packages: PackageTable,
    /** The context of the user's program, where this is that of the prelude. */
    readonly user?: FileContext,
  ) {
    // The prelude is a program of its own, with rules of its own.
    const rules = user !== undefined && user.program === program ? user.rules : rulesIn(program, checker);
    super(program, checker, packages, rules);
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
    this.givenUndefined = user?.givenUndefined ?? new Set();
    this.askedIfThere = user?.askedIfThere ?? [];
    this.captures = new CaptureTable(
      checker,
      (name) => {
        const callee = this.callee(name);
        return callee.kind === "function" ? callee.node : undefined;
      },
      (name) => this.callee(name).kind === "builtin",
      (node) => this.effects.of(node).assigned,
    );
    this.effects = new EffectTable(
      checker,
      (call) => this.calleeBody(call),
      (type) => this.types.kindOf(type),
      (node) => classBodies(this.types.table, node),
      (callee) => mayRunOther(this.types.table, callee),
      (node) => {
        const callee = this.callee(node);
        return callee.kind === "value" || (callee.kind === "generated" && accumulates(callee.generated));
      },
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
    for (const set of [this.caughtReads, this.names, this.packageConstants, this.ruledCalls, this.givenUndefined])
      set.clear();
    this.reordered.clear();
    for (const list of [this.running, this.kept, this.ordered, this.askedIfThere]) list.length = 0;
    this.types.functions.hasGrown = false;
  }

  /** The context whose checker knows a node. */
  of(node: ts.Node): FileContext {
    const user = this.user ?? this;
    return isPrelude(node) ? user.prelude : user;
  }

  /** The rule of a method that a package declares is that of the method of its code. */
  bindRule(method: FunctionNode): void {
    if (!ts.isMethodDeclaration(method) || !isPackageFile(method.getSourceFile().fileName)) return;
    const name = method.name.getText();
    for (const ruled of this.rules.all)
      if (ruled.symbol.name === name && this.codeOfOwner(ruled) === method.parent) this.rules.bind(method, ruled);
  }

  /** The class that has the code of a method with a rule, where a package declares the method and has been read. */
  codeOfOwner({ node, owner }: Ruled): ClassNode | undefined {
    if (node !== undefined || owner === undefined || "kind" in owner || !this.packages.isRead(owner)) return undefined;
    return this.types.table.classOfSymbol(owner);
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
}
