/** Instances of the program's classes: making one, and getting a number out of one. */
import type { Context } from "./context.js";
import { argumentsText } from "./calls.js";
import { build } from "./values.js";
import { type ClassInfo, isReference, type Method } from "./shapes.js";

/** An expression that makes an instance, of a class that extends `info` now and then. */
export function instance(context: Context, info: ClassInfo, depth: number): string {
  const { random } = context;
  const kinds = info.isAbstract ? info.subclasses : random.chance(0.35) ? [info, ...info.subclasses] : [info];
  const chosen = random.pick(kinds);
  const source = random.chance(0.25) ? context.ofKind("class").find(({ shape }) => shape.info === chosen) : undefined;
  const made = source?.shape.info.methods.find(
    (method) =>
      !method.fluent &&
      method.returns.kind === "class" &&
      method.returns.info === chosen &&
      affordable(context, method),
  );
  if (source !== undefined && made !== undefined) return methodCall(context, source.name, made, depth - 1);
  if (chosen.makers.length > 0 && random.chance(0.25)) {
    const { name, params } = random.pick(chosen.makers);
    return `${chosen.name}.${name}(${params.map((shape) => build(context, shape, depth - 1)).join(", ")})`;
  }
  const args = chosen.constructorParameters.map((shape) => build(context, shape, Math.min(depth - 1, 1)));
  return `new ${chosen.name}(${args.join(", ")})`;
}

export function methodCall(context: Context, target: string, method: Method, depth: number): string {
  context.cost += context.trips * method.cost;
  if (method.mutates) context.writesParameters = true;
  return `${target}.${method.name}(${argumentsText(context, method.params, depth)})`;
}

export const affordable = (context: Context, { cost }: { readonly cost: number }): boolean =>
  context.trips * cost < 3000;

/** A number by a getter or a method; nothing when the class has none that fits. */
export function readInstance(context: Context, text: string, info: ClassInfo): string | undefined {
  const { random } = context;
  const getters = info.getters.filter((getter) => !context.quiet && affordable(context, getter));
  if (getters.length > 0 && random.chance(0.3)) {
    const { name, cost } = random.pick(getters);
    context.cost += context.trips * cost;
    return `${text}.${name}`;
  }
  const methods = info.methods.filter(
    (method) =>
      method.returns.kind === "num" &&
      affordable(context, method) &&
      !(method.mutates && context.whole.options.plain) &&
      // Calls among the members of arrays that are arguments of calls, three deep, make a program of a megabyte.
      (context.nesting === 0 || method.params.every(({ shape }) => !isReference(shape))),
  );
  // Arguments may themselves be read from instances: that must come to an end.
  if (methods.length === 0 || context.quiet || context.nesting > 2 || !random.chance(0.4)) return undefined;
  context.nesting++;
  const call = methodCall(context, text, random.pick(methods), 1);
  context.nesting--;
  return call;
}
