/**
 * The reverse sweep: the operations of a written region in reverse order, each replaced by what carries the adjoint of
 * its result to its operands. Regions become regions: `if` to `if`, `for` to a `for` that counts backwards.
 *
 *     %y = load %x[%i]     →   accum %dx[%i], %dy
 *     store %x[%i], %v     →   %g = load %dx[%i]; store %dx[%i], 0; %dv += %g
 *     accum %x[%i], %v     →   %g = load %dx[%i]; %dv += %g
 */
import { isFloatPlace } from "../analysis/activity.js";
import { memberKeys } from "../analysis/memory.js";
import { type Builder, elem, field, value } from "../ir/build.js";
import { deletionText } from "../ir/deletion.js";
import type { Accum, Op, Place, Prim, Store, Value, ValueId } from "../ir/ir.js";
import type { PrimName } from "../ir/primitives.js";
import { isFloatArray, isNumber, maybe, num } from "../ir/types.js";
import { placeType } from "../ir/derive.js";
import { instantiate, type RuleMemo } from "../rules/instantiate.js";
import type { Rule } from "../rules/rule.js";
import { invariant } from "../support/invariant.js";
import { reverseCheckpoint } from "./checkpoint.js";
import { reverseFused } from "./fused.js";
import { reverseImplicit } from "./implicit.js";
import { reverseCall } from "./reverse-call.js";
import { reverseRule } from "./rule-call.js";
import { reverseIf, reverseLoop } from "./reverse-control.js";
import { type AdjointScope, adjointName } from "./scope.js";
import { type Entry, type FunctionState, placeOn, type Written } from "./state.js";

/** Adds the reverse code of `written` to its frame. */
export function reverseRegion(state: FunctionState, written: Written, scope: AdjointScope): void {
  for (let i = written.entries.length - 1; i >= 0; i--) {
    const entry = written.entries[i];
    if (entry === undefined) continue;
    written.frame.reverse.loc = entry.op.loc;
    reverseEntry(state, entry, written, scope);
  }
  state.context.decisions?.reversed(written.region, scope.all);
}

function reverseEntry(state: FunctionState, entry: Entry, written: Written, scope: AdjointScope): void {
  switch (entry.kind) {
    case "if":
      reverseIf(state, entry, written.frame, scope, reverseRegion);
      return;
    case "loop":
      reverseLoop(state, entry, written.frame, scope, reverseRegion);
      return;
    case "fused":
      reverseFused(state, entry, written.frame, scope, reverseRegion);
      return;
    case "call":
      reverseCall(state, entry, written.frame, scope);
      return;
    case "checkpoint":
      reverseCheckpoint(state, entry, written.frame, scope);
      return;
    case "implicit":
      reverseImplicit(state, entry, written.frame, scope);
      return;
    case "rule":
      reverseRule(state, entry, written.frame, scope, reverseShadow);
      return;
    case "plain":
      reversePlain(state, entry.op, written, scope);
      return;
    case "fill":
      reverseStore(state, entry.op, written.frame.reverse, scope, entry.wasAbsent);
      return;
    case "relink": {
      relink(state, entry, written.frame.reverse);
      return;
    }
  }
}

/** Undoes the link of a shadow. An element that was not there before stays: nobody finds it. */
function relink(state: FunctionState, entry: Entry & { kind: "relink" }, b: Builder): void {
  const { op } = entry;
  const before = state.frames.resolve(entry.before, b);
  const shadow = op.place.base.type;
  if (shadow.kind === "dict" && shadow.loose !== true) {
    unlinkMember(shadowPlace(state, op.place, b), before, b);
    return;
  }
  if (!state.context.growth.mayGrow(op)) {
    b.store(shadowPlace(state, op.place, b), before);
    return;
  }
  const place = shadowPlace(state, op.place, b);
  const { type } = before;
  // Where nothing may be an element, it is put back too.
  if (type.kind === "maybe" && type.absent !== "null") {
    b.store(place, before);
    return;
  }
  b.if(
    wasMissing(before, b),
    [],
    () => [],
    (present) => {
      present.store(place, before);
      return [];
    },
  );
}

