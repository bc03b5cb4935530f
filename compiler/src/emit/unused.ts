/** Parameters that the code of a function does not mention, for projects whose settings ask for an underscore before those. */
import { freeName } from "./names.js";

/** The names as the signature shows them; `code` is everything that may mention them. */
export function markUnused(
  names: readonly string[],
  code: readonly string[],
  isTaken: (name: string) => boolean,
): readonly string[] {
  const lines = code.filter((text) => !/^\s*\/\//.test(text));
  const mentions = (name: string): boolean => {
    // Not as a member, nor as a key: `p.w`, `{ w: 1 }`.
    const word = new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${name.replaceAll("$", "\\$")}(?![\\w$]|\\??:)`);
    return lines.some((text) => word.test(text));
  };
  return names.map((name) =>
    name.startsWith("_") || mentions(name)
      ? name
      : freeName(`_${name}`, (other) => isTaken(other) || names.includes(other) || mentions(other)),
  );
}
