/**
 * The adjoint of a fixed point. With δ₀ = seed and δₖ₊₁ = J_xᵀ δₖ the sum of all δₖ is λ = seed + J_xᵀ λ, so the reverse half of
 * one iteration runs on δ after δ until it is small, and the adjoints of what the iteration depends on add up by themselves.
 */
import { writtenParams } from "../analysis/roots.js";
import { Builder, like, value } from "../ir/build.js";
import type { Func, Implicit, Value } from "../ir/ir.js";
import { num, tapeType } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { largestOf, requireFixedPoint } from "./adjoint-moves.js";
import type { Context } from "./context.js";
import { copies } from "./replay.js";
import { adjointName } from "./scope.js";
import type { Halves, Solver } from "./state.js";

export function writeSolver(
  context: Context,
  func: Func,
  solver: Solver,
  halves: Halves,
  tag: Implicit,
  /** How many of the parameters are the carried state. */
  state: number,
): Func {
  const { activity } = context;
  const b = new Builder(func.loc);
  const given = func.body.params.map(like);
  const yields = func.body.yields ?? [];
  const shadowOf = (v: Value): Value =>
    value(context.shadowType(v.type), v.hint === undefined ? undefined : `d${v.hint}`);
  const shadowedAt = (values: readonly Value[]): readonly number[] =>
    values.flatMap((v, i) => (activity.hasShadow(v) ? [i] : []));
  const shadows = new Map(shadowedAt(func.body.params).map((i) => [i, shadowOf(at(given, i))] as const));
  const shadowAt = (i: number): Value => {
    const found = shadows.get(i);
    invariant(found !== undefined, "the forward half was given this shadow");
    return found;
  };
  const carried = shadowedAt(yields);
  const seeds = carried.map((i) => shadowOf(at(yields, i)));
  const adjoints = solver.activeResults.map((i) => value(num, adjointName(at(yields, i))));
  const tape = value(tapeType, "tape");
  const args = copies(context, func, given, b);
  if (!solver.takesTape) b.push({ kind: "openTape", owned: false, result: tape });

  // One more iteration, at the fixed point.
  const made = seeds.map(like);
  const reached = yields.map(like);
  b.push({
    kind: "call",
    callee: halves.forward,
    args: [...args, ...shadows.values(), tape],
    results: [...reached, ...made],
  });
  // The state in memory: what the iteration overwrites in place.
  const written = writtenParams(context.program, func.name);
  const places = [...shadows.keys()].filter((i) => i >= state && written.has(i));
  const inPlace = places.map(shadowAt);
  const where = `${func.source.replace(/_step$/, "")}: the loop${func.loc === undefined ? "" : ` at line ${func.loc.line}`}`;
  requireFixedPoint(b, where, [
    ...[...solver.activeResults, ...carried].map((i) => [at(given, i), at(reached, i)] as const),
    ...places.map((i) => [at(given, i), at(args, i)] as const),
  ]);
  const mark = value(num, "mark");
  b.push({ kind: "tapeTop", tape, result: mark });
  transfer(seeds, made, b);
  const size = largestOf(b, [...adjoints, ...made, ...inPlace], "seed");
  const limit = b.prim("mul", [size, b.const(tag.tolerance)], "limit");

  const zero = b.const(0);
  const body = b.nested();
  const round = value(num, "round");
  const deltas = adjoints.map(like);
  const sums = solver.activeParams.map((i) => value(num, adjointName(at(given, i))));
  body.push({ kind: "tapeRewind", tape, mark });
  const gradients = halves.activeParams.map((i) => value(num, adjointName(at(given, i))));
  body.push({
    kind: "call",
    callee: halves.reverse,
    args: [
      ...halves.passed.map((i) => at(args, i)),
      ...halves.passedShadows.map(shadowAt),
      ...deltas,
      ...halves.running.map(() => zero),
      tape,
    ],
    results: gradients,
  });
  const gradientOf = (i: number): Value => {
    const k = halves.activeParams.indexOf(i);
    return k === -1 ? zero : at(gradients, k);
  };
  const next = solver.activeResults.map(gradientOf);
  const added = solver.activeParams.map((i, k) => body.prim("add", [at(sums, k), gradientOf(i)]));
  transfer(
    carried.map((i) => shadowAt(i)),
    made,
    body,
  );
  const left = largestOf(body, [...next, ...made, ...inPlace], "left");
  const goesOn = body.prim("gt", [left, limit]);
  const done = body.prim("add", [round, body.const(1)]);
  const isLate = body.prim("and", [goesOn, body.prim("ge", [done, body.const(tag.rounds)])]);
  body.if(
    isLate,
    [],
    (then) => {
      const message = `${where} has a fixed point whose adjoint does not converge in ${tag.rounds} rounds`;
      then.push({ kind: "throw", text: [`new RangeError(${JSON.stringify(message)})`], args: [] });
      return null;
    },
    () => [],
  );
  const cond = b.nested();
  const tested = [like(round), ...deltas.map(like), ...sums.map(like)];
  const isTrue = cond.const(true);
  const results = sums.map(like);
  b.push({
    kind: "while",
    inits: [zero, ...adjoints, ...sums.map(() => zero)],
    cond: cond.region(tested, [isTrue]),
    body: body.region([round, ...deltas, ...sums], [body.prim("not", [goesOn]), done, ...next, ...added]),
    breaks: true,
    results: [like(round), ...deltas.map(like), ...results],
  });
  // What is left is less than matters, and nobody else's.
  for (const shadow of new Set([...made, ...inPlace])) b.push({ kind: "clear", target: shadow });
  if (!solver.takesTape) b.push({ kind: "closeTape", tape });
  const params = [...given, ...shadows.values(), ...seeds, ...adjoints];
  return {
    name: solver.name,
    source: func.source.replace(/_step$/, "_solve"),
    body: b.region(solver.takesTape ? [...params, tape] : params, results),
    results: results.map(() => num),
    doc: [`Adjoint of the fixed point of \`${func.source}\`.`],
    ...(func.loc === undefined ? {} : { loc: func.loc }),
  };
}

/** Moves the adjoints from some shadows to others, all at once: what is moved to may be what is moved from. */
function transfer(from: readonly Value[], to: readonly Value[], b: Builder): void {
  const taken = from.map((source) => {
    const result = like(source);
    b.push({ kind: "copy", source, result });
    return result;
  });
  for (const source of from) b.push({ kind: "clear", target: source });
  taken.forEach((source, i) => b.push({ kind: "addInto", target: at(to, i), source }));
}

function at(values: readonly Value[], i: number): Value {
  const found = values[i];
  invariant(found !== undefined, "position out of range");
  return found;
}