/** A key that was not there before is taken out again: whoever goes through the keys finds what there was. */
function unlinkMember(place: Place, before: Value, b: Builder): void {
  if (place.kind !== "elem") return;
  const { type } = before;
  b.if(
    type.kind === "maybe" && type.absent !== "undefined" ? wasMissing(before, b) : b.prim("isNullish", [before]),
    [],
    (missing) => {
      const text = [deletionText, "[", "]"];
      missing.push({ kind: "foreign", text, args: [place.base, place.index], pure: false });
      return [];
    },
    (present) => {
      present.store(place, before);
      return [];
    },
  );
}

/** Was there no element? One that is null was there. */
function wasMissing(before: Value, b: Builder): Value {
  const { type } = before;
  if (type.kind !== "maybe") return b.prim("isNullish", [before]);
  const read = maybe(type.of, "both");
  return b.prim("eq", [b.cast(before, read), b.absent(read, undefined)]);
}

/** The shadow of `v` in reverse code. */
export function reverseShadow(state: FunctionState, v: Value, b: Builder): Value {
  const forwardMade = state.shadows.get(v.id);
  if (forwardMade !== undefined) return state.frames.resolve(forwardMade, b);
  const known = state.lateShadows.get(v.id);
  if (known !== undefined) return known;
  const { frame, op } = state.frames.definition(v);
  const shadow = value(state.context.shadowType(v.type), adjointName(v));
  state.lateShadows.set(v.id, shadow);
  const at = frame.prologue;
  at.loc = op?.loc;
  if (op?.kind === "load" && state.isInShadow(op.place)) {
    const index = op.place.kind === "elem" ? state.frames.resolve(op.place.index, at) : undefined;
    at.push({ kind: "load", place: placeOn(op.place, reverseShadow(state, op.place.base, at), index), result: shadow });
  } else if (op?.kind === "cast" && state.context.activity.hasShadow(op.value))
    at.push({ kind: "cast", value: reverseShadow(state, op.value, at), result: shadow });
  else if (op?.kind === "alloc" && v.type.kind === "typed")
    at.push({ kind: "alloc", length: state.frames.resolve(op.length, at), result: shadow, adjoint: true });
  else if (op?.kind === "new" && hasFixedShape(state, v))
    at.push({ kind: "new", members: zeroMembers(state, op, at), result: shadow });
  else at.push({ kind: "zeros", like: state.frames.resolve(v, at), result: shadow });
  return shadow;
}

/** Tuples and records of numbers, and array literals no element of which is ever stored to (which might make them longer). */
function hasFixedShape(state: FunctionState, v: Value): boolean {
  if (v.type.kind === "dict") return false;
  if (v.type.kind !== "array") return true;
  return !state.context.stability(state.func.name).isWritten(v.type, state.context.memory.classOf(v));
}

function zeroMembers(state: FunctionState, op: Op & { kind: "new" }, at: Builder): readonly Value[] {
  const { type } = op.result;
  const shadow = state.context.shadowType(type);
  if (shadow.kind === "array") return op.members.map(() => at.cast(at.const(0), shadow.elem));
  if (shadow.kind === "tuple") return shadow.elems.map((type) => at.cast(at.const(0), type));
  if (shadow.kind !== "record") return op.members.map(() => at.const(0));
  return (state.context.records.get(shadow.name)?.fields ?? []).map((f) => at.cast(at.const(0), f.type));
}

function shadowPlace(state: FunctionState, place: Place, b: Builder): Place {
  const index = place.kind === "elem" ? state.frames.resolve(place.index, b) : undefined;
  return placeOn(place, reverseShadow(state, place.base, b), index);
}

