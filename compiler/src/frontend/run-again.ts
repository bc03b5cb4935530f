/** What runs again in the reverse sweep must do nothing but compute: asked of the lowered program. */
import { type Diagnostic, language, schedule } from "../diagnostics.js";
import type { Func, Loc, Op, Program, Region, Value } from "../ir/ir.js";
import { present } from "../ir/types.js";
import { results, walk } from "../ir/walk.js";
import type { ts } from "ts-morph";
import { errorClasses } from "./error-classes.js";
import { tagSpanAt } from "./loop-tags.js";

/** Refuses effects on the outside in tagged loops and functions. */
export function checkRunAgain(
  lowered: Program,
  program: ts.Program,
  plainErrors: ReadonlySet<string>,
  report: (d: Diagnostic) => void,
): void {
  const effects: Effects = { found: new Map(), plainErrors };
  const refuse = (region: Region, loc: Loc | undefined): void => {
    const op = effectIn(lowered, region, effects);
    const span = op === undefined ? undefined : tagSpanAt(program, loc);
    if (op !== undefined) report(schedule.effectOutside(span, describe(op)));
    const apart = apartIn(lowered, region);
    if (apart !== undefined) {
      const why = `What runs again is copied, and the objects of the union have fields \`${apart.field}\` of different types`;
      report(language.unsupportedType(tagSpanAt(program, loc), apart.name, why));
    }
  };
  for (const func of lowered.funcs.values()) {
    if (func.checkpoint === true) refuse(func.body, func.loc);
    walk(func.body, (op) => {
      if ((op.kind === "for" || op.kind === "while") && op.tag !== undefined) refuse(op.body, op.loc);
    });
  }
}

/** A union in a region that does not tell all fields of its objects. */
function apartIn(lowered: Program, region: Region): { readonly name: string; readonly field: string } | undefined {
  let found: { readonly name: string; readonly field: string } | undefined;
  const see = (v: Value): void => {
    const type = present(v.type);
    const decl = type.kind === "record" ? lowered.records.get(type.name) : undefined;
    const [field] = decl?.apart ?? [];
    if (decl !== undefined && field !== undefined) found ??= { name: decl.text?.text ?? decl.name, field };
  };
  region.params.forEach(see);
  walk(region, (op) => results(op).forEach(see));
  return found;
}

interface Effects {
  /** Of each function that was looked at. */
  readonly found: Map<string, Op | undefined>;
  /** Classes of the program's own whose instances may be made twice. */
  readonly plainErrors: ReadonlySet<string>;
}

/** An error that is made for a handler: another one in the second run is as good. */
function makesError(op: Op, plainErrors: ReadonlySet<string>): boolean {
  const name = op.kind === "foreign" ? /^(?:new )?(\w+)\(/.exec(op.text[0] ?? "")?.[1] : undefined;
  return name !== undefined && (errorClasses.has(name) || plainErrors.has(name));
}

/** The first operation of a region, or of what it calls, that is more than computing. */
function effectIn(lowered: Program, region: Region, known: Effects): Op | undefined {
  let found: Op | undefined;
  walk(region, (op) => {
    if (found !== undefined) return;
    if (op.kind === "foreign" && !op.pure && !makesError(op, known.plainErrors)) found = op;
    if (op.kind === "call") found = effectOf(lowered, lowered.funcs.get(op.callee), known);
  });
  return found;
}

function effectOf(lowered: Program, func: Func | undefined, known: Effects): Op | undefined {
  if (func === undefined) return undefined;
  if (known.found.has(func.name)) return known.found.get(func.name);
  // A recursive call adds nothing.
  known.found.set(func.name, undefined);
  const found = effectIn(lowered, func.body, known);
  known.found.set(func.name, found);
  return found;
}

function describe(op: Op): string {
  const text = op.kind === "foreign" ? op.text.join("…") : "";
  const at = op.loc === undefined ? "" : ` at line ${op.loc.line}`;
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\`${at} is more than computing`;
}
