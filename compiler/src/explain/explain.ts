/** `adc explain`: what the compiler decided about one function, beside its source. */
import { relative } from "node:path";
import { type Found, findFunction, type FindOptions, type NotFound } from "../build/find.js";
import { powConstant, ruleSet } from "../frontend/rules.js";
import type { Program } from "../ir/ir.js";
import { reachable } from "../analysis/memory.js";
import { printProgram } from "../ir/print.js";
import { LineBook, type LineNotes } from "./lines.js";
import { modeToShow, observe, type Observation, type ShownMode } from "./observe.js";
import { type Summary, summarize } from "./summary.js";

export interface ExplainOptions extends FindOptions {
  /** Also the IR after each pass. */
  readonly ir?: boolean;
  /** What is looked at; the gradient where there is one, else the pullback. */
  readonly mode?: ShownMode;
}

export interface SourceLine extends LineNotes {
  readonly number: number;
  readonly text: string;
}

/** The lines of one function of the source. */
export interface Listing {
  readonly name: string;
  /** Relative to `cwd`. */
  readonly file: string;
  readonly lines: readonly SourceLine[];
}

export interface IrStep {
  readonly name: string;
  /** Absent: the step changed nothing. */
  readonly text?: string;
}

export interface Explanation {
  readonly status: "explained";
  /** `loss_grad`. */
  readonly exportName: string;
  readonly name: string;
  readonly mode: string;
  readonly wrt: readonly string[];
  /** The function itself first, then those it calls. */
  readonly listings: readonly Listing[];
  readonly summary: Summary;
  readonly steps: readonly IrStep[];
}

const rules = { ruleSet, powConstant };

/** What the compiler makes of one `@differentiable` function, line by line. Throws only when adc itself fails. */
export function explainFunction(options: ExplainOptions): Explanation | NotFound {
  const found = findFunction(options);
  return found.status === "found" ? explainFound(found, options) : found;
}

export function explainFound(
  { frontend, lowered, annotated }: Omit<Found, "status">,
  options: ExplainOptions,
): Explanation {
  const func = lowered.program.funcs.get(annotated.func);
  const isNumber = func?.results[0]?.kind === "num";
  const { mode } = options;
  // Of the result of another function there is a pullback, and a tangent.
  const asked = mode === undefined || (!isNumber && mode !== "jvp") ? modeToShow(annotated, isNumber) : mode;
  const observation = observe(lowered, annotated, rules, asked);
  const book = new LineBook(observation, rules);
  const listings: Listing[] = [];
  for (const name of reachable(lowered.program, annotated.func)) {
    const { loc, source } = lowered.program.funcs.get(name) ?? {};
    const text = loc === undefined ? undefined : frontend.functionText(loc);
    // What stands inside a function that is listed needs no listing of its own.
    const file = loc === undefined ? "" : relative(options.cwd, loc.file);
    const first = text?.first ?? 0;
    const isListed = listings.some((l) => l.file === file && l.lines.some(({ number }) => number === first));
    if (loc === undefined || text === undefined || isListed) continue;
    const lines = text.lines.map((line, i) => ({
      number: text.first + i,
      text: line,
      ...book.at(loc.file, text.first + i),
    }));
    listings.push({ name: source ?? name, file, lines });
  }
  return {
    status: "explained",
    exportName: `${annotated.exportName}_${observation.mode}`,
    name: annotated.exportName,
    mode: observation.mode,
    wrt: annotated.wrt.map((i) => annotated.params[i]?.name ?? ""),
    listings,
    summary: summarize(observation, book),
    steps: options.ir === true ? irSteps(observation) : [],
  };
}

function irSteps(observation: Observation): IrStep[] {
  let before = "";
  return observation.steps.map(({ name, program }) => {
    const text = printProgram(ofInterest(program, observation));
    const isSame = text === before;
    before = text;
    return isSame ? { name } : { name, text };
  });
}

/** The function and what it calls, without what belongs to other functions of the file. */
function ofInterest(program: Program, { facts, generated }: Observation): Program {
  const entries = [generated.func.name, `${facts.entry}.value_and_grad`, facts.entry].filter((n) =>
    program.funcs.has(n),
  );
  const [entry] = entries;
  if (entry === undefined) return program;
  const names = new Set(reachable(program, entry));
  return { ...program, funcs: new Map([...program.funcs].filter(([name]) => names.has(name))) };
}
