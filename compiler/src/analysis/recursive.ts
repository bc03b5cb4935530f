/** Types that contain themselves: lists, trees. */
import type { Type } from "../ir/ir.js";
import { fieldsWithin, type Records } from "../ir/types.js";

/** Does a type mention a record for which `test` holds, at any depth? */
export function leadsTo(
  type: Type,
  records: Records,
  test: (name: string) => boolean,
  seen = new Set<string>(),
): boolean {
  if (type.kind === "maybe") return leadsTo(type.of, records, test, seen);
  if (type.kind === "array" || type.kind === "dict") return leadsTo(type.elem, records, test, seen);
  if (type.kind === "tuple") return type.elems.some((elem) => leadsTo(elem, records, test, seen));
  if (type.kind !== "record") return false;
  if (test(type.name)) return true;
  if (seen.has(type.name)) return false;
  seen.add(type.name);
  return fieldsWithin(type.name, records).some((f) => leadsTo(f.type, records, test, seen));
}

/** Records that contain themselves. */
export function recursiveRecords(records: Records): ReadonlySet<string> {
  const found = new Set<string>();
  for (const decl of records.values())
    if (fieldsWithin(decl.name, records).some((f) => leadsTo(f.type, records, (name) => name === decl.name)))
      found.add(decl.name);
  return found;
}
