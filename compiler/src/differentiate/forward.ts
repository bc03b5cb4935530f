/** The modes that begin with a forward sweep of tangents: `jvp`, `hvp`, and derivatives of a number of any order. */
import type { Context } from "../adjoint/context.js";
import { differentiateGradient } from "../adjoint/entry.js";
import { gradientResult } from "../adjoint/sweeps.js";
import { type Mode, orderOf } from "../frontend/lowered.js";
import type { Builder } from "../ir/build.js";
import { value } from "../ir/build.js";
import type { Func, Value } from "../ir/ir.js";
import { isReference, sameType } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { beforeDifferentiation } from "../optimize/index.js";
import { directionalDerivative, receiveCopies, receiveTangents } from "../tangent/direction.js";
import { differentiateTangent } from "../tangent/entry.js";
import type { Derivation, Made } from "./derivation.js";
import { withoutValue } from "./gradient.js";

/** `jvp`. */
export function tangentModes(derivation: Derivation): readonly Made[] {
  const { reverse } = derivation;
  const func = differentiateTangent(reverse);
  derivation.keep(reverse);
  return [{ mode: "jvp", func }];
}

/**
 * `hvp`: reverse over forward (Pearlmutter 1994; Griewank and Walther 2008, section 5). The derivative of f at x in the
 * direction v is a number, F(x, v) = ∇f(x)·v; its gradient by v is ∇f, its gradient by x is Hv. One reverse sweep gives both.
 */
export function hessianVectorModes(derivation: Derivation): readonly Made[] {
  const { annotated, reverse } = derivation;
  const direction = directionalDerivative(reverse);
  const program = derivation.optimize(direction.program, direction.name, beforeDifferentiation);
  const wrt = [...annotated.wrt, ...direction.tangents];
  const second = derivation.reverseOf(program, direction.name, wrt, [...direction.shadows.keys()]);
  const count = annotated.wrt.length;
  const both = differentiateGradient(second, (gradients, b) => {
    const byParameter = gradients.slice(0, count);
    const byTangent = gradients.slice(count).map((g, k) => asGradient(reverse, g, annotated.wrt[k] ?? -1, b));
    return [gradientResult(b, byTangent), gradientResult(b, byParameter)];
  });
  const func = receiveTangents(reverse, withoutValue(`${annotated.func}.hvp`, both), direction);
  derivation.keepProgram(program);
  derivation.keep(second);
  return [{ mode: "hvp", func }];
}

/** The gradient by a tangent, which is a shadow, in the type of the gradient by the parameter itself. */
function asGradient(context: Context, gradient: Value, index: number, b: Builder): Value {
  const param = context.func(context.entry).body.params[index];
  invariant(param !== undefined, "differentiated parameter out of range");
  if (!isReference(param.type)) return gradient;
  const type = context.gradientType(param.type);
  if (sameType(type, gradient.type)) return gradient;
  const result = value(type, gradient.hint);
  b.push({ kind: "export", source: gradient, take: false, result });
  return result;
}

/** `d2`, `d3`, …: forward mode over forward mode, in the direction 1 each time. */
export function higherModes(derivation: Derivation): readonly Made[] {
  const { annotated } = derivation;
  const orders = annotated.modes.flatMap((mode) => orderOf(mode) ?? []);
  const made: Made[] = [];
  let context = derivation.reverse;
  const highest = Math.max(...orders);
  for (let order = 1; order <= highest; order++) {
    if (orders.includes(order)) made.push({ mode: `d${order}`, func: lastDerivative(derivation, context, order) });
    if (order < highest) context = nextContext(derivation, context);
  }
  return made;
}

/** The derivative of the function of a context, as a program to differentiate. */
function nextContext(derivation: Derivation, context: Context): Context {
  const { program, name } = directionalDerivative(context, { unit: true });
  const better = derivation.optimize(program, name, beforeDifferentiation);
  return derivation.reverseOf(better, name, context.wrt);
}

/** The derivative of the function of a context, as users call it. */
function lastDerivative(derivation: Derivation, context: Context, order: number): Func {
  const { program, name } = directionalDerivative(context, { unit: true, isIntermediate: false });
  const mode: Mode = `d${order}`;
  const last = derivation.reverseOf(program, name, context.wrt);
  const func = receiveCopies(last);
  derivation.keep(last);
  return { ...func, name: `${derivation.annotated.func}.${mode}` };
}
