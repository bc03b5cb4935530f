/** Scratch objects of packages: each function that uses one gets an object of its own. */
import { objectionToScratch } from "../../analysis/scratch.js";
import type { ConstantWrite } from "../../analysis/constant-writes.js";
import { cloneOps, substitute, type Substitution } from "../../ir/clone.js";
import type { Func, GlobalDecl, Op, Program, Value, ValueId } from "../../ir/ir.js";
import { mapOp, walk } from "../../ir/walk.js";
import { append } from "../../support/append.js";

/** A written constant that is no scratch object, and the place that shows it. */
export interface Written extends ConstantWrite {
  readonly reason?: "read" | "escapes" | "shared";
}

/**
 * The program in which every scratch object among `candidates` is made in the functions that use it, and what else is
 * written.
 */
export function withoutScratch(
  program: Program,
  writes: readonly ConstantWrite[],
  candidates: ReadonlySet<string>,
): { readonly program: Program; readonly writes: readonly Written[] } {
  const rest: Written[] = [];
  const scratch = new Map<string, GlobalDecl>();
  for (const write of writes) {
    const decl = program.globals.get(write.name);
    if (decl === undefined || !candidates.has(write.name)) rest.push(write);
    else if (!scratch.has(write.name)) {
      const objection = objectionToScratch(program, write.name);
      if (objection === undefined) scratch.set(write.name, decl);
      else rest.push({ name: write.name, loc: objection.loc ?? write.loc, reason: objection.reason });
    }
  }
  if (scratch.size === 0) return { program, writes: rest };
  const funcs = new Map([...program.funcs].map(([name, func]) => [name, ownObjects(func, scratch)]));
  const globals = new Map([...program.globals].filter(([name]) => !scratch.has(name)));
  return { program: { ...program, funcs, globals }, writes: rest };
}

function ownObjects(func: Func, scratch: ReadonlyMap<string, GlobalDecl>): Func {
  const made = new Map<string, Value>();
  const start: Op[] = [];
  const instead = new Map<ValueId, Value>();
  walk(func.body, (op) => {
    const decl = op.kind === "global" ? scratch.get(op.name) : undefined;
    if (op.kind !== "global" || decl === undefined) return;
    let own = made.get(op.name);
    if (own === undefined) {
      const copies: Substitution = new Map();
      append(start, cloneOps(decl.init.ops, copies));
      const [result] = decl.init.yields ?? [];
      if (result === undefined) return;
      own = substitute(copies, result);
      made.set(op.name, own);
    }
    instead.set(op.result.id, own);
  });
  if (instead.size === 0) return func;
  const read = (v: Value): Value => instead.get(v.id) ?? v;
  const replace = (region: Func["body"]): Func["body"] => ({
    params: region.params,
    ops: region.ops
      .filter((op) => op.kind !== "global" || !instead.has(op.result.id))
      .map((op) => mapOp(op, read, replace)),
    yields: region.yields?.map(read) ?? null,
  });
  const body = replace(func.body);
  return { ...func, body: { ...body, ops: [...start, ...body.ops] } };
}
