/** What the rest of lowering asks of maps, sets, text and opaque data. */
import type { lowerCollectionSize, membersOrNone, snapshotOf } from "./collection.js";
import type { placeByKey, placeByName } from "./dictionary.js";
import type { lowerOpaqueElement, lowerOpaqueNew, lowerOpaqueProperty, membersOfOpaque } from "./opaque.js";

export interface DataLowering {
  /** `new Map(…)`, `new RegExp(…)`. */
  readonly create: typeof lowerOpaqueNew;
  /** `map.size` of a map or a set of our own. */
  readonly size: typeof lowerCollectionSize;
  /** `pattern.source`. */
  readonly property: typeof lowerOpaqueProperty;
  /** `text[i]`, `table[key]`. */
  readonly element: typeof lowerOpaqueElement;
  /** `table[key]` of an object with arbitrary keys, and `table.name`. */
  readonly placeByKey: typeof placeByKey;
  readonly placeByName: typeof placeByName;
  /** The members of a map or a set of our own, as a list. */
  readonly snapshot: typeof snapshotOf;
  /** The same of one that may be missing: `map.get(k) ?? []`. */
  readonly snapshotOrNone: typeof membersOrNone;
  /** The members of text, of a set or a map, as a list. */
  readonly members: typeof membersOfOpaque;
}
