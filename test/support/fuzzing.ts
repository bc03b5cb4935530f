/** Random programs against the judges, many in one in-memory project. */
import type { Annotated } from "../../compiler/src/frontend/lowered.js";
import { optionalPasses } from "../../compiler/src/optimize/index.js";
import { compileAll, type Compiled, generatedPath, type Outcome } from "./compile.js";
import { cloneData, leaves, mapLeaves, materialise, text } from "./data.js";
import { exportedFunction, Modules } from "./evaluate.js";
import type { Options } from "./generate/context.js";
import { gradientFile } from "./generate/derivatives.js";
import { type GeneratedProgram, generateProgram } from "./generate/program.js";
import { judge } from "./judge.js";
import { callShared, judgeSharing, sharedArguments } from "./judge-sharing.js";
import { judgeSequence } from "./judge-sequence.js";
import { limited, withDraws } from "./limit.js";
import { checkpointed } from "./metamorphic-checkpoints.js";
import { checkBounds, nameSubexpressions, returnTuple, unrollLoops } from "./metamorphic.js";
import { classesToFunctions } from "./metamorphic-classes.js";
import {
  boxVariables,
  callbacksToLoops,
  extractBodies,
  loopsToCallbacks,
  passCaptured,
  wrapBody,
} from "./metamorphic-functions.js";
import { Random } from "./random.js";
import { type Failing, shrink } from "./shrink.js";
import { Tally } from "./tally.js";
import { typeCheck } from "./type-check.js";

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

/** What is done with a program besides judging it. */
export type Check =
  | { readonly kind: "judges" }
  | { readonly kind: "without"; readonly passes: readonly string[] }
  | { readonly kind: "rewritten"; readonly how: Rewriting }
  | { readonly kind: "types" }
  | { readonly kind: "again" };

/** Ways to write a program differently. The second argument is the length of its arrays. */
const rewritings = {
  named: nameSubexpressions,
  unrolled: unrollLoops,
  tuple: returnTuple,
  wrapped: wrapBody,
  extracted: extractBodies,
  callbacks: loopsToCallbacks,
  loops: callbacksToLoops,
  passed: passCaptured,
  boxed: boxVariables,
  functions: classesToFunctions,
  checkpoints: checkpointed,
} as const satisfies Readonly<Record<string, (source: string, length: number) => string | undefined>>;
type Rewriting = keyof typeof rewritings;

/** A check by the name of its rewriting. */
export function parseCheck(name: string): Check {
  if (name === "types" || name === "again") return { kind: name };
  const how = allRewritings.find((known) => known === name);
  if (how === undefined) throw new Error(`no rewriting ${name}; there are ${allRewritings.join(", ")}`);
  return { kind: "rewritten", how };
}

/** Those that make functions and objects of a program without any: only where these are asked for. */
const basicRewritings: readonly Rewriting[] = ["named", "unrolled", "tuple", "checkpoints"];
const allRewritings = Object.keys(rewritings) as readonly Rewriting[];

export const emptySummary = (): Summary => ({
  programs: 0,
  comparisons: 0,
  skipped: 0,
  refused: new Map(),
  examples: new Map(),
  disagreements: [],
});

const passes = optionalPasses;
/** By the clock: on a busy machine a program may have to wait. */
const timeLimit = 60_000;
const cheapModes = ["grad", "vjp", "jvp"];

/** A program that ends for its arguments may go on for ever where these share. */
function ends(call: () => unknown): boolean {
  try {
    limited(5_000, () => withDraws(call));
    return true;
  } catch (error) {
    return !(error instanceof Error && /timed out/.test(error.message));
  }
}

