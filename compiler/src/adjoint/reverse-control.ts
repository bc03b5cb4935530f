/** Reversing control flow. Exits were nested away by the frontend, so there is nothing here about `break` or `return`. */
import { Builder, like, value } from "../ir/build.js";
import type { For, Loc, Op, Value, While } from "../ir/ir.js";
import { num } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { type Frame, reserve } from "./frame.js";
import { type AdjointScope, adjointName, ArmScope, LoopScope } from "./scope.js";
import type { Entry, FunctionState, ReverseRegion, Written } from "./state.js";
import { pushUnlessZero } from "./unless-zero.js";
import { append } from "../support/append.js";

/**
 *     if (c) { A } else { B }   →   if (c) { reversed A } else { reversed B }
 *
 * An arm that throws is never reversed: then the other arm ran, and its reversal needs no test.
 */
export function reverseIf(
  state: FunctionState,
  entry: Entry & { kind: "if" },
  frame: Frame,
  scope: AdjointScope,
  reverseRegion: ReverseRegion,
): void {
  const { op, arms } = entry;
  const b = frame.reverse;
  const [thenArm, elseArm] = arms;
  const thenScope = reverseArm(state, entry, thenArm, frame, scope, reverseRegion);
  const elseScope = reverseArm(state, entry, elseArm, frame, scope, reverseRegion);
  b.loc = op.loc;
  if (entry.inTail) {
    // Reverse code so far (the seed) is what the arms start from: it moves before the `if`.
    const { ops } = frame.forward;
    ops.splice(ops.lastIndexOf(entry.forward), 0, ...frame.prologue.ops.splice(0), ...b.ops.splice(0));
    joinTail(entry, scope, [thenScope, elseScope]);
    return;
  }

  const only = thenArm.region.yields === null ? elseArm : elseArm.region.yields === null ? thenArm : undefined;
  if (only !== undefined) {
    const inner = only === thenArm ? thenScope : elseScope;
    for (const reversed of only.frame.reversed()) b.push(reversed);
    for (const v of inner.touched.values()) scope.set(v, inner.get(v) ?? b.const(0));
    return;
  }

  const touched = new Map([...thenScope.touched, ...elseScope.touched]);
  const thenOps = thenArm.frame.reversed();
  const elseOps = elseArm.frame.reversed();
  if (touched.size === 0 && thenOps.length === 0 && elseOps.length === 0) return;
  const results = [...touched.values()].map((v) => value(num, adjointName(v)));
  const arm = (ops: readonly Op[], inner: AdjointScope) => {
    const builder = new Builder(op.loc);
    append(builder.ops, ops);
    const yields = [...touched.values()].map((v) => inner.get(v) ?? inner.inherited(v) ?? builder.const(0));
    return builder.region([], yields);
  };
  const cond = state.frames.resolve(op.cond, b);
  b.push({
    kind: "if",
    cond,
    then: arm(thenOps, thenScope),
    else: arm(elseOps, elseScope),
    results,
    ...adjointNote("branch", op),
  });
  [...touched.values()].forEach((v, i) => {
    const result = results[i];
    if (result === undefined) return;
    if ([thenScope, elseScope].some((s) => s.soFar(v) === undefined)) state.zeroInABranch.add(result.id);
    scope.set(v, result);
  });
}

function reverseArm(
  state: FunctionState,
  entry: Entry & { kind: "if" },
  arm: Written,
  frame: Frame,
  scope: AdjointScope,
  reverseRegion: ReverseRegion,
): AdjointScope {
  const inner = new ArmScope(
    (v) => state.frames.definition(v).frame === arm.frame,
    scope,
    (v) => state.frames.definition(v).frame === frame,
  );
  if (arm.region.yields === null) return inner;
  arm.frame.reverse.loc = entry.op.loc;
  entry.op.results.forEach((result, i) => {
    const g = scope.get(result);
    const yielded = arm.region.yields?.[i];
    if (g !== undefined && yielded !== undefined) state.contribute(inner, arm.frame.reverse, yielded, g);
  });
  reverseRegion(state, arm, inner);
  arm.frame.settle(arm.yields);
  finishArm(arm, frame);
  return inner;
}

