/** What is known while one function is lowered: where operations go, the variables, the exits that are open, facts about values. */
import type { ts } from "ts-morph";
import { type Diagnostic, language } from "../../diagnostics.js";
import { Builder, value } from "../../ir/build.js";
import type { Type, Value, ValueId } from "../../ir/ir.js";
import { isReference, num, sameType } from "../../ir/types.js";
import type { FileContext, Signature } from "../file-context.js";
import { ExitTable } from "../exits.js";
import { locOf, spanOf } from "../source.js";
import { Env, type Hidden } from "./env.js";

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
  /** An expression as text with holes, for what no derivative flows through. */
  text(context: FunctionContext, node: ts.Expression): TextWithHoles;
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
}

export const newFlag = (): Hidden => ({ hidden: "flag" });

export class FunctionContext {
  b: Builder;
  readonly env = new Env();
  readonly exits = new ExitTable();
  /** Depth of nested statement lists. */
  level = 1;
  /** The end of the region that is being built is not reached: it throws. */
  dead = false;
  /** Flags that are read later; exits set no others. */
  needed: ReadonlySet<Hidden> = new Set();
  readonly constructs: Construct[] = [];
  readonly result: Hidden = { hidden: "result" };
  readonly returned: Hidden = newFlag();
  /** Values that are integers whatever the input. */
  readonly integers = new Set<ValueId>();
  /** Text made from numbers that may depend on the input. */
  readonly numericText = new Set<ValueId>();
  /** References into constants of the module. */
  readonly constants = new Map<ValueId, string>();
  /** Arrays and objects of the function that refer to constants of the module. */
  readonly holders = new Map<ValueId, string>();
  /** NaN where JavaScript has `undefined`: they cannot be tested for it. */
  readonly maybeMissing = new Set<ValueId>();
  /** Arrays made without elements: every store makes them longer. */
  readonly empty = new Set<ValueId>();
  /** Arrays and objects with such an array among their members. */
  readonly #holdEmpty = new Set<ValueId>();
  /** Stand-ins for what a call that never returns would have returned. */
  readonly never = new Set<ValueId>();
  /** Stand-ins for what was refused; nothing more is said about them. */
  readonly #refused = new Set<ValueId>();

  constructor(
    readonly file: FileContext,
    readonly lowering: Lowering,
    readonly resultType: Type,
    /** Absent while a constant of a module is read. */
    readonly signature: Signature | undefined,
    readonly reportHere: (d: Diagnostic) => void,
  ) {
    this.b = new Builder();
  }

  /** The builder, with the operations made next placed at `node`. */
  at(node: ts.Node): Builder {
    this.b.loc = locOf(node);
    return this.b;
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
    return this.refuse(language.typeMismatch(spanOf(node), this.show(v.type), this.show(type)), type);
  }

  number(v: Value, operator: string, node: ts.Node): Value {
    if (v.type.kind === "num") return v;
    if (v.type.kind === "bool") return this.at(node).prim("fromBool", [v]);
    if (this.isRefused(v)) return this.standIn(num);
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
        return `${this.show(type.elem)}[]`;
      case "typed":
        return type.name;
      case "tuple":
        return `[${type.elems.map((e) => this.show(e)).join(", ")}]`;
      case "record": {
        const decl = this.file.types.records.get(type.name);
        return decl?.text?.text ?? `{ ${(decl?.fields ?? []).map((f) => f.name).join(", ")} }`;
      }
      case "opaque":
        return type.text;
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
        if (fields === undefined || inside.has(type.name)) return this.undefinedOf(type);
        const nested = new Set(inside).add(type.name);
        return this.b.aggregate(
          type,
          fields.map((f) => this.placeholder(f.type, nested)),
        );
      }
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
    return made;
  }

  /** Is the value, or does it refer to, a constant of the module? */
  constantIn(v: Value): string | undefined {
    return this.constants.get(v.id) ?? this.holders.get(v.id);
  }

  /** What is read out of `base` is as constant as what `base` refers to. */
  readFrom(base: Value, loaded: Value): Value {
    const name = this.constantIn(base);
    if (name !== undefined && isReference(loaded.type)) this.constants.set(loaded.id, name);
    if (this.#holdEmpty.has(base.id) && loaded.type.kind === "array") this.empty.add(loaded.id);
    // Text may have been put there that was made from a number.
    if (loaded.type.kind === "str") this.numericText.add(loaded.id);
    return loaded;
  }

  /** `v` becomes a member of `base`. */
  putInto(base: Value, v: Value): void {
    const name = this.constantIn(v);
    if (name !== undefined) this.holders.set(base.id, name);
    if (this.empty.has(v.id)) this.#holdEmpty.add(base.id);
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
    return this.env.get(key) ?? this.placeholder(this.env.slot(key)?.type ?? num);
  }
}
