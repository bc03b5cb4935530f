/** Zeros in the shapes of parameters, in which generated code sets one number or several to 1. */
import type { Context } from "../adjoint/context.js";
import { Memos } from "../adjoint/memos.js";
import { type Builder, value } from "../ir/build.js";
import type { Value } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { absentOr } from "./replaced.js";

export interface Seeded {
  /** The position of the parameter. */
  readonly index: number;
  readonly param: Value;
  /** Zeros in its shape; of a number, zero, and absent where the number is. */
  readonly seed: Value;
}

/** Zeros in the shapes of these parameters, with the sharing of the arguments where that matters. */
export function makeSeeds(
  context: Context,
  indices: readonly number[],
  params: readonly Value[],
  b: Builder,
): readonly Seeded[] {
  const memos = new Memos(b);
  return indices.map((index) => {
    const [param, own] = [params[index], context.func(context.entry).body.params[index]];
    invariant(param !== undefined && own !== undefined, "differentiated parameter out of range");
    const hint = param.hint === undefined ? "unit" : `${param.hint}Unit`;
    if (isReference(param.type)) {
      const seed = value(context.shadowType(param.type), hint);
      if (context.sharing.has(own.id))
        b.push({ kind: "share", make: "zeros", source: param, memo: memos.get("shadows"), result: seed });
      else b.push({ kind: "zeros", like: param, result: seed });
      return { index, param, seed };
    }
    if (param.type.kind !== "maybe") return { index, param, seed: b.const(0) };
    const seed = value(context.shadowType(param.type), hint);
    absentOr(b, param, [seed], (there) => [there.const(0)]);
    return { index, param, seed };
  });
}
