/** What values of a type may hold that only the values themselves tell: functions, maps and sets of our own. */
import type { RecordDecl, Type } from "../ir/ir.js";
import type { CollectionTypes } from "./collection-types.js";
import type { FunctionTypes } from "./function-types.js";

export class TypeContents {
  /** Types of functions of which nothing is known. */
  readonly #unknownFunctions = new Set<string>();

  constructor(
    readonly records: ReadonlyMap<string, RecordDecl>,
    readonly functions: FunctionTypes,
    readonly collections: CollectionTypes,
  ) {}

  /** Nothing is known of functions whose type is written so. */
  addUnknownFunction(text: string): void {
    this.#unknownFunctions.add(text);
  }

  /** Does a value of this type hold functions of which nothing is known? */
  hasFunction(type: Type, seen: ReadonlySet<string> = new Set()): boolean {
    return this.#holdsOpaque(type, (text) => this.#unknownFunctions.has(text), seen);
  }

  /** Does a value say more than this type does: which functions it holds, whether a map in it is one of our own? */
  isOpen(type: Type): boolean {
    return this.#holdsOpaque(type, (text) => this.#unknownFunctions.has(text) || isCollectionText(text), new Set());
  }

  #holdsOpaque(type: Type, isWanted: (text: string) => boolean, seen: ReadonlySet<string>): boolean {
    switch (type.kind) {
      case "opaque":
        return isWanted(type.text);
      case "array":
      case "dict":
        return this.#holdsOpaque(type.elem, isWanted, seen);
      case "tuple":
        return type.elems.some((t) => this.#holdsOpaque(t, isWanted, seen));
      case "maybe":
        return this.#holdsOpaque(type.of, isWanted, seen);
      case "record": {
        const own = this.collections.of(type);
        if (seen.has(type.name) || (own !== undefined && own.site === undefined)) return false;
        const inside = new Set(seen).add(type.name);
        return (this.records.get(type.name)?.fields ?? []).some((f) => this.#holdsOpaque(f.type, isWanted, inside));
      }
      default:
        return false;
    }
  }

  /** Is there something in a value of this type that is known by the value alone: functions, maps and sets of our own? */
  holdsOwn(type: Type, seen: ReadonlySet<string> = new Set()): boolean {
    switch (type.kind) {
      case "array":
      case "dict":
        return this.holdsOwn(type.elem, seen);
      case "tuple":
        return type.elems.some((t) => this.holdsOwn(t, seen));
      case "maybe":
        return this.holdsOwn(type.of, seen);
      case "record": {
        if (this.functions.of(type) !== undefined || this.collections.of(type) !== undefined) return true;
        if (seen.has(type.name)) return false;
        const inside = new Set(seen).add(type.name);
        return (this.records.get(type.name)?.fields ?? []).some((f) => this.holdsOwn(f.type, inside));
      }
      default:
        return this.hasFunction(type);
    }
  }

  /** Are there functions in a value of this type, known or not? */
  holdsFunction(type: Type, seen: ReadonlySet<string> = new Set()): boolean {
    switch (type.kind) {
      case "array":
      case "dict":
        return this.holdsFunction(type.elem, seen);
      case "tuple":
        return type.elems.some((t) => this.holdsFunction(t, seen));
      case "maybe":
        return this.holdsFunction(type.of, seen);
      case "record": {
        if (this.functions.of(type) !== undefined) return true;
        if (seen.has(type.name)) return false;
        const inside = new Set(seen).add(type.name);
        return (this.records.get(type.name)?.fields ?? []).some((f) => this.holdsFunction(f.type, inside));
      }
      default:
        return this.hasFunction(type);
    }
  }
}

/** A map or a set, or what goes over one. */
const isCollectionText = (text: string): boolean => /^((Readonly)?(Map|Set)|(Map|Set|Array)Iterator)</.test(text);
