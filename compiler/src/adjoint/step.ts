/** How `optimize/implicit.ts` puts the step of a loop beside its body. */
import type { Call, For, Region, While } from "../ir/ir.js";

/** The call of the step, and the body, in a loop that was given its step. */
export function stepIn(loop: For | While): { readonly call: Call; readonly body: Region } | undefined {
  const [, choice] = loop.body.ops;
  if (choice?.kind !== "if") return undefined;
  const call = choice.then.ops.find((op) => op.kind === "call");
  if (call?.kind !== "call") return undefined;
  return { call, body: { params: loop.body.params, ops: choice.else.ops, yields: choice.else.yields } };
}
