/** The functions that the custom rules of a program consist of. */
import type { Func, Program } from "./ir.js";

/** Names of the functions that the rule of a function consists of. */
export function ruleFunctions({ rule }: Func): readonly string[] {
  if (rule === undefined) return [];
  const { vjp, vjpCode, jvp } = rule;
  const halves = [vjp, vjpCode].flatMap((half) => (half === undefined ? [] : [half.forward, half.pullback]));
  return jvp === undefined ? halves : [...halves, jvp];
}

/** What is called by a rule, or has one: these functions keep their parameters and results while rules are in force. */
export function ruled(program: Program): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [name, func] of program.funcs) {
    if (func.rule === undefined) continue;
    found.add(name);
    for (const called of ruleFunctions(func)) found.add(called);
  }
  return found;
}

/** The program without its rules, when they have served. */
export function withoutRules(program: Program): Program {
  if ([...program.funcs.values()].every((f) => f.rule === undefined)) return program;
  const funcs = [...program.funcs].map(([name, func]) => [name, withoutRule(func)] as const);
  return { ...program, funcs: new Map(funcs) };
}

/** The function without its rule. */
export function withoutRule(func: Func): Func {
  const plain: { -readonly [K in keyof Func]: Func[K] } = { ...func };
  delete plain.rule;
  return plain;
}
