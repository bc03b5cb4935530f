/** The whole function in numbers. */
import { integerValues } from "../analysis/integers.js";
import type { Func, Op, ValueId } from "../ir/ir.js";
import { Counter } from "./count.js";
import { Formula } from "./formula.js";
import type { LineBook } from "./lines.js";
import { Names } from "./names.js";
import type { Observation } from "./observe.js";
import { kindOf } from "./sweeps.js";

export interface Summary {
  /** Bytes on the tape in a run. */
  readonly tape: Formula;
  readonly rows: readonly Row[];
  readonly legend: readonly { readonly name: string; readonly meaning: string }[];
  /** Arrays of adjoints and copies of arguments that the generated function makes. */
  readonly structures: readonly string[];
}

export interface Row {
  readonly what: "arithmetic" | "functions" | "memory" | "tape";
  readonly primal: Formula;
  readonly forward: Formula;
  readonly reverse: Formula;
}

export function summarize(observation: Observation, book: LineBook): Summary {
  const { facts, generated } = observation;
  const primalNames = new Names(facts.names.flatMap((name) => facts.program.funcs.get(name)?.body ?? []));
  const primal = facts.program.funcs.get(facts.entry);
  const inPrimal = new Counter(facts.program, primalNames);
  const primalIntegers = integersOf(facts.names.flatMap((name) => facts.program.funcs.get(name) ?? []));
  const integers = integersOf(book.sweeps.functions);
  const { counter, sweeps } = book;
  const count = (what: string, isForward: boolean): Formula =>
    counter.total(generated.func, (op) =>
      sweeps.isForward(op) === isForward && kindOf(op, (v) => integers.has(v.id)) === what ? weight(op) : 0,
    );
  const rows = (["arithmetic", "functions", "memory"] as const).map(
    (what): Row => ({
      what,
      primal:
        primal === undefined
          ? Formula.zero
          : inPrimal.total(primal, (op) => (kindOf(op, (v) => primalIntegers.has(v.id)) === what ? weight(op) : 0)),
      forward: count(what, true),
      reverse: count(what, false),
    }),
  );
  const tapeUse = (kind: "save" | "restore"): Formula =>
    counter.total(generated.func, (op) =>
      op.kind !== kind ? 0 : op.kind === "save" ? op.values.length : op.kind === "restore" ? op.results.length : 0,
    );
  rows.push({ what: "tape", primal: Formula.zero, forward: tapeUse("save"), reverse: tapeUse("restore") });
  const legend = [...new Map([...inPrimal.legend, ...counter.legend].map((l) => [l.name, l])).values()];
  return { tape: book.bytes(undefined), rows, legend, structures: structuresOf(generated.func, book) };
}

/** `+=` on a place reads and writes it. */
const weight = (op: Op): number => (op.kind === "accum" ? 2 : 1);

function integersOf(funcs: readonly Func[]): ReadonlySet<ValueId> {
  return new Set(funcs.flatMap((func) => [...integerValues(func)]));
}

function structuresOf(func: Func, book: LineBook): string[] {
  const { names } = book.sweeps;
  const params = new Map(func.body.params.map((v) => [v.id, v.hint ?? "…"]));
  const found: string[] = [];
  for (const op of func.body.ops) {
    if (op.kind === "zeros") found.push(`${op.result.hint ?? "zeros"}, adjoints in the shape of ${names.of(op.like)}`);
    else if (op.kind === "alloc" && !book.sweeps.isForward(op))
      found.push(`${op.result.hint ?? "an array"}, ${names.of(op.length)} adjoints`);
    else if (op.kind === "copy" && params.has(op.source.id)) found.push(`a copy of ${params.get(op.source.id)}`);
    else if (op.kind === "share")
      found.push(`${op.result.hint ?? "a structure"}, made from ${names.of(op.source)} with its sharing`);
  }
  return found;
}
