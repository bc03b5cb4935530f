/** What the derivatives that a function calls are made of: functions that are ordinary code, made once each. */
import { Context, declareShadows, type Rules } from "../adjoint/context.js";
import { Builder, field, like, value } from "../ir/build.js";
import { cloneRegion } from "../ir/clone.js";
import { completed, isPlain } from "../ir/completed.js";
import type { Func, Program, RecordDecl, Type, Value } from "../ir/ir.js";
import { reshape } from "../ir/reshape.js";
import { withoutRule } from "../ir/rule-functions.js";
import { isFloatArray, isReference, num, sameType, shadowType } from "../ir/types.js";
import { beforeDifferentiation, fusion, optimize } from "../optimize/index.js";
import { invariant } from "../support/invariant.js";
import { directionalDerivative } from "../tangent/direction.js";
import { isMadeHere } from "../tangent/entry.js";
import { product } from "../tangent/structure.js";

export interface NestedSetting {
  readonly rules: Rules;
  readonly without?: readonly string[];
}

export class NestedParts {
  protected readonly funcs: Map<string, Func>;
  protected readonly records: Map<string, RecordDecl>;
  /** What stands for functions that overwrite what they are given, or return it. */
  readonly #keeping = new Map<string, string>();

  constructor(
    protected readonly program: Program,
    private readonly setting: NestedSetting,
  ) {
    this.funcs = new Map(program.funcs);
    this.records = new Map(program.records);
  }

  protected func(name: string): Func {
    const func = this.funcs.get(name);
    invariant(func !== undefined, `no function ${name}`);
    return func;
  }

  protected paramType(name: string, position: number): Type {
    const param = this.func(name).body.params[position];
    invariant(param !== undefined, "parameter out of range");
    return param.type;
  }

  /** A gradient that is given, as the shadow that forward mode takes. */
  protected asShadow(b: Builder, given: Value, param: Value | undefined, type: Type): Value {
    if (sameType(given.type, type) || param === undefined) return given;
    // What is differentiated in its turn does without sums of structures.
    if (this.isAlike(given.type, type)) return reshape(b, given, type, this.records);
    if (isPlain(type, this.records)) return completed(b, given, param, type, this.records);
    const shadow = value(type, given.hint);
    b.push({ kind: "zeros", like: param, result: shadow });
    b.push({ kind: "addInto", target: shadow, source: given });
    return shadow;
  }

  /** Are two types made of the same numbers, all of which are there, under other names? */
  protected isAlike(from: Type, to: Type, seen: ReadonlySet<string> = new Set()): boolean {
    if (from.kind === "array" && to.kind === "array") return this.isAlike(from.elem, to.elem, seen);
    if (from.kind === "tuple" && to.kind === "tuple")
      return to.elems.every((t, i) => this.isAlike(from.elems[i] ?? t, t, seen));
    if (isFloatArray(from) && isFloatArray(to)) return true;
    if (from.kind !== "record" || to.kind !== "record") return from.kind !== "maybe" && sameType(from, to);
    if (seen.has(to.name)) return false;
    const own = this.records.get(from.name);
    const wanted = this.records.get(to.name);
    if (own?.variants !== undefined || wanted === undefined || wanted.variants !== undefined) return false;
    const inside = new Set(seen).add(to.name);
    return wanted.fields.every((f) => {
      const found = own?.fields.find((g) => g.name === f.name);
      return found !== undefined && this.isAlike(found.type, f.type, inside);
    });
  }

  protected call(b: Builder, callee: string, args: readonly Value[]): Value {
    const [type] = this.func(callee).results;
    invariant(type !== undefined, `${callee} returns nothing`);
    const result = value(type);
    b.push({ kind: "call", callee, args, results: [result] });
    return result;
  }

  /** The gradients by several parameters, from their tuple. */
  protected members(b: Builder, made: Value, count: number): readonly Value[] {
    if (count === 1) return [made];
    const { type } = made;
    invariant(type.kind === "tuple" && type.elems.length === count, "one gradient for each parameter");
    return type.elems.map((elem, i) => b.load(field(made, String(i)), elem));
  }

