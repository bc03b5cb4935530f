/**
 * **Purpose** Bodies for the derivatives that a function calls: `loss_grad(x)` in the middle of another function.
 * **Needs** A lowered program; functions with `derivative` have no body of their own yet.
 * **Guarantees** They compute what the generated functions of these names compute, and can be differentiated as often as the modes
 * of the marked functions ask for.
 * **How** Reverse mode leaves code with a tape, which is never differentiated. But the tangent of ∇F along v is the gradient of the
 * ordinary function x ↦ ∇F(x)·v, which forward mode makes, and so is the pullback of a seed v, since second derivatives are
 * symmetric. So a gradient gets a custom rule whose two parts are gradients again, each with such a rule for one order less.
 */
import { differentiateGradient } from "../adjoint/entry.js";
import { reachable } from "../analysis/memory.js";
import { type Mode, orderOf } from "../frontend/lowered.js";
import { Builder, like, value } from "../ir/build.js";
import type { Derivative, Func, FunctionRule, Op, Program, Type, Value } from "../ir/ir.js";
import { withoutRule } from "../ir/rule-functions.js";
import { reshape } from "../ir/reshape.js";
import { isDifferentiable, isReference, tupleOf } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { tangentName } from "../tangent/state.js";
import { bySweeps } from "./by-sweeps.js";
import { withoutValue } from "./gradient.js";
import { NestedParts, type NestedSetting } from "./nested-parts.js";
import { type Filling, Replacement } from "./replaced.js";

/** Functions that are differentiated, and how often. */
export interface Use {
  readonly func: string;
  readonly modes: readonly Mode[];
}

export function expandDerivatives(program: Program, uses: readonly Use[], setting: NestedSetting): Program {
  if ([...program.funcs.values()].every((f) => f.derivative === undefined)) return program;
  const expansion = new Expansion(program, setting);
  for (const { func, modes } of uses) expansion.note(func, Math.max(...modes.map(timesOf)));
  return expansion.expand();
}

/** Whether a gradient is a formula: nothing chosen, nothing run twice, no tape. It is inlined and differentiated as it stands. */
const isPlain = ({ body }: Func): boolean => body.ops.every((op) => formula.has(op.kind));

const formula: ReadonlySet<Op["kind"]> = new Set(["const", "prim", "new"]);

/** How often a mode differentiates. */
function timesOf(mode: Mode | Derivative["mode"]): number {
  if (mode === "value") return 0;
  return mode === "hvp" || mode === "hessian" ? 2 : (orderOf(mode) ?? 1);
}

class Expansion extends NestedParts {
  /** How often the result of a derivative is differentiated. */
  readonly #needs = new Map<string, number>();
  readonly #filled = new Set<string>();
  readonly #gradients = new Map<string, number>();

