/**
 * **Purpose** Bodies for the derivatives that a function calls: `loss_grad(x)` in the middle of another function.
 * **Needs** A lowered program; functions with `derivative` have no body of their own yet.
 * **Guarantees** They compute what the generated functions of these names compute, and can be differentiated as often as the modes
 * of the marked functions ask for.
 * **How** Reverse mode leaves code with a tape, which is never differentiated. But the tangent of ∇F along v is the gradient of the
 * ordinary function x ↦ ∇F(x)·v, which forward mode makes, and so is the pullback of a seed v, since second derivatives are
 * symmetric. So a gradient gets a custom rule whose two parts are gradients again, each with such a rule for one order less.
 */
import { Context, type Rules } from "../adjoint/context.js";
import { differentiateGradient } from "../adjoint/entry.js";
import { reachable } from "../analysis/memory.js";
import { type Mode, orderOf } from "../frontend/lowered.js";
import { Builder, field, like, value } from "../ir/build.js";
import { cloneRegion } from "../ir/clone.js";
import type { Derivative, Func, FunctionRule, Op, Program, RecordDecl, Type, Value } from "../ir/ir.js";
import { withoutRule } from "../ir/rule-functions.js";
import { reshape } from "../ir/reshape.js";
import { isDifferentiable, isReference, sameType, tupleOf } from "../ir/types.js";
import { beforeDifferentiation, fusion, optimize } from "../optimize/index.js";
import { invariant } from "../support/invariant.js";
import { directionalDerivative } from "../tangent/direction.js";
import { withoutValue } from "./gradient.js";

/** Functions that are differentiated, and how often. */
export interface Use {
  readonly func: string;
  readonly modes: readonly Mode[];
}

interface NestedSetting {
  readonly rules: Rules;
  readonly without?: readonly string[];
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
function timesOf(mode: Mode): number {
  return mode === "hvp" || mode === "hessian" ? 2 : (orderOf(mode) ?? 1);
}

class Expansion {
  readonly #funcs: Map<string, Func>;
  readonly #records: Map<string, RecordDecl>;
  /** How often the result of a derivative is differentiated. */
  readonly #needs = new Map<string, number>();
  readonly #filled = new Set<string>();
  readonly #gradients = new Map<string, number>();

  constructor(
    private readonly program: Program,
    private readonly setting: NestedSetting,
  ) {
    this.#funcs = new Map(program.funcs);
    this.#records = new Map(program.records);
  }

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
    for (const [name, func] of this.#funcs) if (func.derivative !== undefined) this.#funcs.delete(name);
    return { ...this.program, funcs: this.#funcs, records: this.#records };
  }

  #func(name: string): Func {
    const func = this.#funcs.get(name);
    invariant(func !== undefined, `no function ${name}`);
    return func;
  }

  #fill(name: string): void {
    const func = this.#func(name);
    const { derivative } = func;
    if (derivative === undefined || this.#filled.has(name)) return;
    this.#filled.add(name);
    for (const called of reachable(this.program, derivative.of)) this.#fill(called);
    const params = func.body.params.map(like);
    const b = new Builder(func.loc);
    const made = this.#value(b, derivative, params, this.#needs.get(name) ?? 0);
    const [type] = func.results;
    invariant(type !== undefined, "a derivative is returned");
    const result = reshape(b, made, type, this.#records);
    this.#funcs.set(name, { ...filled(func), body: b.region(params, [result]) });
  }

  #value(b: Builder, { of, mode, wrt }: Derivative, params: readonly Value[], times: number): Value {
    const count = this.#func(of).body.params.length;
    const own = params.slice(0, count);
    const tangents = params.slice(count);
    if (mode === "grad") return this.#call(b, this.#gradient(of, wrt, times), own);
    const order = orderOf(mode);
    if (order !== undefined) {
      let name = of;
      for (let k = 0; k < order; k++) name = this.#direction(name, wrt, true).name;
      return this.#call(b, name, own);
    }
    const direction = this.#direction(of, wrt, false);
    const given = tangents.map((t, k) =>
      this.#asShadow(b, t, own[wrt[k] ?? -1], this.#paramType(direction.name, count + k)),
    );
    if (mode === "jvp") {
      const pair = [this.#call(b, of, own), this.#call(b, direction.name, [...own, ...given])];
      return b.aggregate(tupleOf(pair.map((v) => v.type)), pair);
    }
    invariant(mode === "hvp", `${mode} is not called in a function`);
    const both = this.#gradient(direction.name, [...wrt, ...direction.tangents], times);
    const parts = this.#members(b, this.#call(b, both, [...own, ...given]), 2 * wrt.length);
    const pair = [joined(b, parts.slice(wrt.length)), joined(b, parts.slice(0, wrt.length))];
    return b.aggregate(tupleOf(pair.map((v) => v.type)), pair);
  }

  #paramType(name: string, position: number): Type {
    const param = this.#func(name).body.params[position];
    invariant(param !== undefined, "parameter out of range");
    return param.type;
  }

