/** The state of differentiating one function: shared by the forward and the reverse side. */
import type { Cast, For, Func, Load, Op, Place, Region, Value, ValueId, While } from "../ir/ir.js";
import { operands, regions, results, walk } from "../ir/walk.js";
import { fieldsWithin, isReference } from "../ir/types.js";
import { type Builder, value } from "../ir/build.js";
import type { Growth } from "../analysis/growth.js";
import type { Stability } from "../analysis/stability.js";
import { invariant } from "../support/invariant.js";
import type { Context } from "./context.js";
import type { FusedLoop, FusionPlan } from "./fusion-plan.js";
import { type Frame, Frames, type OpenIf } from "./frame.js";
import type { AdjointScope } from "./scope.js";

/** The two halves of a function that stays a call. */
export interface Halves {
  readonly forward: string;
  readonly reverse: string;
  /** Positions of the parameters the reverse half is given again, and of those whose shadows it is given. */
  passed: readonly number[];
  passedShadows: readonly number[];
  /** Positions of the results whose adjoints the reverse half takes, and of the parameters whose adjoints it returns. */
  readonly activeResults: readonly number[];
  readonly activeParams: readonly number[];
  /** Positions among those of parameters whose adjoints so far the reverse half takes, after those of the results. */
  readonly running: readonly number[];
}

/** What takes the place of a checkpointed call in the reverse sweep. */
export interface Replay {
  /**
   * A function of the parameters, the shadows of those that have one, the shadows that the results had, their adjoints, the
   * running sums, and a tape. It runs both halves and returns the adjoints of the numeric parameters.
   */
  readonly name: string;
  /** The forward half it runs. */
  readonly forward: string;
  /** As in `Halves`. */
  readonly activeResults: readonly number[];
  readonly activeParams: readonly number[];
  readonly running: readonly number[];
  /** It works at the end of the tape it is given. Where the reverse sweep runs again, that would destroy what lies there: it has its own. */
  readonly takesTape: boolean;
  /**
   * Present where references in what the function is given may change, before it or after it: positions of the parameters whose
   * second run has shadows of its own. Adjoints then go there from what the first run left, and back, object by object;
   * the function takes what was noted before the first run and after it, instead of the shadows of the results.
   */
  readonly apart: ReadonlySet<number> | undefined;
}

/** Who makes halves. */
export interface HalfSource {
  halves(name: string): Halves;
  replay(name: string): Replay;
  /** The adjoint of a fixed point of this step. */
  solver(step: string, loop: For | While): Solver;
}

/** What takes the place of reversing the iterations of a loop that goes to a fixed point. */
export interface Solver {
  /** A function of the step's parameters, the shadows of those that have one, the shadows of its results, their adjoints, and a tape. */
  readonly name: string;
  readonly activeResults: readonly number[];
  /** Positions of the numeric parameters whose adjoints it returns: those that are not the state. */
  readonly activeParams: readonly number[];
  readonly takesTape: boolean;
}

/** A region of the forward sweep that has been written, and what is needed to reverse it. */
export interface Written {
  readonly frame: Frame;
  readonly region: Region;
  readonly entries: readonly Entry[];
  /** The yields of the forward region: grows by what the reverse sweep needs. */
  readonly yields: Value[] | null;
}

