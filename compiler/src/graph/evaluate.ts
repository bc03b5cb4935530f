/**
 * Runs IR: what the operations of a function compute at given arguments. For pictures of small functions, so it is plain
 * and not fast; what a value was last is kept for every value of the entry function.
 */
import type { Op, Place, Program, Region, Type, Value, ValueId } from "../ir/ir.js";
import { evaluate as evaluatePrimitive, type Literal } from "../optimize/evaluate.js";
import { assertNever, invariant } from "../support/invariant.js";
import { addInto, allocated, CannotEvaluate, clear, container, copied, type Data, lengthOf, zeros } from "./data.js";

/** Iterations and calls after which a run is given up. */
const mostSteps = 2_000_000;

export interface Run {
  /** What each value of the function was last. */
  readonly values: ReadonlyMap<ValueId, Data>;
  /** How often each loop ran its body when it was last run. */
  readonly trips: ReadonlyMap<Op, number>;
  readonly results: readonly Data[];
}

/** Runs a function of a program. A pullback among the results is called with `seed` (of the result) at once. */
export function run(program: Program, name: string, args: readonly Data[], seed?: (result: Data) => Data): Run {
  const machine = new Machine(program);
  const frame: Frame = { values: new Map(), trips: new Map() };
  const results = machine.call(name, args, frame);
  const [value, pullback] = results;
  if (pullback instanceof Pullback && seed !== undefined)
    return { ...frame, results: [value, ...pullback.call([seed(value)])] };
  return { ...frame, results };
}

class Pullback {
  constructor(readonly call: (args: readonly Data[]) => readonly Data[]) {}
}

interface Frame {
  readonly values: Map<ValueId, Data>;
  readonly trips: Map<Op, number>;
}

class Machine {
  #steps = 0;
  readonly #globals = new Map<string, Data>();

  constructor(private readonly program: Program) {}

  call(name: string, args: readonly Data[], frame: Frame = { values: new Map(), trips: new Map() }): readonly Data[] {
    const func = this.program.funcs.get(name);
    invariant(func !== undefined, `no function ${name}`);
    this.#step();
    return this.#region(func.body, args, frame);
  }

  #step(): void {
    if (++this.#steps > mostSteps) throw new CannotEvaluate("it runs for too long");
  }