function reversePlain(state: FunctionState, op: Op, written: Written, scope: AdjointScope): void {
  const b = written.frame.reverse;
  switch (op.kind) {
    case "prim":
      reversePrim(state, op, b, scope);
      return;
    case "load": {
      const g = scope.get(op.result);
      if (g !== undefined && isFloatPlace(state.context.program, op.place)) accumulate(state, op.place, g, b);
      return;
    }
    case "store":
      reverseStore(state, op, b, scope);
      return;
    case "accum": {
      if (!isActivePlace(state, op.place) || !state.context.activity.isActive(op.value)) return;
      scope.add(b, op.value, readAdjoint(state, op, shadowPlace(state, op.place, b), b));
      return;
    }
    case "cast": {
      const g = scope.get(op.result);
      if (g !== undefined) state.contribute(scope, b, op.value, g);
      return;
    }
    case "new":
      reverseNew(state, op, b, scope);
      return;
    case "copy":
      if (!state.context.activity.hasShadow(op.result)) return;
      b.push({
        kind: "addInto",
        target: reverseShadow(state, op.source, b),
        source: reverseShadow(state, op.result, b),
        ...(state.changesLength(op.source) || state.changesLength(op.result) ? { common: true } : {}),
      });
      if (state.repeatable && state.shadows.has(op.result.id))
        b.push({ kind: "clear", target: reverseShadow(state, op.result, b) });
      return;
    case "call":
      // What it makes takes part only because of what is written into it later.
      for (const made of op.results)
        if (state.repeatable && state.shadows.has(made.id))
          b.push({ kind: "clear", target: reverseShadow(state, made, b) });
      return;
    case "alloc":
    case "zeros":
      if (state.repeatable && state.shadows.has(op.result.id) && !state.holdsReferences(op.result)) {
        b.push({ kind: "clear", target: reverseShadow(state, op.result, b) });
      }
      return;
    case "addInto":
    case "clear":
    case "export":
    case "closure":
    case "save":
    case "restore":
      invariant(false, `the reverse transformation of ${op.kind} is not defined`);
    default:
      return;
  }
}

/** `dx[i] += g` for a read of `x[i]`. Where the program looks whether there is an element, a missing one gets no adjoint. */
function accumulate(state: FunctionState, primal: Place, g: Value, b: Builder): void {
  const place = shadowPlace(state, primal, b);
  // A member that only the reverse sweep's own object has too much, nobody sees.
  const isOwn = primal.base.type.kind === "dict" && !state.context.memory.classOf(primal.base).external;
  if (mayBeAbsentAt(state, place) && !isOwn) {
    // What is absent has no adjoint, and stays absent.
    b.if(
      b.prim("ne", [g, b.const(0)]),
      [],
      (then) => {
        then.accum(place, g);
        return [];
      },
      () => [],
    );
    return;
  }
  const mayMiss =
    primal.kind === "elem" &&
    primal.base.type.kind === "array" &&
    state.context.probed.has(state.context.memory.slotOf(primal));
  if (!mayMiss) {
    b.accum(place, g);
    return;
  }
  b.if(
    b.prim("isNullish", [b.load(place, num)]),
    [],
    () => [],
    (present) => {
      present.accum(place, g);
      return [];
    },
  );
}

/** The adjoint of what was written to a place. A write past the end of a typed array went nowhere: its adjoint is 0. */
function readAdjoint(state: FunctionState, op: Store | Accum, place: Place, b: Builder): Value {
  const result = value(num, adjointName(op.value));
  const { place: primal } = op;
  const mayMiss =
    primal.kind === "elem" &&
    primal.base.type.kind === "typed" &&
    !(state.context.stability(state.func.name).isWithin(op) ?? isLoopIndex(state, primal.index));
  b.push({ kind: "load", place, ...(mayMiss || mayBeAbsentAt(state, place) ? { orZero: true } : {}), result });
  return result;
}

/** Is this place of a shadow one that may be absent, as its primal may? */
const mayBeAbsentAt = (state: FunctionState, place: Place): boolean =>
  placeType(place, state.context.records)?.kind === "maybe";

/** The place held something else before, so what is added to its adjoint from here on is for that. */
function reverseStore(state: FunctionState, op: Store, b: Builder, scope: AdjointScope, wasAbsent?: Value): void {
  if (wasAbsent === undefined && !isActivePlace(state, op.place)) return;
  const place = shadowPlace(state, op.place, b);
  const g = state.context.activity.isActive(op.value) ? readAdjoint(state, op, place, b) : undefined;
  const type = placeType(place, state.context.records);
  if (wasAbsent === undefined || type?.kind !== "maybe") storeZero(state, place, b);
  else
    b.if(
      state.frames.resolve(wasAbsent, b),
      [],
      (then) => {
        then.store(place, then.absent(type, type.absent === "null" ? null : undefined));
        return [];
      },
      (otherwise) => {
        storeZero(state, place, otherwise);
        return [];
      },
    );
  if (g !== undefined) scope.add(b, op.value, g);
}

function storeZero(state: FunctionState, place: Place, b: Builder): void {
  b.store(place, b.cast(b.const(0), placeType(place, state.context.records) ?? num));
}

function isLoopIndex(state: FunctionState, v: Value): boolean {
  const { shape } = state.frames.definition(v).frame;
  return shape.kind === "loop" && shape.index?.id === v.id;
}

