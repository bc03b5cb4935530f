/**
 * Texts that are compared where TypeScript believes to know them: behind a test that found another literal. It narrows a
 * variable, and a union by its member, and then objects to the comparison. Code of a called function, put in place behind a
 * test of its caller, is like that. What stands behind tests that exclude each other has for TypeScript no type at all, or one
 * that has nothing in common with what it is cast to.
 */
import type { Op, Value } from "../ir/ir.js";
import type { Folding } from "./fold.js";
import { type Block, type Item, type Layout, openArm } from "./layout.js";
import type { Variables } from "./variables.js";
import { append } from "../support/append.js";

interface Comparison {
  readonly keys: readonly string[];
  readonly literal: string;
  readonly isEqual: boolean;
}

export class TextTests {
  #contested: ReadonlySet<string> | undefined;

  constructor(
    private readonly layout: Layout,
    private readonly folding: Folding,
    private readonly variables: Variables,
  ) {}

  /** Must the text be hidden from TypeScript where it is compared with the literal? */
  isContested(v: Value, literal: Value): boolean {
    const other = this.#definition(literal);
    if (v.type.kind !== "str" || other?.kind !== "const" || typeof other.value !== "string") return false;
    const { type } = this.layout.resolve(v);
    if (type.kind === "str" && type.only?.includes(other.value) === false) return true;
    const known = this.#literalsOf(v);
    if (known !== undefined && !known.includes(other.value)) return true;
    this.#contested ??= this.#find();
    return this.#keys(v).some((key) => this.#contested?.has(key) === true);
  }

  /** Do tests of an object like `v`, all in front of `item`, exclude each other, as far as TypeScript sees? */
  isExcluded(v: Value, item: Item): boolean {
    const { type } = this.#uncast(v);
    if (type.kind !== "record") return false;
    const passed: Comparison[] = [];
    for (const [cond, holds] of testsBefore(item)) {
      for (const found of this.#passed(cond, holds)) {
        if (!found.keys.some((key) => key.startsWith(`${type.name}.`))) continue;
        const excludes = (other: Comparison): boolean =>
          other.keys.some((key) => found.keys.includes(key)) &&
          (found.literal === other.literal ? found.isEqual !== other.isEqual : found.isEqual && other.isEqual);
        if (passed.some(excludes)) return true;
        passed.push(found);
      }
    }
    return false;
  }

