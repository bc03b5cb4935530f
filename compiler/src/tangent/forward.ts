/**
 * The forward sweep of forward mode: the primal operations in their order, and beside each what carries its tangents.
 *
 *     %y = load %x[%i]     →   %y = load %x[%i];  %yDot = load %xDot[%i]
 *     store %x[%i], %v     →   store %x[%i], %v;  store %xDot[%i], %vDot
 *
 * References have shadows that parallel them, as in reverse mode; but a shadow holds tangents, which are data, so it is
 * always of the length its primal has, and holds the tangents of what is stored now.
 */
import { isFloatPlace } from "../analysis/activity.js";
import { type Builder, value } from "../ir/build.js";
import { placeType } from "../ir/derive.js";
import type { Call, For, If, Load, New, Op, Region, Store, Value, While } from "../ir/ir.js";
import { isDifferentiable, isNumber, isReference, num, tellsLess } from "../ir/types.js";
import { results } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";
import { writePrimitive } from "./primitive.js";
import { isActiveRule, writeRule } from "./rule.js";
import { type Lanes, type Tangents, tangentName } from "./state.js";

/** Adds a region with its tangents to `b`. */
export function writeRegion(lanes: Lanes, region: Region, b: Builder): void {
  const [state] = lanes;
  for (const op of region.ops) {
    b.loc = op.loc;
    for (const v of results(op)) state.define(v, op);
    writeOp(lanes, op, b);
  }
}

function writeOp(lanes: Lanes, op: Op, b: Builder): void {
  switch (op.kind) {
    case "if":
      writeIf(lanes, op, b);
      return;
    case "for":
    case "while":
      writeLoop(lanes, op, b);
      return;
    case "call":
      writeCall(lanes, op, b);
      return;
    default:
      b.push(op);
      for (const state of lanes) writeBeside(state, op, b);
  }
}

/** What stands beside an operation that has no regions, in one direction. */
function writeBeside(state: Tangents, op: Exclude<Op, If | For | While | Call>, b: Builder): void {
  switch (op.kind) {
    case "prim":
      writePrimitive(state, op, b);
      return;
    case "load":
      writeLoad(state, op, b);
      return;
    case "store":
      writeStore(state, op, b);
      return;
    case "accum": {
      const tangent = state.get(op.value);
      if (tangent === undefined || !isActivePlace(state, op)) return;
      const { following } = state.purpose;
      if (following === undefined) b.accum(state.placeBeside(op.place), tangent);
      else following.add(state, state.placeBeside(op.place), tangent, b);
      return;
    }
    case "resize":
      if (state.isCarried(op.array)) b.resize(state.shadow(op.array), op.length);
      return;
    case "view":
      if (state.isCarried(op.result)) {
        const { from, to } = op;
        b.push({ kind: "view", array: state.shadow(op.array), from, to, result: state.declare(op.result) });
      }
      return;
    case "new":
      if (state.isCarried(op.result)) writeNew(state, op, b);
      return;
    case "alloc":
      if (state.isCarried(op.result)) {
        const fill = op.fill === undefined || isReference(elementType(op.result)) ? {} : { fill: 0 };
        b.push({ kind: "alloc", length: op.length, ...fill, result: state.declare(op.result) });
      }
      return;
    case "copy": {
      if (!state.isCarried(op.result)) return;
      const source = state.orZero(op.source, b);
      if (isReference(op.result.type)) b.push({ kind: "copy", source, result: state.declare(op.result) });
      else state.set(op.result, source);
      return;
    }
    case "cast": {
      if (!state.isCarried(op.result)) return;
      const from = state.get(op.value);
      // What has no shadow has nothing that a tangent comes from: any zeros will do.
      const isOwn = tellsLess(op.result.type, op.value.type, state.context.program.records);
      const source = from ?? (isOwn ? state.orZero(op.value, b) : undefined);
      if (source === undefined) state.set(op.result, state.orZero(op.result, b));
      else state.set(op.result, b.cast(source, state.typeOf(op.result.type), tangentName(op.result)));
      return;
    }
    case "global":
    case "foreign":
    case "zeros":
    case "const":
      // What comes from elsewhere is constant: its shadow is zeros.
      if (op.result !== undefined && isReference(op.result.type) && state.isCarried(op.result))
        state.set(op.result, state.orZero(op.result, b));
      return;
    case "length":
    case "throw":
      return;
    default:
      invariant(false, `forward mode of ${op.kind} is not defined`);
  }
}