/** The programs of `count` seeds from `first`, judged and then compared with a variant of themselves. */
export function fuzzBatch(first: number, count: number, options: Options, summary: Summary, forced?: Check): void {
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
  const modes = [...cheapModes, ...dear];
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

/** Does TypeScript accept what was generated? */
function typeProblems(compiled: readonly Compiled[]): readonly Tally[] {
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

function chooseCheck(random: Random, whole: boolean): Check {
  return random.weighted<Check>([
    [1, { kind: "without", passes }],
    [1, { kind: "without", passes: [random.pick(passes)] }],
    [0.8, { kind: "rewritten", how: "checkpoints" }],
    [whole ? 4 : 1, { kind: "rewritten", how: random.pick(whole ? allRewritings : basicRewritings) }],
    [0.3, { kind: "again" }],
  ]);
}

function compileSources(
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
function judgeOutcome(outcome: Outcome, cases: readonly (readonly unknown[])[]): Tally {
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
  attemptWithin(tally, () => {
    for (const args of called) tally.add(judge(compiled, annotated, args, { differences: rounds ? 0 : 6, noDuals }));
    tally.add(judgeSequence(compiled, annotated, called));
  });
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

function annotatedOf(compiled: Compiled): Annotated {
  const annotated = compiled.lowered.annotated.find(({ exportName }) => exportName === "f");
  if (annotated === undefined) throw new Error("nothing annotated");
  return annotated;
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

const howOf = (check: Check): Rewriting | undefined => (check.kind === "rewritten" ? check.how : undefined);

/** A second compilation gives the same text, but for the name of the file. */
function sameBytes(compiled: Compiled, again: Outcome): Tally {
  const tally = new Tally();
  const plain = (generated: string): string => generated.replaceAll(/program\d+/g, "program");
  const same = again.kind === "compiled" && plain(again.compiled.text) === plain(compiled.text);
  tally.check("bytes", same, () => "the second compilation gives another text");
  return tally;
}

function variantSource(source: string, length: number, check: Check): string | undefined {
  if (check.kind !== "rewritten") return source;
  const changed = rewritings[check.how](source, length);
  return changed === source ? undefined : changed;
}

/** Do the two programs, as JavaScript, give the same, but for rounding? */
function sameValue(compiled: Compiled, variant: Compiled, args: readonly unknown[]): boolean {
  const [a, b] = [compiled, variant].map(({ original }) => {
    try {
      const given = args.map((argument) => materialise(cloneData(argument), original));
      return leaves(withDraws(() => exportedFunction(original, "f")(...given)));
    } catch (error) {
      return String(error);
    }
  });
  if (a === undefined || b === undefined || typeof a === "string" || typeof b === "string") return a === b;
  return (
    a.length === b.length &&
    a.every(({ value }, i) => Math.abs(value - (b[i]?.value ?? NaN)) <= 1e-9 * (1 + Math.abs(value)))
  );
}

function compareGradients(
  compiled: Compiled,
  variant: Outcome,
  cases: readonly (readonly unknown[])[],
  how?: Rewriting,
): Tally {
  const tally = new Tally();
  if (variant.kind !== "compiled") {
    if (variant.kind === "crashed")
      tally.problem(`variant crashes in the ${variant.stage}`, variant.error.stack ?? variant.error.message);
    // A rewriting that TypeScript itself does not take says nothing.
    else if (variant.diagnostics.some(({ code }) => code.startsWith("TS"))) tally.skipped++;
    // What runs again must not print, draw or fill maps, and must be of known length where snapshots are counted.
    else if (how === "checkpoints" && variant.diagnostics.every(({ code }) => /^ADC106[46]$/.test(code)))
      tally.skipped++;
    else
      tally.problem("variant refused", variant.diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
    return tally;
  }
  // The user is told that what a function with checkpoints throws is not caught.
  if (how === "checkpoints" && variant.warnings.some(({ code }) => code === "ADC3006")) {
    tally.skipped++;
    return tally;
  }
  for (const args of cases) {
    try {
      // A rewriting goes by the text alone and may be mistaken; then it says nothing.
      if (
        how !== undefined &&
        how !== "tuple" &&
        !limited(timeLimit, () => sameValue(compiled, variant.compiled, args))
      ) {
        tally.skipped++;
        continue;
      }
      limited(timeLimit, () =>
        tally.compare(
          "variant",
          "the variant's gradient: ",
          gradientOf(variant.compiled, args),
          gradientOf(compiled, args),
          1e-10,
        ),
      );
    } catch (error) {
      tally.problem("variant failed", error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }
  return tally;
}

/** The gradient of the sum of everything numeric that is returned (of a rewritten tuple, of its first member only). */
function gradientOf(compiled: Compiled, args: readonly unknown[]): unknown {
  const annotated = annotatedOf(compiled);
  const vjp = exportedFunction(compiled.generated, `${annotated.exportName}_vjp`);
  return withDraws(() => {
    let pair: unknown;
    try {
      pair = vjp(...args.map((argument) => materialise(cloneData(argument), compiled.original)));
    } catch (error) {
      return error instanceof Error ? { threw: leaves([error.message.length])[0]?.value } : {};
    }
    const [value, pullback]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    if (typeof pullback !== "function") throw new Error("no pullback");
    const pulled: unknown = Reflect.apply(pullback, undefined, [mapLeaves(value, () => 1)]);
    return pulled;
  });
}

/** Runs one program through the check it failed in; the kinds of its problems. */
function kindsOf(
  programs: readonly Failing[],
  { check, modes }: Pick<Disagreement, "check" | "modes">,
): readonly (readonly string[])[] {
  const outcomes = compileSources(
    programs.map(({ source }) => source),
    modes,
  );
  if (check.kind === "judges") {
    return programs.map(({ cases }, i) => {
      const outcome = outcomes[i];
      return outcome === undefined ? [] : judgeOutcome(outcome, cases).problems.map(({ kind }) => kind);
    });
  }
  if (check.kind === "types") {
    const compiled = outcomes.map((outcome) => (outcome?.kind === "compiled" ? outcome.compiled : undefined));
    const problems = typeProblems(compiled.filter((one) => one !== undefined))[Symbol.iterator]();
    return compiled.map((one) =>
      one === undefined ? [] : (problems.next().value?.problems.map(({ kind }) => kind) ?? []),
    );
  }
  const sources = programs.map(({ source, cases }) => variantSource(source, lengthIn(cases), check) ?? source);
  const variants = compileSources(sources, modes, check.kind === "without" ? check.passes : []);
  return programs.map(({ cases }, i) => {
    const [outcome, variant] = [outcomes[i], variants[i]];
    if (outcome?.kind !== "compiled" || variant === undefined) return [];
    return compareGradients(outcome.compiled, variant, cases, howOf(check)).problems.map(({ kind }) => kind);
  });
}

function lengthIn(cases: readonly (readonly unknown[])[]): number {
  const arrays = cases.flat().filter((value) => Array.isArray(value) || ArrayBuffer.isView(value));
  return arrays.map((value) => (value as ArrayLike<unknown>).length)[0] ?? 3;
}

/** Does the program keep to its arrays, and does it end? Shrinking must not wander off into other trouble. */
function behaves({ source, cases }: Failing): boolean {
  try {
    const checked = new Modules({ "/checked.ts": checkBounds(source) }).exports("/checked.ts");
    const f = exportedFunction(checked, "f");
    for (const args of cases)
      limited(500, () => f(...args.map((argument) => materialise(cloneData(argument), checked))));
    return true;
  } catch (error) {
    return error instanceof Error && error.message.startsWith("left at");
  }
}

/** The same disagreement in as small a program as can be found. */
export function minimize(disagreement: Disagreement, log: (text: string) => void): Disagreement {
  const { kind } = disagreement;
  const strict = behaves(disagreement.program);
  const program = shrink(
    disagreement.program,
    (candidates) => {
      const good = candidates.map((candidate) => !strict || behaves(candidate));
      const kinds = kindsOf(
        candidates.filter((_, i) => good[i]),
        disagreement,
      )[Symbol.iterator]();
      return good.map((isGood) => isGood && kinds.next().value?.includes(kind) === true);
    },
    log,
  );
  return { ...disagreement, program };
}

/** As a fixture file: cases in front of the source. */
export function asFixture({ source, cases }: Failing): string {
  return `${cases.map((args) => `// @case f(${args.map(text).join(", ")})\n`).join("")}${source}`;
}
