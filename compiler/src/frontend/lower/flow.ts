/**
 * Statements in a row, with exits nested away. What follows a statement that may leave is nested:
 *
 * - `if (c) return x; rest` moves `rest` into the other arm;
 * - after any other statement that leaves only sometimes, a flag says whether it did, and `rest` stands under `if`;
 * - `break` and `return` in a loop set the loop's stop flag, which the body yields; the value to return is a variable.
 *
 * Nothing is lowered twice. Flags that nobody reads are not set.
 */
import type { ts } from "ts-morph";
import { value } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { bool, sameType, voidType } from "../../ir/types.js";
import { type Exit, type Exits, noExits, union } from "../exits.js";
import type { Construct, FunctionContext } from "./context.js";
import { convert, joinedType } from "./convert.js";
import { type Hidden, isHidden, type Key, newFlag } from "./env.js";

/** A step of a statement list. */
export type Piece =
  | { readonly kind: "plain"; readonly exits: Exits; readonly run: () => void }
  | {
      readonly kind: "branch";
      readonly exits: Exits;
      readonly cond: () => Value;
      readonly then: readonly Piece[];
      readonly else: readonly Piece[];
    }
  /** Pieces in a row, to be read when they are reached. */
  | { readonly kind: "block"; readonly exits: Exits; readonly inner: () => readonly Piece[] };

interface Tail {
  readonly items: readonly Piece[];
  readonly at: number;
  readonly next: Tail | undefined;
}

export function exitsOf(pieces: readonly Piece[]): Exits {
  let to: readonly Exit[] = [];
  for (const piece of pieces) {
    to = union(to, piece.exits.to);
    if (piece.exits.always) return { always: true, to };
  }
  return to.length === 0 ? noExits : { always: false, to };
}

export function branchPiece(cond: () => Value, then: readonly Piece[], otherwise: readonly Piece[]): Piece {
  const a = exitsOf(then);
  const b = exitsOf(otherwise);
  return {
    kind: "branch",
    exits: { always: a.always && b.always, to: union(a.to, b.to) },
    cond,
    then,
    else: otherwise,
  };
}

export function runPieces(context: FunctionContext, pieces: readonly Piece[]): void {
  runTail(context, { items: pieces, at: 0, next: undefined });
}

function runTail(context: FunctionContext, start: Tail | undefined): void {
  let tail = start;
  for (;;) {
    tail = skipEnds(tail);
    const piece = tail?.items[tail.at];
    if (tail === undefined || piece === undefined || context.dead) return;
    const rest = skipEnds({ items: tail.items, at: tail.at + 1, next: tail.next });
    if (piece.kind === "block") {
      tail = { items: piece.inner(), at: 0, next: rest };
      continue;
    }
    const { always, to } = piece.exits;
    if (piece.kind === "branch" && rest !== undefined) {
      const then = exitsOf(piece.then);
      const otherwise = exitsOf(piece.else);
      // An arm that only throws needs no nesting: nothing comes back from it.
      const moves = (leaving: Exits, staying: Exits): boolean =>
        leaving.always && leaving.to.length > 0 && !staying.always;
      if (moves(then, otherwise) || moves(otherwise, then)) {
        const intoElse = moves(then, otherwise);
        runBranch(
          context,
          piece.cond(),
          tailOf(piece.then, intoElse ? undefined : rest),
          tailOf(piece.else, intoElse ? rest : undefined),
          true,
        );
        return;
      }
    }
    if (rest === undefined || always || to.length === 0) {
      runOne(context, piece, rest === undefined || always);
      if (always) return;
      tail = rest;
      continue;
    }
    const flag = guardOf(context, to);
    const before = context.needed;
    if (!before.has(flag)) context.needed = new Set(before).add(flag);
    context.env.set(flag, context.b.const(false));
    runOne(context, piece, false);
    context.needed = before;
    if (context.dead) return;
    const left = context.current(flag);
    branch(
      context,
      left,
      () => {
        if (context.needed.has(flag)) context.env.set(flag, context.b.const(true));
      },
      () => {
        if (context.needed.has(flag)) context.env.set(flag, context.b.const(false));
        runTail(context, rest);
      },
      true,
    );
    return;
  }
}

function skipEnds(tail: Tail | undefined): Tail | undefined {
  let at = tail;
  while (at !== undefined && at.at >= at.items.length) at = at.next;
  return at;
}

const tailOf = (items: readonly Piece[], next: Tail | undefined): Tail => ({ items, at: 0, next });

function runOne(context: FunctionContext, piece: Exclude<Piece, { kind: "block" }>, last: boolean): void {
  if (piece.kind === "plain") piece.run();
  else runBranch(context, piece.cond(), tailOf(piece.then, undefined), tailOf(piece.else, undefined), last);
}

function runBranch(context: FunctionContext, cond: Value, then: Tail, otherwise: Tail, last: boolean): void {
  branch(
    context,
    cond,
    () => runTail(context, then),
    () => runTail(context, otherwise),
    last,
  );
}

/**
 * An `if` whose arms are built by callbacks; variables the arms change become its results. With `last`, nothing follows
 * in this statement list, so that its own variables are dead.
 */
