/** Why a value is active: which differentiated parameters it depends on, what it flows into, where a slope is zero. */
import type { Facts } from "../adjoint/decisions.js";
import type { Rules } from "../adjoint/context.js";
import { buildFlow, reach } from "../analysis/activity.js";
import { eachNumberSlot } from "../analysis/memory.js";
import type { Op, Value, ValueId } from "../ir/ir.js";
import { isNumber, isReference } from "../ir/types.js";
import { eachDefinition, results, walk } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";

type Node = ValueId | string;

export class FlowFacts {
  readonly #forward: ReadonlyMap<Node, readonly Node[]>;
  readonly #dependents: readonly { readonly name: string; readonly reached: ReadonlySet<Node> }[];
  readonly #useful: ReadonlySet<Node>;
  readonly #hints = new Map<Node, string>();
  readonly #results: ReadonlySet<Node>;

  constructor(
    private readonly facts: Facts,
    private readonly rules: Rules,
  ) {
    const { program, memory, names, entry } = facts;
    const flow = buildFlow(program, memory, names, (name, arity, operand) => this.#hasSlope(name, arity, operand));
    this.#forward = flow.forward;
    const func = program.funcs.get(entry);
    invariant(func !== undefined, `no function ${entry}`);
    this.#dependents = facts.wrt.flatMap((i) => {
      const param = func.body.params[i];
      return param === undefined
        ? []
        : [{ name: param.hint ?? `parameter ${i + 1}`, reached: reach(flow.forward, this.#nodes(param)) }];
    });
    const outputs = (func.body.yields ?? []).flatMap((v) => this.#nodes(v));
    this.#results = new Set(outputs);
    this.#useful = reach(flow.backward, outputs);
    for (const name of names) {
      const body = program.funcs.get(name)?.body;
      if (body === undefined) continue;
      eachDefinition(body, (v) => {
        if (v.hint === undefined) return;
        if (isNumber(v.type)) this.#hints.set(v.id, v.hint);
        else for (const node of this.#nodes(v)) if (!this.#hints.has(node)) this.#hints.set(node, v.hint);
      });
    }
  }

  #hasSlope(...[name, arity, operand]: Parameters<Parameters<typeof buildFlow>[3]>): boolean {
    return this.rules.ruleSet(name, arity).slots[operand] != null;
  }

  #nodes(v: Value): Node[] {
    if (isNumber(v.type)) return [v.id];
    if (!isReference(v.type)) return [];
    const slots: Node[] = [];
    const { program, memory } = this.facts;
    eachNumberSlot(program, memory.classOf(v), v.type, (owner, key, noDiff) => {
      if (!noDiff) slots.push(owner.slot(key));
    });
    return slots;
  }

  /** The differentiated parameters that a value depends on. */
  dependsOn(v: Value): readonly string[] {
    const nodes = this.#nodes(v);
    return this.#dependents.filter(({ reached }) => nodes.some((n) => reached.has(n))).map(({ name }) => name);
  }

  /** Does the result depend on it? */
  isUseful(v: Value): boolean {
    return this.#nodes(v).some((n) => this.#useful.has(n));
  }

  isActive(v: Value): boolean {
    return this.dependsOn(v).length > 0 && this.isUseful(v);
  }

  /** The names it flows into next, `the result` among them. */
  flowsInto(v: Value): readonly string[] {
    const found = new Set<string>();
    const own = new Set(this.#nodes(v));
    const seen = new Set<Node>(own);
    for (const node of seen) {
      if (this.#results.has(node)) found.add("the result");
      for (const next of this.#forward.get(node) ?? []) {
        if (seen.has(next) || !this.#useful.has(next)) continue;
        const hint = this.#hints.get(next);
        if (hint !== undefined && hint !== v.hint) {
          found.add(hint);
          if (this.#results.has(next)) found.add("the result");
        } else seen.add(next);
      }
    }
    return [...found];
  }

  /** The step functions that cut a value off from what varies: `floor`. */
  cutBy(op: Op): string | undefined {
    if (op.kind !== "prim" || !isNumber(op.result.type) || this.dependsOn(op.result).length > 0) return undefined;
    const cuts = op.args.some(
      (arg, i) => isNumber(arg.type) && this.dependsOn(arg).length > 0 && !this.#hasSlope(op.name, op.args.length, i),
    );
    return cuts ? op.name : undefined;
  }
}

/** Every operation of the functions that the entry reaches. */
export function eachOp(facts: Facts, visit: (op: Op, func: string) => void): void {
  for (const name of facts.names) {
    const body = facts.program.funcs.get(name)?.body;
    if (body !== undefined) walk(body, (op) => visit(op, name));
  }
}

/** What an operation defines that has a name in the source. */
export const namedResults = (op: Op): readonly Value[] => results(op).filter((v) => v.hint !== undefined);
