/** What is known while one function is lowered: where operations go, the variables, the exits that are open, facts about values. */
import type { ts } from "ts-morph";
import { type Diagnostic, language, meaning } from "../../diagnostics.js";
import { Builder, value } from "../../ir/build.js";
import type { Loc, Type, Value, ValueId } from "../../ir/ir.js";
import { isNumber, isReference, maybe, num, present, sameType } from "../../ir/types.js";
import type { FileContext, OpenArray, Signature } from "../file-context.js";
import { ExitTable, type Exits, noExits } from "../exits.js";
import { callPath } from "../signature.js";
import { locOf, spanOf } from "../source.js";
import { type Bindings, noBindings } from "../types.js";
import { className } from "../classes.js";
import type { Construction } from "./constructed-object.js";
import type { ClassLowering } from "./class-lowering.js";
import type { lowerFrom } from "./callbacks.js";
import { literalForm } from "./class-refusals.js";
import { convert, isConvertible, isOnlyOfClasses } from "./convert.js";
import type { Guard } from "./guards.js";
import type { DataLowering } from "./data-lowering.js";
import { Env, type Hidden, isHidden, newFlag, thisKey } from "./env.js";
import { presentValue } from "./missing.js";
import { readBox } from "./variables.js";

/** The parts of lowering that call each other; put together in `function.ts`. */
export interface Lowering {
  expression(context: FunctionContext, node: ts.Expression, hint?: string): Value;
  /** As a boolean, by JavaScript's truthiness. */
  condition(context: FunctionContext, node: ts.Expression): Value;
  /** For its effects only. */
  effect(context: FunctionContext, node: ts.Expression): void;
  /** Puts a value where a pattern or a place says. */
  assign(context: FunctionContext, target: ts.Expression, value: Value): void;
  /** Declares the names of a pattern. */
  bind(context: FunctionContext, name: ts.BindingName, value: Value): void;
  /** A function value, or an object with functions, as one of several; absent where it is none of them. */
  asFunction(context: FunctionContext, value: Value, type: Type, node: ts.Node | undefined): Value | undefined;
  /** `+v` of what is a number or a boolean. */
  asNumber(context: FunctionContext, value: Value, node: ts.Node): Value | undefined;
  /** A list without elements takes the type of the place it comes to. */
  fitEmpty(context: FunctionContext, value: Value, type: Type, node: ts.Node): void;
  /** `Array.from(source, callback)`. */
  from: typeof lowerFrom;
  /** An expression as text with holes, for what no derivative flows through. */
  text(context: FunctionContext, node: ts.Expression): TextWithHoles;
  readonly classes: ClassLowering;
  readonly data: DataLowering;
}

export interface TextWithHoles {
  readonly text: readonly string[];
  readonly args: readonly Value[];
}

/** Something a `break` or `continue` can refer to. */
export interface Construct {
  readonly node: ts.Node;
  readonly isLoop: boolean;
  /** The loop ends after this iteration. */
  readonly stop: Hidden;
  /** The rest of the body is left out. */
  readonly skip: Hidden;
  /** Of the block of a `try` with a handler: what was thrown, and whether anything was. */
  handler?: Handler;
}

/** What was thrown, and whether anything was. */
export interface Handler {
  readonly error: Hidden;
  readonly thrown: Hidden;
}