/** The last `if` of a function: each arm goes on with its own reverse code and yields the adjoints of outer values. */
function joinTail(entry: Entry & { kind: "if" }, scope: AdjointScope, scopes: readonly AdjointScope[]): void {
  const touched = new Map(scopes.flatMap((s) => [...s.touched]));
  entry.arms.forEach((arm, i) => {
    const inner = scopes[i];
    if (arm.yields === null || inner === undefined) return;
    append(arm.frame.forward.ops, arm.frame.reversed());
    for (const v of touched.values()) arm.yields.push(inner.get(v) ?? inner.inherited(v) ?? arm.frame.forward.const(0));
  });
  for (const v of touched.values()) {
    const result = value(num, adjointName(v));
    entry.open.results.push(result);
    scope.set(v, result);
  }
}

/** Room for what an arm saves is made by the loop around it; outside loops the arm makes it itself. */
function finishArm(arm: Written, parent: Frame): void {
  if (!arm.frame.savesAnything) return;
  for (let at: Frame | undefined = parent; at !== undefined && at.shape.kind !== "fused"; at = at.parent) {
    if (at.shape.kind === "loop") {
      at.savingArms.push(arm.frame);
      return;
    }
  }
  arm.frame.save(false);
}

/**
 *     for (i = from; i < to; i++) { A }   →   for (i = to - 1; i >= from; i--) { reversed A }
 *
 * The adjoints of carried values run backwards through the iterations: what the body yields receives the adjoint of the
 * next iteration's parameter. Adjoints of values from outside are carried along as running sums.
 */
export function reverseLoop(
  state: FunctionState,
  entry: Entry & { kind: "loop" },
  frame: Frame,
  scope: AdjointScope,
  reverseRegion: ReverseRegion,
): void {
  const { op, body } = entry;
  const { activity } = state.context;
  const b = frame.reverse;
  const inner = new LoopScope((v) => state.frames.definition(v).frame === body.frame);
  body.frame.reverse.loc = op.loc;
  body.frame.reverseIndex = value(num, op.kind === "for" ? op.body.params[0]?.hint : "k");
  findCounters(state, op, body.frame, body.frame.reverseIndex);

  const skip = op.breaks ? 1 : 0;
  const carried = carriedAdjoints(op, (v) => activity.isActive(v), scope);
  if (body.region.yields === null) {
    // An iteration throws: where there is something to reverse, none ran.
    passThrough(
      state,
      scope,
      b,
      carried,
      carried.map((c) => scope.get(c.result) ?? b.const(0)),
    );
    return;
  }
  const inits: Value[] = [];
  const params: Value[] = [];
  for (const c of carried) {
    inits.push(scope.get(c.result) ?? b.const(0));
    const param = value(num, adjointName(c.result) ?? adjointName(c.param));
    params.push(param);
    const yielded = body.region.yields?.[c.position + skip];
    if (yielded !== undefined) state.contribute(inner, body.frame.reverse, yielded, param);
  }
  reverseRegion(state, body, inner);
  const yields: Value[] = carried.map((c) => inner.get(c.param) ?? body.frame.reverse.const(0));
  const sums = [...inner.touched.values()];
  for (const v of sums) {
    params.push(inner.inherited(v));
    inits.push(scope.get(v) ?? (isLocalTo(state, v, frame) ? undefined : scope.inherited(v)) ?? b.const(0));
    yields.push(inner.get(v) ?? inner.inherited(v));
  }
  body.frame.settle(body.yields);
  const ops = body.frame.reversed();
  const idle = sums.length === 0 && carried.every((c, i) => yields[i] === params[i] || (c.isFresh && ops.length === 0));
  if (idle && ops.every((o) => o.kind === "const")) {
    passThrough(state, scope, b, carried, inits);
    return;
  }

  b.loc = op.loc;
  const results = params.map(like);
  const reversedBody = (index: Value) => {
    const builder = new Builder(op.loc);
    append(builder.ops, ops);
    return builder.region([index, ...params], yields);
  };
  const reversed = reversedLoop(state, entry, frame, inits, reversedBody, results);
  const seeds = carried.flatMap((c, i) => (c.isFresh ? [] : inits.slice(i, i + 1)));
  pushUnlessZero(state, b, op, reversed, seeds);
  reserveForLoop(state, entry, frame);
  // The sums went into the loop with what was there before; only then do the initial values add to them.
  sums.forEach((v, i) => {
    const result = results[carried.length + i];
    if (result !== undefined) scope.set(v, result);
  });
  carried.forEach((c, i) => {
    const result = results[i];
    if (result !== undefined) state.contribute(scope, b, c.init, result);
  });
}

