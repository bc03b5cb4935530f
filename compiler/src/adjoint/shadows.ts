/** The shadows that go with values. */
import { value } from "../ir/build.js";
import type { Value } from "../ir/ir.js";
import { constant, type Frame, placeholderOf } from "./frame.js";
import type { FunctionState } from "./state.js";

/** The shadow of a value that is stored or yielded where shadows are expected; zeros when it has none. */
export function shadowOrZeros(state: FunctionState, v: Value, frame: Frame): Value {
  const found = state.shadows.get(v.id);
  if (found !== undefined) return found;
  const definition = state.frames.definitions.get(v.id);
  const type = state.context.shadowType(v.type);
  // A placeholder nobody reads (the value of an exit not taken) has a placeholder for its shadow.
  if (definition?.op?.kind === "const") return constant(frame.forward, placeholderOf(type), type);
  const shadow = value(type);
  frame.forward.push({ kind: "zeros", like: v, result: shadow });
  return shadow;
}

/** Results and parameters that carry references carry their shadows too. */
export function shadowed(state: FunctionState, values: readonly Value[]): readonly number[] {
  return values.flatMap((v, i) => (state.context.activity.hasShadow(v) ? [i] : []));
}
