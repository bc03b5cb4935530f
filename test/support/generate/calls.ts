/** Calls of the program's functions: which may be called here, and with what. */
import type { Context, Helper, Variable } from "./context.js";
import { indexText } from "./places.js";
import { isReference, num, numbers, type Parameter, sameShape, type Shape } from "./shapes.js";
import { build } from "./values.js";

/** A helper that may be called here: it must fit the time there is. */
export function callable(context: Context, wanted: (helper: Helper) => boolean): Helper | undefined {
  // A function declared close by is likely there to be called.
  const close = context.locals.length > 0 && context.random.chance(0.6);
  const candidates = close ? context.locals : [...context.whole.helpers, ...context.locals];
  const fits = candidates.filter(
    (helper) => !context.quiet && wanted(helper) && context.trips * helper.cost < 3000 && hasArguments(context, helper),
  );
  return fits.length === 0 ? undefined : context.random.pick(fits);
}

const hasArguments = (context: Context, helper: Helper): boolean =>
  helper.params.every(({ shape }) => !isReference(shape) || canBuild(shape) || references(context, shape).length > 0);

/** Shapes that `build` can write in place. */
const canBuild = (shape: Shape): boolean => shape.kind !== "floats" && shape.kind !== "ints";

export function references(context: Context, shape: Shape): Variable[] {
  const constants = new Set(context.whole.constants.map(({ name }) => name));
  return context.visible().filter((variable) => sameShape(variable.shape, shape) && !constants.has(variable.root));
}

export function callText(context: Context, helper: Helper, depth: number): string {
  context.cost += context.trips * helper.cost;
  if (helper.writes) context.writesParameters = true;
  return `${helper.name}(${argumentsText(context, helper.params, depth, helper.recursive)})`;
}

/** The arguments of a call; those that may be left out sometimes are. */
export function argumentsText(
  context: Context,
  params: readonly Parameter[],
  depth: number,
  recursive = false,
): string {
  const { random } = context;
  const used = new Set<string>();
  const args: string[] = [];
  for (const [position, { shape, given }] of params.entries()) {
    if (given?.as === "rest") {
      const elem = shape.kind === "grown" ? shape.elem : num;
      const spread = references(context, numbers);
      if (spread.length > 0 && random.chance(0.4)) args.push(`...${random.pick(spread).name}`);
      else for (let i = random.integer(0, 3); i > 0; i--) args.push(build(context, elem, depth));
    } else if (given !== undefined && random.chance(0.45)) {
      if (random.chance(0.7)) break;
      args.push("undefined");
    } else if (recursive && position === 0) args.push(String(random.integer(1, 3)));
    else {
      const wanted = given?.as === "optional" && shape.kind === "maybe" ? shape.of : shape;
      args.push(argument(context, wanted, depth, used));
    }
  }
  return args.join(", ");
}

/** An argument for a parameter; no array is passed twice unless aliases are asked for. */
export function argument(context: Context, shape: Shape, depth: number, used: Set<string>): string {
  if (!isReference(shape)) return build(context, shape, depth);
  const candidates = [
    ...references(context, shape).map(({ name, root }) => ({ root, text: name })),
    ...context
      .visible()
      .filter((variable) => variable.shape.kind === "array" && sameShape(variable.shape.elem, shape))
      .map(({ name, root }) => ({ root, text: `${name}[${indexText(context)}]!` })),
  ].filter(({ root }) => context.whole.options.aliases || context.has("sharing") || !used.has(root));
  if (candidates.length === 0 || (canBuild(shape) && context.random.chance(0.15))) return build(context, shape, depth);
  const chosen = context.random.pick(candidates);
  used.add(chosen.root);
  return chosen.text;
}
