/** Adjoints that run through a call: the function is given what they are so far, and returns what they are then (`Func.running`). */
import type { Builder } from "../ir/build.js";
import type { Value } from "../ir/ir.js";
import type { AdjointScope } from "./scope.js";
import type { FunctionState } from "./state.js";

export interface Running {
  /** What the function is given, for each position. */
  readonly sums: readonly Value[];
  /** Puts what it returns, for each parameter that has an adjoint, where it belongs. */
  readonly leave: (results: readonly Value[]) => void;
}

export function runThrough(
  state: FunctionState,
  scope: AdjointScope,
  b: Builder,
  args: readonly Value[],
  call: { readonly running: readonly number[]; readonly activeParams: readonly number[] },
): Running {
  const { activity } = state.context;
  // A value that is given twice runs through once.
  const through = new Set<number>();
  const met = new Set<Value>();
  for (const i of call.running) {
    const arg = args[i];
    if (arg === undefined || !activity.isActive(arg) || met.has(arg)) continue;
    met.add(arg);
    through.add(i);
  }
  const sums = call.running.map((i) => {
    const arg = args[i];
    return (arg !== undefined && through.has(i) ? scope.soFar(arg) : undefined) ?? b.const(0);
  });
  return {
    sums,
    leave: (results) => {
      const eachResult = (visit: (arg: Value, result: Value, i: number) => void): void => {
        call.activeParams.forEach((i, k) => {
          const [arg, result] = [args[i], results[k]];
          if (arg !== undefined && result !== undefined) visit(arg, result, i);
        });
      };
      // What ran through takes the place of what it was; only then is what else leaves the call added.
      eachResult((arg, result, i) => {
        if (through.has(i)) scope.set(arg, result);
      });
      eachResult((arg, result, i) => {
        if (!through.has(i)) state.contribute(scope, b, arg, result);
      });
    },
  };
}
