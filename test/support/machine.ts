/** Executes operations one by one: the inside of `interpret.ts`. */
import type {
  Foreign,
  Func,
  Op,
  Place,
  Program,
  Region,
  Throw,
  Type,
  Value,
  ValueId,
} from "../../compiler/src/ir/ir.js";
import { dual, evaluatePrim, type JsValue, primal, tangent } from "./dual.js";
import { InterpreterError, Tape } from "./machine-tape.js";
import { clone, isTypedArray, type Key, lengthOf, Memory } from "./memory.js";
import { stripTypes } from "./strip-types.js";

export interface InterpretOptions {
  /** Collects the arguments of `console` calls; without it they are dropped. */
  readonly console?: unknown[][];
  /** What names in foreign text stand for, besides JavaScript's own. */
  readonly scope?: Readonly<Record<string, unknown>>;
  /** Operations to run at most, against loops that never end. */
  readonly fuel?: number;
}

/** The program ran longer than `fuel` allows. */
export class OutOfFuelError extends Error {
  override readonly name = "OutOfFuelError";
}

export function find(program: Program, func: string | Func): Func {
  const found = typeof func === "string" ? program.funcs.get(func) : func;
  if (found === undefined)
    throw new InterpreterError(`there is no function ${typeof func === "string" ? func : func.name}`);
  return found;
}

type Env = Map<ValueId, JsValue>;

function write(env: Env, v: Value, x: JsValue): void {
  env.set(v.id, x);
}

