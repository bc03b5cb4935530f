/** The records that maps and sets made in the program are, where a derivative may flow through what they hold. */
import type { Field, RecordDecl, Type } from "../ir/ir.js";
import { arrayOf, opaque, record, typeText } from "../ir/types.js";
import type { OpenArray } from "./file-context.js";

export interface Collection {
  readonly kind: "map" | "set";
  readonly key: Type;
  /** Of a set that of its keys. */
  readonly value: Type;
  /** Where it is made, if what it holds is known only from what is put into it. */
  readonly site: OpenArray | undefined;
}

/** The field that holds the map of JavaScript from a key to its place. */
export const placesField = "places";

export class CollectionTypes {
  readonly #known = new Map<string, Collection>();
  readonly #byIdentity = new Map<string, string>();
  readonly #sites = new Map<OpenArray["node"], number>();

  constructor(readonly records: Map<string, RecordDecl>) {}

  of(type: Type): Collection | undefined {
    return type.kind === "record" ? this.#known.get(type.name) : undefined;
  }

  /** The type of such a map or set. */
  typeOf(collection: Collection): Type {
    const { kind, key, value, site } = collection;
    const number = site === undefined ? "" : (this.#sites.get(site.node) ?? this.#sites.size);
    if (site !== undefined && typeof number === "number") this.#sites.set(site.node, number);
    const identity = `${kind}|${typeText(key)}|${typeText(value)}|${number}`;
    const known = this.#byIdentity.get(identity);
    if (known !== undefined) {
      this.#known.set(known, collection);
      return record(known);
    }
    const base = kind === "map" ? "OwnMap" : "OwnSet";
    let name = base;
    for (let i = 2; this.records.has(name); i++) name = `${base}${i}`;
    const fields: Field[] = [{ name: "keys", type: arrayOf(key) }];
    if (kind === "map") fields.push({ name: "values", type: arrayOf(value) });
    fields.push({ name: placesField, type: placesType(key) });
    this.records.set(name, { name, fields });
    this.#byIdentity.set(identity, name);
    this.#known.set(name, collection);
    return record(name);
  }
}

export function placesType(key: Type): Type {
  const own =
    key.kind === "str" ? "string" : key.kind === "num" ? "number" : key.kind === "bool" ? "boolean" : "unknown";
  return opaque(`Map<${own}, number>`);
}
