/**
 * **Purpose** A `while` that counts to a bound which does not change becomes a counted `for`: how often it runs is known when
 * it begins, and need not be counted for the reverse sweep.
 * **Needs** Verified IR; works best after `hoist`, which takes out of the test what does not change.
 * **Guarantees** The same iterations with the same values.
 * **How** The test compares a carried value with a value from outside, the value begins as a whole number, each iteration adds
 * the same whole number to it, and nobody asks what it is after the loop.
 */
import type { For, Func, Op, Program, Region, Value, ValueId, While } from "../ir/ir.js";
import { eachUse, mapRegions, results, walk } from "../ir/walk.js";
import { mapFuncs } from "./pass.js";

const tests: ReadonlyMap<string, For["test"]> = new Map([
  ["lt", "<"],
  ["le", "<="],
  ["gt", ">"],
  ["ge", ">="],
]);

export function countLoops(program: Program): Program {
  return mapFuncs(program, (func) => new Counter(func).func());
}

class Counter {
  readonly #used = new Set<ValueId>();
  readonly #made = new Map<ValueId, Op>();

  constructor(private readonly of: Func) {
    eachUse(of.body, (v) => this.#used.add(v.id));
    walk(of.body, (op) => {
      if (op.kind === "const" || op.kind === "prim") for (const v of results(op)) this.#made.set(v.id, op);
    });
  }

  func(): Func {
    return { ...this.of, body: this.#region(this.of.body) };
  }

  #region(region: Region): Region {
    const ops = region.ops.flatMap((op): readonly Op[] => {
      const inner = mapRegions(op, (r) => this.#region(r));
      return (inner.kind === "while" ? this.#counted(inner) : undefined) ?? [inner];
    });
    return { ...region, ops };
  }

  /** The same loop with a counter of its own, behind the literals its test needs. */
  #counted(loop: While): readonly Op[] | undefined {
    const { cond, body, inits, breaks, count, ...rest } = loop;
    const compared = cond.ops.at(-1);
    const literals = cond.ops.slice(0, -1);
    if (compared?.kind !== "prim" || cond.yields?.[0]?.id !== compared.result.id || body.yields === null)
      return undefined;
    const test = tests.get(compared.name);
    const [counter, to] = compared.args;
    if (test === undefined || counter === undefined || to === undefined || count !== undefined) return undefined;
    if (literals.some((op) => op.kind !== "const") || cond.params.some((p) => p.id === to.id)) return undefined;
    const k = cond.params.findIndex((p) => p.id === counter.id);
    const [index, from, result] = [body.params[k], inits[k], loop.results[k]];
    if (index === undefined || from === undefined || result === undefined || this.#used.has(result.id))
      return undefined;
    const first = breaks ? 1 : 0;
    const step = this.#stepOf(body.yields[k + first], index);
    const begin = this.#literal(from);
    if (step === undefined || begin === undefined || !Number.isSafeInteger(begin)) return undefined;
    if (step > 0 !== (test === "<" || test === "<=")) return undefined;
    const others = <T>(all: readonly T[], at: number): T[] => all.filter((_, i) => i !== at);
    const counted: For = {
      ...rest,
      kind: "for",
      from,
      test,
      to,
      step,
      inits: others(inits, k),
      body: { params: [index, ...others(body.params, k)], ops: body.ops, yields: others(body.yields, k + first) },
      breaks,
      results: others(loop.results, k),
    };
    return [...literals, counted];
  }

  /** What an iteration adds to the counter. */
  #stepOf(next: Value | undefined, index: Value): number | undefined {
    const made = next === undefined ? undefined : this.#made.get(next.id);
    if (made?.kind !== "prim" || (made.name !== "add" && made.name !== "sub")) return undefined;
    const [a, b] = made.args;
    const by = a?.id === index.id ? b : made.name === "add" && b?.id === index.id ? a : undefined;
    const step = by === undefined ? undefined : this.#literal(by);
    if (step === undefined || !Number.isSafeInteger(step) || step === 0) return undefined;
    return made.name === "add" ? step : -step;
  }

  #literal(v: Value): number | undefined {
    const made = this.#made.get(v.id);
    return made?.kind === "const" && typeof made.value === "number" ? made.value : undefined;
  }
}
