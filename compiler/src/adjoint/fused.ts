/**
 * Loops whose iterations meet only in sums (`analysis/fusion.ts`) are not reversed as a whole: in the reverse sweep each
 * iteration runs again and is reversed at once. What its reversal needs are local variables; nothing goes over a tape from one
 * loop to the other.
 *
 *     for (i …) { A }   →   for (i …) { A; reversed A }
 *
 * The loop of the forward sweep stays as it is in the program. Where only the value wants its sums, it goes: then the loop of the
 * reverse sweep makes these too, and what is computed of them comes after it.
 */
import { type Builder, like } from "../ir/build.js";
import { cloneRegion } from "../ir/clone.js";
import type { For, Op, Region, Value } from "../ir/ir.js";
import { eachDefinition, eachUse, mapOp } from "../ir/walk.js";
import { append } from "../support/append.js";
import { placeBefore } from "./finish.js";
import { constant, Frame, placeholderOf } from "./frame.js";
import type { FusedLoop } from "./fusion-plan.js";
import { type AdjointScope, LoopScope } from "./scope.js";
import { pushUnlessZero } from "./unless-zero.js";
import type { Entry, FunctionState, ReverseRegion, Written } from "./state.js";

type FusedEntry = Entry & { readonly kind: "fused" };

/** The loop in the forward sweep, and an iteration as it runs again. */
export function writeFused(
  state: FunctionState,
  plan: FusedLoop,
  frame: Frame,
  writeBody: (body: Frame) => Written,
): FusedEntry {
  const { op } = plan;
  const forward = frame.forward.push<Op>({ ...op, body: cloneRegion(op.body) });
  const body = new Frame(state.frames, { kind: "fused", op }, frame, op.loc);
  for (const p of op.body.params) state.frames.define(p, body);
  return { kind: "fused", op, plan, body: writeBody(body), forward };
}

export function reverseFused(
  state: FunctionState,
  entry: FusedEntry,
  frame: Frame,
  scope: AdjointScope,
  reverseRegion: ReverseRegion,
): void {
  const { op, body, plan } = entry;
  const b = frame.reverse;
  const inner = new LoopScope((v) => state.frames.definition(v).frame === body.frame);
  body.frame.reverse.loc = op.loc;
  // Adding to a sum leaves its adjoint as it is: it is the same in all iterations.
  const skip = op.breaks ? 1 : 0;
  const given = op.results.map((result) => scope.get(result));
  given.forEach((g, i) => {
    const next = op.body.yields?.[i + skip];
    if (g !== undefined && next !== undefined) state.contribute(inner, body.frame.reverse, next, g);
  });
  reverseRegion(state, body, inner);
  body.frame.settle(body.yields);
  const late = body.frame.late.splice(0);
  const reversed = body.frame.reversed();
  const sums = [...inner.touched.values()];
  if (sums.length > 0 || reversed.some((o) => o.kind !== "const")) {
    state.context.decisions?.fused(op);
    b.loc = op.loc;
    const isMerged = plan.after !== undefined;
    const sumParams = sums.map((v) => inner.inherited(v));
    const sumInits = sums.map(
      (v) => scope.get(v) ?? (isLocalTo(state, v, frame) ? undefined : scope.inherited(v)) ?? b.const(0),
    );
    const carriedInits = op.inits.map((init, i) => {
      const param = op.body.params[i + 1];
      // What nobody looks at may begin with anything.
      if (!isMerged && param !== undefined && plan.sums.has(param.id))
        return constant(b, placeholderOf(param.type), init.type);
      return state.frames.resolve(init, b);
    });
    const from = state.frames.resolve(op.from, b);
    const to = state.frames.resolve(op.to, b);
    const placed = placeBefore(body.frame.forward.ops, state.frames.before);
    const run = { params: op.body.params, ops: [...placed, ...late], yields: body.yields };
    const again = inReverse(state, run, b);
    const results = [...(isMerged ? op.results : op.results.map(like)), ...sumParams.map(like)];
    const made: For = {
      kind: "for",
      from,
      test: op.test,
      to,
      step: op.step,
      inits: [...carriedInits, ...sumInits],
      body: {
        params: [...again.params, ...sumParams],
        ops: iteration(again, placed.length, reversed, skip),
        yields: [...(again.yields ?? []), ...sums.map((v) => inner.get(v) ?? inner.inherited(v))],
      },
      breaks: op.breaks,
      results,
      ...(op.loc === undefined ? {} : { note: `The loop at line ${op.loc.line} and its adjoint.`, loc: op.loc }),
    };
    if (isMerged) b.push(made);
    else
      pushUnlessZero(
        state,
        b,
        op,
        made,
        given.filter((g) => g !== undefined),
      );
    sums.forEach((v, i) => {
      const result = results[op.results.length + i];
      if (result !== undefined) scope.set(v, result);
    });
    if (isMerged) moveAfter(entry, frame);
  }
  given.forEach((g, i) => {
    const init = op.inits[i];
    if (g !== undefined && init !== undefined) state.contribute(scope, b, init, g);
  });
}

