/**
 * The modes by family: each family is one function, which makes the IR functions of those of its modes that are asked
 * for. Everything is a composition of two transformations, `adjoint/` (reverse mode) and `tangent/` (forward mode).
 */
import { accumulateMode } from "./accumulate.js";
import type { Derivation, Made } from "./derivation.js";
import { hessianVectorModes, higherModes, tangentModes } from "./forward.js";
import { gradientModes } from "./gradient.js";
import { hessianMode } from "./hessian.js";
import { sparseHessianMode } from "./sparse.js";
import { jacobianMode } from "./jacobian.js";

/** Makes what is asked of it; other modes that it makes on the way are not exported. */
type Family = (derivation: Derivation) => readonly Made[];

const families: readonly { readonly of: RegExp; readonly make: Family }[] = [
  { of: /^(?:grad|value_and_grad|vjp)$/, make: gradientModes },
  { of: /^jvp$/, make: tangentModes },
  { of: /^hvp$/, make: hessianVectorModes },
  { of: /^d\d+$/, make: higherModes },
  { of: /^accumulate$/, make: accumulateMode },
  { of: /^jacobian$/, make: jacobianMode },
  { of: /^hessian$/, make: (d) => (d.annotated.isSparse === true ? sparseHessianMode(d) : hessianMode(d)) },
];

/** The functions of all modes that are asked for. */
export function differentiate(derivation: Derivation): readonly Made[] {
  const { modes } = derivation.annotated;
  return families.flatMap(({ of, make }) => (modes.some((m) => of.test(m)) ? make(derivation) : []));
}
