/** Runs code that might not end, and code that draws random numbers, under control. */
import { Script } from "node:vm";
import { Random } from "./random.js";

const slot = "__limited__";
const script = new Script(`globalThis.${slot}()`);

/** Calls `run`, which is synchronous, for at most `milliseconds`. Does not nest. */
export function limited<T>(milliseconds: number, run: () => T): T {
  let result: { readonly value: T } | undefined;
  const scope: Record<string, unknown> = globalThis;
  scope[slot] = () => {
    result = { value: run() };
  };
  try {
    script.runInThisContext({ timeout: milliseconds });
  } finally {
    delete scope[slot];
  }
  if (result === undefined) throw new Error("nothing came back");
  return result.value;
}

/** Calls `run` with a `Math.random` that gives the same numbers every time. */
export function withDraws<T>(run: () => T): T {
  const { random } = Math;
  const draws = new Random(7);
  Math.random = () => draws.real();
  try {
    return run();
  } finally {
    Math.random = random;
  }
}
