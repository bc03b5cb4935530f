/** What a function does besides computing its result: for the modes that run it many times, but must seem to run it once. */
import { reachable } from "../analysis/memory.js";
import type { Func, Op, Program, Region } from "../ir/ir.js";
import { mapOp, walk } from "../ir/walk.js";

export interface Effects {
  /** It prints. */
  readonly says: boolean;
  /** It does something else with the world outside, which may be another the next time: it draws random numbers, reads the time. */
  readonly draws: boolean;
  readonly throws: boolean;
}

const isImpure = (op: Op): boolean => op.kind === "foreign" && !op.pure;
/** Other calls of which nothing comes back change something: a map that the function has made, say. */
const isSaying = (op: Op): boolean =>
  op.kind === "foreign" && !op.pure && op.result === undefined && /^console\b/.test(op.text[0] ?? "");

export function effectsOf(program: Program, entry: string): Effects {
  let says = false;
  let draws = false;
  let throws = false;
  for (const name of reachable(program, entry)) {
    const func = program.funcs.get(name);
    if (func === undefined) continue;
    walk(func.body, (op) => {
      says ||= isSaying(op);
      draws ||= isImpure(op) && !isSaying(op);
      throws ||= op.kind === "throw";
    });
  }
  return { says, draws, throws };
}

/** The program without what it says. */
export function silent(program: Program): Program {
  const region = (r: Region): Region => ({
    ...r,
    ops: r.ops.filter((op) => !isSaying(op)).map((op) => mapOp(op, (v) => v, region)),
  });
  const funcs = [...program.funcs].map(([name, func]): [string, Func] => [name, { ...func, body: region(func.body) }]);
  return { ...program, funcs: new Map(funcs) };
}
