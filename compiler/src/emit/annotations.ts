/** When a variable must say its type: where TypeScript would make another one of what the variable begins with. */
import type { Type } from "../ir/ir.js";
import { present, type Records } from "../ir/types.js";
import type { TypeNames } from "./type-names.js";

export class Annotations {
  private variants: ReadonlySet<string> | undefined;

  constructor(
    private readonly records: Records,
    private readonly types: TypeNames,
  ) {}

  /** The annotation a variable needs because its initial value does not say enough. */
  of(type: Type, init: string): string | undefined {
    if (init.startsWith("undefined") || init === "null" || /^\[\s*\]$/.test(init)) return this.types.text(type);
    // An empty set says nothing of its members, nor does an object of its keys.
    if (type.kind === "opaque" && /^(new (Weak)?(Map|Set)\(|\(\{|\{)/.test(init)) return this.types.text(type);
    if (type.kind === "dict" && /^(\{|Object\.fromEntries\()/.test(init)) return this.types.text(type);
    // A choice of literals would have their types, and TypeScript objects to comparing those with others.
    if (type.kind === "num" && /\? -?\d[\w.]* : -?\d[\w.]*$/.test(init)) return this.types.text(type);
    // An empty array among its members would say that there is never anything in it.
    const isLiteral = /^[[{]| [?:] [[{]/.test(init);
    const holdsEmpty = isLiteral && /\[\s*\]/.test(init);
    // What its first members are made of may have types of literals, which those that follow do not have.
    if (isLiteral && type.kind === "array" && type.elem.kind === "record") return this.types.text(type);
    if (holdsEmpty || (isLiteral && (hasTuple(type, this.types) || this.isVague(type)))) return this.types.text(type);
    // `new Float64Array(n)` is a `Float64Array<ArrayBuffer>`; a place that gets another array later must be wider.
    const isMade = isLiteral || init.includes(".map(");
    return isMade && type.kind !== "typed" && this.holdsTypedArrays(type, new Set())
      ? this.types.text(type)
      : undefined;
  }

  private holdsTypedArrays(type: Type, seen: Set<string>): boolean {
    if (type.kind === "typed") return true;
    if (type.kind === "array" || type.kind === "dict") return this.holdsTypedArrays(type.elem, seen);
    if (type.kind === "maybe") return this.holdsTypedArrays(type.of, seen);
    if (type.kind === "tuple") return type.elems.some((elem) => this.holdsTypedArrays(elem, seen));
    if (type.kind !== "record" || seen.has(type.name)) return false;
    seen.add(type.name);
    return this.types.decl(type.name).fields.some((field) => this.holdsTypedArrays(field.type, seen));
  }

  /** Does TypeScript narrow a variable of this type to the type of what it is assigned? */
  isNarrowed(type: Type): boolean {
    return type.kind === "maybe" || (type.kind === "record" && this.types.decl(type.name).variants !== undefined);
  }

  /** Does a literal alone not say all of its type: which string the tag of a variant is, what may be absent? */
  private isVague(type: Type, seen: Set<string> = new Set()): boolean {
    if (type.kind === "array") return this.isVague(type.elem, seen);
    if (type.kind === "dict") return this.isVague(present(type.elem), seen);
    if (type.kind === "maybe") return true;
    if (type.kind !== "record" || seen.has(type.name)) return false;
    seen.add(type.name);
    this.variants ??= new Set([...this.records.values()].flatMap((decl) => decl.variants ?? []));
    if (this.variants.has(type.name) || this.types.decl(type.name).variants !== undefined) return true;
    return this.types.decl(type.name).fields.some((field) => this.isVague(field.type, seen));
  }
}

/** Is there a tuple in it? TypeScript takes a literal of one for an array. */
export function hasTuple(type: Type, types: TypeNames): boolean {
  const seen = new Set<string>();
  const search = (inner: Type): boolean => {
    if (inner.kind === "tuple") return true;
    if (inner.kind === "array" || inner.kind === "dict") return search(inner.elem);
    if (inner.kind === "maybe") return search(inner.of);
    if (inner.kind !== "record" || seen.has(inner.name)) return false;
    seen.add(inner.name);
    return types.decl(inner.name).fields.some((f) => search(f.type));
  };
  return search(type);
}
