/** What values of a type may hold that only the values themselves tell: functions, maps and sets of our own. */
import type { RecordDecl, Type } from "../ir/ir.js";
import { holds } from "../ir/types.js";
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
  hasFunction(type: Type): boolean {
    return this.#holdsOpaque(type, (text) => this.#unknownFunctions.has(text));
  }

  /** Does a value say more than this type does: which functions it holds, whether a map in it is one of our own? */
  isOpen(type: Type): boolean {
    return this.#holdsOpaque(type, (text) => this.#unknownFunctions.has(text) || isCollectionText(text));
  }

  #holdsOpaque(type: Type, isWanted: (text: string) => boolean): boolean {
    return holds(type, this.records, (t) => {
      if (t.kind === "opaque") return isWanted(t.text);
      const own = this.collections.of(t);
      return own !== undefined && own.site === undefined ? false : undefined;
    });
  }

  /** Is there something in a value of this type that is known by the value alone: functions, maps and sets of our own? */
  holdsOwn(type: Type): boolean {
    return holds(type, this.records, (t) =>
      t.kind === "opaque"
        ? this.#unknownFunctions.has(t.text)
        : this.functions.of(t) !== undefined || this.collections.of(t) !== undefined || undefined,
    );
  }

  /** Are there functions in a value of this type, known or not? */
  holdsFunction(type: Type): boolean {
    return holds(type, this.records, (t) =>
      t.kind === "opaque" ? this.#unknownFunctions.has(t.text) : this.functions.of(t) !== undefined || undefined,
    );
  }
}

/** A map or a set, or what goes over one. */
const isCollectionText = (text: string): boolean => /^((Readonly)?(Map|Set)|(Map|Set|Array)Iterator)</.test(text);
