/**
 * Random programs in IR, for the passes alone: more than any source would say (effects anywhere, aliases, dead code,
 * constant conditions, values carried round loops without change), but every index is in range and every loop ends.
 */
import { Builder, elem, field, value } from "../../compiler/src/ir/build.js";
import type { Func, Place, Program, Region, Type, Value } from "../../compiler/src/ir/ir.js";
import type { PrimName } from "../../compiler/src/ir/primitives.js";
import { arrayOf, bool, float64Array, num, record, sameType, tupleOf } from "../../compiler/src/ir/types.js";

const numbers = arrayOf(num);
const rows = arrayOf(numbers);
const pair = tupleOf([num, num]);
const point = record("Point");
/** Every array has at least this many elements. */
const length = 4;

const types: readonly Type[] = [num, num, num, bool, float64Array, numbers, rows, pair, point];
const unaryNames: readonly PrimName[] = ["neg", "abs", "sin", "exp", "floor", "sqrt", "sign", "stopGradient"];
const binaryNames: readonly PrimName[] = [
  "add",
  "sub",
  "mul",
  "div",
  "add",
  "mul",
  "max",
  "min",
  "pow",
  "bitOr",
  "maxLiteral",
];
const testNames: readonly PrimName[] = ["lt", "le", "gt", "eq", "ne"];
const logicNames: readonly PrimName[] = ["and", "or", "eq", "ne"];
const literals = [0, -0, 1, -1, 2, 3, 0.5, NaN, Infinity];

export const entryParams: readonly Type[] = [
  num,
  num,
  bool,
  float64Array,
  float64Array,
  numbers,
  numbers,
  rows,
  pair,
  point,
];

/** Arguments for `entryParams`. Two of the arrays are one and the same array for some seeds. */
export function randomArguments(random: () => number): unknown[] {
  const n = (): number => (random() < 0.2 ? pickFrom(random, literals) : Math.round(random() * 40 - 20) / 8);
  const list = (): number[] => [n(), n(), n(), n()];
  const floats = Float64Array.from(list());
  const plain = list();
  const other = random() < 0.5 ? plain : list();
  const nested = [list(), plain, list(), list()];
  return [
    n(),
    n(),
    random() < 0.5,
    floats,
    random() < 0.5 ? floats : Float64Array.from(list()),
    plain,
    other,
    nested,
    [n(), n()],
    { x: n(), y: n() },
  ];
}