const isLocalTo = (state: FunctionState, v: Value, frame: Frame): boolean => state.frames.definition(v).frame === frame;

/** Code of the forward sweep where it runs again: what it reads from outside is what the reverse sweep has for it. */
function inReverse(state: FunctionState, region: Region, b: Builder): Region {
  const own = new Set<Value>();
  eachDefinition(region, (v) => own.add(v));
  const outer = new Map<Value["id"], Value>();
  eachUse(region, (v) => {
    if (own.has(v) || outer.has(v.id) || !state.frames.definitions.has(v.id)) return;
    const found = state.frames.definition(v);
    if (!found.frame.isInScope) outer.set(v.id, state.frames.resolve(v, b));
  });
  if (outer.size === 0) return region;
  return mapRegion(region, (v) => outer.get(v.id) ?? v);
}

function mapRegion(region: Region, use: (v: Value) => Value): Region {
  const inner = (r: Region): Region => mapRegion(r, use);
  return { ...region, ops: region.ops.map((op) => mapOp(op, use, inner)), yields: region.yields?.map(use) ?? null };
}

/**
 * An iteration, which has so many operations before its reversal. The next value of what is carried comes last where the
 * reversal reads the present one: then both can be one variable.
 */
function iteration(again: Region, before: number, reversed: readonly Op[], skip: number): readonly Op[] {
  const read = usesOf({ params: [], ops: reversed, yields: null });
  const readAgain = usesOf({ ...again, yields: null });
  const last = new Set<Value>();
  again.params.slice(1).forEach((param, i) => {
    const next = again.yields?.[i + skip];
    if (next !== undefined && read.has(param) && !read.has(next) && !readAgain.has(next)) last.add(next);
  });
  const isLast = (op: Op): boolean => op.kind === "prim" && last.has(op.result);
  const first = again.ops.slice(0, before);
  return [...first.filter((op) => !isLast(op)), ...reversed, ...first.filter(isLast), ...again.ops.slice(before)];
}

function usesOf(region: Region): ReadonlySet<Value> {
  const found = new Set<Value>();
  eachUse(region, (v) => found.add(v));
  return found;
}

/** The forward loop goes, and what is computed of its results comes after all reverse code. */
function moveAfter({ plan, forward }: FusedEntry, frame: Frame): void {
  const { ops } = frame.forward;
  const at = ops.lastIndexOf(forward);
  const rest = ops.splice(at);
  const isLate = (op: Op): boolean => op.kind === "prim" && plan.after?.has(op.result.id) === true;
  // What has gone before depends on more loops than this one, so it comes later.
  frame.late.unshift(...rest.filter(isLate));
  append(
    ops,
    rest.filter((op) => op !== forward && !isLate(op)),
  );
}
