/** Derivatives that would be lost without a word: refused or warned of when all functions have been read. */
import { analyzeInfluence, type Influence } from "../analysis/influence.js";
import { type Diagnostic, meaning, type Span } from "../diagnostics.js";
import type { Program } from "../ir/ir.js";
import { walk } from "../ir/walk.js";
import type { FileContext } from "./file-context.js";
import type { Annotated } from "./lowered.js";
import { ruleSet } from "./rules.js";

/** A marked function, with what its warnings point at. */
export interface Checked {
  readonly annotated: Annotated;
  /** Named in `wrt=`: the user expects a derivative. */
  readonly isExplicit: boolean;
  readonly spans: readonly Span[];
}

/** Says whether a number is lost in something that holds data. */
export function checkLost(
  program: Program,
  checked: readonly Checked[],
  { kept, caughtReads, reordered, ordered, givenUndefined, askedIfThere }: FileContext,
  report: (d: Diagnostic) => void,
  failed: () => boolean,
): boolean {
  for (const { record, diagnostic } of ordered) if (reordered.has(record)) report(diagnostic);
  for (const { member, diagnostic } of askedIfThere) if (givenUndefined.has(member)) report(diagnostic);
  // Where something else was refused, a function may not be there.
  const influences = checked
    .filter(({ annotated }) => !failed() || isWhole(program, annotated.func))
    .map(({ annotated }) => analyzeInfluence(program, annotated.func, annotated.wrt, hasSlope));
  const lost = kept
    .filter(({ isThrown }) => isThrown !== true || caughtReads.size > 0)
    .filter(({ value }) => influences.some((influence) => influence.isVaried(value)));
  for (const { diagnostic } of lost) if (diagnostic.category === "error") report(diagnostic);
  // What does not compile is not worth a warning.
  if (failed()) return lost.some(({ diagnostic }) => diagnostic.code === "ADC3002");
  for (const { diagnostic } of lost) report(diagnostic);
  checked.forEach(({ annotated, isExplicit, spans }, i) => {
    const influence = influences[i];
    for (const position of annotated.wrt)
      if (influence !== undefined) warn(influence, annotated, position, isExplicit, spans[position], report);
  });
  return false;
}

/** Is all that a function calls there? */
function isWhole(program: Program, name: string): boolean {
  const reached = new Set([name]);
  for (const next of reached) {
    const func = program.funcs.get(next);
    if (func === undefined) return false;
    walk(func.body, (op) => {
      if (op.kind === "call") reached.add(op.callee);
    });
  }
  return true;
}

const hasSlope = (name: Parameters<typeof ruleSet>[0], arity: number, operand: number): boolean =>
  ruleSet(name, arity).slots[operand] != null;

function warn(
  influence: Influence,
  annotated: Annotated,
  position: number,
  isExplicit: boolean,
  span: Span | undefined,
  report: (d: Diagnostic) => void,
): void {
  const name = annotated.params[position]?.name ?? "";
  switch (influence.reachOf(position)) {
    case "smoothly":
    case "stopped":
      return;
    case "not at all":
      report(meaning.cannotInfluence(span, name));
      return;
    case "in steps":
      report(meaning.onlyInSteps(span, name));
      return;
    case "by choice":
      // A count or an index that was not asked for by name.
      if (isExplicit) report(meaning.onlyInSteps(span, name));
      return;
  }
}
