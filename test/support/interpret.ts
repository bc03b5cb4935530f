/**
 * The first judge: executes the IR as JavaScript would, on plain values or with tangents. It shares nothing with the
 * compiler but the types of the IR. It also checks what a run can check: tape frames match, `reserve` was enough.
 */
import type { Func, Op, Place, Program, Region, Type, Value, ValueId } from "../../compiler/src/ir/ir.js";
import { dual, Dual, evaluatePrim, type JsValue, primal, tangent, term } from "./dual.js";
import { clone, type Key, lengthOf, Memory } from "./memory.js";

export type { JsValue } from "./dual.js";

export interface InterpretOptions {
  /** Collects the arguments of `console` calls; without it they are dropped. */
  readonly console?: unknown[][];
  /** What names in foreign text stand for, besides JavaScript's own. */
  readonly scope?: Readonly<Record<string, unknown>>;
  /** Operations to run at most, against loops that never end. */
  readonly fuel?: number;
}

/** The IR asked for something that cannot be: a mistake of a pass, not of the interpreted program. */
export class InterpreterError extends Error {
  override readonly name = "InterpreterError";
}
/** The program ran longer than `fuel` allows. */
export class OutOfFuelError extends Error {
  override readonly name = "OutOfFuelError";
}

/** Runs a function on the arguments as they are (it may write into them) and returns its results. Throws what it throws. */
export function interpret(program: Program, func: string | Func, args: readonly JsValue[], options: InterpretOptions = {}): readonly JsValue[] {
  return new Machine(program, options).call(find(program, func), args).map(primal);
}

/** Results and their tangents along `tangents` (one per argument in the argument's shape, or `undefined`). The arguments stay unchanged. */
export function jvp(
  program: Program,
  func: string | Func,
  args: readonly JsValue[],
  tangents: readonly JsValue[],
  options: InterpretOptions = {},
): { readonly values: readonly JsValue[]; readonly tangents: readonly JsValue[] } {
  const found = find(program, func);
  const machine = new Machine(program, options);
  const copies = clone([...args]) as JsValue[];
  const seeded = copies.map((x, i) => machine.memory.withTangent(paramType(found, i), x, tangents[i]));
  const results = machine.call(found, seeded);
  return { values: results.map(primal), tangents: results.map((r, i) => machine.memory.tangentOf(found.results[i] ?? { kind: "void" }, r)) };
}

/**
 * The gradient by each parameter in `wrt`, in the shape of `Gradient<T>` (typed arrays always as `Float64Array`): one
 * forward pass for each number. The function's first result is a number, or `seed` (in the shape of its gradient) weighs it.
 */
export function dualGradient(
  program: Program,
  func: string | Func,
  args: readonly JsValue[],
  wrt: readonly number[],
  options: InterpretOptions & { readonly seed?: JsValue } = {},
): readonly JsValue[] {
  const found = find(program, func);
  return wrt.map((position) => {
    const type = paramType(found, position);
    const shape = new Memory(program);
    let gradient = shape.tangentOf(type, args[position]);
    for (const path of shape.paths(type, args[position])) {
      const machine = new Machine(program, options);
      const copies = clone([...args]) as JsValue[];
      seed(machine.memory, copies, [position, ...path]);
      const [result] = machine.call(found, copies);
      const slope = weigh(machine.memory.tangentOf(found.results[0] ?? { kind: "void" }, result), options.seed ?? 1);
      const key = path.at(-1);
      if (key === undefined) gradient = slope;
      else put(path.slice(0, -1).reduce<JsValue>((x, k) => child(x, k), gradient), key, slope);
    }
    return gradient;
  });
}

/** Marks one number of the arguments as the one to differentiate by. */
function seed(memory: Memory, args: JsValue[], path: readonly Key[]): void {
  const key = path.at(-1);
  if (key === undefined) return;
  const base = path.slice(0, -1).reduce<JsValue>((x, k) => child(x, k), args);
  const marked = new Dual(Number(child(base, key)), 1);
  if (base === args) put(args, key, marked);
  else memory.set(base, key, marked);
}

