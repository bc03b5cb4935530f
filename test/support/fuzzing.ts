/** Random programs against the judges, many in one in-memory project. */
import type { Annotated } from "../../compiler/src/frontend/lowered.js";
import { optionalPasses } from "../../compiler/src/optimize/index.js";
import { compileAll, type Compiled, generatedPath, type Outcome } from "./compile.js";
import { cloneData, leaves, mapLeaves, text } from "./data.js";
import { exportedFunction, Modules } from "./evaluate.js";
import type { Options } from "./generate/context.js";
import { type GeneratedProgram, generateProgram } from "./generate/program.js";
import { judge } from "./judge.js";
import { judgeSequence } from "./judge-sequence.js";
import { limited, withDraws } from "./limit.js";
import { checkBounds, nameSubexpressions, returnTuple, unrollLoops } from "./metamorphic.js";
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
}

export interface Summary {
  programs: number;
  comparisons: number;
  skipped: number;
  /** Programs the compiler refused, by diagnostic. */
  readonly refused: Map<string, number>;
  readonly disagreements: Disagreement[];
}

/** What is done with a program besides judging it. */
export type Check =
  | { readonly kind: "judges" }
  | { readonly kind: "without"; readonly passes: readonly string[] }
  | { readonly kind: "rewritten"; readonly how: Rewriting }
  | { readonly kind: "types" }
  | { readonly kind: "again" };
type Rewriting = "named" | "unrolled" | "tuple";

export const emptySummary = (): Summary => ({
  programs: 0,
  comparisons: 0,
  skipped: 0,
  refused: new Map(),
  disagreements: [],
});

const passes = optionalPasses;
const timeLimit = 10_000;

/** The programs of `count` seeds from `first`, judged and then compared with a variant of themselves. */
export function fuzzBatch(first: number, count: number, options: Options, summary: Summary): void {
  const programs = Array.from({ length: count }, (_, i) => generateProgram(first + i, options));
  const random = new Random(first);
  const outcomes = compileSources(
    programs.map(({ source }) => source),
    [],
    true,
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
      return;
    }
    const tally = judgeOutcome(outcome, program.cases);
    note(summary, program, tally, { kind: "judges" });
    if (outcome.kind === "compiled" && tally.problems.length === 0) good.push({ program, compiled: outcome.compiled });
  });
  // A variant costs as much as the program itself: a few of each batch are enough.
  compareVariants(good.slice(0, Math.ceil(count / 3)), chooseCheck(random), summary);
  if (random.chance(0.3)) {
    const problems = typeProblems(good.map(({ compiled }) => compiled));
    good.forEach(({ program }, i) => note(summary, program, problems[i] ?? new Tally(), { kind: "types" }));
  }
}

/** Does TypeScript accept what was generated? */
function typeProblems(compiled: readonly Compiled[]): readonly Tally[] {
  const files = compiled.flatMap(({ path, text: generated, modules }) => [
    [path, modules.source(path)] as const,
    [generatedPath(path), generated] as const,
  ]);
  const found = typeCheck(Object.fromEntries(files));
  return compiled.map(({ path, text: generated }) => {
    const tally = new Tally();
    const mine = found.filter((message) => message.startsWith(generatedPath(path)));
    const line = Number(/\((\d+)\)/.exec(mine[0] ?? "")?.[1] ?? 0);
    const code = /TS\d+/.exec(mine[0] ?? "")?.[0] ?? "";
    tally.check(`types ${code}`, mine.length === 0, () => `${mine[0]}\n${generated.split("\n")[line - 1]}`);
    return tally;
  });
}

function chooseCheck(random: Random): Check {
  return random.weighted<Check>([
    [1, { kind: "without", passes }],
    [1, { kind: "without", passes: [random.pick(passes)] }],
    [1, { kind: "rewritten", how: random.pick<Rewriting>(["named", "unrolled", "tuple"]) }],
    [0.3, { kind: "again" }],
  ]);
}