  /** A function to differentiate by itself, with a name of its own: a copy, or where it has a rule a function that calls it. */
  protected base(of: string, wrt: readonly number[], mark: string): string {
    const name = `${of}.${mark}${wrt.join("_")}`;
    const func = this.func(of);
    if (this.funcs.has(name)) return name;
    if (func.rule === undefined) {
      this.funcs.set(name, { ...func, name, body: cloneRegion(func.body) });
      return name;
    }
    const b = new Builder(func.loc);
    const params = func.body.params.map(like);
    this.funcs.set(name, { ...withoutRule(func), name, body: b.region(params, [this.call(b, of, params)]) });
    return name;
  }

  protected context(entry: string, wrt: readonly number[]): Context {
    const { without, rules } = this.setting;
    const whole = { ...this.program, funcs: this.funcs, records: this.records };
    const options = { entries: new Set([entry]), ...(without === undefined ? {} : { without }) };
    const fuses = without?.includes(fusion) !== true;
    const program = optimize(whole, beforeDifferentiation, options);
    return new Context(program, entry, wrt, rules, undefined, new Set(), fuses);
  }

  /** The function as generated functions know it: it leaves its arguments as they are, and what it returns nobody else holds. */
  protected kept(of: string): string {
    const known = this.#keeping.get(of);
    if (known !== undefined) return known;
    const func = this.func(of);
    const [type] = func.results;
    let name = of;
    if (func.body.params.some((p) => isReference(p.type)) || (type !== undefined && isReference(type))) {
      const entry = this.base(of, [], "kept");
      const context = this.context(entry, []);
      const made = context.func(entry);
      const stability = context.stability(entry);
      const isOverwritten = (p: Value): boolean =>
        isReference(p.type) && stability.isGivenWritten(p.type, context.memory.classOf(p));
      const [result] = made.body.yields ?? [];
      const isOwn = result === undefined || !isReference(result.type) || isMadeHere(context, result);
      const copied = made.body.params.map(isOverwritten);
      if (isOwn && !copied.includes(true)) this.funcs.delete(entry);
      else {
        name = entry;
        const b = new Builder(func.loc);
        const params = func.body.params.map(like);
        const passed = params.map((p, i) => (copied[i] === true ? copyOf(b, p) : p));
        const returned = this.call(b, of, passed);
        const body = b.region(params, [isOwn ? returned : copyOf(b, returned)]);
        this.funcs.set(entry, { ...withoutRule(func), name, body });
      }
    }
    this.#keeping.set(of, name);
    return name;
  }

  /** What a function returns, number by number times those of a seed: its gradient is what a pullback makes of the seed. */
  protected weighted(of: string, seedType: Type, mark: string): string {
    const name = `${of}.${mark}`;
    const func = this.func(of);
    if (this.funcs.has(name)) return name;
    const b = new Builder(func.loc);
    const params = func.body.params.map(like);
    const seed = value(seedType, "seed");
    const result = product(b, seed, this.call(b, of, params), this.records);
    const body = b.region([...params, seed], [result]);
    this.funcs.set(name, { ...withoutRule(func), name, source: `${func.source}_weighted`, body, results: [num] });
    return name;
  }

  /** Zeros in the shape of a value. */
  protected zeros(b: Builder, of: Value, hint: string): Value {
    declareShadows(of.type, this.records, this.records);
    const made = value(shadowType(of.type, this.records), hint);
    b.push({ kind: "zeros", like: of, result: made });
    return made;
  }

  /** The derivative along tangents, or along 1, as an ordinary function. */
  protected direction(
    of: string,
    wrt: readonly number[],
    unit: boolean,
  ): { name: string; tangents: readonly number[] } {
    const base = this.base(of, wrt, unit ? "slope" : "along");
    const context = this.context(base, wrt);
    const { program, name, tangents } = directionalDerivative(context, { unit });
    if (!this.funcs.has(name)) {
      const entry = context.func(base);
      for (const [key, func] of program.funcs) if (!this.funcs.has(key)) this.funcs.set(key, func);
      for (const [key, record] of program.records) this.records.set(key, record);
      const made = this.func(name);
      this.funcs.set(name, {
        ...made,
        source: `${entry.source}_tangent`,
        doc: [`Derivative of \`${entry.source}\` along tangents.`],
      });
    }
    return { name, tangents };
  }
}

function copyOf(b: Builder, source: Value): Value {
  const result = like(source);
  b.push({ kind: "copy", source, result });
  return result;
}
