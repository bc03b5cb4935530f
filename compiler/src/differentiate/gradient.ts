/** The modes of one reverse sweep: `grad`, `value_and_grad` and `vjp`. */
import { differentiateGradient, differentiatePullback } from "../adjoint/entry.js";
import type { Func } from "../ir/ir.js";
import type { Derivation, Made } from "./derivation.js";

export function gradientModes(derivation: Derivation): readonly Made[] {
  const { annotated } = derivation;
  const made: Made[] = [];
  if (derivation.asks("grad") || derivation.asks("value_and_grad")) {
    const both = differentiateGradient(derivation.reverse);
    const grad = withoutValue(`${annotated.func}.grad`, both);
    made.push({ mode: "value_and_grad", func: both });
    made.push(
      derivation.asks("value_and_grad")
        ? { mode: "grad", func: grad, partOf: both.name }
        : { mode: "grad", func: grad },
    );
  }
  if (derivation.asks("vjp")) made.push({ mode: "vjp", func: differentiatePullback(derivation.reverse) });
  derivation.keep(derivation.reverse);
  return made;
}

/** The gradient alone: dead code elimination then removes what only the value needed. */
export function withoutValue(name: string, both: Func): Func {
  const { yields } = both.body;
  return {
    ...both,
    name,
    body: { ...both.body, yields: yields === null ? null : yields.slice(1) },
    results: both.results.slice(1),
  };
}