const child = (x: JsValue, key: Key): JsValue => (x as Record<Key, JsValue>)[key];
function put(x: JsValue, key: Key, member: JsValue): void {
  (x as Record<Key, JsValue>)[key] = member;
}

/** The sum over all numbers of tangent times weight. */
function weigh(d: JsValue, weight: JsValue): number {
  if (typeof d === "number") return term(Number(weight), d);
  if (typeof d !== "object" || d === null) return 0;
  return Object.keys(d).reduce((sum, key) => sum + weigh(child(d, key), child(weight, key)), 0);
}

function find(program: Program, func: string | Func): Func {
  const found = typeof func === "string" ? program.funcs.get(func) : func;
  if (found === undefined) throw new InterpreterError(`there is no function ${String(func)}`);
  return found;
}

const paramType = (func: Func, position: number): Type => func.body.params[position]?.type ?? { kind: "void" };

/** One frame on a tape, with how many numbers and booleans lie below it. */
interface Frame {
  readonly kinds: string;
  readonly values: readonly JsValue[];
  readonly numbers: number;
  readonly flags: number;
}
const kindOf = (v: Value): string => (v.type.kind === "num" ? "number" : v.type.kind === "bool" ? "boolean" : "reference");
const count = (kinds: readonly string[], kind: string): number => kinds.filter((k) => k === kind).length;

/** Frames above `top` stay until they are overwritten, so that a rewound tape can be read again. */
class Tape {
  private readonly frames: Frame[] = [];
  private top = 0;
  private room = { numbers: 0, flags: 0 };
  private closed = false;

  private below(): { numbers: number; flags: number } {
    const last = this.frames[this.top - 1];
    if (last === undefined) return { numbers: 0, flags: 0 };
    const kinds = last.kinds.split(" ");
    return { numbers: last.numbers + count(kinds, "number"), flags: last.flags + count(kinds, "boolean") };
  }

  reserve(numbers: number, flags: number): void {
    const used = this.below();
    this.room = { numbers: Math.max(this.room.numbers, used.numbers + numbers), flags: Math.max(this.room.flags, used.flags + flags) };
  }

  save(values: readonly JsValue[], definitions: readonly Value[]): void {
    this.checkOpen();
    const kinds = definitions.map(kindOf);
    const used = this.below();
    if (used.numbers + count(kinds, "number") > this.room.numbers || used.flags + count(kinds, "boolean") > this.room.flags)
      throw new InterpreterError("a save without enough room reserved");
    this.frames[this.top++] = { kinds: kinds.join(" "), values, ...used };
  }

  restore(definitions: readonly Value[]): readonly JsValue[] {
    this.checkOpen();
    const frame = this.frames[--this.top];
    if (frame === undefined) throw new InterpreterError("a restore from an empty tape");
    const kinds = definitions.map(kindOf).join(" ");
    if (kinds !== frame.kinds) throw new InterpreterError(`a restore of (${kinds}) where (${frame.kinds}) was saved`);
    return frame.values;
  }

  mark(): number {
    return this.top;
  }

  rewind(mark: number): void {
    if (mark > this.frames.length) throw new InterpreterError("a tape cannot be rewound to where it never was");
    this.top = mark;
  }

  close(): void {
    this.checkOpen();
    this.closed = true;
  }

  private checkOpen(): void {
    if (this.closed) throw new InterpreterError("a closed tape is used");
  }
}

type Env = Map<ValueId, JsValue>;

class Machine {
  readonly memory: Memory;
  private readonly globals = new Map<string, JsValue>();
  private fuel: number;

  constructor(
    private readonly program: Program,
    private readonly options: InterpretOptions,
  ) {
    this.memory = new Memory(program);
    this.fuel = options.fuel ?? Number.POSITIVE_INFINITY;
  }

  call(func: Func, args: readonly JsValue[]): readonly JsValue[] {
    return this.run(func.body, args, new Map());
  }

  /** Runs a region with these arguments and returns what it yields. */
  private run(region: Region, args: readonly JsValue[], env: Env): readonly JsValue[] {
    region.params.forEach((v, i) => env.set(v.id, args[i]));
    for (const op of region.ops) this.step(op, env);
    if (region.yields === null) throw new InterpreterError("a region ended that never ends");
    return region.yields.map((v) => this.read(v, env));
  }

