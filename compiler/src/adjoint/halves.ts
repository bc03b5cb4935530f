/**
 * Calls that stay calls. A function gets a forward half, which returns what it returns (and the shadows of returned
 * references) and leaves on the tape what its reversal needs, and a reverse half, which takes that off again and returns
 * the adjoints of its numeric parameters. Adjoints in memory go through the shadows both halves are given.
 */
import { value } from "../ir/build.js";
import type { Activity } from "../analysis/activity.js";
import type { For, Func, Value, ValueId, While } from "../ir/ir.js";
import { num, tapeType } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import type { Context } from "./context.js";
import { placeBefore } from "./finish.js";
import { writeForward } from "./forward.js";
import { shadowed, shadowOrZeros } from "./shadows.js";
import { Frame } from "./frame.js";
import { reverseRegion } from "./reverse.js";
import { adjointName, RootScope } from "./scope.js";
import { apartIn } from "./apart.js";
import { writeReplay } from "./replay.js";
import { writeSolver } from "./solve.js";
import { FunctionState, type Halves, type HalfSource, type Replay, type Solver } from "./state.js";

/** Who makes the halves that run again, by what is differentiated: all its modes have the same. */
const makers = new WeakMap<Context, HalfMaker>();

/** Who makes the halves of steps that go to a fixed point. */
const solvers = new WeakMap<Context, HalfMaker>();

export class HalfMaker implements HalfSource {
  readonly #known = new Map<string, Halves>();
  readonly #underway = new Set<string>();
  readonly #recursive = new Set<string>();
  readonly #replays = new Map<string, Replay>();

  constructor(
    private readonly context: Context,
    private readonly repeatable: boolean,
    /** Tells the halves made for one differentiation from those made for another. */
    private readonly tag: string,
  ) {}

