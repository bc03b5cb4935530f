/** Small pieces of the code that goes through structures. */
import type { Type } from "../ir/ir.js";
import { present } from "../ir/types.js";
import { precedence, type Stmt } from "./code.js";
import { propertyName } from "./property.js";

/** What is done to an object the first time it is met. */
export const once = (place: string, memo: string, then: readonly Stmt[]): Stmt[] => [
  {
    kind: "if",
    cond: { text: `!${memo}.has(${place})`, level: precedence.prefix },
    then: [{ kind: "line", text: `${memo}.set(${place}, ${place});` }, ...then],
    else: [],
  },
];

/** An object literal; what has no name is written as it is. */
export function object(fields: readonly (readonly [string, string])[]): string {
  if (fields.length === 0) return "{}";
  return `{ ${fields.map(([name, text]) => (name === "" ? text : `${propertyName(name)}: ${text}`)).join(", ")} }`;
}

/** A source type with its absence ruled out where the target's is. */
export const matched = (from: Type, to: Type): Type => (to.kind === "maybe" ? from : present(from));

/** What an object with arbitrary keys is declared to hold at a key that it has. */
export const memberOf = (type: Type): Type =>
  type.kind !== "dict" ? type : type.loose === true ? type.elem : present(type.elem);

export function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
