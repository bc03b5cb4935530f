/** How often the operations of a function run, as formulas in the bounds of its loops. */
import type { For, Func, Op, Program, Region, Value, While } from "../ir/ir.js";
import { isNumber } from "../ir/types.js";
import { Formula, type Quantity } from "./formula.js";
import type { Names } from "./names.js";

/** A quantity whose name needs words. */
export interface Legend {
  readonly name: string;
  readonly meaning: string;
}

/** How far a bound of a loop is followed to what it is made of. What a recursive function passes on would never end. */
const deepest = 6;

export class Counter {
  readonly #legend = new Map<string, string>();
  readonly #homes = new Map<number, object>();
  readonly #indices = new Map<number, Quantity>();
  /** The numbers of iterations that loops count. */
  readonly #counts = new Map<number, Formula>();
  /** What the names in formulas stand for. */
  readonly #meanings = new Map<string, string>();
  #isPeak = false;
  #transient = Formula.zero;
  readonly #stack: string[] = [];

  constructor(
    private readonly program: Program,
    private readonly names: Names,
  ) {}

  get legend(): readonly Legend[] {
    return [...this.#legend].map(([name, meaning]) => ({ name, meaning }));
  }

  /** As `total`, but of what is there at one time: what a part that runs again (between checkpoints) leaves is gone when it ends. */
  peak(func: Func, weight: (op: Op) => number): Formula {
    this.#isPeak = true;
    this.#transient = Formula.zero;
    const kept = this.total(func, weight);
    this.#isPeak = false;
    return kept.plus(this.#transient);
  }

  /** The sum over everything a function runs of what `weight` says an operation counts. */
  total(func: Func, weight: (op: Op) => number): Formula {
    const reached = reachedFrom(this.program, func);
    // Of functions that call each other, the first one counts for all.
    const isInner = this.#stack.some((name) => reached.has(name));
    this.#stack.push(func.name);
    const once = this.#region(func.body, weight, undefined);
    this.#stack.pop();
    if (once.isZero || isInner || !reached.has(func.name)) return once;
    const quantity = { text: `calls(${sourceName(func)})` };
    this.#note(quantity.text, `how often ${sourceName(func)} runs, which depends on the data`);
    return once.times(Formula.quantity(quantity));
  }

  #region(region: Region, weight: (op: Op) => number, loop: object | undefined): Formula {
    let sum = Formula.zero;
    for (const op of region.ops) {
      if (loop !== undefined && "result" in op && op.result !== undefined) this.#homes.set(op.result.id, loop);
      if (loop !== undefined && "results" in op) for (const v of op.results) this.#homes.set(v.id, loop);
      sum = sum.plus(Formula.of(weight(op))).plus(this.#inside(op, weight, loop));
    }
    return sum;
  }

  #inside(op: Op, weight: (op: Op) => number, loop: object | undefined): Formula {
    switch (op.kind) {
      case "if": {
        const then = this.#region(op.then, weight, loop);
        const otherwise = this.#region(op.else, weight, loop);
        return larger(then, otherwise);
      }
      case "for":
        return this.#for(op, weight);
      case "while": {
        const trips = this.#while(op);
        for (const v of [...op.cond.params, ...op.body.params]) this.#homes.set(v.id, op);
        const once = this.#region(op.cond, weight, op).plus(this.#region(op.body, weight, op));
        return once.summed(op, undefined, Formula.zero, 1, trips);
      }
      case "closure":
        return this.#region(op.body, weight, loop);
      case "call":
        return this.#call(op, weight);
      default:
        return Formula.zero;
    }
  }

  #call(op: Op & { kind: "call" }, weight: (op: Op) => number): Formula {
    const callee = this.program.funcs.get(op.callee);
    if (callee === undefined) return Formula.zero;
    if (this.#stack.includes(op.callee)) {
      // Counted where it was called first, as often as it runs.
      return Formula.zero;
    }
    callee.body.params.forEach((param, i) => {
      const argument = op.args[i];
      if (argument !== undefined) this.names.bind(param, argument);
    });
    if (!this.#isPeak || !runsAgain(callee)) return this.total(callee, weight);
    // What it puts on the tape it takes off again: the largest counts, once.
    const before = this.#transient;
    this.#transient = Formula.zero;
    const inner = this.total(callee, weight).plus(this.#transient);
    this.#transient = larger(before, inner);
    return Formula.zero;
  }

  #for(op: For, weight: (op: Op) => number): Formula {
    const [index] = op.body.params;
    const quantity: Quantity = { text: index?.hint ?? "i", loop: op };
    if (index !== undefined) this.#indices.set(index.id, quantity);
    for (const v of op.body.params.slice(1)) this.#homes.set(v.id, op);
    const once = this.#region(op.body, weight, op);
    return once.summed(op, quantity, this.#formula(op.from), op.step, this.trips(op));
  }

  /** How often the body of a loop runs. */
  trips(op: For | While): Formula {
    if (op.kind === "while") return this.#while(op);
    const from = this.#formula(op.from);
    const to = this.#bound(op, from);
    const up = op.step > 0;
    const inclusive = op.test === "<=" || op.test === ">=";
    const size = Math.abs(op.step);
    const distance = (up ? to.minus(from) : from.minus(to)).plus(Formula.of(inclusive ? 1 : 0));
    const steps = size === 1 ? distance : divided(distance, size);
    const trips = op.breaks ? steps.atMost() : steps;
    if (op.count !== undefined) this.#counts.set(op.count.id, trips);
    return trips;
  }

  /** Where a loop ends; of several bounds the one that says most. */
  #bound(op: For, from: Formula): Formula {
    const made = this.names.definition(op.to);
    const whole = made?.kind === "prim" && made.name === "ceil" ? this.names.definition(made.args[0] ?? op.to) : made;
    if (whole?.kind !== "prim" || whole.name !== "min" || op.step < 0) return this.#formula(op.to);
    const [first, ...others] = whole.args.map((arg) => this.#formula(arg));
    if (first === undefined) return this.#formula(op.to);
    const best = others.reduce((a, b) => (b.minus(from).degree < a.minus(from).degree ? b : a), first);
    return best.atMost();
  }

  #while(op: While): Formula {
    const text = `k${op.loc?.line ?? ""}`;
    this.#note(text, `the number of iterations of the loop${op.loc === undefined ? "" : ` at line ${op.loc.line}`}`);
    const trips = Formula.quantity({ text });
    if (op.count !== undefined) this.#counts.set(op.count.id, trips);
    return trips;
  }

  #note(name: string, meaning: string): void {
    this.#legend.set(name, meaning);
  }