/** Carried integers that change by the same amount in every iteration follow from its number: they are never saved. */
function findCounters(state: FunctionState, op: For | While, body: Frame, index: Value): void {
  const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
  const integers = state.context.integers(state.func.name);
  const constantOf = (v: Value | undefined): number | undefined => {
    const found = v === undefined ? undefined : state.frames.definitions.get(v.id)?.op;
    return found?.kind === "const" && typeof found.value === "number" && Number.isInteger(found.value)
      ? found.value
      : undefined;
  };
  params.forEach((param, i) => {
    const init = op.inits[i];
    const next = op.body.yields?.[i + (op.breaks ? 1 : 0)];
    if (init === undefined || next === undefined || !(integers.has(init.id) || integers.has(param.id))) return;
    const made = state.frames.definitions.get(next.id);
    if (made?.op?.kind !== "prim" || made.frame !== body) return;
    const { name, args } = made.op;
    const other = args[0] === param ? args[1] : name === "add" && args[1] === param ? args[0] : undefined;
    if (other === undefined || (name !== "add" && name !== "sub")) return;
    const amount = constantOf(other);
    if (amount === undefined) {
      if (!integers.has(other.id) || state.frames.definition(other).frame === body) return;
      if (op.kind === "for" && op.step !== 1) return;
      body.counters.set(param.id, (at) => {
        const start = state.frames.resolve(init, at);
        const done = op.kind === "for" ? at.prim("sub", [index, state.frames.resolve(op.from, at)]) : index;
        return at.prim(name, [start, at.prim("mul", [done, state.frames.resolve(other, at)])]);
      });
      return;
    }
    const step = (name === "sub" ? -amount : amount) / (op.kind === "for" ? op.step : 1);
    if (!Number.isInteger(step)) return;
    body.counters.set(param.id, (at) => {
      const start = state.frames.resolve(init, at);
      const done = op.kind === "for" ? at.prim("sub", [index, state.frames.resolve(op.from, at)]) : index;
      return at.prim("add", [start, step === 1 ? done : at.prim("mul", [done, at.const(step)])]);
    });
  });
}

/** The comment above a reversed loop or branch. */
function adjointNote(what: string, op: Op): { readonly note?: string; readonly loc?: Loc } {
  return op.loc === undefined ? {} : { note: `Adjoint of the ${what} at line ${op.loc.line}.`, loc: op.loc };
}

const isLocalTo = (state: FunctionState, v: Value, frame: Frame): boolean => state.frames.definition(v).frame === frame;

interface Carried {
  readonly position: number;
  readonly init: Value;
  readonly param: Value;
  readonly result: Value;
  /** Nothing flows in from after the loop. */
  readonly isFresh: boolean;
}

function carriedAdjoints(op: For | While, isActive: (v: Value) => boolean, scope: AdjointScope): readonly Carried[] {
  const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
  return op.inits.flatMap((init, position) => {
    const param = params[position];
    const result = op.results[position];
    if (param === undefined || result === undefined || !(isActive(param) || isActive(result))) return [];
    return [{ position, init, param, result, isFresh: scope.get(result) === undefined }];
  });
}

/** The reversed body does nothing: adjoints of the results are those of the initial values. */
function passThrough(
  state: FunctionState,
  scope: AdjointScope,
  b: Builder,
  carried: readonly Carried[],
  inits: readonly Value[],
): void {
  carried.forEach((c, i) => {
    const g = inits[i];
    if (g !== undefined && !c.isFresh) state.contribute(scope, b, c.init, g);
  });
}

function reversedLoop(
  state: FunctionState,
  entry: Entry & { kind: "loop" },
  frame: Frame,
  inits: readonly Value[],
  body: (index: Value) => For["body"],
  results: readonly Value[],
): For {
  const { op } = entry;
  if (op.kind === "for") return reversedFor(state, entry, op, frame, inits, body, results);
  const b = frame.reverse;
  const index = entry.body.frame.reverseIndex;
  invariant(index !== undefined, "a reversed loop has an index");
  const count = countOf(state, entry, frame, b);
  return {
    kind: "for",
    from: b.prim("sub", [count, b.const(1)]),
    test: ">=",
    to: b.const(0),
    step: -1,
    inits,
    body: body(index),
    breaks: false,
    results,
    ...adjointNote("loop", op),
  };
}

