/** `break`, `continue`, `return` and `throw`, at any place. */
import type { Context } from "./context.js";
import { number, shrink, store } from "./expressions.js";
import { build } from "./values.js";
import { isReference, sameShape } from "./shapes.js";

export function exitText(context: Context): string {
  const { random } = context;
  const loops = context.targets.filter(({ kind }) => kind === "loop");
  const innermost = context.targets.filter(({ kind }) => kind !== "block").at(-1);
  const blocks = context.targets.filter(({ kind }) => kind === "block");
  const choices: (readonly [number, () => string])[] = [
    [0.8, () => `return${returnValue(context)};`],
    [0.06, () => `throw new Error("left at ${context.lines.length}");`],
  ];
  if (innermost !== undefined) choices.push([2, () => "break;"]);
  if (loops.length > 0) choices.push([2, () => "continue;"]);
  if (loops.length > 1) {
    choices.push([
      1.5,
      () => {
        const target = random.pick(loops);
        target.labelUsed = true;
        return `${random.pick(["break", "continue"])} ${target.label};`;
      },
    ]);
  }
  if (blocks.length > 0) {
    choices.push([
      2,
      () => {
        const target = random.pick(blocks);
        target.labelUsed = true;
        return `break ${target.label};`;
      },
    ]);
  }
  return random.weighted(choices)();
}

/** ` value` for a `return` of this function. */
export function returnValue(context: Context): string {
  const { returns, random } = context;
  if (returns.kind === "void") return "";
  if (isReference(returns)) {
    const own = context
      .visible()
      .filter((variable) => variable.local && variable.root === variable.name && sameShape(variable.shape, returns));
    if (own.length > 0 && random.chance(0.75)) return ` ${random.pick(own).name}`;
  }
  if (returns.kind === "num") return ` ${gather(context)}`;
  return ` ${build(context, returns, 3)}`;
}

/** A result that depends on much of what is there. */
function gather(context: Context): string {
  const { random } = context;
  const terms = Array.from({ length: random.integer(1, 5) }, () => number(context, random.integer(0, 2)));
  const text = terms
    .map((term) => (term.bound > 1e3 ? shrink(context, term).text : term.text))
    .join(random.chance(0.8) ? " + " : " - ");
  return !context.main ? store(context, { text: `(${text})`, bound: 1e3 }) : text;
}