function compileSources(
  sources: readonly string[],
  without: readonly string[] = [],
  verifyEach = false,
): readonly (Outcome | undefined)[] {
  const paths = sources.map((_, i) => `/fuzz/program${i}.ts`);
  const files = Object.fromEntries(sources.map((source, i) => [paths[i] ?? "", source]));
  const outcomes = compileAll(files, { only: paths, without, verifyEach });
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
  for (const args of cases) {
    try {
      limited(timeLimit, () =>
        tally.add(judge(compiled, annotatedOf(compiled), args, { differences: rounds ? 0 : 6 })),
      );
    } catch (error) {
      tally.problem("judge failed", error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }
  try {
    limited(timeLimit, () => tally.add(judgeSequence(compiled, annotatedOf(compiled), cases)));
  } catch (error) {
    tally.problem("judge failed", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return tally;
}

function annotatedOf(compiled: Compiled): Annotated {
  const [annotated] = compiled.lowered.annotated;
  if (annotated === undefined) throw new Error("nothing annotated");
  return annotated;
}

function note(summary: Summary, program: GeneratedProgram, tally: Tally, check: Check): void {
  summary.comparisons += tally.comparisons;
  summary.skipped += tally.skipped;
  const [problem] = tally.problems;
  if (problem !== undefined) summary.disagreements.push({ seed: program.seed, program, check, ...problem });
}

/** Programs compiled in another way, or rewritten, must have the same gradients. */
function compareVariants(
  good: readonly { readonly program: GeneratedProgram; readonly compiled: Compiled }[],
  check: Check,
  summary: Summary,
): void {
  const variants = good.flatMap((entry) => {
    const source = variantSource(entry.program.source, entry.program.length, check);
    return source === undefined ? [] : [{ ...entry, source }];
  });
  const outcomes = compileSources(
    variants.map(({ source }) => source),
    check.kind === "without" ? check.passes : [],
  );
  variants.forEach(({ program, compiled }, i) => {
    const outcome = outcomes[i];
    if (outcome === undefined) return;
    const tally =
      check.kind === "again" ? sameBytes(compiled, outcome) : compareGradients(compiled, outcome, program.cases);
    note(summary, program, tally, check);
  });
}

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
  const changed =
    check.how === "named"
      ? nameSubexpressions(source)
      : check.how === "unrolled"
        ? unrollLoops(source, length)
        : returnTuple(source);
  return changed === source ? undefined : changed;
}

function compareGradients(compiled: Compiled, variant: Outcome, cases: readonly (readonly unknown[])[]): Tally {
  const tally = new Tally();
  if (variant.kind !== "compiled") {
    if (variant.kind === "crashed")
      tally.problem(`variant crashes in the ${variant.stage}`, variant.error.stack ?? variant.error.message);
    else
      tally.problem("variant refused", variant.diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
    return tally;
  }
  for (const args of cases) {
    try {
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
      pair = vjp(...cloneData(args));
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
function kindsOf(programs: readonly Failing[], check: Check): readonly (readonly string[])[] {
  const outcomes = compileSources(programs.map(({ source }) => source));
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
  const variants = compileSources(sources, check.kind === "without" ? check.passes : []);
  return programs.map(({ cases }, i) => {
    const [outcome, variant] = [outcomes[i], variants[i]];
    if (outcome?.kind !== "compiled" || variant === undefined) return [];
    return compareGradients(outcome.compiled, variant, cases).problems.map(({ kind }) => kind);
  });
}

function lengthIn(cases: readonly (readonly unknown[])[]): number {
  const arrays = cases.flat().filter((value) => Array.isArray(value) || ArrayBuffer.isView(value));
  return arrays.map((value) => (value as ArrayLike<unknown>).length)[0] ?? 3;
}

/** Does the program keep to its arrays, and does it end? Shrinking must not wander off into other trouble. */
function behaves({ source, cases }: Failing): boolean {
  try {
    const f = exportedFunction(new Modules({ "/checked.ts": checkBounds(source) }).exports("/checked.ts"), "f");
    for (const args of cases) limited(500, () => f(...cloneData(args)));
    return true;
  } catch (error) {
    return error instanceof Error && error.message.startsWith("left at");
  }
}

/** The same disagreement in as small a program as can be found. */
export function minimize(disagreement: Disagreement, log: (text: string) => void): Disagreement {
  const { check, kind } = disagreement;
  const strict = behaves(disagreement.program);
  const program = shrink(
    disagreement.program,
    (candidates) => {
      const good = candidates.map((candidate) => !strict || behaves(candidate));
      const kinds = kindsOf(
        candidates.filter((_, i) => good[i]),
        check,
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
