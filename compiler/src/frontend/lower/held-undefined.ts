/**
 * Members that are there and hold `undefined`. For adc an optional member that holds nothing is one that is left out: where
 * JavaScript tells the two apart, and the program makes such members, the place is refused (`lost.ts`).
 */
import type { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Type } from "../../ir/ir.js";
import { spanOf } from "../source.js";
import type { FunctionContext } from "./context.js";

/** An optional member is given what may be `undefined`. */
export function noteUndefined({ file }: FunctionContext, type: Type, name: string): void {
  const decl = type.kind === "record" ? file.types.records.get(type.name) : undefined;
  for (const own of decl === undefined ? [] : [decl.name, ...(decl.variants ?? [])])
    if (file.types.records.get(own)?.fields.some((f) => f.name === name && f.optional === true) === true)
      file.givenUndefined.add(`${own}.${name}`);
}

/** It matters here whether an optional member is there, or only whether it holds something. */
export function askIfThere({ file }: FunctionContext, type: Type, name: string, node: ts.Node): void {
  const decl = type.kind === "record" ? file.types.records.get(type.name) : undefined;
  const diagnostic = language.memberUndefined(spanOf(node), name);
  for (const own of decl === undefined ? [] : [decl.name, ...(decl.variants ?? [])])
    file.askedIfThere.push({ member: `${own}.${name}`, diagnostic });
}
