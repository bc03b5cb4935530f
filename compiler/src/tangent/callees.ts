/** Called functions with their tangents: one version of each, whatever it is called with. */
import type { Context } from "../adjoint/context.js";
import { Builder } from "../ir/build.js";
import type { Func } from "../ir/ir.js";
import { carriedResults, companions, declareAll, pick, positions, writeRegion } from "./forward.js";
import { type Lanes, type Purpose, Tangents } from "./state.js";

/** The called functions with their tangents, each made once. */
export class Callees {
  readonly #made = new Map<string, Func>();
  readonly #wanted: string[] = [];

  constructor(
    private readonly context: Context,
    private readonly purpose: Purpose,
  ) {}

  lanes(): Lanes {
    const first = new Tangents(this.context, this.purpose, (name) => {
      this.#wanted.push(name);
      return this.#nameOf(name);
    });
    return [first, ...Array.from({ length: (this.purpose.width ?? 1) - 1 }, () => first.another())];
  }

  #nameOf(name: string): string {
    return `${name}.tangent@${this.purpose.tag}`;
  }

  /** All that were asked for, and those these ask for. */
  all(): readonly Func[] {
    for (let name = this.#wanted.pop(); name !== undefined; name = this.#wanted.pop()) {
      const made = this.#nameOf(name);
      if (this.#made.has(made)) continue;
      // Known before its body is written: it may call itself.
      const func = this.context.func(name);
      this.#made.set(made, func);
      this.#made.set(made, writeCallee(this.lanes(), name));
    }
    return [...this.#made.values()];
  }
}

/** A called function with its tangents: it takes those of its parameters after them, and returns those of its results. */
function writeCallee(lanes: Lanes, name: string): Func {
  const [state] = lanes;
  const func = state.context.func(name);
  const { params, yields } = func.body;
  const carriedParams = positions(state, params);
  const own = declareAll(
    lanes,
    carriedParams.map((i) => pick(params, i)),
  );
  const b = new Builder(func.loc);
  writeRegion(lanes, func.body, b);
  b.loc = func.loc;
  const carried = yields === null ? [] : carriedResults(state, name).map((i) => pick(yields, i));
  const given = yields === null ? null : [...yields, ...companions(lanes, carried, b)];
  const types = lanes.flatMap(() => carried.map((v) => state.typeOf(v.type)));
  // What is summed through the parts of a loop has tangents that are.
  const sums = lanes.flatMap((_, lane) =>
    carriedParams.flatMap((i, k) =>
      func.running?.includes(i) === true ? [params.length + lane * carriedParams.length + k] : [],
    ),
  );
  const running = func.running === undefined ? {} : { running: [...func.running, ...sums] };
  // Generated code has one of its own, whether the function itself is imported or not.
  const { external: _external, rule: _rule, ...rest } = func;
  return {
    ...rest,
    ...running,
    name: state.callee(name),
    source: `${func.source}_tangent`,
    doc: [`Value of ${func.source} and its tangent${lanes.length > 1 ? "s" : ""}${placeOf(func)}.`],
    body: b.region([...params, ...own], given),
    results: [...func.results, ...types],
  };
}

function placeOf({ loc }: Func): string {
  return loc === undefined ? "" : ` (${loc.file.slice(loc.file.lastIndexOf("/") + 1)}:${loc.line})`;
}
