/** Random programs against the judges, many in one in-memory project. */
import type { Compiled } from "./compile.js";
import type { Options } from "./generate/context.js";
import { type GeneratedProgram, generateProgram } from "./generate/program.js";
import { Random } from "./random.js";
import type { Failing } from "./shrink.js";
import { Tally } from "./tally.js";
import { compileSources, judgeOutcome, typeProblems } from "./fuzz-judging.js";
import { type Check, chooseCheck, compareGradients, howOf, sameBytes, variantSource } from "./fuzz-variants.js";

export interface Disagreement {
  readonly seed: number;
  readonly program: Failing;
  readonly kind: string;
  readonly message: string;
  /** How the failing program was compiled or rewritten. */
  readonly check: Check;
  /** The modes it was compiled for. */
  readonly modes: readonly string[];
}

export interface Summary {
  programs: number;
  comparisons: number;
  skipped: number;
  /** Programs the compiler refused, by diagnostic. */
  readonly refused: Map<string, number>;
  /** For each of those diagnostics where it was met first: the seed, the place and the line. */
  readonly examples: Map<string, string>;
  readonly disagreements: Disagreement[];
}

export const emptySummary = (): Summary => ({
  programs: 0,
  comparisons: 0,
  skipped: 0,
  refused: new Map(),
  examples: new Map(),
  disagreements: [],
});

const cheapModes = ["grad", "vjp", "jvp"];

/** The programs of `count` seeds from `first`, judged and then compared with a variant of themselves; check and modes by chance, or as given. */
export function fuzzBatch(
  first: number,
  count: number,
  options: Options,
  summary: Summary,
  forced?: Check,
  forcedModes?: readonly string[],
): void {
  const programs = Array.from({ length: count }, (_, i) => generateProgram(first + i, options));
  const random = new Random(first);
  // The verifier after every step takes as long as a few of the steps: for some of the batches.
  const verifyEach = random.chance(0.25);
  // What each mode shows besides the others is worth some of the batches.
  const dear = random.weighted<readonly string[]>([
    [1, []],
    [1, ["value_and_grad"]],
    [1, ["value_and_grad", "hvp"]],
    [0.5, ["d2", "d3"]],
  ]);
  const modes = forcedModes ?? [...cheapModes, ...dear];
  const outcomes = compileSources(
    programs.map(({ source }) => source),
    modes,
    [],
    verifyEach,
  );
  const good: { readonly program: GeneratedProgram; readonly compiled: Compiled }[] = [];
  programs.forEach((program, i) => {
    summary.programs++;
    const outcome = outcomes[i];
    if (outcome === undefined) throw new Error("a program was not compiled");
    if (outcome.kind === "refused") {
      const [reason] = outcome.diagnostics;
      const key = `${reason?.code ?? "?"} ${reason?.message ?? ""}`.replaceAll(/[`'"‘“][^`'"’”]*[`'"’”]/g, "…");
      summary.refused.set(key, (summary.refused.get(key) ?? 0) + 1);
      const line = reason?.span?.line ?? 0;
      const shown = `seed ${program.seed}: ${program.source.split("\n")[line - 1]?.trim().slice(0, 160) ?? ""}`;
      if (!summary.examples.has(key)) summary.examples.set(key, shown);
      return;
    }
    const tally = judgeOutcome(outcome, program.cases);
    note(summary, program, tally, { kind: "judges" }, modes);
    if (outcome.kind === "compiled" && tally.problems.length === 0) good.push({ program, compiled: outcome.compiled });
  });
  // A variant costs as much as the program itself: a few of each batch are enough.
  const whole = (options.features ?? []).length > 0;
  const chosen = chooseCheck(random, whole);
  const some = forced === undefined ? Math.ceil(count / 4) : count;
  compareVariants(good.slice(0, some), forced ?? chosen, modes, summary);
  if (random.chance(0.4) || forced?.kind === "types") {
    // TypeScript takes longer for a program than everything else together.
    const typed = good.slice(-some);
    const problems = typeProblems(typed.map(({ compiled }) => compiled));
    typed.forEach(({ program }, i) => note(summary, program, problems[i] ?? new Tally(), { kind: "types" }, modes));
  }
}

function note(summary: Summary, program: GeneratedProgram, tally: Tally, check: Check, modes: readonly string[]): void {
  summary.comparisons += tally.comparisons;
  summary.skipped += tally.skipped;
  const [problem] = tally.problems;
  if (problem !== undefined) summary.disagreements.push({ seed: program.seed, program, check, modes, ...problem });
}

/** Programs compiled in another way, or rewritten, must have the same gradients. */
function compareVariants(
  good: readonly { readonly program: GeneratedProgram; readonly compiled: Compiled }[],
  check: Check,
  modes: readonly string[],
  summary: Summary,
): void {
  if (check.kind === "types") return;
  const variants = good.flatMap((entry) => {
    const source = variantSource(entry.program.source, entry.program.length, check);
    return source === undefined ? [] : [{ ...entry, source }];
  });
  const outcomes = compileSources(
    variants.map(({ source }) => source),
    modes,
    check.kind === "without" ? check.passes : [],
  );
  variants.forEach(({ program, compiled }, i) => {
    const outcome = outcomes[i];
    if (outcome === undefined) return;
    const tally =
      check.kind === "again"
        ? sameBytes(compiled, outcome)
        : compareGradients(compiled, outcome, program.cases, howOf(check));
    note(summary, program, tally, check, modes);
  });
}