  /** A gradient that is given, as the shadow that forward mode takes. */
  #asShadow(b: Builder, given: Value, param: Value | undefined, type: Type): Value {
    if (sameType(given.type, type) || param === undefined) return given;
    // What is differentiated in its turn does without sums of structures.
    if (this.#isAlike(given.type, type)) return reshape(b, given, type, this.#records);
    const shadow = value(type, given.hint);
    b.push({ kind: "zeros", like: param, result: shadow });
    b.push({ kind: "addInto", target: shadow, source: given });
    return shadow;
  }

  /** Are two types made of the same numbers, all of which are there, under other names? */
  #isAlike(from: Type, to: Type, seen: ReadonlySet<string> = new Set()): boolean {
    if (from.kind === "array" && to.kind === "array") return this.#isAlike(from.elem, to.elem, seen);
    if (from.kind === "tuple" && to.kind === "tuple")
      return to.elems.every((t, i) => this.#isAlike(from.elems[i] ?? t, t, seen));
    if (from.kind !== "record" || to.kind !== "record") return from.kind !== "maybe" && sameType(from, to);
    if (seen.has(to.name)) return false;
    const own = this.#records.get(from.name);
    const wanted = this.#records.get(to.name);
    if (own?.variants !== undefined || wanted === undefined || wanted.variants !== undefined) return false;
    const inside = new Set(seen).add(to.name);
    return wanted.fields.every((f) => {
      const found = own?.fields.find((g) => g.name === f.name);
      return found !== undefined && this.#isAlike(found.type, f.type, inside);
    });
  }

  #call(b: Builder, callee: string, args: readonly Value[]): Value {
    const [type] = this.#func(callee).results;
    invariant(type !== undefined, `${callee} returns nothing`);
    const result = value(type);
    b.push({ kind: "call", callee, args, results: [result] });
    return result;
  }