  /** A function is differentiated so many times; so are the derivatives it calls, and what these are derivatives of once more. */
  note(name: string, times: number): void {
    for (const called of reachable(this.program, name)) {
      const derivative = this.program.funcs.get(called)?.derivative;
      if (derivative === undefined || (this.#needs.get(called) ?? -1) >= times) continue;
      this.#needs.set(called, times);
      this.note(derivative.of, times + timesOf(derivative.mode));
    }
  }

  expand(): Program {
    for (const name of this.#needs.keys()) this.#fill(name);
    // What no marked function reaches has no derivative to give.
    for (const [name, func] of this.funcs) if (func.derivative !== undefined) this.funcs.delete(name);
    return { ...this.program, funcs: this.funcs, records: this.records };
  }

  #fill(name: string): void {
    const func = this.func(name);
    const { derivative } = func;
    if (derivative === undefined || this.#filled.has(name)) return;
    this.#filled.add(name);
    for (const called of reachable(this.program, derivative.of)) this.#fill(called);
    const params = func.body.params.map(like);
    const b = new Builder(func.loc);
    const made = this.#value(b, derivative, params, this.#needs.get(name) ?? 0);
    const [type] = func.results;
    invariant(type !== undefined, "a derivative is returned");
    const result = reshape(b, made, type, this.records);
    this.funcs.set(name, { ...filled(func), body: b.region(params, [result]) });
  }

  #value(b: Builder, derivative: Derivative, params: readonly Value[], times: number): Value {
    const { mode, wrt } = derivative;
    const of = this.kept(derivative.of);
    const count = this.func(of).body.params.length;
    const own = params.slice(0, count);
    const given = params.slice(count);
    const order = orderOf(mode);
    if (order !== undefined) {
      let name = of;
      for (let k = 0; k < order; k++) name = this.direction(name, wrt, true).name;
      return this.call(b, name, own);
    }
    switch (mode) {
      case "value":
        return this.call(b, of, own);
      case "grad":
        return this.call(b, this.#gradient(of, wrt, times), own);
      case "value_and_grad":
        return pair(b, this.call(b, of, own), this.call(b, this.#gradient(of, wrt, times), own));
      case "pullback": {
        const [seed] = given;
        invariant(seed !== undefined, "a pullback takes a seed");
        return this.call(b, this.#gradient(this.weighted(of, seed.type, "weighted"), wrt, times), params);
      }
      case "jacobian":
        return this.#jacobian(b, of, wrt, own, times);
      case "hessian":
        return this.#hessian(b, of, wrt, own, times);
      default:
        return this.#alongTangents(b, derivative, of, params, times);
    }
  }

  #alongTangents(b: Builder, { mode, wrt }: Derivative, of: string, params: readonly Value[], times: number): Value {
    const count = this.func(of).body.params.length;
    const own = params.slice(0, count);
    const direction = this.direction(of, wrt, false);
    const shadows = params
      .slice(count)
      .map((t, k) => this.asShadow(b, t, own[wrt[k] ?? -1], this.paramType(direction.name, count + k)));
    if (mode === "jvp") return pair(b, this.call(b, of, own), this.call(b, direction.name, [...own, ...shadows]));
    invariant(mode === "hvp", `${mode} is not called in a function`);
    const both = this.#gradient(direction.name, [...wrt, ...direction.tangents], times);
    const parts = this.members(b, this.call(b, both, [...own, ...shadows]), 2 * wrt.length);
    return pair(b, joined(b, parts.slice(wrt.length)), joined(b, parts.slice(0, wrt.length)));
  }

  /** By rows: each is the gradient of one number of the result. */
  #jacobian(b: Builder, of: string, wrt: readonly number[], own: readonly Value[], times: number): Value {
    const y = this.call(b, of, own);
    const seed = this.zeros(b, y, "seed");
    const by = this.#gradient(this.weighted(of, seed.type, "chosen"), wrt, times);
    const [leaf] = this.func(by).results;
    invariant(leaf !== undefined, "a gradient is returned");
    const run = (at: Builder): readonly Value[] => [this.call(at, by, [...own, seed])];
    return this.#replaced(b, of, y.type, seed, bySweeps(this.records, [leaf], run), "jacobian")[0] ?? y;
  }

  /** The blocks of a Hessian: what belongs to one number of a parameter is a product with the direction of that number. */
  #hessian(b: Builder, of: string, wrt: readonly number[], own: readonly Value[], times: number): Value {
    const direction = this.direction(of, wrt, false);
    const by = this.#gradient(direction.name, wrt, times);
    const moved = wrt.map((i) => {
      const param = own[i];
      invariant(param !== undefined, "differentiated parameter out of range");
      return param;
    });
    const seeds = moved.map((p) =>
      isReference(p.type) ? this.zeros(b, p, tangentName(p) ?? "direction") : b.const(0),
    );
    const run = (at: Builder, tangents: readonly Value[]): readonly Value[] =>
      this.members(at, this.call(at, by, [...own, ...tangents]), wrt.length);
    const whole = this.func(by).results[0];
    invariant(whole !== undefined, "a gradient is returned");
    const leaves = wrt.length > 1 && whole.kind === "tuple" ? whole.elems : [whole];
    const rows = moved.map((p, k) => {
      const seed = seeds[k];
      invariant(seed !== undefined, "a direction for each parameter");
      if (isReference(p.type)) {
        const filling = bySweeps(this.records, leaves, (at) => run(at, seeds));
        return this.#replaced(b, of, p.type, seed, filling, "hessian");
      }
      return run(
        b,
        seeds.map((s) => (s === seed ? b.const(1) : s)),
      );
    });
    return joined(
      b,
      rows.map((row) => joined(b, row)),
    );
  }

  /** A structure of this type with each number replaced by what belongs to it. */
  #replaced(b: Builder, of: string, type: Type, seed: Value, filling: Filling, mode: string): readonly Value[] {
    const stock = { funcs: this.funcs, records: this.records };
    const replacement = new Replacement(this.records, stock, filling, this.func(of), mode);
    return replacement.inside(b, type, [seed], [], mode);
  }

  /** The gradient as a function of one result, with a rule where it is differentiated itself. */
  #gradient(of: string, wrt: readonly number[], times: number): string {
    const base = this.base(of, wrt, "by");
    const name = `${base}.gradient`;
    const known = this.#gradients.get(name);
    if (known !== undefined && known >= times) return name;
    this.#gradients.set(name, times);
    if (known === undefined) {
      const context = this.context(base, wrt);
      const made = withoutValue(name, differentiateGradient(context));
      for (const [key, func] of context.made) this.funcs.set(key, func);
      // The parts of a loop with checkpoints: functions that were made of it.
      for (const [key, func] of context.program.funcs) if (!this.funcs.has(key)) this.funcs.set(key, func);
      for (const [key, record] of context.records) this.records.set(key, record);
      this.funcs.set(name, { ...made, source: `${made.source}_gradient`, doc: [`Gradient of \`${made.source}\`.`] });
    }
    if (times > 0 && !isPlain(this.func(name))) {
      const rule = this.#rule(of, name, wrt, times - 1);
      this.funcs.set(name, { ...this.func(name), rule });
    }
    return name;
  }

  #rule(of: string, name: string, wrt: readonly number[], times: number): FunctionRule {
    const func = this.func(name);
    const original = this.func(of);
    const all = original.body.params.flatMap((p, i) => (isDifferentiable(p.type, this.records) ? [i] : []));
    const [seedType] = func.results;
    invariant(seedType !== undefined, "a gradient is returned");
    const about = { source: func.source, ...(func.loc === undefined ? {} : { loc: func.loc }) };
    const add = (suffix: string, b: Builder, params: readonly Value[], yields: readonly Value[]): string => {
      const own = `${name}.${suffix}`;
      this.funcs.set(own, { ...about, name: own, body: b.region(params, yields), results: yields.map((v) => v.type) });
      return own;
    };
    const paramsOf = (): readonly Value[] => original.body.params.map(like);
    const count = original.body.params.length;

    const before = paramsOf();
    const there = new Builder(func.loc);
    const forward = add("forward", there, before, [this.call(there, name, before), ...before]);

    const along = this.direction(of, wrt, false);
    const kept = paramsOf();
    const seed = value(seedType, "seed");
    const back = new Builder(func.loc);
    const seeds = this.members(back, seed, wrt.length).map((s, k) =>
      this.asShadow(back, s, kept[wrt[k] ?? -1], this.paramType(along.name, count + k)),
    );
    const by = this.#gradient(along.name, all, times);
    const gradients = this.members(back, this.call(back, by, [...kept, ...seeds]), all.length);
    const pullback = add("pullback", back, [...kept, seed], gradients);

    const every = this.direction(of, all, false);
    const own = paramsOf();
    const b = new Builder(func.loc);
    // Of the parameters it is differentiated by, the same types as of the gradients by them.
    const types = gradients.map((g) => g.type);
    const tangents = all.map((i, k) => value(types[k] ?? this.paramType(of, i), `${own[i]?.hint ?? "x"}Dot`));
    const shadows = tangents.map((t, k) =>
      this.asShadow(b, t, own[all[k] ?? -1], this.paramType(every.name, count + k)),
    );
    const positions = wrt.map((i) => count + all.indexOf(i));
    const both = this.#gradient(every.name, [...wrt, ...positions], times);
    const parts = this.members(b, this.call(b, both, [...own, ...shadows]), 2 * wrt.length);
    const pair = [parts.slice(wrt.length), parts.slice(0, wrt.length)].map((half) =>
      reshape(b, joined(b, half), seedType, this.records),
    );
    const jvp = add("jvp", b, [...own, ...tangents], pair);
    return { wrt: all, vjp: { forward, pullback }, vjpCode: { forward, pullback }, jvp };
  }
}

function filled(func: Func): Func {
  const plain: { -readonly [K in keyof Func]: Func[K] } = { ...func };
  delete plain.derivative;
  return withoutRule(plain);
}

/** One gradient as it is, several as a tuple. */
function joined(b: Builder, parts: readonly Value[]): Value {
  const [only, ...others] = parts;
  invariant(only !== undefined, "something is differentiated");
  return others.length === 0 ? only : b.aggregate(tupleOf(parts.map((p) => p.type)), parts);
}

/** Two things as a tuple. */
const pair = (b: Builder, first: Value, second: Value): Value =>
  b.aggregate(tupleOf([first.type, second.type]), [first, second]);