  #region(region: Region, args: readonly Data[], frame: Frame): readonly Data[] {
    region.params.forEach((param, i) => frame.values.set(param.id, args[i]));
    for (const op of region.ops) this.#op(op, frame);
    if (region.yields === null) throw new CannotEvaluate("it throws there");
    return region.yields.map((v) => frame.values.get(v.id));
  }

  #op(op: Op, frame: Frame): void {
    const get = (v: Value): Data => frame.values.get(v.id);
    const set = (v: Value, data: Data): void => void frame.values.set(v.id, data);
    switch (op.kind) {
      case "const":
        set(op.result, op.value);
        return;
      case "prim": {
        const args = op.args.map(get);
        set(op.result, primitiveValue(op.name, args));
        return;
      }
      case "load": {
        const [holder, key] = this.#at(op.place, frame);
        const data: unknown = Reflect.get(holder, key);
        set(op.result, op.orZero === true && (data === undefined || data === null) ? 0 : data);
        return;
      }
      case "store": {
        const [holder, key] = this.#at(op.place, frame);
        Reflect.set(holder, key, get(op.value));
        return;
      }
      case "accum": {
        const [holder, key] = this.#at(op.place, frame);
        Reflect.set(holder, key, Number(Reflect.get(holder, key) ?? 0) + Number(get(op.value)));
        return;
      }
      case "resize":
        Reflect.set(container(get(op.array)), "length", get(op.length));
        return;
      case "length":
        set(op.result, lengthOf(get(op.array)));
        return;
      case "view": {
        const array = get(op.array);
        invariant(array instanceof Float64Array, "a view of a typed array");
        set(op.result, array.subarray(Number(get(op.from)), Number(get(op.to))));
        return;
      }
      case "new":
        set(op.result, this.#new(op.result.type, op.members.map(get)));
        return;
      case "alloc":
        set(op.result, allocated(op.result.type, Number(get(op.length)), op.fill));
        return;
      case "copy":
        set(op.result, copied(get(op.source)));
        return;
      case "zeros":
        set(op.result, zeros(get(op.like), op.like.type, this.program.records));
        return;
      case "share":
        set(
          op.result,
          op.make === "zeros" ? zeros(get(op.source), op.source.type, this.program.records) : copied(get(op.source)),
        );
        return;
      case "addInto":
        addInto(get(op.target), get(op.source));
        return;
      case "clear":
        clear(get(op.target));
        return;
      case "export":
        set(op.result, get(op.source));
        return;
      case "cast":
        set(op.result, get(op.value));
        return;
      case "call":
        this.call(op.callee, op.args.map(get)).forEach((data, i) => {
          const result = op.results[i];
          if (result !== undefined) set(result, data);
        });
        return;
      case "if": {
        const data = this.#region(get(op.cond) === true ? op.then : op.else, [], frame);
        op.results.forEach((v, i) => set(v, data[i]));
        return;
      }
      case "for":
      case "while":
        this.#loop(op, frame);
        return;
      case "global":
        set(op.result, this.#global(op.name));
        return;
      case "closure":
        set(op.result, new Pullback((args) => this.#region(op.body, args, frame)));
        return;
      case "openTape":
        set(op.result, []);
        return;
      case "save": {
        const tape = get(op.tape);
        invariant(Array.isArray(tape), "a tape is a list here");
        tape.push(op.values.map(get));
        return;
      }
      case "restore": {
        const tape = get(op.tape);
        invariant(Array.isArray(tape), "a tape is a list here");
        const saved: unknown = tape.pop();
        invariant(Array.isArray(saved), "a frame was saved");
        op.results.forEach((v, i) => set(v, saved[i]));
        return;
      }
      case "tapeTop":
        set(op.result, 0);
        return;
      case "closeTape":
      case "tapeRewind":
      case "reserve":
        return;
      case "foreign":
        throw new CannotEvaluate(`it runs \`${op.text.join("…").trim()}\`, which adc does not look into`);
      case "throw":
        throw new CannotEvaluate("it throws there");
      default:
        assertNever(op, "operation");
    }
  }

  #loop(op: Op & { kind: "for" | "while" }, frame: Frame): void {
    let carried = op.inits.map((v) => frame.values.get(v.id));
    let trips = 0;
    const number = (v: Value): number => Number(frame.values.get(v.id));
    let index = op.kind === "for" ? number(op.from) : 0;
    for (;;) {
      this.#step();
      if (op.kind === "for" ? !holds(index, op.test, number(op.to)) : this.#region(op.cond, carried, frame)[0] !== true)
        break;
      trips++;
      const given = this.#region(op.body, op.kind === "for" ? [index, ...carried] : carried, frame);
      carried = op.breaks ? given.slice(1) : [...given];
      if (op.kind === "for") index += op.step;
      if (op.breaks && given[0] === true) break;
    }
    op.results.forEach((v, i) => frame.values.set(v.id, carried[i]));
    if (op.count !== undefined) frame.values.set(op.count.id, trips);
    frame.trips.set(op, trips);
  }

  #global(name: string): Data {
    if (!this.#globals.has(name)) {
      const decl = this.program.globals.get(name);
      invariant(decl !== undefined, `no constant ${name}`);
      const [data] = this.#region(decl.init, [], { values: new Map(), trips: new Map() });
      this.#globals.set(name, data);
    }
    return this.#globals.get(name);
  }

  #at(place: Place, frame: Frame): [object, string | number] {
    const holder = container(frame.values.get(place.base.id));
    return [holder, place.kind === "field" ? place.name : Number(frame.values.get(place.index.id))];
  }

  #new(type: Type, members: readonly Data[]): Data {
    if (type.kind === "typed") return Float64Array.from(members.map(Number));
    if (type.kind !== "record") return [...members];
    const fields = this.program.records.get(type.name)?.fields ?? [];
    return Object.fromEntries(fields.map((f, i) => [f.name, members[i]]));
  }
}

function primitiveValue(name: Parameters<typeof evaluatePrimitive>[0], args: readonly Data[]): Data {
  if (name === "isNullish") return args[0] === undefined || args[0] === null;
  if (name === "eq") return args[0] === args[1];
  if (name === "ne") return args[0] !== args[1];
  const literals = args.map((arg): Literal => {
    if (typeof arg === "number" || typeof arg === "boolean" || typeof arg === "string") return arg;
    return undefined;
  });
  const data = evaluatePrimitive(name, literals);
  if (data === undefined) throw new CannotEvaluate("a number is missing: do the arguments fit the parameters?");
  return data;
}

function holds(index: number, test: "<" | "<=" | ">" | ">=", to: number): boolean {
  switch (test) {
    case "<":
      return index < to;
    case "<=":
      return index <= to;
    case ">":
      return index > to;
    case ">=":
      return index >= to;
  }
}
