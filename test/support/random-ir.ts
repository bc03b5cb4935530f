/** Random functions in IR, made to be hard on the emitter: values that swap places, exits, writes between reads. */
import { Builder, elem, like, value } from "../../compiler/src/ir/build.js";
import type { Func, Value } from "../../compiler/src/ir/ir.js";
import type { PrimName } from "../../compiler/src/ir/primitives.js";
import { bool, float64Array, num } from "../../compiler/src/ir/types.js";

/** Numbers from 0 (inclusive) to 1 (exclusive), the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Scope {
  readonly nums: readonly Value[];
  readonly bools: readonly Value[];
  readonly arrays: readonly Value[];
}

/** `f(a, b, x, y)` of two numbers and two arrays of four numbers. */
export function randomFunction(seed: number): Func {
  const random = randomNumbers(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const hint = (): string | undefined => pick(["s", "t", "s", undefined, undefined, "u"]);
  let budget = 40;

  const number = (b: Builder, scope: Scope): Value => {
    const name = pick<PrimName>([
      "add",
      "sub",
      "mul",
      "neg",
      "add",
      "sub",
      "mul",
      "sin",
      "min",
      "fromBool",
      "sub",
      "div",
      "pow",
    ]);
    if (name === "neg" || name === "sin") return b.prim(name, [operand(b, scope)], hint());
    if (name === "fromBool") return b.prim(name, [test(b, scope)], hint());
    return b.prim(name, [operand(b, scope), operand(b, scope)], hint());
  };
  const operand = (b: Builder, scope: Scope): Value => {
    const r = random();
    if (r < 0.15) return b.const(pick([0, 1, -1, 2, -0.5, 3, -0]));
    return r < 0.75 ? pick(scope.nums) : pick(scope.nums.slice(-3));
  };
  const test = (b: Builder, scope: Scope): Value => {
    const r = random();
    if (r < 0.3 && scope.bools.length > 0) return pick(scope.bools);
    if (r < 0.4) return b.prim("not", [test(b, scope)]);
    if (r < 0.5) return b.prim(pick<PrimName>(["and", "or"]), [test(b, scope), test(b, scope)]);
    return b.prim(pick<PrimName>(["lt", "le", "gt", "eq", "ne"]), [operand(b, scope), operand(b, scope)], hint());
  };
  const place = (b: Builder, scope: Scope) => elem(pick(scope.arrays), b.const(below(2)));
  const results = (count: number): Value[] => Array.from({ length: count }, () => value(num, hint()));

  const fill = (b: Builder, start: Scope, depth: number): Scope => {
    let scope = start;
    const add = (...values: Value[]): void => {
      scope = { ...scope, nums: [...scope.nums, ...values] };
    };
    for (let n = 1 + below(6); n > 0 && budget > 0; n--) {
      budget--;
      const r = random();
      if (r < 0.3) add(number(b, scope));
      else if (r < 0.36) scope = { ...scope, bools: [...scope.bools, test(b, scope)] };
      else if (r < 0.52) add(b.load(place(b, scope), num, hint()));
      else if (r < 0.62) b.store(place(b, scope), operand(b, scope));
      else if (r < 0.72) b.accum(place(b, scope), operand(b, scope));
      else if (r < 0.75) {
        const made = value(float64Array, hint());
        b.push({
          ...(random() < 0.5
            ? { kind: "copy", source: pick(scope.arrays) }
            : { kind: "zeros", like: pick(scope.arrays) }),
          result: made,
        });
        scope = { ...scope, arrays: [...scope.arrays, made] };
      } else if (depth > 0) add(...control(b, scope, depth - 1));
    }
    return scope;
  };

  const yields = (b: Builder, scope: Scope, count: number): Value[] =>
    Array.from({ length: count }, () =>
      random() < 0.2 ? b.const(below(5)) : pick(random() < 0.5 ? scope.nums : scope.nums.slice(-4)),
    );

  const control = (b: Builder, scope: Scope, depth: number): Value[] => {
    const r = random();
    if (r < 0.45) return branch(b, scope, depth);
    return r < 0.8 ? counted(b, scope, depth) : open(b, scope, depth);
  };

  const branch = (b: Builder, scope: Scope, depth: number): Value[] => {
    const made = results(below(3));
    const throws = random() < 0.08;
    const arm = (inner: Builder): Value[] => {
      const seen = random() < 0.3 ? scope : fill(inner, scope, depth);
      return yields(inner, seen, made.length);
    };
    b.if(
      test(b, scope),
      made,
      (inner) => {
        if (!throws) return arm(inner);
        inner.push({ kind: "throw", text: ["new Error(String(", "))"], args: [pick(scope.nums)] });
        return null;
      },
      arm,
    );
    return made;
  };

  /** A body with `carried` values: parameters, and what it yields, with a stop first where it breaks. */
  const body = (
    b: Builder,
    scope: Scope,
    params: readonly Value[],
    breaks: boolean,
    depth: number,
  ): readonly Value[] => {
    const seen = fill(b, { ...scope, nums: [...scope.nums, ...params] }, depth);
    const next =
      random() < 0.3 ? params.map((_, k) => params[(k + 1) % params.length] as Value) : yields(b, seen, params.length);
    if (!breaks) return next;
    if (random() < 0.5) return [test(b, seen), ...next];
    const stop = value(bool);
    const made = params.map((p) => like(p));
    const arm =
      (constant: boolean | undefined) =>
      (inner: Builder): Value[] => {
        const here = fill(inner, seen, Math.min(depth, 1));
        return [
          constant === undefined ? test(inner, here) : inner.const(constant),
          ...yields(inner, here, params.length),
        ];
      };
    const first = pick([true, false, undefined]);
    b.if(test(b, seen), [stop, ...made], arm(first), arm(first === true ? false : pick([true, undefined])));
    return [stop, ...made];
  };

  const counted = (b: Builder, scope: Scope, depth: number): Value[] => {
    const made = results(below(4));
    const params = made.map(() => value(num, hint()));
    const index = value(num, pick(["i", undefined]));
    const breaks = random() < 0.4;
    const from = b.const(below(2));
    const bound = random();
    const most = b.const(4);
    const to =
      bound < 0.4
        ? b.const(below(5))
        : bound < 0.7
          ? b.prim("min", [operand(b, scope), most], hint())
          : b.length(pick(scope.arrays));
    const inits = made.map(() => (random() < 0.3 ? to : operand(b, scope)));
    const inner = b.nested();
    const yielded = body(inner, { ...scope, nums: [...scope.nums, index] }, params, breaks, depth);
    const count = random() < 0.3 ? value(num) : undefined;
    b.push({
      kind: "for",
      from,
      test: "<",
      to,
      step: 1,
      inits,
      body: inner.region([index, ...params], yielded),
      breaks,
      results: made,
      ...(count === undefined ? {} : { count }),
    });
    return count === undefined ? made : [...made, count];
  };

  /** A `while` that ends because its first carried value counts down. */
  const open = (b: Builder, scope: Scope, depth: number): Value[] => {
    const made = results(1 + below(3));
    const breaks = random() < 0.5;
    const inits = made.map((_, k) => (k === 0 ? b.const(below(5)) : operand(b, scope)));
    const condParams = made.map(() => value(num, hint()));
    const params = condParams.map(like);
    const cond = b.nested();
    const always = breaks && random() < 0.4;
    const positive = cond.prim("gt", [condParams[0] as Value, cond.const(0)]);
    const seen =
      random() < 0.2
        ? fill(cond, { ...scope, arrays: scope.arrays.slice(0, 1), nums: [...scope.nums, ...condParams] }, 0)
        : scope;
    const pure = cond.ops.every((op) => op.kind === "prim" || op.kind === "const" || op.kind === "load");
    const condBuilder = pure ? cond : b.nested();
    const going = pure ? positive : condBuilder.prim("gt", [condParams[0] as Value, condBuilder.const(0)]);
    const check = always
      ? condBuilder.const(true)
      : pure && seen.bools.length > scope.bools.length
        ? condBuilder.prim("and", [going, seen.bools.at(-1) as Value])
        : going;
    const inner = b.nested();
    const yielded = body(inner, scope, params, breaks, depth);
    const next = inner.prim("sub", [params[0] as Value, inner.const(1)], hint());
    const replaced = [...yielded];
    replaced[breaks ? 1 : 0] = next;
    if (breaks) replaced[0] = always ? inner.prim("le", [next, inner.const(0)]) : (replaced[0] as Value);
    b.push({
      kind: "while",
      inits,
      cond: condBuilder.region(condParams, [check]),
      body: inner.region(params, replaced),
      breaks,
      results: made,
    });
    return made;
  };

  const b = new Builder();
  const params = [value(num, "s"), value(num, "b"), value(float64Array, "x"), value(float64Array, "y")] as const;
  const end = fill(b, { nums: [params[0], params[1]], bools: [], arrays: [params[2], params[3]] }, 3);
  let returned = yields(b, end, 3);
  if (random() < 0.4) {
    const made = results(3);
    b.if(
      test(b, end),
      made,
      (inner) => yields(inner, fill(inner, end, 1), 3),
      (inner) => yields(inner, fill(inner, end, 1), 3),
    );
    returned = made;
  }
  const arrays = end.arrays.slice(0, 2);
  return {
    name: "f",
    source: "f",
    body: b.region(params, [...returned, ...arrays]),
    results: [num, num, num, float64Array, float64Array],
  };
}
