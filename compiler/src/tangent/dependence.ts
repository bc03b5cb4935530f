/**
 * Which numbers depend on which: forward mode with sets of inputs in the place of tangents. A number of a set stands where a
 * tangent would stand, so everything that carries tangents carries sets, through memory, branches and calls, as the program
 * runs; only where tangents are computed, sets are united.
 *
 * For second derivatives it is noted which sets are multiplied: where a slope with respect to one operand depends on
 * another, the result has a second derivative by the two (the nonlinear interactions of Walther 2008).
 *
 * Sets are conservative: an operand counts whatever its slope at this input is, if its slope is not zero everywhere.
 */
import { type Builder, value } from "../ir/build.js";
import { placeType } from "../ir/derive.js";
import type { Prim, Value } from "../ir/ir.js";
import { num } from "../ir/types.js";
import type { Rule, RuleExpr } from "../rules/rule.js";
import { assertNever } from "../support/invariant.js";
import type { Following, Tangents } from "./state.js";

const runtime = "@adc/runtime";

/** Unites sets; with `products`, notes what is multiplied as well. */
export const dependence = (products: boolean): Following => ({
  primitive: (state, op, rule, b) => {
    const sets = op.args.flatMap((arg, i) => {
      const set = rule.slots[i] == null ? undefined : state.get(arg);
      return set === undefined ? [] : [{ set, i }];
    });
    if (products) noteProducts(state, op, rule, b);
    const [first, ...others] = sets;
    return first === undefined ? undefined : others.reduce((all, { set }) => unite(b, all, set), first.set);
  },
  add: (state, place, set, b) => {
    const type = placeType(place, state.context.records) ?? num;
    const before = value(num);
    b.push({ kind: "load", place, ...(type.kind === "maybe" ? { orZero: true } : {}), result: before });
    b.store(place, b.cast(unite(b, before, set), type));
  },
});

function unite(b: Builder, first: Value, second: Value): Value {
  if (first === second) return first;
  const result = value(num);
  const imports = [{ name: "uniteSets", from: runtime }];
  b.push({ kind: "foreign", text: ["uniteSets(", ", ", ")"], args: [first, second], pure: true, result, imports });
  return result;
}

function noteProducts(state: Tangents, op: Prim, rule: Rule, b: Builder): void {
  const noted = new Set<string>();
  op.args.forEach((arg, i) => {
    const slot = rule.slots[i];
    const set = state.get(arg);
    if (slot == null || set === undefined) return;
    for (const k of namedBy(slot, state, op)) {
      const other = state.get(op.args[k] ?? arg);
      const key = [i, k].sort((a, c) => a - c).join();
      if (other === undefined || noted.has(key)) continue;
      noted.add(key);
      const imports = [{ name: "multiplySets", from: runtime }];
      b.push({ kind: "foreign", text: ["multiplySets(", ", ", ")"], args: [set, other], pure: false, imports });
    }
  });
}

/** The operands that a slope depends on, those with slope zero left out; the result depends on all of them. */
function namedBy(expr: RuleExpr, state: Tangents, op: Prim): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = (e: RuleExpr): void => {
    switch (e.kind) {
      case "adjoint":
      case "const":
        return;
      case "operand":
        found.add(e.index);
        return;
      case "result":
        op.args.forEach((_, k) => found.add(k));
        return;
      case "prim": {
        const { slots } = state.context.rules.ruleSet(e.name, e.args.length);
        e.args.forEach((arg, k) => {
          if (slots[k] != null) visit(arg);
        });
        return;
      }
      case "cond":
        visit(e.then);
        visit(e.else);
        return;
      default:
        assertNever(e, "rule expression");
    }
  };
  visit(expr);
  return found;
}
