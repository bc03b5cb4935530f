/**
 * **Purpose** Finds `Math.sqrt` of a sum of squares and marks it `sqrtSumSquares`, whose slope at the origin is 0 and not
 * NaN (as `Math.hypot`; CONVENTIONS "Sum of squares").
 * **Needs** Verified IR in which equal values are one value (after `cse`: `x[i] * x[i]` reads twice before it).
 * **Guarantees** The same bits: the primitive computes the same square root.
 * **How** In program order: `x * x`, `x ** 2`, sums of such and sums with a literal zero are sums of squares.
 */
import type { Op, Program, Region, Value, ValueId } from "../ir/ir.js";
import { mapRegions } from "../ir/walk.js";
import { mapFuncs } from "./pass.js";

export function recogniseSumsOfSquares(program: Program): Program {
  return mapFuncs(program, (func) => ({ ...func, body: new Recogniser().region(func.body) }));
}

class Recogniser {
  private readonly sums = new Set<ValueId>();
  private readonly literals = new Map<ValueId, unknown>();

  region(region: Region): Region {
    return { ...region, ops: region.ops.map((op) => this.op(op)) };
  }

  private op(op: Op): Op {
    if (op.kind === "const") this.literals.set(op.result.id, op.value);
    if (op.kind !== "prim") {
      return mapRegions(op, (r) => this.region(r));
    }
    const [x, y] = op.args;
    if (op.name === "sqrt" && x !== undefined && this.sums.has(x.id)) return { ...op, name: "sqrtSumSquares" };
    if (x !== undefined && y !== undefined && this.isSum(op.name, x, y)) this.sums.add(op.result.id);
    return op;
  }

  private isSum(name: string, x: Value, y: Value): boolean {
    if (name === "mul") return x.id === y.id;
    if (name === "pow") return this.literals.get(y.id) === 2;
    if (name !== "add") return false;
    const squares = [x, y].filter((v) => this.sums.has(v.id)).length;
    const zeros = [x, y].filter((v) => this.literals.get(v.id) === 0).length;
    return squares > 0 && squares + zeros === 2;
  }
}
