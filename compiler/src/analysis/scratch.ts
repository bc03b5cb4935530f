/**
 * **Purpose** Module-level objects that functions use for their intermediate results: `const _v = new Vector3()`.
 * **Needs** A program as the frontend made it, and the constants in question.
 * **Guarantees** A constant is called scratch only if no function can tell it from an object of its own that is made
 * afresh in each call: whatever any function writes to it, every function reads only after it has written it itself.
 * **How** Each function is gone through once for each reference that may be the object: which places it has certainly
 * written, which it reads before. Calls use what is known of the called function. An object that is stored somewhere, or
 * returned by the function that mentions it, escapes, and is none.
 */
import type { Func, Loc, Op, Place, Program, Region, Value, ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { operands, walk } from "../ir/walk.js";

/** Why a constant is no scratch object. */
export interface Objection {
  readonly loc: Loc | undefined;
  readonly reason: "read" | "escapes" | "shared";
}

/** What one function does with one object. */
interface Use {
  /** Read before they are written, by place. */
  readonly stale: Map<string, Loc | undefined>;
  readonly written: Set<string>;
  /** Written whenever the function returns. */
  always: ReadonlySet<string>;
  escapes: { readonly loc: Loc | undefined } | undefined;
  /** For each result, the part of the object that it is. */
  results: readonly (string | undefined)[];
}

/** A place is a path of names and indices, each in front of a `/`; an index that is not known is a star. */
const some = "*";

/** May two places be the same, or one be part of the other? */
function overlap(a: string, b: string): boolean {
  const [as, bs] = [a.split("/"), b.split("/")];
  return as.every((x, i) => bs[i] === undefined || x === some || bs[i] === some || x === bs[i]);
}

/** Is the constant scratch? Absent: yes. */
export function objectionToScratch(program: Program, name: string): Objection | undefined {
  const analysis = new Analysis(program);
  const uses: Use[] = [];
  for (const func of program.funcs.values()) {
    if (!mentions(func, name)) continue;
    const shared = analysis.callInto(func, name);
    if (shared !== undefined) return { loc: shared.loc, reason: "shared" };
    const use = analysis.useOf(func, (op) => op.kind === "global" && op.name === name, undefined);
    if (use.escapes !== undefined) return { loc: use.escapes.loc, reason: "escapes" };
    if (use.results.some((r) => r !== undefined)) return { loc: func.loc, reason: "escapes" };
    uses.push(use);
  }
  for (const global of program.globals.values())
    if (global.name !== name && regionMentions(global.init, name)) return { loc: undefined, reason: "escapes" };
  const written = new Set(uses.flatMap((use) => [...use.written]));
  for (const { stale } of uses)
    for (const [place, loc] of stale) if ([...written].some((w) => overlap(w, place))) return { loc, reason: "read" };
  return undefined;
}

function regionMentions(region: Region, name: string): boolean {
  let found = false;
  walk(region, (op) => {
    if (op.kind === "global" && op.name === name) found = true;
  });
  return found;
}

const mentions = (func: Func, name: string): boolean => regionMentions(func.body, name);

class Analysis {
  readonly #known = new Map<string, Use>();
  readonly #running = new Set<string>();

  constructor(readonly program: Program) {}

  /** The first call of a function through which another function gets at the same constant. */
  callInto(func: Func, name: string): { readonly loc: Loc | undefined } | undefined {
    let found: { loc: Loc | undefined } | undefined;
    walk(func.body, (op) => {
      if (op.kind === "call" && found === undefined && this.#reaches(op.callee, name, new Set()))
        found = { loc: op.loc };
    });
    return found;
  }

  #reaches(callee: string, name: string, seen: Set<string>): boolean {
    if (seen.has(callee)) return false;
    seen.add(callee);
    const func = this.program.funcs.get(callee);
    if (func === undefined) return false;
    if (mentions(func, name)) return true;
    let found = false;
    walk(func.body, (op) => {
      if (op.kind === "call" && !found) found = this.#reaches(op.callee, name, seen);
    });
    return found;
  }

  /** What a called function does with the object it is given for a parameter; absent where it calls itself. */
  #ofParameter(callee: string, index: number): Use | undefined {
    const key = `${index} ${callee}`;
    const known = this.#known.get(key);
    const func = this.program.funcs.get(callee);
    if (known !== undefined || func === undefined || this.#running.has(key)) return known;
    this.#running.add(key);
    const use = this.useOf(func, () => false, func.body.params[index]);
    this.#running.delete(key);
    this.#known.set(key, use);
    return use;
  }

  useOf(func: Func, isObject: (op: Op) => boolean, param: Value | undefined): Use {
    const use: Use = { stale: new Map(), written: new Set(), always: new Set(), escapes: undefined, results: [] };
    const paths = new Map<ValueId, string>();
    if (param !== undefined) paths.set(param.id, "");
    const end = this.#region(func.body, { use, paths, constants: new Map(), untrue: new Set(), isObject }, new Set());
    use.always = end ?? new Set();
    use.results = func.body.yields?.map((v) => paths.get(v.id)) ?? [];
    return use;
  }

  /** Goes through a region; what is certainly written at its end, absent where the end is not reached. */
  #region(region: Region, at: Going, before: ReadonlySet<string>): Set<string> | undefined {
    const sure = new Set(before);
    for (const op of region.ops) this.#op(op, at, sure);
    return region.yields === null ? undefined : sure;
  }

  #op(op: Op, at: Going, sure: Set<string>): void {
    const { use, paths } = at;
    const escape = (): void => {
      use.escapes ??= { loc: op.loc };
    };
    const read = (place: string): void => {
      if (!sure.has(place) && !use.stale.has(place)) use.stale.set(place, op.loc);
    };
    switch (op.kind) {
      case "global":
        if (at.isObject(op)) paths.set(op.result.id, "");
        return;
      case "load": {
        const place = placeIn(op.place, at);
        if (place === undefined) return;
        // References in the object stay what they are: a store of one would have been an escape.
        if (!isReference(op.result.type)) read(place);
        else if (place.includes(some)) escape();
        else paths.set(op.result.id, place);
        return;
      }
      case "store":
      case "accum": {
        if (paths.has(op.value.id)) escape();
        const place = placeIn(op.place, at);
        if (place === undefined) return;
        if (op.kind === "accum") read(place);
        if (isReference(op.value.type)) escape();
        use.written.add(place);
        if (!place.includes(some)) sure.add(place);
        return;
      }
      case "cast": {
        const path = paths.get(op.value.id);
        if (path !== undefined) paths.set(op.result.id, path);
        return;
      }
      case "const":
        if (typeof op.value === "number") at.constants.set(op.result.id, op.value);
        return;
      case "prim":
        // Code of a package passes numbers where it computes with numbers: `if (z === undefined)` is for its users.
        if (op.name === "isNullish" && op.args[0]?.type.kind === "num") at.untrue.add(op.result.id);
        return;
      case "length":
        return;
      case "copy": {
        const path = paths.get(op.source.id);
        if (path !== undefined) read(`${path}/${some}`);
        return;
      }
      case "call":
        op.args.forEach((arg, index) => {
          const path = paths.get(arg.id);
          if (path === undefined) return;
          const inner = this.#ofParameter(op.callee, index);
          if (inner === undefined || inner.escapes !== undefined) return escape();
          for (const place of inner.stale.keys()) read(path + place);
          for (const place of inner.written) use.written.add(path + place);
          inner.results.forEach((r, i) => {
            const result = op.results[i];
            if (r !== undefined && result !== undefined) paths.set(result.id, path + r);
          });
        });
        op.args.forEach((arg, index) => {
          const path = paths.get(arg.id);
          if (path !== undefined)
            for (const place of this.#ofParameter(op.callee, index)?.always ?? []) sure.add(path + place);
        });
        return;
      case "if": {
        const then = at.untrue.has(op.cond.id) ? undefined : this.#region(op.then, at, sure);
        const other = this.#region(op.else, at, sure);
        const both =
          then === undefined ? other : other === undefined ? then : new Set([...then].filter((p) => other.has(p)));
        for (const place of both ?? []) sure.add(place);
        op.results.forEach((result, i) => {
          const ends = [op.then, op.else].flatMap((r) =>
            r.yields === null || (r === op.then && at.untrue.has(op.cond.id)) ? [] : [r.yields[i]],
          );
          const [first, ...rest] = ends.map((v) => (v === undefined ? undefined : paths.get(v.id)));
          if (rest.some((r) => r !== first)) escape();
          else if (first !== undefined) paths.set(result.id, first);
        });
        return;
      }
      case "for":
      case "while": {
        const regions = op.kind === "for" ? [op.body] : [op.cond, op.body];
        if (op.inits.some((v) => paths.has(v.id))) escape();
        for (const region of regions) {
          this.#region(region, at, sure);
          if (region.yields?.some((v) => paths.has(v.id)) === true) escape();
        }
        return;
      }
      default:
        if (operands(op).some((v) => paths.has(v.id))) escape();
    }
  }
}

interface Going {
  readonly use: Use;
  /** Which part of the object a reference is. */
  readonly paths: Map<ValueId, string>;
  readonly constants: Map<ValueId, number>;
  /** Tests that never hold. */
  readonly untrue: Set<ValueId>;
  readonly isObject: (op: Op) => boolean;
}

/** The place in the object; absent where it is in another. */
function placeIn(place: Place, { paths, constants }: Going): string | undefined {
  const base = paths.get(place.base.id);
  if (base === undefined) return undefined;
  if (place.kind === "field") return `${base}/${place.name}`;
  const index = constants.get(place.index.id);
  return `${base}/${index ?? some}`;
}