function writeLoad(state: Tangents, op: Load, b: Builder): void {
  if (!state.isCarried(op.result)) return;
  if (!state.isInShadow(op.place)) {
    if (isReference(op.result.type)) state.set(op.result, state.orZero(op.result, b));
    return;
  }
  if (isNumber(op.result.type) && !isFloatPlace(state.context.program, op.place)) return;
  const place = state.placeBeside(op.place);
  const type = placeType(place, state.context.records);
  invariant(type !== undefined, "the shadow has the place");
  const isProbed = state.context.probed.has(state.context.memory.slotOf(op.place));
  if (!state.purpose.isIntermediate || !isProbed || type.kind !== "num") {
    state.set(op.result, b.load(place, type, tangentName(op.result)));
    return;
  }
  // A missing element has no tangent, and none that anything can be added to.
  b.if(
    b.prim("isNullish", [op.result]),
    [state.declare(op.result)],
    (missing) => [missing.const(0)],
    (there) => [there.load(place, type)],
  );
}

const isActivePlace = (state: Tangents, { place }: Pick<Store, "place">): boolean =>
  isFloatPlace(state.context.program, place) && state.context.activity.isActiveSlot(state.context.memory.slotOf(place));

function writeStore(state: Tangents, op: Store, b: Builder): void {
  if (!state.isCarried(op.place.base) || !state.isInShadow(op.place)) return;
  const place = state.placeBeside(op.place);
  const grows = op.grows === true ? { grows: true as const } : {};
  if (isReference(op.value.type)) {
    b.push({ kind: "store", place, value: state.orZero(op.value, b), ...grows });
    return;
  }
  if (!isNumber(op.value.type) || !isFloatPlace(state.context.program, op.place)) return;
  // A place no tangent comes to holds zero from the beginning; but the shadow is as long as its primal, and absent where it is.
  const mayBeNew = state.context.growth.mayGrow(op) || op.value.type.kind === "maybe";
  if (!isActivePlace(state, op) && !mayBeNew && placeType(op.place, state.context.records)?.kind !== "maybe") return;
  b.push({ kind: "store", place, value: state.orZero(op.value, b), ...grows });
}

function elementType(array: Value): Value["type"] {
  return array.type.kind === "array" ? array.type.elem : num;
}

function writeNew(state: Tangents, op: New, b: Builder): void {
  const { type } = op.result;
  const { records } = state.context.program;
  if (type.kind === "typed" && type.name !== "Float64Array" && type.name !== "Float32Array") {
    state.set(op.result, state.orZero(op.result, b));
    return;
  }
  const fields = type.kind === "record" ? records.get(type.name)?.fields : undefined;
  const members = op.members.flatMap((m, i) => {
    const field = fields?.[i];
    if (type.kind === "record")
      if (field === undefined || field.noDiff === true || !isDifferentiable(field.type, records)) return [];
    // A position of a tuple that is not differentiable is a number nobody reads.
    const isNothing = type.kind === "tuple" && !isDifferentiable(type.elems[i] ?? num, records);
    return [isNothing ? b.const(0) : state.orZero(m, b)];
  });
  b.push({ kind: "new", members, result: state.declare(op.result) });
}

