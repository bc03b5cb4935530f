/** `x.length = Math.max(x.length - 1, 0)` is a `pop`, and takes the last element along where that was read just before. */
import { elem } from "../ir/build.js";
import type { Op, Resize, Value } from "../ir/ir.js";
import { line, precedence, type Stmt } from "./code.js";
import type { Item } from "./layout.js";
import { memoryOf, type Memory } from "./memory.js";
import type { FunctionPlan } from "./plan.js";

export class Pops {
  private memory: Memory | undefined;

  constructor(private readonly plan: FunctionPlan) {}

  /** Writes a `resize`; what is at the end of `out` may become part of it. */
  write(item: Item, op: Resize, out: Stmt[]): void {
    const { expressions } = this.plan;
    const array = expressions.text(op.array, precedence.atom);
    const last = this.lastIndex(item, op);
    if (last === undefined) {
      out.push(line(`${array}.length = ${expressions.text(op.length, 1)};`));
      return;
    }
    const read = expressions.place(elem(op.array, last), true);
    const before = out.at(-1);
    if (before?.kind !== "declare" || before.init !== read) {
      out.push(line(`${array}.pop();`));
      return;
    }
    out[out.length - 1] = { ...before, init: `${array}.pop()${read.endsWith("!") ? "!" : ""}` };
    // Nothing else asks where it was.
    const where = out.at(-2);
    if (this.uses(last) === 2 && where?.kind === "declare" && where.variable === this.plan.variables.of(last))
      out.splice(-2, 1);
  }

  /** The index of the last element, if the array becomes shorter by one. */
  private lastIndex(item: Item, op: Resize): Value | undefined {
    const { folding, layout } = this.plan;
    const made = this.madeBy(op.length);
    if (made?.kind !== "prim" || made.name !== "maxLiteral" || made.args.length !== 2) return undefined;
    const [last, zero] = made.args;
    if (last === undefined || zero === undefined || !folding.isInline(layout.resolve(op.length)) || !this.is(zero, 0))
      return undefined;
    const minus = this.madeBy(last);
    if (minus?.kind !== "prim" || minus.name !== "sub") return undefined;
    const [length, one] = minus.args;
    if (length === undefined || one === undefined || !this.is(one, 1)) return undefined;
    const measured = layout.definitions.get(layout.resolve(length).id)?.item;
    if (measured?.op.kind !== "length" || layout.resolve(measured.op.array).id !== layout.resolve(op.array).id)
      return undefined;
    const isNeeded = (v: Value): boolean => folding.isInline(layout.resolve(v)) || this.uses(v) > 1;
    if (!isNeeded(length) || !isNeeded(last)) return undefined;
    this.memory ??= memoryOf(layout);
    return this.memory.unchanged(measured, item.pos) ? layout.resolve(last) : undefined;
  }

  private madeBy(v: Value): Op | undefined {
    return this.plan.layout.definitions.get(this.plan.layout.resolve(v).id)?.item?.op;
  }

  private is(v: Value, literal: number): boolean {
    return this.plan.expressions.constant(v) === literal;
  }

  private uses(v: Value): number {
    return this.plan.folding.uses.get(this.plan.layout.resolve(v).id)?.length ?? 0;
  }
}
