/**
 * **Purpose** Functions made by the compiler are handed only what they use.
 * **Needs** The entries: functions called from outside keep their parameters, and so do external ones, those with rules and those rules call.
 * **Guarantees** The same results and effects; a call passes one argument for each parameter left.
 * **How** A parameter is used when an operation other than a call reads it, or a call passes it on in a position that is
 * used; found by following uses backwards from the first kind.
 */
import type { Call, Func, Op, Program, Region, ValueId } from "../ir/ir.js";
import { ruled } from "../ir/rule-functions.js";
import { mapOp, operands, regions, walk } from "../ir/walk.js";
import type { PassOptions } from "./pass.js";

export function pruneParams(program: Program, options: PassOptions): Program {
  const external = [...program.funcs.values()].filter((func) => func.external !== undefined).map((func) => func.name);
  const entries = new Set([...(options.entries ?? program.funcs.keys()), ...ruled(program), ...external]);
  const unused = unusedParams(program, entries);
  if ([...unused.values()].every((positions) => positions.size === 0)) return program;
  const keep = <T>(name: string, items: readonly T[]): readonly T[] =>
    items.filter((_, i) => unused.get(name)?.has(i) !== true);
  const region = (r: Region): Region => ({ ...r, ops: r.ops.map(rewrite) });
  const rewrite = (op: Op): Op => {
    const mapped = mapOp(op, (v) => v, region);
    return mapped.kind === "call" ? { ...mapped, args: keep(mapped.callee, mapped.args) } : mapped;
  };
  const funcs = new Map<string, Func>();
  for (const [name, func] of program.funcs) {
    const params = keep(name, func.body.params);
    const running = func.running?.flatMap((i) => {
      const at = params.findIndex((p) => p === func.body.params[i]);
      return at === -1 ? [] : [at];
    });
    const kept = { ...func, body: { ...region(func.body), params } };
    funcs.set(name, running === undefined ? kept : { ...kept, running });
  }
  // Initialisers of constants call functions too. What they have no use for any more costs nothing.
  const globals = new Map([...program.globals].map(([name, decl]) => [name, { ...decl, init: region(decl.init) }]));
  return { ...program, funcs, globals };
}

/** Positions of the parameters nothing depends on, by function. */
function unusedParams(program: Program, entries: ReadonlySet<string>): ReadonlyMap<string, ReadonlySet<number>> {
  const used = new Set<ValueId>();
  const calls: Call[] = [];
  for (const func of program.funcs.values()) {
    const use = (r: Region): void => r.yields?.forEach((v) => used.add(v.id));
    use(func.body);
    walk(func.body, (op) => {
      regions(op).forEach(use);
      if (op.kind === "call") calls.push(op);
      else for (const v of operands(op)) used.add(v.id);
    });
  }
  for (const { init } of program.globals.values()) {
    init.yields?.forEach((v) => used.add(v.id));
    walk(init, (op) => {
      for (const r of regions(op)) r.yields?.forEach((v) => used.add(v.id));
      if (op.kind === "call") calls.push(op);
      else for (const v of operands(op)) used.add(v.id);
    });
  }
  const isUsed = (name: string, position: number): boolean => {
    const param = program.funcs.get(name)?.body.params[position];
    return entries.has(name) || (param !== undefined && used.has(param.id));
  };
  for (let grown = true; grown; ) {
    const before = used.size;
    for (const call of calls) {
      call.args.forEach((arg, i) => {
        if (isUsed(call.callee, i)) used.add(arg.id);
      });
    }
    grown = used.size > before;
  }
  return new Map(
    [...program.funcs].map(([name, func]) => [
      name,
      new Set(func.body.params.flatMap((_, i) => (isUsed(name, i) ? [] : [i]))),
    ]),
  );
}