/** The tangents of these values, those of one direction after those of the other. */
export function companions(lanes: Lanes, carried: readonly Value[], b: Builder): Value[] {
  return lanes.flatMap((state) => carried.map((v) => state.orZero(v, b)));
}

/** Declares what stands beside these values, in the same order. */
export function declareAll(lanes: Lanes, carried: readonly Value[]): Value[] {
  return lanes.flatMap((state) => carried.map((v) => state.declare(v)));
}

export function pick(values: readonly Value[], i: number): Value {
  const found = values[i];
  invariant(found !== undefined, "position out of range");
  return found;
}

/** Positions of the values that have tangents or shadows. */
export const positions = (state: Tangents, values: readonly Value[]): readonly number[] =>
  values.flatMap((v, i) => (state.isCarried(v) ? [i] : []));

function writeIf(lanes: Lanes, op: If, b: Builder): void {
  const [state] = lanes;
  const carried = positions(state, op.results);
  const arm = (region: Region): Region => {
    const inner = b.nested();
    writeRegion(lanes, region, inner);
    const { yields } = region;
    if (yields === null) return inner.region([], null);
    const beside = companions(
      lanes,
      carried.map((i) => pick(yields, i)),
      inner,
    );
    return inner.region([], [...yields, ...beside]);
  };
  const [then, otherwise] = [arm(op.then), arm(op.else)];
  const own = declareAll(
    lanes,
    carried.map((i) => pick(op.results, i)),
  );
  b.push({ ...op, then, else: otherwise, results: [...op.results, ...own] });
}

function writeLoop(lanes: Lanes, op: For | While, b: Builder): void {
  const [state] = lanes;
  const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
  const carried = positions(state, params);
  const started = companions(
    lanes,
    carried.map((i) => pick(op.inits, i)),
    b,
  );
  const inits = [...op.inits, ...started];
  const own = declareAll(
    lanes,
    carried.map((i) => pick(params, i)),
  );
  const inner = b.nested();
  writeRegion(lanes, op.body, inner);
  const skip = op.breaks ? 1 : 0;
  const { yields } = op.body;
  const beside =
    yields === null
      ? []
      : companions(
          lanes,
          carried.map((i) => pick(yields, i + skip)),
          inner,
        );
  const body = inner.region([...op.body.params, ...own], yields === null ? null : [...yields, ...beside]);
  const ended = declareAll(
    lanes,
    carried.map((i) => pick(op.results, i)),
  );
  const opResults = [...op.results, ...ended];
  if (op.kind === "for") b.push({ ...op, inits, body, results: opResults });
  else {
    const tested = [...op.cond.params, ...own.map((v) => value(v.type))];
    b.push({ ...op, inits, cond: { ...op.cond, params: tested }, body, results: opResults });
  }
}

function writeCall(lanes: Lanes, op: Call, b: Builder): void {
  const [state] = lanes;
  const { context } = state;
  const rule = context.ruleOf(op.callee);
  if (rule === undefined ? !context.activity.isActiveFunction(op.callee) : !isActiveRule(lanes, rule, op)) {
    b.push(op);
    for (const lane of lanes)
      for (const v of op.results) if (isReference(v.type) && lane.isCarried(v)) lane.set(v, lane.orZero(v, b));
    return;
  }
  if (rule !== undefined) {
    writeRule(lanes, rule, op, b);
    return;
  }
  const { params } = context.func(op.callee).body;
  const given = companions(
    lanes,
    positions(state, params).map((i) => pick(op.args, i)),
    b,
  );
  const own = declareAll(
    lanes,
    carriedResults(state, op.callee).map((i) => pick(op.results, i)),
  );
  b.push({ ...op, callee: state.callee(op.callee), args: [...op.args, ...given], results: [...op.results, ...own] });
}

/** Positions of the results of a function that have tangents: what its body yields, not what one call makes of it. */
export function carriedResults(state: Tangents, name: string): readonly number[] {
  return positions(state, state.context.func(name).body.yields ?? []);
}
