/** `delete table[key]`: foreign text, but known to change the memory of an object with arbitrary keys. */
import type { Foreign, Op } from "./ir.js";

export const deletionText = "delete ";

export const isDeletion = (op: Op): op is Foreign => op.kind === "foreign" && op.text[0] === deletionText;