export function branch(
  context: FunctionContext,
  cond: Value,
  then: () => void,
  otherwise: () => void,
  last: boolean,
  /** Runs when both arms are known. */
  joined?: (arms: readonly Arm[]) => void,
): void {
  const { env } = context;
  const truth = context.truthOf(cond);
  if (truth !== undefined) {
    context.level++;
    if (truth) then();
    else otherwise();
    context.level--;
    return;
  }
  const outer = context.b;
  const arm = (run: () => void) => {
    env.enter();
    context.b = outer.nested();
    context.level++;
    run();
    context.level--;
    const built = { builder: context.b, changed: new Map<Key, Value | undefined>(), dead: context.dead };
    context.dead = false;
    built.changed = env.leave();
    return built;
  };
  const a = arm(then);
  const b = arm(otherwise);
  context.b = outer;
  joined?.([a, b]);
  const results: Value[] = [];
  const thenYields: Value[] = [];
  const elseYields: Value[] = [];
  const keys = new Set<Key>([...(a.dead ? [] : a.changed.keys()), ...(b.dead ? [] : b.changed.keys())]);
  for (const key of keys) {
    const slot = env.slot(key);
    if (slot === undefined || slot.level > context.level || (last && slot.level === context.level)) continue;
    if (isHidden(key) && key.hidden === "flag" && !context.needed.has(key)) continue;
    const yielded = (side: typeof a): Value => {
      const own = side.changed.get(key) ?? env.get(key);
      if (own !== undefined && sameType(own.type, slot.type)) return own;
      context.b = side.builder;
      const isNothing = own === undefined || context.never.has(own.id) || context.isRefused(own);
      const made = isNothing ? context.placeholder(slot.type) : (convert(context, own, slot.type, undefined) ?? own);
      context.b = outer;
      return made;
    };
    const result = value(slot.type, slot.hint);
    const ends = [a, b].filter((side) => !side.dead).map(yielded);
    if (ends.every((v) => context.isInteger(v))) context.integer(result);
    if (ends.some((v) => context.numericText.has(v.id))) context.numericText.add(result.id);
    results.push(result);
    const [first, second = first] = ends;
    if (first === undefined || second === undefined) continue;
    if (!a.dead) thenYields.push(first);
    if (!b.dead) elseYields.push(second);
    env.set(key, result);
  }
  context.dead = a.dead && b.dead;
  if (results.length === 0 && a.builder.ops.length === 0 && b.builder.ops.length === 0) return;
  outer.push({
    kind: "if",
    cond,
    then: a.builder.region([], a.dead ? null : thenYields),
    else: b.builder.region([], b.dead ? null : elseYields),
    results,
  });
}

/** One side of an `if` that is being built. */
interface Arm {
  readonly builder: FunctionContext["b"];
  readonly changed: ReadonlyMap<Key, Value | undefined>;
  readonly dead: boolean;
}

/** An `if` that also has a value of its own; without a type, that which the values of both arms have. */
export function branchValue(
  context: FunctionContext,
  cond: Value,
  then: () => Value,
  otherwise: () => Value,
  slot: { type?: Type | undefined; hint?: string | undefined; mismatch?: (a: Value, b: Value) => void },
): Value {
  const truth = context.truthOf(cond);
  if (truth !== undefined) {
    context.level++;
    const v = truth ? then() : otherwise();
    context.level--;
    return v;
  }
  const key: Hidden = { hidden: "result" };
  const { level } = context;
  context.env.declare(key, { type: slot.type ?? voidType, hint: slot.hint, level });
  const join = (arms: readonly Arm[]): void => {
    const ends = arms.flatMap((arm) => (arm.dead ? [] : [arm.changed.get(key)])).filter((v) => v !== undefined);
    const [first, second = first] = ends;
    if (first === undefined || second === undefined) return;
    const type = joinedType(context, first, second);
    if (type === undefined) slot.mismatch?.(first, second);
    context.env.declare(key, { type: type ?? first.type, hint: slot.hint, level });
  };
  branch(
    context,
    cond,
    () => context.env.set(key, then()),
    () => context.env.set(key, otherwise()),
    false,
    slot.type === undefined ? join : undefined,
  );
  return context.current(key);
}

// --------------------------------------------------------------------------------------------------------------- exits

/** A construct that exits can refer to; `run` lowers its body inside it. */
export function inConstruct(
  context: FunctionContext,
  node: ts.Node,
  isLoop: boolean,
  run: (construct: Construct) => void,
): void {
  const construct: Construct = { node, isLoop, stop: newFlag(), skip: newFlag() };
  const slot = { type: bool, hint: undefined, level: context.level };
  context.env.declare(construct.stop, { ...slot, hint: "stop" });
  context.env.declare(construct.skip, { ...slot, hint: "skip" });
  context.constructs.push(construct);
  run(construct);
  context.constructs.pop();
}

/** The flags an exit sets, innermost first. */
export function flagsOf(context: FunctionContext, exit: Exit): Hidden[] {
  const flags: Hidden[] = [];
  for (const construct of context.constructs.toReversed()) {
    const arrives = exit.kind !== "return" && exit.target === construct.node;
    flags.push(construct.skip);
    if (construct.isLoop && !(arrives && exit.kind === "continue")) flags.push(construct.stop);
    if (arrives) return flags;
  }
  flags.push(context.returned);
  return flags;
}

/** Takes an exit: sets the flags that somebody reads. */
export function takeExit(context: FunctionContext, exit: Exit): void {
  for (const flag of flagsOf(context, exit)) {
    if (context.needed.has(flag)) context.env.set(flag, context.b.const(true));
  }
}

/** The flag that tells whether one of these exits was taken, for what follows in the innermost construct. */
function guardOf(context: FunctionContext, to: readonly Exit[]): Hidden {
  const inner = context.constructs.at(-1);
  if (inner === undefined) return context.returned;
  const continues = to.some((e) => e.kind === "continue" && e.target === inner.node);
  return inner.isLoop && !continues ? inner.stop : inner.skip;
}