function reversedFor(
  state: FunctionState,
  entry: Entry & { kind: "loop" },
  op: For,
  frame: Frame,
  inits: readonly Value[],
  body: (index: Value) => For["body"],
  results: readonly Value[],
): For {
  const b = frame.reverse;
  const index = entry.body.frame.reverseIndex;
  invariant(index !== undefined, "a for loop has a reverse index");
  const from = state.frames.resolve(op.from, b);
  return {
    kind: "for",
    from: lastIndex(state, entry, op, frame, from),
    test: op.step > 0 ? ">=" : "<=",
    to: from,
    step: -op.step,
    inits,
    body: body(index),
    breaks: false,
    results,
    ...adjointNote("loop", op),
  };
}

/** The index of the last iteration that ran. */
function lastIndex(state: FunctionState, entry: Entry & { kind: "loop" }, op: For, frame: Frame, from: Value): Value {
  const b = frame.reverse;
  if (op.breaks || Math.abs(op.step) !== 1) {
    const steps = b.prim("sub", [countOf(state, entry, frame, b), b.const(1)]);
    const distance = op.step === 1 ? steps : b.prim("mul", [steps, b.const(op.step)]);
    const start = state.frames.definition(op.from).op;
    return start?.kind === "const" && start.value === 0 ? distance : b.prim("add", [from, distance]);
  }
  const isWhole = state.context.integers(state.func.name).has(op.to.id);
  const to = state.frames.resolve(op.to, b);
  switch (op.test) {
    case "<":
      return b.prim("sub", [isWhole ? to : b.prim("ceil", [to]), b.const(1)]);
    case "<=":
      return isWhole ? to : b.prim("floor", [to]);
    case ">":
      return b.prim("add", [isWhole ? to : b.prim("floor", [to]), b.const(1)]);
    case ">=":
      return isWhole ? to : b.prim("ceil", [to]);
  }
}

/** The number of iterations the forward loop ran, as a value of the reverse code. */
function countOf(state: FunctionState, entry: Entry & { kind: "loop" }, frame: Frame, b: Builder): Value {
  entry.forward.count ??= value(num, "count");
  const { count } = entry.forward;
  if (!state.frames.definitions.has(count.id)) state.frames.define(count, frame);
  return state.frames.resolve(count, b);
}

/** Makes room for what the iterations of a loop save: before the loop if their number is known there, else in each. */
function reserveForLoop(state: FunctionState, entry: Entry & { kind: "loop" }, frame: Frame): void {
  const { op, body } = entry;
  const saving = [body.frame, ...body.frame.savingArms];
  const { interleaved } = body.frame;
  if (!interleaved && saving.every((f) => !f.savesAnything)) return;
  frame.interleave();
  for (const f of saving) f.save(!interleaved);
  const numbers = saving.reduce((sum, f) => sum + f.numbers, 0);
  const flags = saving.reduce((sum, f) => sum + f.flags, 0);
  if (interleaved || numbers + flags === 0) return;
  const b = new Builder(op.loc);
  const tape = state.frames.tapes.forward;
  if (op.kind === "while" || op.breaks) {
    reserve(b, tape, b.const(numbers), b.const(flags));
    body.frame.forward.ops.unshift(...b.ops);
    return;
  }
  const distance = op.step > 0 ? b.prim("sub", [op.to, op.from]) : b.prim("sub", [op.from, op.to]);
  const stride = Math.abs(op.step);
  const steps = stride === 1 ? distance : b.prim("div", [distance, b.const(stride)]);
  const exact =
    stride === 1 && state.context.integers(state.func.name).has(op.to.id) && (op.test === "<" || op.test === ">");
  const trips = exact ? steps : b.prim("add", [steps, b.const(1)]);
  const amount = (k: number): Value => (k === 1 ? trips : k === 0 ? b.const(0) : b.prim("mul", [trips, b.const(k)]));
  reserve(b, tape, amount(numbers), amount(flags));
  append(entry.enter, b.ops);
}