/** One operation to reverse. */
export type Entry =
  /** A store of a shadow reference into a structure the user gets back: undone on the way back. */
  | { readonly kind: "relink"; readonly op: Op & { kind: "store" }; readonly before: Value }
  | { readonly kind: "plain"; readonly op: Op }
  /** A store of a number where the user's structure may have held none; then its gradient holds none either. */
  | { readonly kind: "fill"; readonly op: Op & { kind: "store" }; readonly wasAbsent: Value }
  | {
      readonly kind: "if";
      readonly op: Op & { kind: "if" };
      readonly arms: readonly [Written, Written];
      readonly open: OpenIf;
      readonly forward: Op;
      readonly inTail: boolean;
    }
  | {
      readonly kind: "loop";
      readonly op: Op & { kind: "for" | "while" };
      readonly body: Written;
      readonly forward: OpenLoop;
      readonly enter: Op[];
    }
  | {
      readonly kind: "fused";
      readonly op: For;
      readonly plan: FusedLoop;
      /** An iteration as it runs again. */
      readonly body: Written;
      /** The loop of the forward sweep: the primal loop as it is. */
      readonly forward: Op;
    }
  | {
      readonly kind: "call";
      readonly op: Op & { kind: "call" };
      readonly halves: Halves;
      /** The shadows the forward half was given, by position. */
      readonly shadows: ReadonlyMap<number, Value>;
    }
  | {
      readonly kind: "checkpoint";
      readonly op: Op & { kind: "call" };
      readonly replay: Replay;
      /** What the second run is given. */
      readonly args: readonly Value[];
      readonly shadows: ReadonlyMap<number, Value>;
      /** The shadows of the results, of those that have one; or what was noted of shadows before and after the first run. */
      readonly results: readonly Value[];
    }
  | {
      readonly kind: "implicit";
      readonly op: Op & { kind: "for" | "while" };
      readonly solver: Solver;
      /** What the step is given at the fixed point. */
      readonly args: readonly Value[];
      readonly shadows: ReadonlyMap<number, Value>;
      /** The shadows of the loop's results, of those that have one. */
      readonly results: readonly Value[];
    }
  | {
      readonly kind: "rule";
      readonly op: Op & { kind: "call" };
      readonly wrt: readonly number[];
      /** The function that is called in reverse, and what it needs of the forward sweep. */
      readonly pullback: Func;
      readonly saved: readonly Value[];
      /** The result is one of the arguments, and so has its shadow. */
      readonly isSame: boolean;
    };

/** A forward loop under construction: the reverse sweep may ask for its number of iterations. */
export interface OpenLoop {
  count?: Value;
}

export class FunctionState {
  readonly frames: Frames;
  /** Adjoints that are zero where one arm of a branch ran. */
  readonly zeroInABranch = new Set<ValueId>();
  /** Forward-made shadows of reference values. */
  readonly shadows = new Map<ValueId, Value>();
  readonly #moving: ReadonlySet<ValueId>;
  /** Shadows the reverse sweep has made, by primal value. */
  readonly lateShadows = new Map<ValueId, Value>();

  constructor(
    readonly context: Context,
    readonly func: Func,
    tapes: { readonly forward: Value; readonly reverse: Value },
    /** The reverse code may run several times (a pullback): shadows made by the forward sweep must be left zero. */
    readonly repeatable: boolean,
    /** The reverse sweep follows the forward sweep in one body, so an `if` at the very end can hold both. */
    readonly isJoint: boolean,
    /** The function is differentiated as a whole, not as a forward and a reverse half. */
    isWhole: boolean,
    /** The loops whose iterations run again, each followed by its reversal. */
    readonly fusion: FusionPlan = new Map(),
  ) {
    this.frames = new Frames(context.stability(func.name), tapes, repeatable, context.decisions);
    this.#moving = movingValues(
      func,
      func.name === context.entry && isWhole,
      context.stability(func.name),
      context.growth,
    );
  }

  /** Is the shadow of this reference left to the reverse sweep? */
  isStationary(v: Value): boolean {
    return !this.#moving.has(v.id);
  }

  /** Does the shadow of the base have this place? Constant fields (`NoDiff`) are left out. */
  isInShadow(place: Place): boolean {
    const { type } = place.base;
    if (place.kind === "elem" || type.kind !== "record") return true;
    return this.context.program.records.get(type.name)?.fields.find((f) => f.name === place.name)?.noDiff !== true;
  }

  /** Does this reference lead to an array that may become longer or shorter? */
  changesLength(v: Value): boolean {
    return this.context.changesLength(v);
  }

  holdsReferences(v: Value): boolean {
    const { type } = v;
    if (type.kind === "array" || type.kind === "dict") return isReference(type.elem);
    if (type.kind === "tuple") return type.elems.some(isReference);
    if (type.kind === "record")
      return fieldsWithin(type.name, this.context.program.records).some((f) => isReference(f.type));
    return false;
  }

  /** Adds `g` to the adjoint of `v`, if `v` needs one. */
  contribute(scope: AdjointScope, b: Builder, v: Value, g: Value): void {
    if (this.context.activity.isActive(v)) scope.add(b, v, g);
  }

  /** The forward-made shadow of `v`. */
  shadow(v: Value): Value {
    const found = this.shadows.get(v.id);
    invariant(found !== undefined, `no shadow of ${v.hint ?? ""}#${v.id}`);
    return found;
  }

  /** Declares the forward-made shadow of `v`. */
  makeShadow(v: Value, frame: Frame, op?: Op): Value {
    const shadow = value(this.context.shadowType(v.type), v.hint === undefined ? undefined : `d${v.hint}`);
    this.shadows.set(v.id, shadow);
    this.frames.define(shadow, frame, op);
    return shadow;
  }
}