  /** The name of a value in formulas: its own, or what it is where another one has that name. */
  #nameOf(v: Value, hint: string): string {
    const meaning = this.names.of(v, true);
    for (const text of [hint, meaning.includes("…") ? hint : meaning, `${hint}′`]) {
      const known = this.#meanings.get(text);
      if (known !== undefined && known !== meaning && !meaning.includes("…") && !known.includes("…")) continue;
      this.#meanings.set(text, meaning);
      return text;
    }
    return `${hint}″`;
  }

  #isPlain(v: Value): boolean {
    const op = this.names.definition(v);
    if (op?.kind === "prim" && op.name === "min") return true;
    return op === undefined || op.kind === "length" || op.kind === "load" || op.kind === "const";
  }

  /** An integer of the program in terms of what is known where the loops begin. */
  #formula(given: Value, depth = 0): Formula {
    const v = this.names.resolve(given);
    const index = this.#indices.get(v.id);
    if (index !== undefined) return Formula.quantity(index);
    const count = this.#counts.get(v.id);
    if (count !== undefined) return count;
    const op = this.names.definition(v);
    if (op?.kind === "const" && typeof op.value === "number" && Number.isInteger(op.value)) return Formula.of(op.value);
    const loop = this.#homes.get(v.id);
    if (v.hint !== undefined && loop === undefined) return Formula.quantity({ text: this.#nameOf(v, v.hint) });
    if (op?.kind === "prim" && isNumber(v.type) && depth < deepest) {
      const [a, b] = op.args;
      // Bounds of loops are whole numbers, or as good as such.
      if (a !== undefined && (op.name === "ceil" || op.name === "floor") && this.#isPlain(a))
        return this.#formula(a, depth + 1);
      if (a !== undefined && b !== undefined) {
        if (op.name === "min") {
          // The end of a part of a loop: the bound that the loop around it gives.
          const bounds = [this.#formula(a, depth + 1), this.#formula(b, depth + 1)];
          return (bounds.find((bound) => bound.isLocal) ?? bounds[0] ?? Formula.zero).atMost();
        }
        if (op.name === "add") return this.#formula(a, depth + 1).plus(this.#formula(b, depth + 1));
        if (op.name === "sub") return this.#formula(a, depth + 1).minus(this.#formula(b, depth + 1));
        if (op.name === "mul") return this.#formula(a, depth + 1).times(this.#formula(b, depth + 1));
      }
    }
    const text = this.names.of(v);
    const shown = /^[\w$.[\]]+$|^\w+\(.*\)$/.test(text) ? text : `(${text})`;
    return Formula.quantity(loop === undefined ? { text: shown } : { text: shown, loop });
  }
}

/** A part between two checkpoints, run once more while it is reversed. */
const runsAgain = (func: Func): boolean => /\.again@/.test(func.name);

function divided(distance: Formula, size: number): Formula {
  const { constant } = distance;
  if (constant !== undefined) return Formula.of(Math.ceil(constant / size));
  return Formula.quantity({ text: `⌈(${distance.toString()})/${size}⌉` });
}

/** One of two formulas, whichever branch runs. */
function larger(a: Formula, b: Formula): Formula {
  if (a.toString() === b.toString()) return a;
  if (a.isZero) return b.atMost();
  if (b.isZero) return a.atMost();
  if (a.constant !== undefined && b.constant !== undefined)
    return Formula.of(Math.max(a.constant, b.constant)).atMost();
  return a.plus(b).atMost();
}

/** The functions that a function calls, itself or through others. */
function reachedFrom(program: Program, func: Func): ReadonlySet<string> {
  const found = new Set(calleesOf(func.body));
  for (const name of found) {
    const callee = program.funcs.get(name);
    if (callee !== undefined) for (const next of calleesOf(callee.body)) found.add(next);
  }
  return found;
}

function calleesOf(region: Region): string[] {
  return region.ops.flatMap((op) => {
    switch (op.kind) {
      case "call":
        return [op.callee];
      case "if":
        return [...calleesOf(op.then), ...calleesOf(op.else)];
      case "for":
      case "closure":
        return calleesOf(op.body);
      case "while":
        return [...calleesOf(op.cond), ...calleesOf(op.body)];
      default:
        return [];
    }
  });
}

export const sourceName = (func: Func): string => func.source.replace(/_(?:forward|reverse)$/, "");