  /** The gradients by several parameters, from their tuple. */
  #members(b: Builder, made: Value, count: number): readonly Value[] {
    if (count === 1) return [made];
    const { type } = made;
    invariant(type.kind === "tuple" && type.elems.length === count, "one gradient for each parameter");
    return type.elems.map((elem, i) => b.load(field(made, String(i)), elem));
  }

  /** A function to differentiate by itself, with a name of its own: a copy, or where it has a rule a function that calls it. */
  #base(of: string, wrt: readonly number[], mark: string): string {
    const name = `${of}.${mark}${wrt.join("_")}`;
    const func = this.#func(of);
    if (this.#funcs.has(name)) return name;
    if (func.rule === undefined) {
      this.#funcs.set(name, { ...func, name, body: cloneRegion(func.body) });
      return name;
    }
    const b = new Builder(func.loc);
    const params = func.body.params.map(like);
    this.#funcs.set(name, { ...withoutRule(func), name, body: b.region(params, [this.#call(b, of, params)]) });
    return name;
  }

  #context(entry: string, wrt: readonly number[]): Context {
    const { without, rules } = this.setting;
    const whole = { ...this.program, funcs: this.#funcs, records: this.#records };
    const options = { entries: new Set([entry]), ...(without === undefined ? {} : { without }) };
    const fuses = without?.includes(fusion) !== true;
    const program = optimize(whole, beforeDifferentiation, options);
    return new Context(program, entry, wrt, rules, undefined, new Set(), fuses);
  }

  /** The derivative along tangents, or along 1, as an ordinary function. */
  #direction(of: string, wrt: readonly number[], unit: boolean): { name: string; tangents: readonly number[] } {
    const base = this.#base(of, wrt, unit ? "slope" : "along");
    const context = this.#context(base, wrt);
    const { program, name, tangents } = directionalDerivative(context, { unit });
    if (!this.#funcs.has(name)) {
      const entry = context.func(base);
      for (const [key, func] of program.funcs) if (!this.#funcs.has(key)) this.#funcs.set(key, func);
      for (const [key, record] of program.records) this.#records.set(key, record);
      const made = this.#func(name);
      this.#funcs.set(name, {
        ...this.#keepingArguments(context, made, entry),
        source: `${entry.source}_tangent`,
        doc: [`Derivative of \`${entry.source}\` along tangents.`],
      });
    }
    return { name, tangents };
  }

  /** What the function overwrites it copies first: whoever calls its derivative keeps its arguments. */
  #keepingArguments(context: Context, made: Func, entry: Func): Func {
    const b = new Builder(made.loc);
    const body = cloneRegion(made.body);
    const stability = context.stability(entry.name);
    const params = body.params.map((p, i) => {
      const own = entry.body.params[i];
      const isKept =
        own === undefined || !isReference(own.type) || !stability.isGivenWritten(own.type, context.memory.classOf(own));
      if (isKept) return p;
      const given = like(p);
      b.push({ kind: "copy", source: given, result: p });
      return given;
    });
    return { ...made, body: { ...body, params, ops: [...b.ops, ...body.ops] } };
  }

  /** The gradient as a function of one result, with a rule where it is differentiated itself. */
  #gradient(of: string, wrt: readonly number[], times: number): string {
    const base = this.#base(of, wrt, "by");
    const name = `${base}.gradient`;
    const known = this.#gradients.get(name);
    if (known !== undefined && known >= times) return name;
    this.#gradients.set(name, times);
    if (known === undefined) {
      const context = this.#context(base, wrt);
      const made = withoutValue(name, differentiateGradient(context));
      for (const [key, func] of context.made) this.#funcs.set(key, func);
      // The parts of a loop with checkpoints: functions that were made of it.
      for (const [key, func] of context.program.funcs) if (!this.#funcs.has(key)) this.#funcs.set(key, func);
      for (const [key, record] of context.records) this.#records.set(key, record);
      this.#funcs.set(name, { ...made, source: `${made.source}_gradient`, doc: [`Gradient of \`${made.source}\`.`] });
    }
    if (times > 0 && !isPlain(this.#func(name))) {
      const rule = this.#rule(of, name, wrt, times - 1);
      this.#funcs.set(name, { ...this.#func(name), rule });
    }
    return name;
  }

  #rule(of: string, name: string, wrt: readonly number[], times: number): FunctionRule {
    const func = this.#func(name);
    const original = this.#func(of);
    const all = original.body.params.flatMap((p, i) => (isDifferentiable(p.type, this.#records) ? [i] : []));
    const [seedType] = func.results;
    invariant(seedType !== undefined, "a gradient is returned");
    const about = { source: func.source, ...(func.loc === undefined ? {} : { loc: func.loc }) };
    const add = (suffix: string, b: Builder, params: readonly Value[], yields: readonly Value[]): string => {
      const own = `${name}.${suffix}`;
      this.#funcs.set(own, { ...about, name: own, body: b.region(params, yields), results: yields.map((v) => v.type) });
      return own;
    };
    const paramsOf = (): readonly Value[] => original.body.params.map(like);
    const count = original.body.params.length;

    const before = paramsOf();
    const there = new Builder(func.loc);
    const forward = add("forward", there, before, [this.#call(there, name, before), ...before]);

    const along = this.#direction(of, wrt, false);
    const kept = paramsOf();
    const seed = value(seedType, "seed");
    const back = new Builder(func.loc);
    const seeds = this.#members(back, seed, wrt.length).map((s, k) =>
      this.#asShadow(back, s, kept[wrt[k] ?? -1], this.#paramType(along.name, count + k)),
    );
    const by = this.#gradient(along.name, all, times);
    const gradients = this.#members(back, this.#call(back, by, [...kept, ...seeds]), all.length);
    const pullback = add("pullback", back, [...kept, seed], gradients);

    const every = this.#direction(of, all, false);
    const own = paramsOf();
    const b = new Builder(func.loc);
    // Of the parameters it is differentiated by, the same types as of the gradients by them.
    const types = gradients.map((g) => g.type);
    const tangents = all.map((i, k) => value(types[k] ?? this.#paramType(of, i), `${own[i]?.hint ?? "x"}Dot`));
    const shadows = tangents.map((t, k) =>
      this.#asShadow(b, t, own[all[k] ?? -1], this.#paramType(every.name, count + k)),
    );
    const positions = wrt.map((i) => count + all.indexOf(i));
    const both = this.#gradient(every.name, [...wrt, ...positions], times);
    const parts = this.#members(b, this.#call(b, both, [...own, ...shadows]), 2 * wrt.length);
    const pair = [parts.slice(wrt.length), parts.slice(0, wrt.length)].map((half) =>
      reshape(b, joined(b, half), seedType, this.#records),
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
