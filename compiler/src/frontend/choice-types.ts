/**
 * Values of several types as one IR type: a record with a number that says which of the types it is, and a place for a value of
 * each. Unions of numbers, texts, lists, objects and functions become such a choice, and objects with functions of their own.
 */
import { ts } from "ts-morph";
import type { Field, RecordDecl, Type } from "../ir/ir.js";
import { bool, holds, isReference, maybe, num, record, sameType, str, typeText } from "../ir/types.js";
import { type FunctionTypes, whichField } from "./function-types.js";

/** One of the types of a choice, and the field that holds a value of it. */
export interface ChoiceMember {
  readonly type: Type;
  readonly field: string;
}

/** A value that is one of several types. */
export interface Choice {
  readonly name: string;
  readonly members: readonly ChoiceMember[];
}

/** What tells values of different types apart in JavaScript. */
export type Kind = "number" | "text" | "flag" | "list" | "object" | "call";

export class ChoiceTypes {
  readonly #known = new Map<string, Choice>();
  readonly #byIdentity = new Map<string, string>();

  constructor(
    private readonly records: Map<string, RecordDecl>,
    private readonly functions: FunctionTypes,
  ) {}

  /** The types that a value of this type may have; absent where it is no choice. */
  of(type: Type): Choice | undefined {
    return type.kind === "record" ? this.#known.get(type.name) : undefined;
  }

  /** A choice among values of different kinds, not among objects only. */
  mixed(type: Type): Choice | undefined {
    const found = this.of(type);
    return found?.members.some((m) => this.kindOf(m.type) !== "object") === true ? found : undefined;
  }

  /** Absent where adc does not look into the value. */
  kindOf(type: Type): Kind | undefined {
    switch (type.kind) {
      case "num":
        return "number";
      case "str":
        return "text";
      case "bool":
        return "flag";
      case "array":
      case "typed":
      case "tuple":
        return "list";
      case "dict":
        return "object";
      case "record":
        return this.functions.of(type) === undefined ? "object" : "call";
      default:
        return undefined;
    }
  }

  /** Which of the types holds a value of this one: its own, one of several objects or functions that it is one of; -1 for none. */
  positionOf(own: Type, to: Choice): number {
    return to.members.findIndex(({ type: by }) => {
      if (sameType(own, by)) return true;
      if (own.kind !== "record" || by.kind !== "record") return false;
      if (this.#variants(by.name).includes(own.name)) return true;
      const [f, any] = [this.functions.of(own), this.functions.of(by)];
      if (f === undefined || any?.kind !== "any") return false;
      return (f.kind === "one" ? [f] : f.members).every((m) => any.members.some((other) => other.name === m.name));
    });
  }

  /** Has each value of the one type a place in the other, which is a choice among values of different kinds? */
  fits(own: Type, to: Type): boolean {
    const choice = this.mixed(to);
    if (choice === undefined) return false;
    return (this.of(own)?.members.map((m) => m.type) ?? [own]).every((t) => this.positionOf(t, choice) >= 0);
  }

  /** Is there a choice among values of different kinds in a value of this type? */
  isIn(type: Type): boolean {
    return holds(type, this.records, (t) => this.mixed(t) !== undefined || undefined);
  }

  /** The type of values of any of these types; one that is a choice stands for all of its own. */
  among(types: readonly Type[]): Type {
    const flat = types.flatMap((t) => this.of(t)?.members.map((m) => m.type) ?? [plain(t)]);
    const isWithin = (type: Type): boolean =>
      type.kind === "record" &&
      flat.some(
        (other) =>
          other.kind === "record" && other.name !== type.name && this.#variants(other.name).includes(type.name),
      );
    const byText = new Map(flat.filter((t) => !isWithin(t)).map((t) => [typeText(t), t]));
    const all = [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, t]) => t);
    const [first] = all;
    if (first !== undefined && all.length === 1) return first;
    const identity = [...byText.keys()].toSorted().join("|");
    const known = this.#byIdentity.get(identity);
    if (known !== undefined) return record(known);
    const isOfObjects = all.every((t) => this.kindOf(t) === "object");
    const name = this.#freeName(isOfObjects ? "AnyObject" : "AnyOf");
    const taken = new Set([whichField]);
    const members = all.map((type): ChoiceMember => {
      const base = fieldNames[this.kindOf(type) ?? "object"];
      let field = isOfObjects ? `${base}1` : base;
      for (let k = 2; taken.has(field); k++) field = `${base}${k}`;
      taken.add(field);
      return { type, field };
    });
    const fields = members.map(
      ({ type, field }): Field => ({ name: field, type: isReference(type) ? maybe(type) : type }),
    );
    this.records.set(name, { name, fields: [{ name: whichField, type: num, noDiff: true }, ...fields] });
    this.#byIdentity.set(identity, name);
    this.#known.set(name, { name, members });
    return record(name);
  }

  #variants(name: string): readonly string[] {
    return this.records.get(name)?.variants ?? [];
  }

  #freeName(base: string): string {
    let name = base;
    for (let i = 2; this.records.has(name); i++) name = `${base}${i}`;
    return name;
  }
}

const fieldNames: Record<Kind, string> = {
  number: "number",
  text: "text",
  flag: "flag",
  list: "list",
  object: "object",
  call: "call",
};

/** Without which numbers or texts it is known to be. */
function plain(type: Type): Type {
  if (type.kind === "num") return num;
  if (type.kind === "str") return str;
  return type.kind === "bool" ? bool : type;
}

/** The kind of the values of a TypeScript type; absent where that is not one kind. */
export function kindOfValues(checker: ts.TypeChecker, type: ts.Type): Kind | undefined {
  const { flags } = type;
  if (flags & ts.TypeFlags.NumberLike) return "number";
  if (flags & ts.TypeFlags.StringLike) return "text";
  if (flags & ts.TypeFlags.BooleanLike) return "flag";
  if (type.isIntersection()) {
    const [first] = type.types.map((t) => kindOfValues(checker, t));
    return first;
  }
  if ((flags & ts.TypeFlags.Object) === 0) return undefined;
  if (type.getCallSignatures().length > 0) return "call";
  const isList =
    checker.isArrayType(type) ||
    checker.isTupleType(type) ||
    /^(Readonly|Float\d|Ui?nt|Int)\w*Array$/.test(type.getSymbol()?.name ?? "");
  return isList ? "list" : "object";
}
