/** What calling function values may change, where their types say which functions they are. */
import type { Type } from "../../ir/ir.js";
import type { Effects } from "../effects.js";
import type { FunctionContext } from "./context.js";

/** What calling a function value may change. The functions it has captured are followed as far as the types tell. */
export function effectsOf(context: FunctionContext, type: Type, seen = new Set<string>()): readonly Effects[] {
  const found = context.file.types.functions.of(type);
  if (found === undefined || seen.has(found.name)) return [];
  seen.add(found.name);
  return (found.kind === "one" ? [found] : found.members).flatMap((one) => {
    const own = one.file.effects.of(one.node);
    const values = new Set(own.values);
    const inner: Effects[] = [];
    for (const { key, type: held } of one.captures)
      if (!("hidden" in key) && values.has(key) && context.file.types.functions.of(held) !== undefined) {
        values.delete(key);
        inner.push(...effectsOf(context, held, seen));
      }
    return [{ ...own, values }, ...inner];
  });
}

/** The effects of code in a function, with those of the functions in its variables that it calls. */
export function withCalled(context: FunctionContext, effects: Effects): readonly Effects[] {
  const values = new Set(effects.values);
  const called: Effects[] = [];
  for (const name of effects.values) {
    const value = name === "any" || effects.assigned.has(name) ? undefined : context.env.get(name);
    if (value === undefined || context.file.types.functions.of(value.type) === undefined) continue;
    values.delete(name);
    called.push(...effectsOf(context, value.type));
  }
  return [{ ...effects, values }, ...called];
}