export class Machine {
  readonly memory: Memory;
  private readonly globals = new Map<string, JsValue>();
  /** What copies of declarations made. */
  private readonly copies: Record<string, unknown> = {};
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
    return this.readAll(region.yields, env);
  }

  private read(v: Value, env: Env): JsValue {
    const found = env.get(v.id);
    if (found === undefined && !env.has(v.id))
      throw new InterpreterError(`value ${v.id} (${v.hint ?? ""}) has no content`);
    return found;
  }

  private readAll(values: readonly Value[], env: Env): JsValue[] {
    return values.map((v) => this.read(v, env));
  }

  private plainNumber(v: Value, env: Env): number {
    return primal(this.read(v, env)) as number;
  }

  private place(place: Place, env: Env): { readonly base: JsValue; readonly key: Key } {
    const base = this.read(place.base, env);
    if (place.kind === "elem" && place.index.type.kind === "str") {
      const key = this.read(place.index, env);
      if (typeof key !== "string") throw new InterpreterError("a key is not text");
      return { base, key };
    }
    if (place.kind === "elem") return { base, key: this.plainNumber(place.index, env) };
    return { base, key: place.base.type.kind === "tuple" ? Number(place.name) : place.name };
  }

  private define(values: readonly Value[], contents: readonly JsValue[], env: Env): void {
    values.forEach((v, i) => env.set(v.id, contents[i]));
  }

  private step(op: Op, env: Env): void {
    if (--this.fuel < 0) throw new OutOfFuelError("the program runs too long");
    const { memory } = this;
    switch (op.kind) {
      case "const":
        return write(env, op.result, op.value);
      case "prim":
        return write(env, op.result, evaluatePrim(op.name, this.readAll(op.args, env)));
      case "load": {
        const { base, key } = this.place(op.place, env);
        const content = memory.get(base, key);
        return write(env, op.result, op.orZero === true ? (content ?? 0) : content);
      }
      case "store": {
        const { base, key } = this.place(op.place, env);
        if (op.grows === true && key !== lengthOf(base))
          throw new InterpreterError(`a push at ${key} onto an array of ${lengthOf(base)}`);
        memory.set(base, key, this.read(op.value, env));
        if (op.removes === true) Reflect.deleteProperty(base as object, key);
        return;
      }
      case "accum": {
        const { base, key } = this.place(op.place, env);
        const before = memory.get(base, key) ?? (this.mayBeAbsent(op.place) ? 0 : undefined);
        return memory.set(base, key, evaluatePrim("add", [before, this.read(op.value, env)]));
      }
      case "view": {
        const array = this.read(op.array, env);
        if (!isTypedArray(array)) throw new InterpreterError("a view of what is no typed array");
        return write(env, op.result, array.subarray(this.plainNumber(op.from, env), this.plainNumber(op.to, env)));
      }
      case "resize":
        return memory.resize(this.read(op.array, env), this.plainNumber(op.length, env));
      case "length":
        return write(env, op.result, lengthOf(this.read(op.array, env)));
      case "new":
        return write(env, op.result, this.aggregate(op.members, op.result.type, env));
      case "alloc": {
        const made = this.allocate(op.result.type, this.plainNumber(op.length, env));
        if (op.fill !== undefined) made.fill(op.fill);
        return write(env, op.result, made);
      }
      case "copy":
        return write(env, op.result, memory.copy(op.source.type, this.read(op.source, env)));
      case "zeros":
        return write(env, op.result, memory.zeros(op.like.type, this.read(op.like, env)));
      case "share": {
        const memo = this.memo(op.memo, env) ?? new Map<unknown, JsValue>();
        const source = this.read(op.source, env);
        const type = op.make === "export" ? op.result.type : op.source.type;
        return write(env, op.result, memory.share(op.make, type, source, memo));
      }
      case "addInto":
        return memory.addInto(
          op.target.type,
          this.read(op.target, env),
          this.read(op.source, env),
          this.memo(op.memo, env),
        );
      case "clear":
        return memory.clear(op.target.type, this.read(op.target, env), this.memo(op.memo, env));
      case "export":
        return write(env, op.result, memory.export(op.result.type, this.read(op.source, env)));
      case "cast":
        return write(env, op.result, this.read(op.value, env));
      case "call":
        return this.define(op.results, this.call(find(this.program, op.callee), this.readAll(op.args, env)), env);
      case "if":
        return this.define(op.results, this.run(this.read(op.cond, env) === true ? op.then : op.else, [], env), env);
      case "for":
        return this.forLoop(op, env);
      case "while":
        return this.whileLoop(op, env);
      case "foreign": {
        const made = this.foreign(op, this.readAll(op.args, env));
        return op.result === undefined ? undefined : write(env, op.result, made);
      }
      case "throw":
        // oxlint-disable-next-line typescript/only-throw-error -- A program may throw anything.
        throw this.foreign(op, this.readAll(op.args, env));
      case "global":
        return write(env, op.result, this.global(op.name));
      case "closure":
        return write(env, op.result, this.closure(op.body, env));
      case "openTape":
        return write(env, op.result, new Tape());
      case "closeTape":
        return this.tape(op.tape, env).close();
      case "tapeTop":
        return write(env, op.result, this.tape(op.tape, env).mark());
      case "tapeRewind":
        return this.tape(op.tape, env).rewind(this.plainNumber(op.mark, env));
      case "reserve":
        return this.tape(op.tape, env).reserve(this.plainNumber(op.numbers, env), this.plainNumber(op.flags, env));
      case "save":
        return this.tape(op.tape, env).save(this.readAll(op.values, env), op.values);
      case "restore":
        return this.define(op.results, this.tape(op.tape, env).restore(op.results), env);
    }
  }

  private memo(v: Value | undefined, env: Env): Map<unknown, JsValue> | undefined {
    if (v === undefined) return undefined;
    const memo = this.read(v, env);
    if (!(memo instanceof Map)) throw new InterpreterError("this is not a memo");
    return memo as Map<unknown, JsValue>;
  }

  private tape(v: Value, env: Env): Tape {
    const tape = this.read(v, env);
    if (!(tape instanceof Tape)) throw new InterpreterError("this is not a tape");
    return tape;
  }

  private aggregate(members: readonly Value[], type: Type, env: Env): JsValue {
    if (type.kind === "dict") return {};
    const fields = type.kind === "record" ? this.program.records.get(type.name)?.fields : undefined;
    const made: JsValue = fields === undefined ? [] : {};
    members.forEach((v, i) => {
      const field = fields?.[i];
      const content = this.read(v, env);
      if (field?.optional !== true || content !== undefined) this.memory.set(made, field?.name ?? i, content);
    });
    return made;
  }

  /** May there be nothing at a place, by its type? */
  private mayBeAbsent(place: Place): boolean {
    const { type } = place.base;
    if (type.kind === "dict") return true;
    if (place.kind === "elem") return type.kind === "array" && type.elem.kind === "maybe";
    if (type.kind === "tuple") return type.elems[Number(place.name)]?.kind === "maybe";
    const fields = type.kind === "record" ? (this.program.records.get(type.name)?.fields ?? []) : [];
    return fields.some((f) => f.name === place.name && f.type.kind === "maybe");
  }

  private allocate(type: Type, length: number): { fill(x: number): unknown } {
    if (type.kind === "typed") return this.memory.typedArray(type.name, length);
    const holes: number[] = [];
    // As `new Array(length)`, which throws for what is no length.
    holes.length = length;
    return holes;
  }

  private forLoop(op: Op & { kind: "for" }, env: Env): void {
    const from = this.read(op.from, env);
    const to = this.plainNumber(op.to, env);
    const goes = {
      "<": (i: number) => i < to,
      "<=": (i: number) => i <= to,
      ">": (i: number) => i > to,
      ">=": (i: number) => i >= to,
    }[op.test];
    let carried = this.readAll(op.inits, env);
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
    let carried = this.readAll(op.inits, env);
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

  private foreign({ text, imports = [] }: Foreign | Throw, args: readonly JsValue[]): JsValue {
    const { console: calls } = this.options;
    for (const { name, copy } of imports)
      if (copy !== undefined && !/^(interface|type)\b/.test(copy) && !(name in this.copies)) {
        const known = { ...this.options.scope, ...this.copies };
        // A copy of a declaration is part of the interpreted program.
        const body = `${stripTypes(copy)}\nreturn ${name};`;
        this.copies[name] = (new Function(...Object.keys(known), body) as (...args: unknown[]) => unknown)(
          ...Object.values(known),
        );
      }
    const scope: Readonly<Record<string, unknown>> = { ...this.options.scope, ...this.copies };
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
  // Foreign text is part of the interpreted program, types and all: running it is the purpose.
  const body = stripTypes(`return (${code});`);
  const made = new Function(...names, body) as (...args: unknown[]) => JsValue;
  compiled.set(key, made);
  return made;
}
