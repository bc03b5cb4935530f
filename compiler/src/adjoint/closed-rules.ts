/** Functions with rules as the analyses see them: what they return is new, and made of what they are given. */
import { Builder, value } from "../ir/build.js";
import type { Func, FunctionRule, Program, Value } from "../ir/ir.js";
import { isReference } from "../ir/types.js";

/** The program with nothing in the bodies of functions that have rules. The flow through them is that of their rules. */
export function withClosedRules(program: Program): Program {
  if ([...program.funcs.values()].every((f) => f.rule === undefined)) return program;
  const funcs = [...program.funcs].map(([name, f]) => [name, f.rule === undefined ? f : closed(f, f.rule)] as const);
  return { ...program, funcs: new Map(funcs) };
}

function closed(func: Func, { wrt, returns }: FunctionRule): Func {
  const b = new Builder(func.loc);
  const given = returns === undefined ? undefined : func.body.params[returns];
  const yields = func.results.map((type): Value => {
    if (!isReference(type)) return b.absent(type, undefined);
    if (given !== undefined) return given;
    const result = value(type);
    b.push({ kind: "alloc", length: b.const(0), result });
    return result;
  });
  return { ...func, body: b.region(func.body.params, yields), rule: { wrt } };
}
