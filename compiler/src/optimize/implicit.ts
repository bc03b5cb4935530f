/**
 * **Purpose** The iteration of a loop tagged `@implicit` as a function, for the reverse transformation.
 * **Needs** Verified IR.
 * **Guarantees** The same results: what is put into the loop's body beside what stood there never runs.
 * **How** The body becomes `if (false) { step(…) } else { body }`, so that all analyses see the call. The step is the body
 * when the loop goes on: where the body asks whether to stop, it does not.
 */
import { Builder, like } from "../ir/build.js";
import { cloneOps, substitute, type Substitution } from "../ir/clone.js";
import type { For, Func, Op, Program, Region, Value, ValueId, While } from "../ir/ir.js";
import { mapOp, walk } from "../ir/walk.js";
import { constantsIn, freeValues } from "./outline.js";

/** Gives each such loop its step. */
export function withSteps(program: Program): Program {
  const funcs = new Map<string, Func>(program.funcs);
  for (const func of program.funcs.values()) {
    let count = 0;
    const constants = new Map<ValueId, Op>();
    walk(func.body, (op) => {
      if (op.kind === "const" || op.kind === "global") constants.set(op.result.id, op);
      if ((op.kind === "for" || op.kind === "while") && op.tag?.kind === "implicit") count++;
    });
    if (count === 0) continue;
    let made = 0;
    const region = (r: Region): Region => ({ ...r, ops: r.ops.map(rewrite) });
    const rewrite = (op: Op): Op => {
      const inner = mapOp(op, (v) => v, region);
      if ((inner.kind !== "for" && inner.kind !== "while") || inner.tag?.kind !== "implicit") return inner;
      if (inner.body.yields === null) return inner;
      const step = stepOf(func, inner, `${func.name}.step${made++ === 0 ? "" : `@${made}`}`, constants);
      funcs.set(step.func.name, step.func);
      return { ...inner, body: beside(inner, step.func.name, step.shared) };
    };
    funcs.set(func.name, { ...func, body: region(func.body) });
  }
  return { ...program, funcs };
}

const carriedOf = (loop: For | While): readonly Value[] =>
  loop.kind === "for" ? loop.body.params.slice(1) : loop.body.params;

function beside(loop: For | While, step: string, shared: readonly Value[]): Region {
  const b = new Builder(loop.loc);
  const results = (loop.body.yields ?? []).map(like);
  b.if(
    b.const(false),
    results,
    (then) => {
      const next = loop.results.map(like);
      then.push({ kind: "call", callee: step, args: [...carriedOf(loop), ...shared], results: next });
      return loop.breaks ? [then.const(false), ...next] : next;
    },
    (otherwise) => {
      otherwise.ops.push(...loop.body.ops);
      return loop.body.yields;
    },
  );
  return b.region(loop.body.params, results);
}

function stepOf(
  func: Func,
  loop: For | While,
  name: string,
  constants: ReadonlyMap<ValueId, Op>,
): { readonly func: Func; readonly shared: readonly Value[] } {
  const body = loop.breaks ? goingOn(loop.body) : loop.body;
  const shared = freeValues([body], constants);
  const b = new Builder(loop.loc);
  const map: Substitution = new Map();
  for (const op of constantsIn([body], constants)) b.ops.push(...cloneOps([op], map));
  const params = [...carriedOf(loop), ...shared].map((v) => {
    const param = like(v);
    map.set(v.id, param);
    return param;
  });
  const [index] = loop.body.params;
  // A fixed point knows no number of the iteration: whatever asks for it is told nothing.
  if (loop.kind === "for" && index !== undefined) map.set(index.id, b.const(Number.NaN));
  b.ops.push(...cloneOps(body.ops, map));
  const yields = (body.yields ?? []).slice(loop.breaks ? 1 : 0).map((v) => substitute(map, v));
  const made: Func = {
    name,
    source: `${func.source}_step`,
    body: b.region(params, yields),
    results: yields.map((v) => v.type),
    doc: [`One iteration of the loop${loop.loc === undefined ? "" : ` at line ${loop.loc.line}`}.`],
    ...(loop.loc === undefined ? {} : { loc: loop.loc }),
  };
  return { func: made, shared };
}

/** The body of a loop under the assumption that it does not stop now. */
function goingOn(body: Region): Region {
  const [stop] = body.yields ?? [];
  if (stop === undefined) return body;
  const makers = new Map<ValueId, Op>();
  const facts = new Map<ValueId, boolean>();
  walk(body, (op) => {
    if (op.kind === "const" && typeof op.value === "boolean") facts.set(op.result.id, op.value);
    if (op.kind === "const" || op.kind === "prim") makers.set(op.result.id, op);
    if (op.kind === "if") for (const v of op.results) makers.set(v.id, op);
  });
  const assume = (v: Value | undefined, is: boolean): void => {
    if (v === undefined || facts.has(v.id)) return;
    facts.set(v.id, is);
    const maker = makers.get(v.id);
    if (maker?.kind === "prim") {
      if (maker.name === "not") assume(maker.args[0], !is);
      else if ((maker.name === "or" && !is) || (maker.name === "and" && is))
        for (const arg of maker.args) assume(arg, is);
    } else if (maker?.kind === "if") {
      const i = maker.results.indexOf(v);
      const isOther = (y: Value | undefined): boolean => {
        const made = y === undefined ? undefined : makers.get(y.id);
        return made?.kind === "const" && made.value === !is;
      };
      const [then, otherwise] = [maker.then.yields?.[i], maker.else.yields?.[i]];
      // The body of a tangent program has the step of its primal beside it, which never runs.
      const known = facts.get(maker.cond.id);
      if (known !== undefined) assume(known ? then : otherwise, is);
      else if (isOther(then)) {
        assume(maker.cond, false);
        assume(otherwise, is);
      } else if (isOther(otherwise)) {
        assume(maker.cond, true);
        assume(then, is);
      }
    }
  };
  assume(stop, false);
  const map: Substitution = new Map();
  const region = (r: Region): Region => {
    const ops = splice(r.ops);
    return { params: r.params, ops, yields: r.yields === null ? null : r.yields.map((v) => substitute(map, v)) };
  };
  const splice = (ops: readonly Op[]): readonly Op[] =>
    ops.flatMap((op): readonly Op[] => {
      const is = op.kind === "if" ? facts.get(op.cond.id) : undefined;
      if (op.kind !== "if" || is === undefined) return [mapOp(op, (v) => substitute(map, v), region)];
      const arm = is ? op.then : op.else;
      if (arm.yields === null) return [mapOp(op, (v) => substitute(map, v), region)];
      const inner = splice(arm.ops);
      op.results.forEach((v, i) => {
        const yielded = arm.yields?.[i];
        if (yielded !== undefined) map.set(v.id, substitute(map, yielded));
      });
      return inner;
    });
  return region(body);
}
