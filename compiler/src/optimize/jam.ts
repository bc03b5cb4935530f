/**
 * **Purpose** Two loops, one in the other, do four rows at a time: what the rows share is read once, and no sum waits for
 * another.
 * **Needs** Verified IR; works best after `hoist` and `cells`, and before `cse` and `stores`.
 * **Guarantees** The same results and effects; every sum is added in the same order (`nest.ts` says what may change places).
 * **How** The outer loop goes on by four as long as there are four iterations left, another one does the rest. Straight-line
 * code of the four stands one after the other; each inner loop does the work of four.
 *
 *     for i < n { A; for j { B }; C }   →   m = n - n % 4
 *                                           for i < m step 4 { A0 A1 A2 A3; for j { B0 B1 B2 B3 }; C0 C1 C2 C3 }
 *                                           for i = m, < n { A; for j { B }; C }
 */
import { Builder, like, value } from "../ir/build.js";
import { cloneOps, substitute, type Substitution } from "../ir/clone.js";
import type { For, Func, Op, Program, Region, Value, ValueId } from "../ir/ir.js";
import { num } from "../ir/types.js";
import { mapRegions, regions, walk } from "../ir/walk.js";
import { append } from "../support/append.js";
import { Nests, type Part } from "./nest.js";
import { mapFuncs } from "./pass.js";

const width = 4;
/** Operations of a function that is not made larger: the engine gives up on functions that are too large. */
const mostOperations = 2000;

export function jam(program: Program): Program {
  return mapFuncs(program, (func) => {
    let size = 0;
    let isNested = false;
    walk(func.body, (op) => {
      size++;
      isNested ||= op.kind === "for" && op.body.ops.some((inner) => inner.kind === "for");
    });
    if (!isNested || size > mostOperations) return func;
    const body = new Jammer(func, program).region(func.body);
    return body === func.body ? func : { ...func, body };
  });
}

class Jammer {
  private readonly nests: Nests;

  constructor(func: Func, program: Program) {
    this.nests = new Nests(func, program);
  }

  region(region: Region): Region {
    const ops: Op[] = [];
    let changed = false;
    for (const op of region.ops) {
      const parts = op.kind === "for" ? this.nests.parts(op) : undefined;
      if (op.kind === "for" && parts !== undefined) append(ops, this.jammed(op, parts));
      else if (regions(op).length === 0) ops.push(op);
      else ops.push(mapRegions(op, (r) => this.region(r)));
      changed ||= ops.at(-1) !== op;
    }
    return changed ? { ...region, ops } : region;
  }

  private jammed(loop: For, parts: readonly Part[]): readonly Op[] {
    const b = new Builder(loop.loc);
    const { limit, rest } = loop.step > 0 ? this.upwards(loop, b) : this.downwards(loop, b);
    const middle = loop.results.map(like);
    const body = this.body(loop, parts);
    b.ops.push({ ...loop, to: limit, step: loop.step * width, body, results: middle });
    const { note: _, ...plain } = loop;
    b.ops.push({ ...plain, note: "What is left of it.", from: rest, inits: middle });
    return b.ops;
  }

  /** Where the loop by four ends, and the other begins. */
  private upwards(loop: For, b: Builder): { readonly limit: Value; readonly rest: Value } {
    const all = this.nests.literals.get(loop.from.id) === 0 ? loop.to : b.prim("sub", [loop.to, loop.from]);
    const limit = b.prim("sub", [loop.to, b.prim("mod", [all, b.const(width)])]);
    return { limit, rest: limit };
  }

  private downwards(loop: For, b: Builder): { readonly limit: Value; readonly rest: Value } {
    const one = b.const(1);
    const isZero = this.nests.literals.get(loop.to.id) === 0;
    const left = b.prim("mod", [this.following(loop.from, isZero ? undefined : loop.to, b), b.const(width)]);
    const rest = b.prim("sub", [left, one]);
    if (isZero) return { limit: b.const(width - 1), rest };
    return { limit: b.prim("add", [loop.to, b.const(width - 1)]), rest: b.prim("add", [loop.to, rest]) };
  }

