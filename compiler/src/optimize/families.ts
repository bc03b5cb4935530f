/**
 * Types between which casts lead, so that one object may be known under several: a record and the wide records it is a
 * variant of, something and a maybe of it. A family has one name, which stands for its types where aliasing is decided.
 */
import type { Type } from "../ir/ir.js";
import { type Records, typeText } from "../ir/types.js";

const known = new WeakMap<Records, Families>();

export function familyText(type: Type, records: Records): string {
  let families = known.get(records);
  if (families === undefined) known.set(records, (families = new Families(records)));
  return families.text(type);
}

class Families {
  readonly #texts = new WeakMap<Type, string>();
  readonly #parents = new Map<string, string>();

  constructor(records: Records) {
    for (const decl of records.values())
      for (const variant of decl.variants ?? []) {
        const [a, b] = [this.#root(decl.name), this.#root(variant)];
        if (a !== b) this.#parents.set(b, a);
      }
  }

  #root(name: string): string {
    let root = name;
    for (let up = this.#parents.get(root); up !== undefined; up = this.#parents.get(root)) root = up;
    return root;
  }

  text(type: Type): string {
    let text = this.#texts.get(type);
    if (text === undefined) this.#texts.set(type, (text = this.#make(type)));
    return text;
  }

  #make(type: Type): string {
    switch (type.kind) {
      case "maybe":
        return this.text(type.of);
      case "array":
        return `[${this.text(type.elem)}]`;
      case "dict":
        return `{${type.key}: ${this.text(type.elem)}}`;
      case "tuple":
        return `(${type.elems.map((elem) => this.text(elem)).join(", ")})`;
      case "record":
        return typeText({ kind: "record", name: this.#root(type.name) });
      default:
        return typeText(type);
    }
  }
}
