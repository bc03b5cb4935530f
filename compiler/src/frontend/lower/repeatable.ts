/** Operations on text and data that give the same whenever they run and change nothing: constants of modules may be made by them once more. */
import type { Op } from "../../ir/ir.js";
import { present } from "../../ir/types.js";
import { isOfPlaces } from "./collection.js";

/** What is made of values that are at hand: maps, sets, patterns, lists of keys, text. */
const making =
  /^(new (Map|Set|RegExp)\b|\/|\(\{|Array\.from\(|Object\.(keys|values|entries|fromEntries|hasOwn)\(|JSON\.|String\.|\(\0\)\.join\()/;

/** What only looks into a map, a set, a pattern, or an object with arbitrary keys. */
const reading = /^\0(\.(get|has|keys|values|entries)\(|\.(size|source|flags)$|\[)| in \0$/;

/** May the operation run once more, at another time? */
export function isRepeatable(op: Op & { readonly kind: "foreign" }): boolean {
  if (op.pure || isOfPlaces(op.text)) return true;
  const text = op.text.join("\0");
  if (making.test(text) || reading.test(text)) return true;
  // Methods of text; what a pattern remembers, only its own methods look at.
  const [receiver] = op.args;
  return text.startsWith("\0.") && receiver !== undefined && present(receiver.type).kind === "str";
}