  private read(v: Value, env: Env): JsValue {
    const found = env.get(v.id);
    if (found === undefined && !env.has(v.id)) throw new InterpreterError(`value ${v.id} (${v.hint ?? ""}) has no content`);
    return found;
  }

  private plainNumber(v: Value, env: Env): number {
    return primal(this.read(v, env)) as number;
  }

  private place(place: Place, env: Env): { readonly base: JsValue; readonly key: Key } {
    const base = this.read(place.base, env);
    if (place.kind === "elem") return { base, key: this.plainNumber(place.index, env) };
    return { base, key: place.base.type.kind === "tuple" ? Number(place.name) : place.name };
  }

  private define(values: readonly Value[], contents: readonly JsValue[], env: Env): void {
    values.forEach((v, i) => env.set(v.id, contents[i]));
  }

  private step(op: Op, env: Env): void {
    if (--this.fuel < 0) throw new OutOfFuelError("the program runs too long");
    const { memory } = this;
    const get = (v: Value): JsValue => this.read(v, env);
    const set = (v: Value, x: JsValue): void => void env.set(v.id, x);
    switch (op.kind) {
      case "const":
        return set(op.result, op.value);
      case "prim":
        return set(op.result, evaluatePrim(op.name, op.args.map(get)));
      case "load": {
        const { base, key } = this.place(op.place, env);
        return set(op.result, memory.get(base, key));
      }
      case "store": {
        const { base, key } = this.place(op.place, env);
        return memory.set(base, key, get(op.value));
      }
      case "accum": {
        const { base, key } = this.place(op.place, env);
        return memory.set(base, key, evaluatePrim("add", [memory.get(base, key), get(op.value)]));
      }
      case "length":
        return set(op.result, lengthOf(get(op.array)));
      case "new":
        return set(op.result, this.aggregate(op.members, op.result.type, env));
      case "alloc": {
        const made = this.allocate(op.result.type, this.plainNumber(op.length, env));
        if (op.fill !== undefined) made.fill(op.fill);
        return set(op.result, made);
      }
      case "copy":
        return set(op.result, memory.copy(op.source.type, get(op.source)));
      case "zeros":
        return set(op.result, memory.zeros(op.like.type, get(op.like)));
      case "addInto":
        return memory.addInto(op.target.type, get(op.target), get(op.source));
      case "clear":
        return memory.clear(op.target.type, get(op.target));
      case "export":
        return set(op.result, memory.export(op.result.type, get(op.source)));
      case "call":
        return this.define(op.results, this.call(find(this.program, op.callee), op.args.map(get)), env);
      case "if":
        return this.define(op.results, this.run(get(op.cond) === true ? op.then : op.else, [], env), env);
      case "for":
        return this.forLoop(op, env);
      case "while":
        return this.whileLoop(op, env);
      case "foreign": {
        const made = this.foreign(op.text, op.args.map(get));
        return op.result === undefined ? undefined : set(op.result, made);
      }
      case "throw":
        throw this.foreign(op.text, op.args.map(get));
      case "global":
        return set(op.result, this.global(op.name));
      case "closure":
        return set(op.result, this.closure(op.body, env));
      case "openTape":
        return set(op.result, new Tape());
      case "closeTape":
        return this.tape(op.tape, env).close();
      case "tapeTop":
        return set(op.result, this.tape(op.tape, env).mark());
      case "tapeRewind":
        return this.tape(op.tape, env).rewind(this.plainNumber(op.mark, env));
      case "reserve":
        return this.tape(op.tape, env).reserve(this.plainNumber(op.numbers, env), this.plainNumber(op.flags, env));
      case "save":
        return this.tape(op.tape, env).save(op.values.map(get), op.values);
      case "restore":
        return this.define(op.results, this.tape(op.tape, env).restore(op.results), env);
    }
  }

  private tape(v: Value, env: Env): Tape {
    const tape = this.read(v, env);
    if (!(tape instanceof Tape)) throw new InterpreterError("this is not a tape");
    return tape;
  }

