/**
 * **Purpose** Moves out of loops what every iteration computes anew with the same result.
 * **Needs** Verified IR.
 * **Guarantees** The same results, effects and exceptions. What moves may now run although the loop runs zero times, so
 * only operations move that cannot throw then: primitives, and reads of objects that surely exist.
 * **How** Inner loops first; an operation at the top level of a body moves if its operands come from outside and, for a
 * read, nothing in the loop may write what it reads. Literals stay (they are copied to what moves). Cheap arithmetic that
 * only makes indices or conditions stays too: the engine keeps it in registers anyway and the code reads better.
 */
import { like } from "../ir/build.js";
import type { Const, For, Func, Op, Program, Region, Value, ValueId, While } from "../ir/ir.js";
import { primitives } from "../ir/primitives.js";
import { mapOp, mapRegions, operands, regions, results } from "../ir/walk.js";
import { type EffectsTable, functionEffects, Origins, regionWrites, Writes, writesOf } from "./effects.js";
import { Existing } from "./existing.js";
import { arithmeticValues } from "./arithmetic.js";
import { mapFuncs } from "./pass.js";
import { renameRegion } from "./rename.js";
import { append } from "../support/append.js";

/** Primitives of at least this cost move whatever they are for. */
const expensive = 3;

export function hoistInvariants(program: Program): Program {
  const effects = functionEffects(program);
  return mapFuncs(program, (func) => {
    const hoister = new Hoister(func, program, effects);
    return { ...func, body: renameRegion(hoister.region(func.body), hoister.named) };
  });
}

class Hoister {
  /** Fields that are read far from their use are named after the object and the field. */
  readonly named = new Map<ValueId, Value>();

  private readonly origins: Origins;
  private readonly writes: ReadonlyMap<Region, Writes>;
  /** Values that more than indices and conditions depend on. */
  private readonly arithmetic: ReadonlySet<ValueId>;
  private readonly exists: Existing;
  private readonly literals = new Map<ValueId, Const>();

  constructor(func: Func, program: Program, effects: EffectsTable) {
    this.origins = new Origins(func, program.records);
    this.writes = regionWrites(func.body, (op) => writesOf(op, program.records, this.origins, effects));
    this.arithmetic = arithmeticValues(func);
    this.exists = new Existing(func);
  }

  region(region: Region): Region {
    return { ...region, ops: this.exists.within(() => this.ops(region)) };
  }

  private ops(region: Region): readonly Op[] {
    const ops: Op[] = [];
    for (const op of region.ops) {
      if (op.kind === "for" || op.kind === "while") this.loop(op, ops);
      else if (regions(op).length === 0) ops.push(op);
      else ops.push(mapRegions(op, (r) => this.region(r)));
      this.learn(op);
    }
    return ops;
  }

  private learn(op: Op): void {
    if (op.kind === "const") this.literals.set(op.result.id, op);
    this.exists.learn(op);
  }

  private loop(op: For | While, out: Op[]): void {
    const written = new Writes();
    for (const inner of regions(op)) written.addAll(this.writes.get(inner) ?? Writes.all());
    const walked = mapRegions(op, (r) => this.region(r));
    const copies = new Map<ValueId, Value>();
    const emptied = mapRegions(walked, (region) => {
      const { moved, rest } = this.split(region, written, copies);
      for (const each of moved) out.push(each);
      return rest;
    });
    out.push(emptied);
  }

  /** Takes the invariant operations out of a region of a loop. */
  private split(
    region: Region,
    written: Writes,
    copies: Map<ValueId, Value>,
  ): { readonly moved: readonly Op[]; readonly rest: Region } {
    const inside = new Set<ValueId>(region.params.map((v) => v.id));
    const moved: Op[] = [];
    const rest: Op[] = [];
    for (const op of region.ops) {
      const isInvariant = operands(op).every((v) => !inside.has(v.id) || this.literals.has(v.id));
      if (isInvariant && this.mayMove(op, written)) {
        append(moved, this.withLiterals(op, inside, copies));
        this.suggestName(op);
        // From here on the code after it in `moved` may rely on it having read the object.
        this.exists.learn(op);
      } else {
        rest.push(op);
        for (const v of results(op)) inside.add(v.id);
      }
    }
    return { moved, rest: { ...region, ops: rest } };
  }

  private suggestName(op: Op): void {
    if (
      op.kind !== "load" ||
      op.place.kind !== "field" ||
      op.result.hint !== undefined ||
      op.place.base.hint === undefined
    )
      return;
    this.named.set(op.result.id, { ...op.result, hint: `${op.place.base.hint}_${op.place.name}` });
  }

  private mayMove(op: Op, written: Writes): boolean {
    switch (op.kind) {
      case "prim": {
        const { cost, result } = primitives[op.name];
        return cost >= expensive || (result === "num" && this.arithmetic.has(op.result.id));
      }
      case "global":
        return true;
      case "length":
        return (
          this.surely(op.array) &&
          (op.array.type.kind === "typed" || !written.mayWrite(this.origins.lengthSite(op.array)))
        );
      case "load":
        return this.surely(op.place.base) && !written.mayWrite(this.origins.site(op.place));
      default:
        return false;
    }
  }

  private surely(v: Value): boolean {
    return this.exists.has(v);
  }

  /** The operation, with copies in front of it of the literals that stay in the loop. */
  private withLiterals(op: Op, inside: ReadonlySet<ValueId>, copies: Map<ValueId, Value>): readonly Op[] {
    const made: Op[] = [];
    const outside = (v: Value): Value => {
      const literal = this.literals.get(v.id);
      if (literal === undefined || !inside.has(v.id)) return v;
      const known = copies.get(v.id);
      if (known !== undefined) return known;
      const copy = like(v);
      copies.set(v.id, copy);
      const constant = { ...literal, result: copy };
      this.literals.set(copy.id, constant);
      made.push(constant);
      return copy;
    };
    const moved = mapOp(op, outside, (r) => r);
    return [...made, moved];
  }
}
