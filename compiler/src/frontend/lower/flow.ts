/**
 * Statements in a row, with exits nested away. What follows a statement that may leave is nested:
 *
 * - `if (c) return x; rest` moves `rest` into the other arm;
 * - after any other statement that leaves only sometimes, a flag says whether it did, and `rest` stands under `if`;
 * - `break` and `return` in a loop set the loop's stop flag, which the body yields; the value to return is a variable.
 *
 * Nothing is lowered twice. Flags that nobody reads are not set.
 */
import type { Type, Value } from "../../ir/ir.js";
import { voidType } from "../../ir/types.js";
import { type Exit, type Exits, noExits, union } from "../exits.js";
import { type Arm, endArm, joinArms, startArm } from "./arms.js";
import type { FunctionContext } from "./context.js";
import { joinedType } from "./convert.js";
import type { Hidden } from "./env.js";
import { closeGuards, guardAfter } from "./guards.js";
import { guardOf } from "./jumps.js";
import { adopt } from "./variables.js";

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

export function branchPiece(
  cond: () => Value,
  then: readonly Piece[],
  otherwise: readonly Piece[],
  /** Where exceptions of the condition go. */
  thrown: readonly Exit[] = [],
): Piece {
  const a = exitsOf(then);
  const b = exitsOf(otherwise);
  return {
    kind: "branch",
    exits: { always: a.always && b.always, to: union(union(a.to, b.to), thrown) },
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
    const depth = context.guards.length;
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
          condOf(context, piece),
          tailOf(piece.then, intoElse ? undefined : rest),
          tailOf(piece.else, intoElse ? rest : undefined),
          true,
        );
        closeGuards(context, depth);
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
  const depth = context.guards.length;
  const before = context.piece;
  context.piece = piece.exits;
  if (piece.kind === "plain") piece.run();
  else runBranch(context, condOf(context, piece), tailOf(piece.then, undefined), tailOf(piece.else, undefined), last);
  closeGuards(context, depth);
  context.piece = before;
}

/** The condition of a piece, which may throw where the piece may. */
function condOf(context: FunctionContext, piece: Piece & { readonly kind: "branch" }): Value {
  const before = context.piece;
  context.piece = piece.exits;
  const cond = piece.cond();
  context.piece = before;
  return cond;
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
  const truth = context.truthOf(cond);
  if (truth !== undefined) {
    context.level++;
    if (truth) then();
    else otherwise();
    context.level--;
    return;
  }
  const outer = context.b;
  let isOpen = false;
  const arm = (run: () => void): Arm => {
    const started = startArm(context, outer);
    const depth = context.guards.length;
    context.level++;
    run();
    context.level--;
    if (closeGuards(context, depth)) isOpen = true;
    return endArm(context, started);
  };
  const a = arm(then);
  const b = arm(otherwise);
  context.b = outer;
  joined?.([a, b]);
  joinArms(context, outer, cond, a, b, last);
  if (isOpen) guardAfter(context);
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
    if (type === undefined) adopt(context, first, second);
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
