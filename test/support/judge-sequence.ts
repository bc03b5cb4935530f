/**
 * Judges calls that follow each other: what one call leaves on a shared tape, or another pullback does, must not show in
 * the next. Every case is run again after all the others, and two pullbacks are kept and used in turns.
 */
import type { Annotated } from "../../compiler/src/frontend/lowered.js";
import type { Compiled } from "./compile.js";
import { cloneData, difference, mapLeaves } from "./data.js";
import { exportedFunction } from "./evaluate.js";
import { withDraws } from "./limit.js";
import { Tally } from "./tally.js";

export function judgeSequence(compiled: Compiled, annotated: Annotated, cases: readonly (readonly unknown[])[]): Tally {
  const tally = new Tally();
  for (const mode of ["grad", "value_and_grad"] as const) {
    if (!annotated.modes.includes(mode)) continue;
    const f = exportedFunction(compiled.generated, `${annotated.exportName}_${mode}`);
    const first = cases.map((args) => attempt(() => f(...cloneData(args))));
    const second = cases.map((args) => attempt(() => f(...cloneData(args))));
    const changed = difference(first, second);
    tally.check(
      "sequence",
      changed === undefined,
      () => `${annotated.exportName}_${mode} depends on the calls before it, ${changed}`,
    );
  }
  if (annotated.modes.includes("vjp")) judgePullbacks(compiled, annotated, cases, tally);
  return tally;
}

function attempt(run: () => unknown): unknown {
  try {
    return cloneData(withDraws(run));
  } catch (error) {
    return error instanceof Error ? `threw ${error.message}` : "threw";
  }
}

/** All pullbacks made first, then used one after the other, twice, against each used at once. */
function judgePullbacks(
  compiled: Compiled,
  annotated: Annotated,
  cases: readonly (readonly unknown[])[],
  tally: Tally,
): void {
  const vjp = exportedFunction(compiled.generated, `${annotated.exportName}_vjp`);
  const open = (args: readonly unknown[]): (() => unknown) => {
    const pair: unknown = vjp(...cloneData(args));
    const [value, pullback]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    const seed = mapLeaves(value, () => 1);
    return () =>
      typeof pullback === "function"
        ? cloneData<unknown>(Reflect.apply(pullback, undefined, [cloneData(seed)]))
        : undefined;
  };
  const returning = cases.filter((args) => !String(attempt(() => open(args)())).startsWith("threw"));
  const alone = returning.map((args) => attempt(withDraws(() => open(args))));
  const kept = returning.map((args) => withDraws(() => open(args)));
  for (let round = 0; round < 2; round++) {
    const together = kept.map((pull) => attempt(pull));
    const changed = difference(alone, together);
    tally.check(
      "sequence",
      changed === undefined,
      () => `pullbacks of ${annotated.exportName}_vjp disturb each other, ${changed}`,
    );
  }
}
