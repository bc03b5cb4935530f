/** The generated function taken apart: what belongs to the forward and what to the reverse sweep, what is saved, which loops are left. */
import type { For, Func, Loc, Op, Value, ValueId, While } from "../ir/ir.js";
import { isNumber } from "../ir/types.js";
import { operands, regions, results, walk } from "../ir/walk.js";
import { Names } from "./names.js";
import type { Observation } from "./observe.js";

/** Bytes of one saved value: numbers and references take eight, booleans one. */
export const bytesOf = (v: Value): number => (v.type.kind === "bool" ? 1 : 8);

export const placeKey = (loc: Loc | undefined): string =>
  loc === undefined ? "" : `${loc.file}:${loc.line}:${loc.column}`;
export const lineKey = (file: string, line: number): string => `${file}:${line}`;

/** What is left of a loop of the source in generated code. */
export interface LoopFate {
  forward?: For | While;
  reverse?: For;
  /** The loop in which each iteration runs, or runs again, and is reversed at once. */
  fused?: For;
  /** It or a loop inside saves something. */
  saves: boolean;
}

export class Sweeps {
  readonly names: Names;
  /** The value of the source that each saved value is, by the line where it is made. */
  readonly saved = new Map<string, Value[]>();
  readonly loops = new Map<string, LoopFate>();
  readonly #primal: ReadonlySet<ValueId>;
  readonly #fused: ReadonlySet<string>;
  readonly #owners = new Map<ValueId, Op>();
  readonly #defined = new Set<ValueId>();
  readonly #usedInReverse = new Set<ValueId>();
  readonly #usedAtAll = new Set<ValueId>();

  constructor(private readonly observation: Observation) {
    const { facts, fused } = observation;
    this.#fused = new Set([...fused].map((loop) => placeKey(loop.loc)));
    const primal = new Set<ValueId>();
    for (const name of facts.names) {
      const body = facts.program.funcs.get(name)?.body;
      if (body === undefined) continue;
      body.params.forEach((v) => primal.add(v.id));
      walk(body, (op) => {
        for (const v of results(op)) primal.add(v.id);
        for (const inner of regions(op)) inner.params.forEach((v) => primal.add(v.id));
      });
    }
    this.#primal = primal;
    const reached = this.functions;
    this.names = new Names(reached.map((f) => f.body));
    for (const func of reached) this.#look(func);
    for (const func of reached) walk(func.body, (op) => this.#saves(op));
  }

  /** The generated function and those it calls. */
  get functions(): readonly Func[] {
    const { generated, program } = this.observation;
    const found = new Set<Func>([generated.func]);
    for (const func of found)
      walk(func.body, (op) => {
        const callee = op.kind === "call" ? program.funcs.get(op.callee) : undefined;
        if (callee !== undefined) found.add(callee);
      });
    return [...found];
  }

  isForward(op: Op): boolean {
    switch (op.kind) {
      case "save":
      case "reserve":
      case "openTape":
        return true;
      case "restore":
      case "closeTape":
      case "tapeRewind":
        return false;
      case "store":
      case "accum":
        return this.#isPrimal(op.place.base);
      case "for":
      case "while": {
        const [first] = op.body.params;
        return op.kind === "while" || (first !== undefined && this.#isPrimal(first));
      }
      default: {
        const made = results(op);
        return made.length > 0 ? made.some((v) => this.#isPrimal(v)) : operands(op).some((v) => this.#isPrimal(v));
      }
    }
  }

  #isPrimal(v: Value): boolean {
    return this.#primal.has(v.id);
  }

  /** Is this value made in generated code? */
  isDefined(v: Value): boolean {
    return this.#defined.has(v.id);
  }
  isUsed(v: Value): boolean {
    return this.#usedAtAll.has(v.id);
  }
  isUsedInReverse(v: Value): boolean {
    return this.#usedInReverse.has(v.id);
  }

  #look(func: Func): void {
    func.body.params.forEach((v) => this.#defined.add(v.id));
    walk(func.body, (op) => {
      for (const v of results(op)) this.#defined.add(v.id);
      const isForward = this.isForward(op);
      for (const v of operands(op)) {
        this.#usedAtAll.add(v.id);
        if (!isForward) this.#usedInReverse.add(v.id);
      }
      for (const inner of regions(op))
        for (const v of inner.params) {
          this.#defined.add(v.id);
          this.#owners.set(v.id, op);
        }
      if (op.kind !== "for" && op.kind !== "while") return;
      const key = placeKey(op.loc);
      const fate = this.loops.get(key) ?? { saves: false };
      // In generated code its index keeps its identity only where the loop is not reversed by itself.
      if (op.kind === "for" && isForward && this.#fused.has(key)) fate.fused ??= op;
      else if (isForward || op.results.some((v) => this.#isPrimal(v))) {
        fate.forward ??= op;
        walk(op.body, (inner) => {
          if (inner.kind === "save") fate.saves = true;
        });
      } else if (op.kind === "for") fate.reverse ??= op;
      this.loops.set(key, fate);
    });
  }

  #saves(op: Op): void {
    if (op.kind !== "save") return;
    for (const v of op.values) {
      const key = this.lineOf(v, op);
      const known = this.saved.get(key) ?? [];
      if (!known.includes(v)) known.push(v);
      this.saved.set(key, known);
    }
  }

  /** Where the source makes a value: the line of its operation, or of the loop it is carried round. */
  lineOf(v: Value, at: Op): string {
    const loc = this.names.definition(v)?.loc ?? this.#owners.get(v.id)?.loc ?? at.loc;
    return loc === undefined ? "" : lineKey(loc.file, loc.line);
  }
}

/** What counts as an operation on numbers, by kind. */
export function kindOf(op: Op, integers: (v: Value) => boolean): "arithmetic" | "functions" | "memory" | undefined {
  switch (op.kind) {
    case "prim":
      if (!isNumber(op.result.type) || integers(op.result) || op.name === "stopGradient") return undefined;
      return arithmetic.has(op.name) ? "arithmetic" : "functions";
    case "load":
    case "store":
      return "memory";
    case "accum":
      return "memory";
    default:
      return undefined;
  }
}

const arithmetic: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "mod",
  "neg",
  "abs",
  "max",
  "min",
  "maxLiteral",
  "minLiteral",
  "fromBool",
]);
