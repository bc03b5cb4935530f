/** Adding one gradient to another, in place. */
import type { Gradient } from "./gradient.js";
import { isContainer, isFloats, leftOut, mapNumbers, type Members } from "./structure.js";

/**
 * `target += factor * source`, number by number, **in place**, and returns `target`. A plain number cannot be changed in
 * place: there the sum is returned, so `total = addInto(total, gradient)` is right for every type.
 *
 * ```ts
 * addInto(total, loss_grad(params, batch)); // accumulate
 * addInto(params, total, -0.01); // a step of gradient descent
 * ```
 *
 * What is absent in `source` adds nothing; what is absent in `target` and not in `source` is put there as a copy. What
 * `target` has and `source` has not (text, functions …) is left alone. An object of `target` that is reached twice together
 * with the same object of `source` is added to once.
 *
 * @param target A gradient, or the parameters themselves.
 * @param source A gradient of the same shape. Not changed.
 * @throws RangeError when arrays differ in length, TypeError when the shapes differ otherwise; `target` may then have been
 * changed in part.
 */
export function addInto(target: number, source: number, factor?: number): number;
export function addInto<T>(target: T, source: Gradient<T>, factor?: number): T;
export function addInto(target: unknown, source: unknown, factor = 1): unknown {
  return add(target, source, factor, "", new Map());
}

/** The sum where it is a number, else `target`, which has become the sum. */
function add(target: unknown, source: unknown, factor: number, path: string, done: Map<object, Set<object>>): unknown {
  if (source === undefined || source === null) return target;
  if (target === undefined || target === null) {
    const copy = mapNumbers(source, (x) => factor * x);
    return copy === leftOut ? target : copy;
  }
  if (typeof source === "number") {
    if (typeof target === "number") return target + factor * source;
    // A position of a tuple that is not differentiable has the gradient 0.
    if (source === 0) return target;
  }
  if (isFloats(target) && isFloats(source)) {
    if (met(target, source, done)) return target;
    checkLength(target, source, path);
    for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + factor * (source[i] ?? 0);
    return target;
  }
  if (!isContainer(target) || !isContainer(source) || Array.isArray(target) !== Array.isArray(source))
    throw new TypeError(`addInto: ${path === "" ? "the target" : path} is ${kind(target)}, the source ${kind(source)}`);
  if (met(target, source, done)) return target;
  if (Array.isArray(target) && Array.isArray(source)) checkLength(target, source, path);
  addMembers(target, source, factor, path, done);
  return target;
}

function addMembers(target: Members, source: Members, factor: number, path: string, done: Map<object, Set<object>>) {
  for (const [name, member] of Object.entries(source)) {
    const held = target[name];
    const sum = add(held, member, factor, Array.isArray(target) ? `${path}[${name}]` : `${path}.${name}`, done);
    if (sum !== held) target[name] = sum;
  }
}

/** Were these two added before? Marks them. */
function met(target: object, source: object, done: Map<object, Set<object>>): boolean {
  const sources = done.get(target) ?? new Set();
  done.set(target, sources);
  const known = sources.has(source);
  sources.add(source);
  return known;
}

function checkLength(target: ArrayLike<unknown>, source: ArrayLike<unknown>, path: string): void {
  if (target.length === source.length) return;
  const what = path === "" ? "the target" : path;
  throw new RangeError(`addInto: ${what} has length ${target.length}, the source ${source.length}`);
}

function kind(x: unknown): string {
  if (isFloats(x)) return `a ${x.constructor.name}`;
  if (Array.isArray(x)) return "an array";
  return typeof x === "object" ? "an object" : `a ${typeof x}`;
}