export class FunctionContext {
  b: Builder;
  readonly env = new Env();
  readonly exits: ExitTable;
  /** The functions that are called. */
  readonly calls = new Set<Signature>();
  /** Where all operations are placed: code of the compiler's own stands where it is called. */
  placed: Loc | undefined;
  /** What the code of the compiler's own is called for. */
  served: ts.Node | undefined;
  /** Depth of nested statement lists. */
  level = 1;
  /** The end of the region that is being built is not reached: it throws. */
  dead = false;
  /** Flags that are read later; exits set no others. */
  needed: ReadonlySet<Hidden> = new Set();
  readonly constructs: Construct[] = [];
  /** Calls that may have thrown: what follows them stands in an arm of its own, which is still open. */
  readonly guards: Guard[] = [];
  /** Where exceptions go that the caller catches. */
  readonly caller: Handler | undefined;
  /** Where the piece that is running may go. */
  piece: Exits = noExits;
  /** Objects whose constructors are running, the innermost last. */
  readonly constructions: Construction[] = [];
  readonly result: Hidden = { hidden: "result" };
  readonly returned: Hidden = newFlag();
  /** Values that are integers whatever the input. */
  readonly integers = new Set<ValueId>();
  /** Text made from numbers that may depend on the input. */
  readonly numericText = new Set<ValueId>();
  /** Names of elements, which `for…in` gives, and the indices they stand for. */
  readonly indices = new Map<ValueId, Value>();
  /** Maps and other opaque constants of the module; writes into arrays and objects are found in the lowered program. */
  readonly constants = new Map<ValueId, string>();
  /** Memo tables of the module: what is noted there must not depend on what is differentiated. */
  readonly memos = new Map<ValueId, string>();
  /** NaN where JavaScript has `undefined`: they cannot be tested for it. */
  readonly maybeMissing = new Set<ValueId>();
  /** Arrays made without elements: every store makes them longer. */
  readonly empty = new Set<ValueId>();
  /** Arrays made without elements, by the expression that makes them. */
  readonly openArrays = new Map<ValueId, OpenArray>();
  /** Arrays and objects with such an array among their members. */
  readonly #holdEmpty = new Set<ValueId>();
  /** Stand-ins for what a call that never returns would have returned. */
  readonly never = new Set<ValueId>();
  /** Values of expressions that are already computed: what stands in front of `?.`. */
  readonly known = new Map<ts.Expression, Value>();
  readonly #truths = new Map<ValueId, boolean>();
  readonly #nulls = new Set<ValueId>();
  /** Stand-ins for what was refused; nothing more is said about them. */
  readonly #refused = new Set<ValueId>();

  constructor(
    readonly file: FileContext,
    readonly lowering: Lowering,
    /** Absent while a constant of a module is read. */
    readonly signature: Signature | undefined,
    readonly reportHere: (d: Diagnostic) => void,
  ) {
    this.b = new Builder();
    const isCaught = signature?.instance.isCaught === true;
    this.exits = new ExitTable((node) => file.effects.mayThrow(node), isCaught);
    this.caller = isCaught ? { error: { hidden: "result" }, thrown: newFlag() } : undefined;
  }

  /** The builder, with the operations made next placed at `node`. */
  at(node: ts.Node): Builder {
    this.b.loc = this.placed ?? locOf(node);
    return this.b;
  }

  /** What the function returns; absent where that is not known yet. */
  get resultType(): Type | undefined {
    return this.signature === undefined ? { kind: "void" } : this.signature.result;
  }

  /** What the type parameters of this function and of those around it stand for. */
  get bindings(): Bindings {
    return this.signature?.bindings ?? noBindings;
  }

  /** The object a method was called on. */
  get thisValue(): Value | undefined {
    return this.env.get(thisKey);
  }

  expression(node: ts.Expression, hint?: string): Value {
    return this.lowering.expression(this, node, hint);
  }

  condition(node: ts.Expression): Value {
    return this.lowering.condition(this, node);
  }

  // --------------------------------------------------------------------------------------------------------- refusals

  report(diagnostic: Diagnostic): void {
    this.reportHere(diagnostic);
  }

  /** Something no derivative flows through is given a value: it must not depend on what is differentiated. */
  keeps(v: Value, node: ts.Node, place: string): void {
    if (!isReference(v.type) && !isNumber(v.type)) return;
    if (this.isInteger(v)) return;
    if (isReference(v.type)) this.file.put.set(v.id, place);
    this.#keep(v, meaning.lostInContainer(spanOf(node), place));
  }

  /** A number is a member of what is thrown: a handler may read it there. */
  throws(v: Value, node: ts.Node): void {
    if (isNumber(v.type) && !this.isInteger(v)) this.#keep(v, meaning.lostInContainer(spanOf(node), "error"), true);
  }

  /** Numbers are read from text: it must not have been made from numbers that depend on what is differentiated. */
  reads(text: Value, node: ts.Node, name: string): void {
    this.#keep(text, meaning.lostThroughText(spanOf(node), name));
  }

  /** A value is declared to be anything: it must not depend on what is differentiated. */
  untyped(v: Value, node: ts.TypeNode): void {
    if (!isReference(v.type) && !isNumber(v.type)) return;
    const why = "Its type is `any`, so nothing is known about it";
    this.#keep(v, language.unsupportedType(spanOf(node), node.getText(), why));
  }

  /** An integer is made of a number: the user is told where that depends on what is differentiated. */
  truncates(v: Value, node: ts.Node, operator: string): void {
    if (!this.isInteger(v)) this.#keep(v, meaning.truncated(spanOf(node), operator));
  }

