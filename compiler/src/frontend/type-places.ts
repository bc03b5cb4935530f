/** Fields of classes that hold functions, and objects that come from outside: what only the whole program says of types. */
import type { RecordDecl, Type } from "../ir/ir.js";
import { arrayOf, holds, maybe, tupleOf } from "../ir/types.js";
import type { RecordTable } from "./record-table.js";

export type Growing = "none" | "assigned" | "declared";

export class FunctionPlaces {
  /** Are there places that hold functions of which only the program says which they are? */
  found = false;
  /**
   * Which of them hold any function that is given to them anywhere in the program: fields of classes and members that are
   * assigned, or all members and lists that are declared, those of one name and type together.
   */
  grow: Growing = "none";

  constructor(private readonly records: RecordTable) {}

  /** The type of a field, with places that any function given to it anywhere fits into. */
  of(type: Type, name: string, shown: string): Type {
    if (!this.records.contents.hasFunction(type)) return type;
    this.found = true;
    return this.grow === "none" ? type : this.#within(type, name, `${name}: ${shown}`);
  }

  /** The type of a member or a list by its declaration: a place like any other, where those are needed. */
  declared(type: Type, name: string, shown: string): Type {
    if (!this.records.contents.hasFunction(type)) return type;
    this.found = true;
    return this.grow === "declared" ? this.#within(type, name, `${name}: ${shown}`) : type;
  }

  /** Is there such a place in a value of this type? */
  isIn(type: Type): boolean {
    if (type.kind === "array") return this.isIn(type.elem);
    if (type.kind === "maybe") return this.isIn(type.of);
    if (type.kind === "tuple") return type.elems.some((t) => this.isIn(t));
    return this.records.functions.isGrowing(type);
  }

  /** Is there such a place anywhere in what a value of this type leads to? */
  isUnder(type: Type): boolean {
    return holds(type, this.records.records, (t) => this.records.functions.isGrowing(t) || undefined);
  }

  #within(type: Type, name: string, place: string): Type {
    switch (type.kind) {
      case "opaque":
        return this.records.contents.hasFunction(type) ? this.records.functions.growing(name, place) : type;
      case "array":
        return arrayOf(this.#within(type.elem, name, place));
      case "maybe":
        return maybe(this.#within(type.of, name, place), type.absent);
      case "tuple":
        return tupleOf(type.elems.map((t, i) => this.#within(t, name, `${place}[${i}]`)));
      default:
        return type;
    }
  }
}

/** The records whose objects may come from outside of the program. */
export class Outside {
  readonly #names = new Set<string>();

  constructor(private readonly records: ReadonlyMap<string, RecordDecl>) {}

  /** Objects in values of this type come from outside. */
  add(type: Type): void {
    if (type.kind === "array" || type.kind === "dict") this.add(type.elem);
    else if (type.kind === "maybe") this.add(type.of);
    else if (type.kind === "tuple") for (const elem of type.elems) this.add(elem);
    else if (type.kind === "record" && !this.#names.has(type.name)) {
      this.#names.add(type.name);
      for (const f of this.records.get(type.name)?.fields ?? []) this.add(f.type);
      for (const name of this.records.get(type.name)?.variants ?? []) this.add({ kind: "record", name });
    }
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }
}