function isActivePlace(state: FunctionState, place: Place): boolean {
  return (
    isFloatPlace(state.context.program, place) &&
    state.context.activity.isActiveSlot(state.context.memory.slotOf(place))
  );
}

function reverseNew(state: FunctionState, op: Op & { kind: "new" }, b: Builder, scope: AdjointScope): void {
  const { activity, memory, program } = state.context;
  if (!activity.hasShadow(op.result)) return;
  const { type } = op.result;
  const isArray = type.kind === "array" || type.kind === "typed";
  if (type.kind === "typed" && !isFloatArray(type)) return;
  const owner = memory.classOf(op.result);
  const clear = state.repeatable && state.shadows.has(op.result.id);
  memberKeys(program, type, op.members.length).forEach((key, i) => {
    const member = op.members[i];
    if (member === undefined || !isNumber(member.type)) return;
    if (!isArray && !isFloatPlace(program, field(op.result, key))) return;
    if (!activity.isActiveSlot(owner.slot(key))) return;
    const shadow = reverseShadow(state, op.result, b);
    const place = isArray ? elem(shadow, b.const(i)) : field(shadow, key);
    if (activity.isActive(member)) {
      const g = value(num, adjointName(member));
      b.push({ kind: "load", place, ...(mayBeAbsentAt(state, place) ? { orZero: true } : {}), result: g });
      scope.add(b, member, g);
    }
    if (clear) storeZero(state, place, b);
  });
}

function ruleOf(state: FunctionState, op: Prim): Rule {
  const { ruleSet, powConstant } = state.context.rules;
  if (op.name === "pow") {
    const exponent = op.args[1];
    const definition = exponent === undefined ? undefined : state.frames.definition(exponent).op;
    if (definition?.kind === "const" && typeof definition.value === "number") return powConstant(definition.value);
  }
  return ruleSet(op.name, op.args.length);
}

function reversePrim(state: FunctionState, op: Prim, b: Builder, scope: AdjointScope): void {
  const g = scope.get(op.result);
  if (g === undefined) return;
  const { activity } = state.context;
  const [first, second] = op.args;
  if (op.name === "mul" && first !== undefined && first === second) {
    // x * x: 2 x g, not x g twice.
    state.contribute(scope, b, first, b.prim("mul", [b.prim("mul", [b.const(2), state.frames.resolve(first, b)]), g]));
    return;
  }
  const rule = ruleOf(state, op);
  const slots = op.args.flatMap((arg, i) => {
    const slot = rule.slots[i];
    return slot != null && activity.isActive(arg) ? [{ arg, slot }] : [];
  });
  if (slots.length === 0) return;
  const parts = (at: Builder): Value[] => {
    const memo: RuleMemo = new Map();
    const sources = new Map<ValueId, Value>();
    const resolve = (v: Value): Value => {
      const standIn = state.frames.resolve(v, at);
      sources.set(standIn.id, v);
      return standIn;
    };
    const environment = {
      adjoint: g,
      result: () => resolve(op.result),
      operand: (i: number) => {
        const operand = op.args[i];
        invariant(operand !== undefined, `the rule of ${op.name} asks for operand ${i}`);
        return resolve(operand);
      },
      computed: (name: PrimName, args: readonly Value[]) => {
        const known = args.flatMap((a) => sources.get(a.id) ?? []);
        const found =
          known.length < args.length
            ? undefined
            : state.frames.computed(state.frames.definition(op.result).frame, name, known);
        return found === undefined ? undefined : state.frames.resolve(found, at);
      },
    };
    return slots.map(({ slot }) => instantiate(at, slot, environment, memo));
  };
  if (!rule.singular) {
    parts(b).forEach((part, i) => {
      const slot = slots[i];
      if (slot !== undefined) scope.add(b, slot.arg, part);
    });
    return;
  }
  // A zero adjoint contributes zero, even where the slope is not finite (CONVENTIONS R5).
  const guarded = slots.map(() => value(num));
  b.if(
    b.prim("ne", [g, b.const(0)]),
    guarded,
    (then) => parts(then),
    (otherwise) => slots.map(() => otherwise.const(0)),
  );
  guarded.forEach((part, i) => {
    const slot = slots[i];
    if (slot !== undefined) scope.add(b, slot.arg, part);
  });
}
