/** A disagreement in as small a program as can be found, and as the text of a fixture. */
import { cloneData, materialise, text } from "./data.js";
import { exportedFunction, Modules } from "./evaluate.js";
import { limited } from "./limit.js";
import { checkBounds } from "./metamorphic.js";
import { type Failing, shrink } from "./shrink.js";
import { compileSources, judgeOutcome, typeProblems } from "./fuzz-judging.js";
import { compareGradients, howOf, variantSource } from "./fuzz-variants.js";
import type { Disagreement } from "./fuzzing.js";

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

/** What is judged stays in every candidate; a custom rule goes whole or not at all, so that it stays right. */
const marked = /@differentiable[^\n]*\nexport function f\(/;
const ruled = /(?:\/\*\* @(?:vjp|jvp) [^\n]*\n)?(?:export )?function (?:\w*Rule|ruled\d+)\([\s\S]*?\n}\n/g;
const keepsRules = (source: string, original: string): boolean =>
  [...source.matchAll(ruled)].every(([rule]) => original.includes(rule));

/** The same disagreement in as small a program as can be found. */
export function minimize(disagreement: Disagreement, log: (text: string) => void): Disagreement {
  const { kind } = disagreement;
  const strict = behaves(disagreement.program);
  const program = shrink(
    disagreement.program,
    (candidates) => {
      const good = candidates.map(
        (candidate) =>
          marked.test(candidate.source) &&
          keepsRules(candidate.source, disagreement.program.source) &&
          (!strict || behaves(candidate)),
      );
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
