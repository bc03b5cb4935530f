/**
 * The binomial schedule of checkpointed loops, which runs the fewest iterations again for a given number of snapshots
 * (Griewank & Walther 2000, Algorithm 799: revolve). It is a recursive function over a range of iterations: the first part
 * of the range is a checkpointed call, and the second is the function again with one snapshot less.
 */
import { type Builder, like, value } from "../ir/build.js";
import type { Checkpointing, For, TypeImport, Value } from "../ir/ir.js";
import { isReference, num } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { indexOf, type Inside, partOf, tripsOf } from "./segments.js";

const runtime = "@adc/runtime";

/** A number that a function of the runtime makes. */
function ask(b: Builder, name: string, args: readonly Value[], hint: string): Value {
  const result = value(num, hint);
  const text = [`${name}(`, ...args.slice(1).map(() => ", "), ")"];
  const imports: TypeImport[] = [{ name, from: runtime }];
  b.push({ kind: "foreign", text, args, pure: true, result, imports });
  return result;
}

export function writeRevolve(inside: Inside, loop: For, tag: Checkpointing, b: Builder): void {
  const { from: start, trips } = tripsOf(inside, loop, b);
  const own = (): readonly Value[] => [
    value(num, "first"),
    value(num, "last"),
    value(num, "snapshots"),
    ...(start === undefined ? [] : [value(num, "from")]),
  ];
  const call = (at: Builder, callee: string, args: readonly Value[]): readonly Value[] => {
    const results = loop.results.map(like);
    at.push({ kind: "call", callee, args, results });
    return results;
  };
  // Two functions that call each other.
  const whole = inside.named("range");
  const kept = own();
  const opening = inside.part({
    name: inside.named("start"),
    loop,
    own: kept,
    checkpoint: true,
    write: ({ b: at, carried, shared }) => call(at, whole.full, [...kept, ...carried, ...shared]),
  });
  const range = own();
  inside.part({
    name: whole,
    loop,
    own: range,
    write: ({ b: at, carried, shared, clone }) => {
      const [first, last, snapshots, ...from] = range;
      invariant(first !== undefined && last !== undefined && snapshots !== undefined, "a range and its snapshots");
      const length = at.prim("sub", [last, first], "length");
      const results = loop.results.map(like);
      at.if(
        at.prim("gt", [length, at.const(1)]),
        results,
        (then) => {
          const middle = then.prim("add", [first, ask(then, "binomialSplit", [length, snapshots], "taken")], "middle");
          const halfway = call(then, opening, [first, middle, snapshots, ...from, ...carried, ...shared]);
          const fewer = then.prim("sub", [snapshots, then.const(1)]);
          return call(then, whole.full, [middle, last, fewer, ...from, ...halfway, ...shared]);
        },
        (otherwise) => {
          const lo = indexOf(loop, from[0], first, otherwise);
          const hi = indexOf(loop, from[0], last, otherwise);
          return otherwise.push(partOf(loop, lo, hi, carried, clone(loop.body))).results;
        },
      );
      return results;
    },
  });
  const snapshots = snapshotsOf(inside, loop, tag, trips, b);
  b.push({
    kind: "call",
    callee: whole.full,
    args: [
      b.const(0),
      trips,
      snapshots,
      ...(start === undefined ? [] : [start]),
      ...loop.inits,
      ...inside.shared(loop),
    ],
    results: loop.results,
  });
}

/** As many as are asked for; as fit into the memory; else so many that no iteration runs again more often than they are. */
function snapshotsOf(inside: Inside, loop: For, tag: Checkpointing, trips: Value, b: Builder): Value {
  if (tag.snapshots !== undefined) return b.const(tag.snapshots);
  if (tag.memory === undefined)
    return b.prim("max", [b.prim("ceil", [b.prim("log2", [trips])]), b.const(1)], "snapshots");
  const state = [...loop.inits, ...inside.shared(loop)];
  const numbers = state.filter((v) => !isReference(v.type)).length;
  const held = state.filter((v) => isReference(v.type) && inside.isWritten(v));
  return ask(b, "snapshotsWithin", [b.const(tag.memory), b.const(8 * numbers), ...held], "snapshots");
}