  #keep(v: Value, diagnostic: Diagnostic, isThrown = false): void {
    const path = this.signature === undefined ? [] : callPath(this.signature);
    const placed = this.served === undefined ? diagnostic : { ...diagnostic, span: spanOf(this.served) };
    const thrown = isThrown ? { isThrown: true as const } : {};
    this.file.kept.push({ value: v, diagnostic: { ...placed, related: [...placed.related, ...path] }, ...thrown });
  }

  /** Reports, and returns a stand-in so that the rest can be read too. */
  refuse(diagnostic: Diagnostic, type: Type = num): Value {
    this.report(diagnostic);
    return this.standIn(type);
  }

  standIn(type: Type): Value {
    const v = value(type);
    this.b.push({ kind: "const", value: undefined, result: v });
    this.#refused.add(v.id);
    return v;
  }

  isRefused(v: Value): boolean {
    return this.#refused.has(v.id);
  }

  /** The IR type of an expression by the checker; reports where there is none. */
  typeAt(node: ts.Node, type: ts.Type = this.file.checker.getTypeAtLocation(node)): Type | undefined {
    const mapped = this.file.types.map(type);
    if ("type" in mapped) return mapped.type;
    this.report(language.unsupportedType(spanOf(node), this.file.types.show(type), mapped.why));
    return undefined;
  }

  /** The value, if it has this type; else a refusal. */
  coerce(v: Value, type: Type, node: ts.Node): Value {
    if (sameType(v.type, type)) return v;
    if (this.isRefused(v)) return this.standIn(type);
    if (this.never.has(v.id)) return this.placeholder(type);
    this.lowering.fitEmpty(this, v, type, node);
    if (isOnlyOfClasses(this, type, v.type) && isConvertible(this, v, type))
      return this.refuse(literalForm(node, "An object that is of a class, or an object literal,"), type);
    const converted = convert(this, v, type, node);
    if (converted !== undefined) return converted;
    return this.refuse(language.typeMismatch(spanOf(node), this.show(v.type), this.show(type)), type);
  }

  number(v: Value, operator: string, node: ts.Node): Value {
    if (v.type.kind === "num") return v;
    if (v.type.kind === "bool") return this.at(node).prim("fromBool", [v]);
    if (v.type.kind === "maybe" && (v.type.of.kind === "num" || v.type.of.kind === "bool"))
      return this.number(presentValue(this, v, node), operator, node);
    if (this.isRefused(v)) return this.standIn(num);
    const either = this.lowering.asNumber(this, v, node);
    if (either !== undefined) return either;
    return this.refuse(language.notANumber(spanOf(node), operator, this.show(v.type)));
  }

  /** An IR type in the words of TypeScript. */
  show(type: Type): string {
    switch (type.kind) {
      case "num":
        return "number";
      case "bool":
        return "boolean";
      case "str":
        return "string";
      case "void":
        return "undefined";
      case "array":
        return this.file.types.choices.of(type.elem) === undefined
          ? `${this.show(type.elem)}[]`
          : `(${this.show(type.elem)})[]`;
      case "dict":
        return `Record<${type.key === "num" ? "number" : "string"}, ${this.show(present(type.elem))}>`;
      case "typed":
        return type.name;
      case "tuple":
        return `[${type.elems.map((e) => this.show(e)).join(", ")}]`;
      case "record": {
        const decl = this.file.types.records.get(type.name);
        const instance = this.file.types.classes.get(type.name);
        if (instance !== undefined) return className(instance.node);
        const any = this.file.types.choices.of(type);
        if (any !== undefined) return any.members.map((m) => this.show(m.type)).join(" | ");
        const own = this.file.types.collections.of(type);
        if (own !== undefined)
          return own.kind === "map"
            ? `Map<${this.show(own.key)}, ${this.show(own.value)}>`
            : `Set<${this.show(own.key)}>`;
        return decl?.text?.text ?? `{ ${(decl?.fields ?? []).map((f) => f.name).join(", ")} }`;
      }
      case "opaque":
        return type.text;
      case "maybe": {
        const of = this.show(type.of);
        return `${of} | ${type.absent === "both" ? "null | undefined" : type.absent}`;
      }
      default:
        return type.kind;
    }
  }

  // ----------------------------------------------------------------------------------------------------------- values

  /** A value of the type that nobody reads: what a variable holds on the paths that never set it. */
  placeholder(type: Type, inside: ReadonlySet<string> = new Set()): Value {
    switch (type.kind) {
      case "num":
        return this.b.const(0);
      case "bool":
        return this.b.const(false);
      case "str":
        return this.b.const("");
      case "array":
      case "dict":
        return this.b.aggregate(type, []);
      case "typed": {
        const result = value(type);
        this.b.push({ kind: "alloc", length: this.b.const(0), result });
        return result;
      }
      case "tuple":
        return this.b.aggregate(
          type,
          type.elems.map((e) => this.placeholder(e, inside)),
        );
      case "record": {
        const fields = this.file.types.records.get(type.name)?.fields;
        if (fields === undefined) return this.undefinedOf(type);
        // An object that leads to another of its kind has no end: at some point there is none.
        if (inside.has(type.name)) return this.b.cast(this.b.absent(maybe(type), undefined), type);
        const nested = new Set(inside).add(type.name);
        return this.b.aggregate(
          type,
          fields.map((f) => this.placeholder(f.type, nested)),
        );
      }
      case "maybe":
        return this.b.absent(type, type.absent === "null" ? null : undefined);
      default:
        return this.undefinedOf(type);
    }
  }

  undefinedOf(type: Type): Value {
    const result = value(type);
    this.b.push({ kind: "const", value: undefined, result });
    return result;
  }

  constant(v: number | boolean | string, hint?: string): Value {
    const made = this.b.const(v, hint);
    if (typeof v === "number" && Number.isInteger(v)) this.integers.add(made.id);
    if (typeof v === "boolean") this.#truths.set(made.id, v);
    return made;
  }

  /** The boolean a value is known to be: code behind a test that never holds is not read. */
  truthOf(v: Value): boolean | undefined {
    return this.#truths.get(v.id);
  }

  /** `null`; where a value may be missing it gets that value's type. */
  nullValue(): Value {
    const result = value({ kind: "void" });
    this.b.push({ kind: "const", value: null, result });
    this.#nulls.add(result.id);
    return result;
  }

  /** What a parameter holds that is given a missing value of no type: what is `undefined` is not passed. */
  holdsNull(v: Value): void {
    this.#nulls.add(v.id);
  }

  isNull(v: Value): boolean {
    return this.#nulls.has(v.id);
  }

  /** `made` is `v` under another type: what is known of the one is true of the other. */
  sameAs(v: Value, made: Value): void {
    if (v === made) return;
    for (const facts of [
      this.integers,
      this.numericText,
      this.maybeMissing,
      this.empty,
      this.#holdEmpty,
      this.#refused,
    ])
      if (facts.has(v.id)) facts.add(made.id);
    const open = this.openArrays.get(v.id);
    if (open !== undefined) this.openArrays.set(made.id, open);
    const name = this.constants.get(v.id);
    if (name !== undefined) this.constants.set(made.id, name);
  }

  /** Is the value, or does it refer to, a constant of the module? */
  constantIn(v: Value): string | undefined {
    return this.constants.get(v.id);
  }

  /** What is read out of `base` is as constant as what `base` refers to. */
  readFrom(base: Value, loaded: Value): Value {
    if (this.#holdEmpty.has(base.id) && loaded.type.kind === "array") this.empty.add(loaded.id);
    // Text may have been put there that was made from a number.
    if (loaded.type.kind === "str") this.numericText.add(loaded.id);
    return loaded;
  }

  /** `v` becomes a member of `base`. */
  putInto(base: Value, v: Value): void {
    if (this.empty.has(v.id)) this.#holdEmpty.add(base.id);
  }

  /** An array that is made without elements: what it is given later says what they are. */
  opens(v: Value, node: ts.Node, wanted?: OpenArray["wanted"]): void {
    const more = wanted === undefined ? {} : { wanted };
    if (this.signature !== undefined) this.openArrays.set(v.id, { of: this.signature, node, ...more });
  }

  isInteger(v: Value): boolean {
    return this.integers.has(v.id);
  }

  integer(v: Value): Value {
    this.integers.add(v.id);
    return v;
  }

  /** The value of a variable; a placeholder where it has none yet. */
  current(key: Parameters<Env["get"]>[0]): Value {
    const boxed = isHidden(key) ? undefined : readBox(this, key);
    if (boxed !== undefined) return boxed;
    return this.env.get(key) ?? this.placeholder(this.env.slot(key)?.type ?? num);
  }
}