  /** What a test that came out as `holds` says, or may say, about texts. */
  #passed(cond: Value, holds: boolean, seen = new Set<string>()): readonly Comparison[] {
    if (!this.#isNew(cond, holds, seen)) return [];
    const op = this.#definition(cond);
    if (op?.kind === "if")
      return [op.cond, ...(op.then.yields ?? []), ...(op.else.yields ?? [])].flatMap((v) =>
        this.#passed(v, holds, seen),
      );
    if (op?.kind !== "prim") return [];
    if (op.name === "not") return op.args.flatMap((v) => this.#passed(v, !holds, seen));
    if (op.name === "and" || op.name === "or") return op.args.flatMap((v) => this.#passed(v, holds, seen));
    const found = this.#comparison(op);
    if (found === undefined) return [];
    return [
      {
        keys: [...found.keys, ...this.#memberOf(op.args[0])],
        literal: found.literal,
        isEqual: found.isEqual === holds,
      },
    ];
  }

  /** A condition is made of others, some of them many times over: each is looked at once. */
  #isNew(cond: Value, holds: boolean, seen: Set<string>): boolean {
    const key = `${this.layout.resolve(cond).id} ${holds}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  }

  /** The name of a member of an object as it was called before it was cast. */
  #memberOf(v: Value | undefined): readonly string[] {
    const op = v === undefined ? undefined : this.#definition(v);
    if (op?.kind !== "load" || op.place.kind !== "field") return [];
    const { type } = this.#uncast(op.place.base);
    return type.kind === "record" ? [`${type.name}.${op.place.name}`] : [];
  }

  #uncast(v: Value): Value {
    let source = v;
    for (let op = this.#definition(v); op?.kind === "cast"; op = this.#definition(source)) source = op.value;
    return source;
  }

  #find(): ReadonlySet<string> {
    const contested = new Set<string>();
    for (const item of this.layout.items) {
      const comparison = this.#comparison(item.op);
      if (comparison === undefined || item.op.kind !== "prim") continue;
      const places = [item, ...(this.folding.uses.get(item.op.result.id) ?? []).flatMap(({ reader }) => reader ?? [])];
      if (places.some((at) => this.#isBehindOther(at, comparison)))
        for (const key of comparison.keys) contested.add(key);
    }
    return contested;
  }

  /** `t === "a"` or `t !== "a"`. */
  #comparison(op: Op | undefined): Comparison | undefined {
    if (op?.kind !== "prim" || (op.name !== "eq" && op.name !== "ne")) return undefined;
    const [a, b] = op.args;
    const other = b === undefined ? undefined : this.#definition(b);
    if (a?.type.kind !== "str" || other?.kind !== "const" || typeof other.value !== "string") return undefined;
    return { keys: this.#keys(a), literal: other.value, isEqual: op.name === "eq" };
  }

  /** The literals a text is chosen from, where it is. */
  #literalsOf(v: Value): readonly string[] | undefined {
    const source = this.layout.resolve(v);
    const op = this.#definition(source);
    if (op?.kind === "const") return typeof op.value === "string" ? [op.value] : undefined;
    if (op?.kind !== "if") return undefined;
    const position = op.results.findIndex((r) => r.id === source.id);
    const found: string[] = [];
    for (const { yields } of [op.then, op.else]) {
      const yielded = yields?.[position];
      const own = yields === null || yielded === undefined ? [] : this.#literalsOf(yielded);
      if (own === undefined) return undefined;
      append(found, own);
    }
    return found;
  }

  /** The names under which TypeScript may know a text: a variable, a member of objects of some type. */
  #keys(v: Value): readonly string[] {
    const source = this.layout.resolve(v);
    const op = this.#definition(source);
    const own = this.folding.isInline(source) ? [] : [this.variables.of(source).name];
    if (op?.kind !== "load" || op.place.kind !== "field" || op.place.base.type.kind !== "record") return own;
    return [...own, `${op.place.base.type.name}.${op.place.name}`];
  }

  #definition(v: Value): Op | undefined {
    return this.layout.definitions.get(this.layout.resolve(v).id)?.item?.op;
  }

  #isBehindOther(item: Item, comparison: Comparison): boolean {
    const seen = new Set<string>();
    for (const [cond, holds] of testsBefore(item)) if (this.#finds(cond, holds, comparison, seen)) return true;
    return false;
  }

  /** Does a test that came out as `holds` find the text to be another literal? */
  #finds(cond: Value, holds: boolean, of: Comparison, seen: Set<string>): boolean {
    if (!this.#isNew(cond, holds, seen)) return false;
    const op = this.#definition(cond);
    if (op?.kind === "if")
      return [op.cond, ...(op.then.yields ?? []), ...(op.else.yields ?? [])].some(
        (v) => this.#finds(v, true, of, seen) || this.#finds(v, false, of, seen),
      );
    if (op?.kind !== "prim") return false;
    if (op.name === "not") return op.args.some((v) => this.#finds(v, !holds, of, seen));
    if (op.name === "and" || op.name === "or") return op.args.some((v) => this.#finds(v, holds, of, seen));
    const found = this.#comparison(op);
    return (
      found !== undefined &&
      found.isEqual === holds &&
      found.literal !== of.literal &&
      found.keys.some((key) => of.keys.includes(key))
    );
  }
}

/** The conditions behind which `item` stands, innermost first, and how they came out. */
function* testsBefore(item: Item): Generator<readonly [cond: Value, holds: boolean]> {
  let before = item.pos;
  for (let block: Block | undefined = item.block; block !== undefined; block = block.owner?.block) {
    for (const { op, pos } of block.items) {
      if (pos >= before) break;
      const open = op.kind === "if" ? openArm(op) : undefined;
      if (op.kind === "if" && open !== undefined) yield [op.cond, open === op.then];
    }
    const { owner } = block;
    if (owner?.op.kind === "if") yield [owner.op.cond, block === owner.blocks[0]];
    before = owner?.pos ?? 0;
  }
}