function pickFrom<T>(random: () => number, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

export function randomProgram(random: () => number, statements: number): Program {
  const funcs = new Map<string, Func>();
  for (const name of ["leaf", "middle", "main"]) {
    const params = (name === "main" ? entryParams : [num, numbers, float64Array, point, bool]).map((type) =>
      value(type, "p"),
    );
    const results = name === "main" ? [num, num, numbers, point] : [num, numbers];
    const maker = new Maker(random, [...funcs.values()], name === "main" ? statements : 8);
    funcs.set(name, { name, source: name, results, body: maker.body(params, results) });
  }
  const records = new Map([
    [
      "Point",
      {
        name: "Point",
        fields: [
          { name: "x", type: num },
          { name: "y", type: num },
        ],
      },
    ],
  ]);
  return { funcs, records, globals: new Map() };
}

class Maker {
  private visible: Value[] = [];
  private indices: Value[] = [];
  /** Places used before, to be used again: what makes loads equal and stores clash. */
  private places: { readonly place: Place; readonly type: Type }[] = [];
  /** Typed arrays with two more elements than others, to make views of. */
  private readonly long: Value[] = [];
  private depth = 0;

  constructor(
    private readonly random: () => number,
    private readonly callees: readonly Func[],
    private left: number,
  ) {}

  body(params: readonly Value[], results: readonly Type[]): Region {
    const b = new Builder();
    this.visible.push(...params);
    while (this.left > 0) this.statement(b);
    if (this.chance(0.5)) for (const v of this.visible) this.log(b, v);
    return b.region(
      params,
      results.map((type) => this.some(b, type)),
    );
  }

  private chance(p: number): boolean {
    return this.random() < p;
  }

  private pick<T>(items: readonly T[]): T {
    return pickFrom(this.random, items);
  }

  private int(below: number): number {
    return Math.floor(this.random() * below);
  }

  private keep(v: Value): Value {
    this.visible.push(v);
    return v;
  }

  /** A value of the type: one at hand, preferably a late one, or a new one. */
  private some(b: Builder, type: Type): Value {
    const found = this.visible.filter((v) => sameType(v.type, type));
    if (found.length > 0 && this.chance(0.85)) return this.chance(0.5) ? this.pick(found.slice(-3)) : this.pick(found);
    return this.make(b, type);
  }

  private make(b: Builder, type: Type): Value {
    switch (type.kind) {
      case "num":
        return this.keep(b.const(this.pick(literals)));
      case "bool":
        return this.keep(b.const(this.chance(0.5)));
      case "typed":
      case "array": {
        if (this.chance(0.3)) {
          const found = this.visible.filter((v) => sameType(v.type, type));
          if (found.length > 0)
            return this.push(b, type, (result) => ({ kind: "copy", source: this.pick(found), result }));
        }
        if (type.kind === "typed" || (sameType(type, numbers) && this.chance(0.5))) {
          const isLong = type.kind === "typed" && this.chance(0.4);
          const size = b.const(isLong ? length + 2 : length);
          const made = this.push(b, type, (result) => ({ kind: "alloc", length: size, fill: 0, result }));
          if (isLong) this.long.push(made);
          return made;
        }
        const elemType = type.elem;
        const members = Array.from({ length }, () => this.some(b, elemType));
        return this.push(b, type, (result) => ({ kind: "new", members, result }));
      }
      default: {
        const members = [this.some(b, num), this.some(b, num)];
        return this.push(b, type, (result) => ({ kind: "new", members, result }));
      }
    }
  }

  private push(b: Builder, type: Type, op: (result: Value) => Parameters<Builder["push"]>[0]): Value {
    const result = value(type);
    b.push(op(result));
    return this.keep(result);
  }

  private place(b: Builder, wanted?: Type): { readonly place: Place; readonly type: Type } {
    const known = this.places.filter(({ type }) => wanted === undefined || sameType(type, wanted));
    if (known.length > 0 && this.chance(0.65)) return this.chance(0.5) ? this.pick(known.slice(-3)) : this.pick(known);
    const made = this.newPlace(b, wanted);
    this.places.push(made);
    return made;
  }

  private newPlace(b: Builder, wanted?: Type): { readonly place: Place; readonly type: Type } {
    const type = this.pick(
      [float64Array, numbers, numbers, rows, pair, point].filter(
        (t) => wanted === undefined || sameType(contentOf(t), wanted),
      ),
    );
    const base = this.some(b, type);
    if (type.kind === "tuple") return { place: field(base, this.pick(["0", "1"])), type: num };
    if (type.kind === "record") return { place: field(base, this.pick(["x", "y"])), type: num };
    const index = this.indices.length > 0 && this.chance(0.5) ? this.pick(this.indices) : b.const(this.int(length));
    return { place: elem(base, index), type: contentOf(type) };
  }

  private statement(b: Builder): void {
    this.left--;
    const roll = this.random();
    if (roll < 0.28) this.scalar(b);
    else if (roll < 0.44) {
      const { place, type } = this.place(b);
      this.keep(b.load(place, type));
    } else if (roll < 0.56) {
      const { place, type } = this.place(b);
      b.store(place, this.some(b, type));
    } else if (roll < 0.61) b.accum(this.place(b, num).place, this.some(b, num));
    else if (roll < 0.64) this.keep(b.length(this.some(b, this.pick([float64Array, numbers, rows]))));
    else if (roll < 0.665) this.growth(b);
    else if (roll < 0.7) this.make(b, this.pick(types));
    else if (roll < 0.72) this.structure(b);
    else if (roll < 0.76) this.foreign(b);
    else if (roll < 0.8) this.call(b);
    else if (this.depth < 3) this.nested(b);
    else this.scalar(b);
  }

  private scalar(b: Builder): void {
    if (this.chance(0.25)) {
      if (this.chance(0.3)) this.keep(b.prim("not", [this.some(b, bool)]));
      else if (this.chance(0.5)) this.keep(b.prim(this.pick(logicNames), [this.some(b, bool), this.some(b, bool)]));
      else this.keep(b.prim(this.pick(testNames), [this.some(b, num), this.some(b, num)]));
    } else if (this.chance(0.3)) this.keep(b.prim(this.pick(unaryNames), [this.some(b, num)]));
    else this.keep(b.prim(this.pick(binaryNames), [this.some(b, num), this.some(b, num)]));
  }

  /** A view of a typed array, a push, or an element cut off where there is one more than indices reach. */
  private growth(b: Builder): void {
    const long = this.long.filter((v) => this.visible.includes(v));
    if (long.length > 0 && this.chance(0.6)) {
      const from = this.int(3);
      this.keep(b.view(this.pick(long), b.const(from), b.const(from + length)));
      return;
    }
    const type = this.pick([numbers, numbers, rows]);
    const array = this.some(b, type);
    const size = b.length(array);
    if (this.chance(0.7)) {
      b.grow(array, size, this.some(b, contentOf(type)));
      if (this.chance(0.3)) this.keep(b.length(array));
      return;
    }
    const end = b.prim("sub", [size, b.const(1)]);
    b.if(
      b.prim("gt", [size, b.const(length)]),
      [],
      (then) => {
        if (this.chance(0.5)) this.log(then, then.load(elem(array, end), contentOf(type)));
        then.resize(array, end);
        return [];
      },
      () => [],
    );
  }

  private structure(b: Builder): void {
    const target = this.some(b, this.pick([float64Array, numbers, rows, point]));
    if (this.chance(0.5)) b.push({ kind: "clear", target });
    else b.push({ kind: "addInto", target, source: this.some(b, target.type) });
  }

  private foreign(b: Builder): void {
    const arg = this.some(b, this.pick(types));
    if (this.chance(0.7)) this.log(b, arg);
    else
      this.push(b, num, (result) => ({
        kind: "foreign",
        text: ["Math.fround(", ")"],
        args: [this.some(b, num)],
        pure: true,
        result,
      }));
  }

  private log(b: Builder, arg: Value): void {
    b.push({ kind: "foreign", text: ["console.log(", ")"], args: [arg], pure: false });
  }

  private call(b: Builder): void {
    if (this.callees.length === 0) return;
    const callee = this.pick(this.callees);
    const args = callee.body.params.map((p) => this.some(b, p.type));
    const results = callee.results.map((type) => value(type, "called"));
    b.push({ kind: "call", callee: callee.name, args, results });
    results.forEach((v) => this.keep(v));
  }

  // ------------------------------------------------------------------------------------------------- control flow

  private nested(b: Builder): void {
    this.depth++;
    if (this.chance(0.5)) this.branch(b);
    else if (this.chance(0.75)) this.counted(b);
    else this.whileLoop(b);
    this.depth--;
  }

  /** Builds a region; what it defines is forgotten afterwards. */
  private inside(
    b: Builder,
    params: readonly Value[],
    index: readonly Value[],
    yields: (inner: Builder) => readonly Value[] | null,
  ): Region {
    const [visible, indices, places] = [this.visible, this.indices, this.places];
    this.places = [...places];
    this.visible = [...visible, ...params];
    this.indices = [...indices, ...index];
    const inner = b.nested();
    for (let count = this.int(6); count > 0 && this.left > 0; count--) this.statement(inner);
    const yielded = yields(inner);
    this.visible = visible;
    this.indices = indices;
    this.places = places;
    return inner.region(params, yielded);
  }

  private carriedTypes(): readonly Type[] {
    return Array.from({ length: this.int(4) }, () => this.pick(types));
  }

  private branch(b: Builder): void {
    const cond = this.some(b, bool);
    const kinds = this.carriedTypes();
    const throws = this.chance(0.1);
    const arm = (ends: boolean): Region =>
      this.inside(b, [], [], (inner) => {
        if (!ends) return kinds.map((type) => this.some(inner, type));
        inner.push({ kind: "throw", text: ["new Error('thrown ' + ", ")"], args: [this.some(inner, num)] });
        return null;
      });
    const then = arm(throws);
    const otherwise = arm(false);
    const results = kinds.map((type) => value(type, "merged"));
    b.push({ kind: "if", cond, then, else: otherwise, results });
    results.forEach((v) => this.keep(v));
  }

  private counted(b: Builder): void {
    const down = this.chance(0.3);
    const trips = this.pick([0, 1, 2, 4, 4]);
    const [from, to] = (down ? [trips - 1, -1] : [0, trips]).map((n) => b.const(n));
    if (from === undefined || to === undefined) return;
    const { kinds, inits, params } = this.carried(b);
    const index = value(num, "i");
    const breaks = this.chance(0.25);
    const body = this.inside(b, [index, ...params], [index], (inner) => {
      const stop = breaks ? [this.some(inner, bool)] : [];
      return [...stop, ...kinds.map((type, k) => this.next(inner, type, params[k]))];
    });
    const results = kinds.map((type) => value(type, "r"));
    const count = this.chance(0.3) ? { count: value(num, "count") } : {};
    const bounds = { from, to, test: down ? ">" : "<", step: down ? -1 : 1 } as const;
    b.push({ kind: "for", ...bounds, inits, body, breaks, results, ...count });
    results.forEach((v) => this.keep(v));
    if (count.count !== undefined) this.keep(count.count);
  }

  private carried(b: Builder): { kinds: readonly Type[]; inits: Value[]; params: Value[] } {
    const kinds = this.carriedTypes();
    return { kinds, inits: kinds.map((type) => this.some(b, type)), params: kinds.map((type) => value(type, "s")) };
  }

  private next(b: Builder, type: Type, param: Value | undefined): Value {
    return param !== undefined && this.chance(0.3) ? param : this.some(b, type);
  }

  /** A while that counts in its first carried value, from 0 to at most 4. */
  private whileLoop(b: Builder): void {
    const zero = b.const(0);
    const bound = b.const(this.pick([0, 1, 3]));
    const { kinds, inits, params } = this.carried(b);
    const counter = value(num, "k");
    const condCounter = value(num, "k");
    const condParams = kinds.map((type) => value(type, "s"));
    const test = b.nested();
    const more = test.prim("lt", [condCounter, bound]);
    const breaks = this.chance(0.3);
    const body = this.inside(b, [...params, counter], [counter], (inner) => {
      const stop = breaks ? [this.some(inner, bool)] : [];
      const after = inner.prim("add", [counter, inner.const(1)]);
      return [...stop, after, ...kinds.map((type, k) => this.next(inner, type, params[k]))];
    });
    const results = [num, ...kinds].map((type) => value(type, "r"));
    b.push({
      kind: "while",
      inits: [zero, ...inits],
      cond: test.region([condCounter, ...condParams], [more]),
      body: { ...body, params: [counter, ...params] },
      breaks,
      results,
    });
    results.forEach((v) => this.keep(v));
  }
}

function contentOf(type: Type): Type {
  return sameType(type, rows) ? numbers : num;
}
