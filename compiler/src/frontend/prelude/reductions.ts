/**
 * `Math.max`, `Math.min` and `Math.hypot` of all elements of an array. Ties share the derivative equally, all at once, and
 * one with a literal goes to the literal; the norm of zeros has slope 0. `held(x)`, known to the frontend alone, is x as a
 * constant.
 */

/** `top` and `k` are constants, so the adjoint of the last loop is a loop over the elements and keeps nothing. */
const extremum = (name: "max" | "min"): string => `
function ${name}imum(xs: readonly number[]): number {
  let top = ${name === "max" ? "-1 / 0" : "1 / 0"};
  for (let i = 0; i < xs.length; i++) top = Math.${name}(top, held(xs[i]));
  return top;
}

export function ${name}Of(xs: readonly number[]): number {
  return tied(xs, ${name}imum(xs));
}

export function ${name}OfOr(xs: readonly number[], literal: number): number {
  const top = ${name}imum(xs);
  if (literal ${name === "max" ? ">=" : "<="} top) return literal;
  return tied(xs, top);
}
`;

export const reductions = `
function tied(xs: readonly number[], top: number): number {
  let value = top;
  if (!Number.isFinite(top)) {
    for (let i = 0; i < xs.length; i++) if (xs[i] === top) value = xs[i];
    return value;
  }
  let k = 0;
  for (let i = 0; i < xs.length; i++) if (xs[i] === top) k++;
  const share = 1 / k;
  for (let i = 0; i < xs.length; i++) if (xs[i] === top) value += (xs[i] - top) * share;
  return value;
}
${extremum("max")}${extremum("min")}
export function hypotOf(xs: readonly number[]): number {
  let top = 0;
  let isUnknown = false;
  for (let i = 0; i < xs.length; i++) {
    const size = Math.abs(held(xs[i]));
    if (isNaN(size)) isUnknown = true;
    else if (size > top) top = size;
  }
  if (top === 1 / 0) return top;
  if (isUnknown) return 0 / 0;
  if (top === 0) return 0;
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < xs.length; i++) {
    const part = xs[i] / top;
    const square = part * part - lost;
    const next = sum + square;
    lost = held(next) - held(sum) - held(square);
    sum = next;
  }
  return Math.sqrt(sum) * top;
}
`;