  /** `from - to + 1`, the number of iterations. */
  private following(from: Value, to: Value | undefined, b: Builder): Value {
    const op = this.nests.definitions.get(from.id);
    const [whole, less] = op?.kind === "prim" && op.name === "sub" ? op.args : [];
    if (to === undefined && whole !== undefined && less !== undefined && this.nests.literals.get(less.id) === 1)
      return whole;
    return b.prim("add", [to === undefined ? from : b.prim("sub", [from, to]), b.const(1)]);
  }

  /** The work of four iterations. */
  private body(loop: For, parts: readonly Part[]): Region {
    const [index, ...carried] = loop.body.params;
    const first = like(index ?? value(num));
    const b = new Builder(loop.loc);
    const params = carried.map(like);
    const copies: Substitution[] = [];
    for (let k = 0; k < width; k++) {
      const at = k === 0 ? first : b.prim(loop.step > 0 ? "add" : "sub", [first, b.const(k)]);
      copies.push(new Map(index === undefined ? [] : [[index.id, at]]));
    }
    const ends = loop.body.yields ?? [];
    /** What the iteration before one hands on to it, as far as that is made already. */
    const handOn = (): void => {
      carried.forEach((param, i) => {
        let given = params[i] ?? param;
        for (const copy of copies) {
          copy.set(param.id, given);
          const end = ends[i] ?? param;
          given = substitute(copy, end);
        }
      });
    };
    for (const part of parts) {
      handOn();
      if (part.kind === "loop") this.inner(part.loop, copies, b, handOn);
      else
        copies.forEach((copy, k) => {
          append(b.ops, cloneOps(k === 0 ? part.ops : part.ops.map(withoutNote), copy));
          handOn();
        });
    }
    const last = copies.at(-1) ?? new Map<ValueId, Value>();
    return b.region(
      [first, ...params],
      ends.map((v) => substitute(last, v)),
    );
  }

  /** An inner loop that does the work of four. What only places of the four depend on is computed in front of it. */
  private inner(loop: For, copies: readonly Substitution[], b: Builder, handOn: () => void): void {
    const [index, ...carried] = loop.body.params;
    const shared = like(index ?? value(num));
    const inside = new Set<ValueId>(loop.body.params.map((v) => v.id));
    const moved: Op[] = [];
    const rest: Op[] = [];
    for (const op of loop.body.ops) {
      const isFixed = op.kind === "const" || (op.kind === "prim" && op.args.every((v) => !inside.has(v.id)));
      (isFixed ? moved : rest).push(op);
      if (!isFixed && "result" in op && op.result !== undefined) inside.add(op.result.id);
    }
    const body = new Builder(loop.loc);
    const params: Value[] = [];
    const inits: Value[] = [];
    const ends: Value[] = [];
    const results: Value[] = [];
    for (const copy of copies) {
      append(b.ops, cloneOps(moved, copy));
      append(
        inits,
        loop.inits.map((v) => substitute(copy, v)),
      );
      if (index !== undefined) copy.set(index.id, shared);
      for (const param of carried) {
        const own = like(param);
        copy.set(param.id, own);
        params.push(own);
      }
      append(body.ops, cloneOps(rest, copy));
      append(
        ends,
        (loop.body.yields ?? []).map((v) => substitute(copy, v)),
      );
      for (const result of loop.results) {
        const own = like(result);
        copy.set(result.id, own);
        results.push(own);
      }
      handOn();
    }
    const [one] = copies;
    const [from, to] = [loop.from, loop.to].map((v) => (one === undefined ? v : substitute(one, v)));
    if (from === undefined || to === undefined) return;
    b.ops.push({ ...loop, from, to, inits, body: body.region([shared, ...params], ends), results });
  }
}

function withoutNote(op: Op): Op {
  const { note: _, ...plain } = op;
  return plain;
}
