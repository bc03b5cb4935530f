/** The mode `accumulate`. */
import { differentiateAccumulate } from "../adjoint/accumulate.js";
import type { Derivation, Made } from "./derivation.js";

export function accumulateMode(derivation: Derivation): readonly Made[] {
  const func = differentiateAccumulate(derivation.reverse);
  derivation.keep(derivation.reverse);
  return [{ mode: "accumulate", func }];
}
