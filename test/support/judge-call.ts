/** Calling generated functions under watch: they leave arguments alone, print and throw as the user's function, return fresh memory. */
import type { Compiled } from "./compile.js";
import { cloneData, difference, references } from "./data.js";
import { exportedFunction } from "./evaluate.js";
import { type Callable, type Ran, thrownText, type Trial } from "./judge-references.js";
import { withDraws } from "./limit.js";

/** Calls with a copy of the arguments, printing into nothing. */
export function run(compiled: Compiled, f: Callable, args: readonly unknown[]): Ran {
  return call(compiled, f, cloneData(args));
}

export function call(compiled: Compiled, f: Callable, args: readonly unknown[]): Ran {
  const { printed } = compiled.modules;
  printed.length = 0;
  try {
    const value = withDraws(() => f(...args));
    return { kind: "returned", value, printed: [...printed] };
  } catch (error) {
    return { kind: "threw", thrown: thrownText(error), printed: [...printed] };
  }
}

/** The arguments as a function takes them that has more parameters: all of them, and the rest as an array. */
export function positional(trial: Trial, args: readonly unknown[]): readonly unknown[] {
  return trial.annotated.params.map((p, i) => (p.rest === true ? args.slice(i) : args[i]));
}

/**
 * Calls it generated derivatives? One that is called inside comes with its own tangent there, from another sweep than by
 * itself: the last bit may differ.
 */
export const callsDerivatives = ({ compiled }: Trial): boolean =>
  /_grad\.js["']/.test(compiled.modules.source(compiled.path));

/**
 * Calls a generated function; checks that it leaves the arguments alone, and prints and throws as the user's function.
 * `more` are arguments that the mode takes besides.
 */
export function callGenerated(trial: Trial, mode: string, more: readonly unknown[] = []): unknown {
  const { compiled, annotated, args, primal, tally } = trial;
  const name = `${annotated.exportName}_${mode}`;
  const passed = more.length === 0 ? args : [...positional(trial, args), ...more];
  const given = cloneData(passed);
  const ran = call(compiled, exportedFunction(compiled.generated, name), given);
  if (ran.kind === "threw" || primal.kind === "threw") {
    const expected = primal.kind === "threw" ? `throws ${primal.thrown}` : "returns";
    const found = ran.kind === "threw" ? `throws ${ran.thrown}` : "returns";
    tally.check("throws", expected === found, () => `${name} ${found}; ${annotated.exportName} ${expected}`);
    return undefined;
  }
  const changed = difference(given, cloneData(passed));
  tally.check("arguments", changed === undefined, () => `${name} changed its arguments, ${changed}`);
  const isRounded = mode === "jvp" && callsDerivatives(trial);
  const printed = isRounded ? undefined : difference(ran.printed, primal.printed);
  tally.check("output", printed === undefined, () => `${name} prints something else, ${printed}`);
  if (isRounded) tally.compare("output", `what ${name} prints: `, ran.printed, primal.printed, 1e-14);
  checkFresh(trial, name, ran.value, references(given), "an argument");
  return ran.value;
}

export function checkFresh(
  trial: Trial,
  name: string,
  value: unknown,
  others: ReadonlySet<unknown>,
  what: string,
): void {
  const shared = [...references(value)].some((reference) => others.has(reference));
  trial.tally.check("fresh", !shared, () => `what ${name} returns shares memory with ${what}`);
}

/** A generated function twice: the same bits, in fresh memory. */
export function callTwice(trial: Trial, mode: string, more: readonly unknown[] = []): unknown {
  const name = `${trial.annotated.exportName}_${mode}`;
  const first = callGenerated(trial, mode, more);
  const kept = cloneData(first);
  const second = callGenerated(trial, mode, more);
  const changed = difference(kept, second);
  trial.tally.check(
    "repeatable",
    changed === undefined,
    () => `${name} gives something else the second time, ${changed}`,
  );
  checkFresh(trial, name, second, references(first), "an earlier result");
  return second;
}
