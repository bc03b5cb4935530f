/** Long functions go through all passes in linear time and without growing. */
import { expect, test } from "vitest";
import type { Program } from "../../compiler/src/ir/ir.js";
import { walk } from "../../compiler/src/ir/walk.js";
import { afterDifferentiation, beforeDifferentiation, optimize } from "../../compiler/src/optimize/index.js";
import { parse } from "./support.js";

const repeat = (count: number, line: (k: number) => string): string =>
  Array.from({ length: count }, (_, k) => line(k)).join("");

/** Kinds of code, each statement depending on the one before. */
const shapes: Readonly<Record<string, (statements: number) => string>> = {
  arithmetic: (n) => repeat(n, (k) => `%a${k}_ = mul %s${k} %x; %s${k + 1} = sin %a${k}_; `),
  stores: (n) =>
    repeat(
      n,
      (k) =>
        `%c${k}_ = const ${k}; store %v[%c${k}_] = %s${k}; accum %v[%c${k}_] += %x; %s${k + 1} = load %v[%c${k}_]; `,
    ),
  branches: (n) =>
    repeat(
      n,
      (k) =>
        `%c${k}_ = lt %s${k} %x; %s${k + 1} = if %c${k}_ { %a${k}_ = mul %s${k} %x; yield %a${k}_ } else { yield %x }; `,
    ),
  loops: (n) =>
    repeat(
      n,
      (k) =>
        `for %i${k}_ = %zero to %x step 1 test < (%p${k}_ = %s${k}) -> (%s${k + 1}) { %b${k}_ = load %v[%i${k}_]; %a${k}_ = mul %b${k}_ %p${k}_; yield %a${k}_ }; `,
    ),
  records: (n) =>
    repeat(
      n,
      (k) =>
        `%p${k}_: %P = new %s${k} %x; store %p${k}_.x = %x; %a${k}_ = load %p${k}_.x; %b${k}_ = load %p${k}_.y; %s${k + 1} = sub %a${k}_ %b${k}_; `,
    ),
  arrays: (n) =>
    repeat(
      n,
      (k) => `%p${k}_: [num] = alloc %x fill 0; store %p${k}_[%zero] = %s${k}; %s${k + 1} = load %p${k}_[%s${k}]; `,
    ),
};

const whole = (shape: string, n: number): string =>
  `record P (x: num, y: num) func f(%v: Float64Array, %x: num, %s0: num) -> (num) { %zero = const 0; ${shapes[shape]?.(n)} yield %s${n} }`;

function operations(program: Program): number {
  let count = 0;
  for (const func of program.funcs.values()) walk(func.body, () => count++);
  return count;
}

/** Milliseconds of the faster of two runs: the others share the machine with something. */
function time(program: Program): number {
  const runs = [1, 2].map(() => {
    const start = performance.now();
    const after = optimize(program, [...beforeDifferentiation, ...afterDifferentiation], { entries: new Set(["f"]) });
    expect(operations(after)).toBeLessThanOrEqual(2 * operations(program));
    return performance.now() - start;
  });
  return Math.min(...runs);
}

test.each(Object.keys(shapes))("%s", (shape) => {
  const small = parse(whole(shape, 250));
  const large = parse(whole(shape, 2000));
  time(small);
  // Quadratic behaviour in any pass would make it 64 times.
  expect(time(large)).toBeLessThan(30 * Math.max(time(small), 10));
});

test("deep nesting does not exhaust the stack", () => {
  const depth = 500;
  const open = repeat(
    depth,
    (k) =>
      `%c${k}_ = lt %s0 %x; %k${k}_ = const ${k}; %d${k}_ = lt %k${k}_ %s0; %r${k}_: num = if %d${k}_ { yield %x } else { `,
  );
  const close = Array.from(
    { length: depth },
    (_, k) => `%e${depth - k}_ = sin %r${depth - 1 - k}_; yield %e${depth - k}_ `,
  );
  const program = parse(`func f(%x: num, %s0: num) -> (num) { ${open} yield %s0 }; ${close.join("}; ")} }`);
  expect(operations(optimize(program, [...beforeDifferentiation, ...afterDifferentiation]))).toBeGreaterThan(depth);
});