  private aggregate(members: readonly Value[], type: Type, env: Env): JsValue {
    const names = type.kind === "record" ? this.program.records.get(type.name)?.fields.map((f) => f.name) : undefined;
    const made: JsValue = names === undefined ? [] : {};
    members.forEach((v, i) => this.memory.set(made, names?.[i] ?? i, this.read(v, env)));
    return made;
  }

  private allocate(type: Type, length: number): { fill(x: number): unknown } {
    const zeroed = type.kind === "typed" ? this.memory.typedArray(type.name, length) : undefined;
    return zeroed ?? new Array<number>(length);
  }

  private forLoop(op: Op & { kind: "for" }, env: Env): void {
    const from = this.read(op.from, env);
    const to = this.plainNumber(op.to, env);
    const goes = { "<": (i: number) => i < to, "<=": (i: number) => i <= to, ">": (i: number) => i > to, ">=": (i: number) => i >= to }[op.test];
    let carried = op.inits.map((v) => this.read(v, env));
    let runs = 0;
    let stop = false;
    // The index carries the tangent of where it starts: a loop counter may be used as a number.
    for (let i = primal(from) as number; !stop && goes(i); i += op.step, runs++) {
      if (--this.fuel < 0) throw new OutOfFuelError("the program runs too long");
      const yielded = this.run(op.body, [dual(i, tangent(from)), ...carried], env);
      stop = op.breaks && yielded[0] === true;
      carried = op.breaks ? yielded.slice(1) : [...yielded];
    }
    this.define(op.results, carried, env);
    if (op.count !== undefined) env.set(op.count.id, runs);
  }

  private whileLoop(op: Op & { kind: "while" }, env: Env): void {
    let carried = op.inits.map((v) => this.read(v, env));
    let runs = 0;
    let stop = false;
    while (!stop && this.run(op.cond, carried, env)[0] === true) {
      if (--this.fuel < 0) throw new OutOfFuelError("the program runs too long");
      const yielded = this.run(op.body, carried, env);
      stop = op.breaks && yielded[0] === true;
      carried = op.breaks ? yielded.slice(1) : [...yielded];
      runs++;
    }
    this.define(op.results, carried, env);
    if (op.count !== undefined) env.set(op.count.id, runs);
  }

  private global(name: string): JsValue {
    const decl = this.program.globals.get(name);
    if (decl === undefined) throw new InterpreterError(`there is no global ${name}`);
    if (!this.globals.has(name)) this.globals.set(name, this.run(decl.init, [], new Map())[0]);
    return this.globals.get(name);
  }

  /** A JavaScript function over the values around it as they are now. Several results make an array, as in generated code. */
  private closure(body: Region, env: Env): JsValue {
    const captured = new Map(env);
    return (...args: JsValue[]): JsValue => {
      const results = this.run(body, args, new Map(captured)).map(primal);
      return results.length === 1 ? results[0] : results.length === 0 ? undefined : results;
    };
  }

  private foreign(text: readonly string[], args: readonly JsValue[]): JsValue {
    const { scope = {}, console: calls } = this.options;
    const log = (...values: unknown[]): void => void calls?.push(clone(values) as unknown[]);
    const console = { log, info: log, warn: log, error: log, debug: log };
    const holes = args.map((_, i) => `$${i}`);
    const code = text.map((part, i) => (i === 0 ? part : `${holes[i - 1]}${part}`)).join("");
    const names = Object.keys(scope);
    const run = compile(code, ["console", ...names, ...holes]);
    return run(console, ...names.map((n) => scope[n]), ...args.map(primal));
  }
}

const compiled = new Map<string, (...args: unknown[]) => JsValue>();

function compile(code: string, names: readonly string[]): (...args: unknown[]) => JsValue {
  const key = `${names.join(",")}:${code}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  // Foreign text is part of the interpreted program: running it is the purpose.
  const made = new Function(...names, `"use strict"; return (${code});`) as (...args: unknown[]) => JsValue;
  compiled.set(key, made);
  return made;
}