/** Adds the reverse code of a written region to its frame. */
export type ReverseRegion = (state: FunctionState, written: Written, scope: AdjointScope) => void;

/** The same place in the shadow of its base. */
export const placeOn = (place: Place, base: Value, index: Value | undefined): Place =>
  place.kind === "elem" && index !== undefined ? { kind: "elem", base, index } : { ...place, base };

/**
 * Reference values whose shadows the forward sweep must make: those that go somewhere (into memory, round a loop, out of a
 * branch, to a call), what they were loaded from, containers filled with references, arrays that become shorter (a shadow
 * is as long as the array ever was), and arrays inside structures that become longer. All others are only read, written
 * and measured where they are; the reverse sweep makes or finds their shadows itself.
 */
function movingValues(func: Func, isEntry: boolean, stability: Stability, growth: Growth): ReadonlySet<ValueId> {
  const moving = new Set<ValueId>();
  const move = (v: Value): void => {
    if (isReference(v.type)) moving.add(v.id);
  };
  const loads: (Load | Cast)[] = [];
  const grown = new Set<ValueId>();
  walk(func.body, (op) => {
    switch (op.kind) {
      case "load":
      case "cast":
        if (isReference(op.result.type)) loads.push(op);
        break;
      case "length":
      case "foreign":
      case "throw":
      case "prim":
        break;
      case "store":
        if (isReference(op.value.type)) move(op.place.base);
        if (growth.mayGrow(op)) grown.add(op.place.base.id);
        move(op.value);
        break;
      case "accum":
        break;
      default:
        operands(op).forEach(move);
        results(op).forEach((v) => {
          const isSimple = op.kind === "alloc" || op.kind === "new" || op.kind === "zeros" || op.kind === "copy";
          if (!isSimple) move(v);
        });
    }
    for (const region of regions(op)) {
      region.params.forEach(move);
      region.yields?.forEach(move);
    }
  });
  // What the differentiated function itself returns goes to the caller, without a shadow.
  if (!isEntry) {
    func.body.params.forEach(move);
    func.body.yields?.forEach(move);
  }
  for (const load of loads.toReversed()) {
    if (load.kind === "cast") {
      // The same shadow under another type.
      if (grown.has(load.result.id)) moving.add(load.result.id);
      if (moving.has(load.result.id)) move(load.value);
      if (grown.has(load.result.id)) grown.add(load.value.id);
      continue;
    }
    if (!stability.isConstant(load) || grown.has(load.result.id)) moving.add(load.result.id);
    if (moving.has(load.result.id)) moving.add(load.place.base.id);
  }
  return moving;
}
