/** Throws of what only the source file can make: the generated function lets the source function throw it. */
import type { Func, Op, Program, Region, Throw } from "./ir.js";
import { mapOp, mapSame, walk } from "./walk.js";

/** The text of such a throw, as in `Throw`. */
export const thrownBySource: Pick<Throw, "text" | "args" | "imports"> = {
  text: ["new ThrownBySource()"],
  args: [],
  imports: [{ name: "ThrownBySource", from: "@adc/runtime" }],
};

export const isBySource = (op: Op): op is Throw =>
  op.kind === "throw" && op.text.length === 1 && op.text[0] === thrownBySource.text[0];

/** Where a function throws so: by itself, or in what it calls. */
export function throwsBySource(func: Func, program: Program): { readonly own: boolean; readonly called: boolean } {
  let own = false;
  let called = false;
  const seen = new Set<string>();
  const visit = (at: Func): void =>
    walk(at.body, (op) => {
      if (isBySource(op)) {
        if (at === func) own = true;
        else called = true;
      }
      if (op.kind !== "call" || seen.has(op.callee)) return;
      seen.add(op.callee);
      const callee = program.funcs.get(op.callee);
      if (callee !== undefined && callee !== func) visit(callee);
    });
  visit(func);
  return { own, called };
}

/** Has the generated file copies of classes of errors? */
function hasCopies(program: Program): boolean {
  let found = false;
  for (const func of program.funcs.values())
    walk(func.body, (op) => {
      if (op.kind === "foreign") found ||= op.imports?.some((i) => i.copy !== undefined) === true;
    });
  return found;
}

/** What was caught and is thrown again may be an instance of a copy of a class: the source function throws its own. */
export function withoutThrownCopies(program: Program): Program {
  if (!hasCopies(program)) return program;
  const inRegion = (region: Region): Region => {
    const ops = mapSame(region.ops, (op) => {
      const isAgain = op.kind === "throw" && op.args.some((a) => a.type.kind === "opaque");
      return isAgain ? { ...op, ...thrownBySource } : mapOp(op, (v) => v, inRegion);
    });
    return ops === region.ops ? region : { ...region, ops };
  };
  const funcs = [...program.funcs].map(([name, func]): [string, Func] => [
    name,
    { ...func, body: inRegion(func.body) },
  ]);
  return { ...program, funcs: new Map(funcs) };
}
