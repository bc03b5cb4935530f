/** Random programs in other forms: rewritten, compiled with passes left out, compiled again. Their gradients must be the same. */
import { optionalPasses } from "../../compiler/src/optimize/index.js";
import type { Compiled, Outcome } from "./compile.js";
import { cloneData, leaves, mapLeaves, materialise } from "./data.js";
import { exportedFunction } from "./evaluate.js";
import { limited, withDraws } from "./limit.js";
import { checkpointed } from "./metamorphic-checkpoints.js";
import { nameSubexpressions, returnTuple, unrollLoops } from "./metamorphic.js";
import { classesToFunctions } from "./metamorphic-classes.js";
import {
  boxVariables,
  callbacksToLoops,
  extractBodies,
  loopsToCallbacks,
  passCaptured,
  wrapBody,
} from "./metamorphic-functions.js";
import type { Random } from "./random.js";
import { Tally } from "./tally.js";
import { annotatedOf, timeLimit } from "./fuzz-judging.js";

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
  // That a loop fills an array is not seen once it is taken apart.
  unrolled: (source, length) => (/ = new Array<number>\(/.test(source) ? source : unrollLoops(source, length)),
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

const passes = optionalPasses;
/** What the programs of a batch are compared with. `whole`: they use more of the language than numbers and arrays. */
export function chooseCheck(random: Random, whole: boolean): Check {
  return random.weighted<Check>([
    [1, { kind: "without", passes }],
    [1, { kind: "without", passes: [random.pick(passes)] }],
    [0.8, { kind: "rewritten", how: "checkpoints" }],
    [whole ? 4 : 1, { kind: "rewritten", how: random.pick(whole ? allRewritings : basicRewritings) }],
    [0.3, { kind: "again" }],
  ]);
}

export const howOf = (check: Check): Rewriting | undefined => (check.kind === "rewritten" ? check.how : undefined);

/** A second compilation gives the same text, but for the name of the file. */
export function sameBytes(compiled: Compiled, again: Outcome): Tally {
  const tally = new Tally();
  const plain = (generated: string): string => generated.replaceAll(/program\d+/g, "program");
  const same = again.kind === "compiled" && plain(again.compiled.text) === plain(compiled.text);
  tally.check("bytes", same, () => "the second compilation gives another text");
  return tally;
}

export function variantSource(source: string, length: number, check: Check): string | undefined {
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

export function compareGradients(
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
    else if (how === "checkpoints" && variant.diagnostics.every(({ code }) => /^ADC(106[46]|3006)$/.test(code)))
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
