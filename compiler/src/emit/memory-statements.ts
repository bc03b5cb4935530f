/** Operations on whole arrays and objects, and the growth of one place, as statements. */
import type { Op, Value } from "../ir/ir.js";
import { assertNever } from "../support/invariant.js";
import type { Assignments } from "./assignments.js";
import { line, precedence, type Stmt } from "./code.js";
import type { Block } from "./layout.js";
import type { FunctionPlan } from "./plan.js";

type MemoryKind = "view" | "accum" | "alloc" | "copy" | "zeros" | "share" | "addInto" | "clear" | "export";

export function memoryStatements(
  op: Extract<Op, { kind: MemoryKind }>,
  block: Block,
  plan: FunctionPlan,
  assignments: Assignments,
): readonly Stmt[] {
  const { expressions, structures } = plan;
  const name = (v: Value): string => expressions.text(v, precedence.atom);
  const define = (result: Value, text: string): readonly Stmt[] => [assignments.define(result, text, block)];
  switch (op.kind) {
    case "view": {
      const [from, to] = [expressions.text(op.from, 1), expressions.text(op.to, 1)];
      return define(op.result, `${name(op.array)}.subarray(${from}, ${to})`);
    }
    case "accum": {
      const place = expressions.place(op.place, true);
      if (expressions.content(op.place)?.kind !== "maybe") return [line(`${assignments.increase(place, op.value)};`)];
      const before = expressions.place(op.place, false);
      return [line(`${before} = (${before} ?? 0) + ${expressions.text(op.value, precedence.additive + 1)};`)];
    }
    case "alloc":
      return define(op.result, structures.alloc(op.result.type, expressions.text(op.length, 1), op.fill));
    case "copy":
      return define(op.result, structures.copy(op.result.type, name(op.source), op.instances === true));
    case "zeros":
      return define(op.result, structures.zeros(op.like.type, name(op.like), plan.layout.resolve(op.like).type));
    case "share": {
      const { make, source, result, memo } = op;
      return define(result, structures.share(make, source.type, result.type, name(source), name(memo)));
    }
    case "addInto": {
      const memo = op.memo === undefined ? undefined : name(op.memo);
      const { type } = op.target;
      return structures.addInto(type, name(op.target), name(op.source), assignments.names, op.common, memo);
    }
    case "clear": {
      const memo = op.memo === undefined ? undefined : name(op.memo);
      return structures.clear(op.target.type, name(op.target), assignments.names, memo);
    }
    case "export":
      return define(op.result, structures.export(op.source.type, op.result.type, name(op.source), op.take));
    default:
      return assertNever(op, "operation");
  }
}
