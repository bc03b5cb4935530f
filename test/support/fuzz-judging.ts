/** Random programs compiled, judged and type-checked. */
import type { Annotated } from "../../compiler/src/frontend/lowered.js";
import { compileAll, type Compiled, generatedPath, type Outcome } from "./compile.js";
import { cloneData, materialise } from "./data.js";
import { exportedFunction } from "./evaluate.js";
import { gradientFile } from "./generate/derivatives.js";
import { judge } from "./judge.js";
import { callShared, judgeSharing, sharedArguments } from "./judge-sharing.js";
import { judgeSequence } from "./judge-sequence.js";
import { limited, withDraws } from "./limit.js";
import { Tally } from "./tally.js";
import { typeCheck } from "./type-check.js";

/** By the clock: on a busy machine a program may have to wait. */
export const timeLimit = 60_000;
/** Does a call end? A program that ends for its arguments may go on for ever where these share. */
function ends(call: () => unknown): boolean {
  try {
    limited(5_000, () => withDraws(call));
    return true;
  } catch (error) {
    return !(error instanceof Error && /timed out/.test(error.message));
  }
}

export function compileSources(
  sources: readonly string[],
  everyMode: readonly string[],
  without: readonly string[] = [],
  verifyEach = false,
): readonly (Outcome | undefined)[] {
  const paths = sources.map((_, i) => `/fuzz/program${i}.ts`);
  const files = Object.fromEntries(
    sources.map((source, i) => [paths[i] ?? "", source.replaceAll(gradientFile, `./program${i}_grad.js`)]),
  );
  const outcomes = compileAll(files, { only: paths, without, verifyEach, everyMode });
  return paths.map((path) => outcomes.get(path));
}

/** The judges on every case; a failure of the compiler is a problem like any other. */
export function judgeOutcome(outcome: Outcome, cases: readonly (readonly unknown[])[]): Tally {
  const tally = new Tally();
  if (outcome.kind === "crashed") {
    const message = outcome.error.message.replaceAll(/\d+/g, "#").split("\n")[0] ?? "";
    tally.problem(`crash in the ${outcome.stage}: ${message.slice(0, 80)}`, outcome.error.stack ?? message);
  }
  if (outcome.kind !== "compiled") return tally;
  const { compiled } = outcome;
  // Values rounded to single precision move in steps.
  const rounds = /fround|Float32Array/.test(compiled.modules.source(compiled.path));
  // The interpreter has no derivatives inside.
  const noDuals = isNested(compiled);
  const called = instances(compiled, cases);
  const annotated = annotatedOf(compiled);
  // Each limit costs a thread: one for all cases.
  const attempt = new Tally();
  attemptWithin(attempt, () => {
    for (const args of called) attempt.add(judge(compiled, annotated, args, { differences: rounds ? 0 : 6, noDuals }));
    attempt.add(judgeSequence(compiled, annotated, called));
  });
  const original = exportedFunction(compiled.original, annotated.exportName);
  const goesOn = (args: readonly unknown[]): boolean => !ends(() => original(...cloneData(args)));
  // A program that does not end by itself has no gradient.
  if (attempt.problems.some(({ kind }) => kind === "judge failed") && called.some(goesOn)) {
    tally.skipped++;
    return tally;
  }
  tally.add(attempt);
  if (rounds || noDuals) return tally;
  for (const args of called) {
    if (sharedArguments(compiled.lowered.program, annotated.func, args) === undefined) continue;
    if (ends(() => callShared(compiled, annotated, args)))
      attemptWithin(tally, () => tally.add(judgeSharing(compiled, annotated, args)));
  }
  return tally;
}

/** Runs a judge; that it fails, or does not end, is a problem like any other. */
function attemptWithin(tally: Tally, run: () => void): void {
  try {
    limited(timeLimit, run);
  } catch (error) {
    tally.problem("judge failed", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** Does TypeScript accept what was generated? */
export function typeProblems(compiled: readonly Compiled[]): readonly Tally[] {
  const files = compiled.flatMap(({ path, text: generated, modules }) => [
    [path, modules.source(path)] as const,
    [generatedPath(path), generated] as const,
  ]);
  const found = typeCheck(
    Object.fromEntries(files),
    compiled.map(({ path }) => generatedPath(path)),
  );
  return compiled.map(({ path, text: generated }) => {
    const tally = new Tally();
    const mine = found.filter((message) => message.startsWith(generatedPath(path)));
    const line = Number(/\((\d+)\)/.exec(mine[0] ?? "")?.[1] ?? 0);
    const code = /TS\d+/.exec(mine[0] ?? "")?.[0] ?? "";
    tally.check(`types ${code}`, mine.length === 0, () => `${mine[0]}\n${generated.split("\n")[line - 1]}`);
    return tally;
  });
}

const isNested = (compiled: Compiled): boolean => /_grad\.js"/.test(compiled.modules.source(compiled.path));

/** The cases with instances of the program's own classes where they describe some. */
const instances = (compiled: Compiled, cases: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] =>
  cases.flatMap((args) => {
    try {
      return [args.map((argument) => materialise(argument, compiled.original))];
    } catch {
      // Its constructor refuses what the case says: there is no such argument.
      return [];
    }
  });

export function annotatedOf(compiled: Compiled): Annotated {
  const annotated = compiled.lowered.annotated.find(({ exportName }) => exportName === "f");
  if (annotated === undefined) throw new Error("nothing annotated");
  return annotated;
}