  halves(name: string): Halves {
    const known = this.#known.get(name);
    if (known !== undefined) {
      if (this.#underway.has(name)) this.#recursive.add(name);
      return known;
    }
    const func = this.context.func(name);
    const { activity } = this.context;
    const positions = (values: readonly Value[], test: (v: Value) => boolean): readonly number[] =>
      values.flatMap((v, i) => (test(v) ? [i] : []));
    const halves: Halves = {
      forward: `${name}.forward@${this.tag}`,
      reverse: `${name}.reverse@${this.tag}`,
      // Until its body has been reversed, and for good when it calls itself, a function is passed everything again.
      passed: func.body.params.map((_, i) => i),
      passedShadows: positions(func.body.params, (v) => activity.hasShadow(v)),
      activeResults: positions(func.body.yields ?? [], (v) => activity.isActive(v)),
      activeParams: positions(func.body.params, (v) => activity.isActive(v)),
      running: runningOf(func, activity),
    };
    this.#known.set(name, halves);
    this.#underway.add(name);
    this.#build(func, halves);
    this.#underway.delete(name);
    return halves;
  }

  replay(name: string): Replay {
    const known = this.#replays.get(name);
    if (known !== undefined) return known;
    // What runs again runs once: its halves need not be fit for more.
    let again = makers.get(this.context);
    if (again === undefined) {
      again = new HalfMaker(this.context, false, `${this.tag}.again`);
      makers.set(this.context, again);
    }
    const func = this.context.func(name);
    const { activity } = this.context;
    const numbers = (values: readonly Value[]): readonly number[] =>
      values.flatMap((v, i) => (activity.isActive(v) ? [i] : []));
    const replay: Replay = {
      name: `${name}.again@${this.tag}`,
      forward: `${name}.forward@${again.tag}`,
      activeResults: numbers(func.body.yields ?? []),
      activeParams: numbers(func.body.params),
      running: runningOf(func, activity),
      takesTape: !this.repeatable,
      apart: apartIn(this.context, func),
    };
    this.#replays.set(name, replay);
    const halves = again.halves(name);
    this.context.made.set(replay.name, writeReplay(this.context, func, replay, halves));
    return replay;
  }

  solver(step: string, loop: For | While): Solver {
    invariant(loop.tag?.kind === "implicit", "the loop is one that goes to a fixed point");
    // Its reverse half runs many times on what its forward half left.
    let many = solvers.get(this.context);
    if (many === undefined) {
      many = new HalfMaker(this.context, true, `${this.tag}.solved`);
      solvers.set(this.context, many);
    }
    const func = this.context.func(step);
    const { activity } = this.context;
    const state = loop.inits.length;
    const numbers = (values: readonly Value[]): readonly number[] =>
      values.flatMap((v, i) => (activity.isActive(v) ? [i] : []));
    const solver: Solver = {
      name: `${step}.solve@${this.tag}`,
      activeResults: numbers(func.body.yields ?? []),
      activeParams: numbers(func.body.params).filter((i) => i >= state),
      takesTape: !this.repeatable,
    };
    if (!this.context.made.has(solver.name)) {
      const halves = many.halves(step);
      this.context.made.set(solver.name, writeSolver(this.context, func, solver, halves, loop.tag, state));
    }
    return solver;
  }

  #build(func: Func, halves: Halves): void {
    const tapes = { forward: value(tapeType, "tape"), reverse: value(tapeType, "tape") };
    const state = new FunctionState(this.context, func, tapes, this.repeatable, false, false);
    const frame = new Frame(state.frames, { kind: "half" }, undefined, func.loc);
    const { params } = func.body;
    for (const p of params) state.frames.define(p, frame);
    const shadowParams = shadowed(state, params).map((i) => {
      const param = params[i];
      invariant(param !== undefined, "parameter out of range");
      return state.makeShadow(param, frame);
    });
    const written = writeForward(state, this, func.body, frame);
    const shadowResults =
      func.body.yields === null
        ? []
        : shadowed(state, func.body.yields).map((i) => {
            const result = func.body.yields?.[i];
            invariant(result !== undefined, "result out of range");
            return shadowOrZeros(state, result, frame);
          });

    const scope = new RootScope();
    const sums = halves.running.map((i) => {
      const param = params[i];
      invariant(param !== undefined, "parameter out of range");
      const sum = value(num, adjointName(param));
      scope.set(param, sum);
      return sum;
    });
    const adjoints = halves.activeResults.map((i) => {
      const result = func.body.yields?.[i];
      invariant(result !== undefined, "result out of range");
      const g = value(num, adjointName(result));
      state.contribute(scope, frame.reverse, result, g);
      return g;
    });
    // Of a function that always throws nothing is reversed.
    if (written.yields !== null) reverseRegion(state, written, scope);
    const returned = halves.activeParams.map((i) => {
      const param = params[i];
      invariant(param !== undefined, "parameter out of range");
      return scope.get(param) ?? frame.reverse.const(0);
    });
    if (this.#recursive.has(func.name)) for (const p of [...params, ...shadowParams]) frame.resolve(p);
    const ids = new Set<ValueId>([...params, ...shadowParams].map((p) => p.id));
    frame.settle(written.yields, ids);
    frame.save(false);

    const asked = (values: readonly Value[]): Value[] => values.flatMap((v) => frame.placeholderOf(v) ?? []);
    const passedParams = asked(params);
    const passedShadowParams = asked(shadowParams);
    const shadowOwners = shadowed(state, params);
    halves.passed = params.flatMap((p, i) => (frame.placeholderOf(p) === undefined ? [] : [i]));
    halves.passedShadows = shadowOwners.filter((_, k) => {
      const shadow = shadowParams[k];
      return shadow !== undefined && frame.placeholderOf(shadow) !== undefined;
    });
    const yields = written.yields === null ? null : [...written.yields, ...shadowResults];
    this.context.made.set(halves.forward, {
      name: halves.forward,
      source: `${func.source}_forward`,
      body: {
        params: [...params, ...shadowParams, tapes.forward],
        ops: placeBefore(frame.forward.ops, state.frames.before),
        yields,
      },
      results: [...func.results, ...shadowResults.map((v) => v.type)],
      ...(func.loc === undefined ? {} : { loc: func.loc }),
    });
    this.context.made.set(halves.reverse, {
      name: halves.reverse,
      source: `${func.source}_reverse`,
      body: {
        params: [...passedParams, ...passedShadowParams, ...adjoints, ...sums, tapes.reverse],
        ops: frame.reversed(),
        yields: returned,
      },
      results: returned.map(() => num),
      ...(func.loc === undefined ? {} : { loc: func.loc }),
    });
  }
}

/** The parameters whose adjoints run through the function, of those that have one. */
const runningOf = (func: Func, activity: Activity): readonly number[] =>
  (func.running ?? []).filter((i) => {
    const param = func.body.params[i];
    return param !== undefined && activity.isActive(param);
  });
