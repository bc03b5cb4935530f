/** Integers of a program that are known to be below one another: a graph of differences, asked for its shortest paths. */
import { factors, type Polynomial } from "./polynomial.js";

/** The number 0 as a variable. */
const zero = "";
/** Terms of a polynomial that are matched against each other. */
const mostMatched = 3;

export class Bounds {
  /** `#most.get(x).get(y)`: the most that x - y can be. */
  readonly #most = new Map<string, Map<string, number>>();
  /** Pairs of which it is known that they differ. */
  readonly #different: Polynomial[] = [];

  /** States that `p` is at most 0. Polynomials other than differences of two integers say nothing here. */
  atMostZero(p: Polynomial): void {
    const difference = asDifference(p);
    if (difference === undefined) return;
    const { x, y, rest } = difference;
    const from = this.#most.get(x) ?? new Map<string, number>();
    this.#most.set(x, from);
    from.set(y, Math.min(from.get(y) ?? Number.POSITIVE_INFINITY, -rest));
  }

  notZero(p: Polynomial): void {
    this.#different.push(p);
  }

  /** Is `p` surely below 0? */
  isNegative(p: Polynomial): boolean {
    return this.#maximum(p) < 0;
  }

  isNotZero(p: Polynomial): boolean {
    return this.isNegative(p) || this.isNegative(negated(p)) || this.#different.some((d) => same(d, p));
  }

  /** The most that `p` can be. */
  #maximum(p: Polynomial): number {
    const up: string[] = [];
    const down: string[] = [];
    let rest = 0;
    for (const [monomial, coefficient] of p) {
      if (monomial === "") {
        rest += coefficient;
        continue;
      }
      if (factors(monomial).length > 1 || Math.abs(coefficient) > mostMatched) return Number.POSITIVE_INFINITY;
      const side = coefficient > 0 ? up : down;
      for (let k = Math.abs(coefficient); k > 0; k--) side.push(monomial);
    }
    while (up.length < down.length) up.push(zero);
    while (down.length < up.length) down.push(zero);
    if (up.length > mostMatched) return Number.POSITIVE_INFINITY;
    return rest + this.#matched(up, down);
  }

  /** The least bound there is for a sum of differences, over the ways to pair its terms. */
  #matched(up: readonly string[], down: readonly string[]): number {
    const [first, ...others] = up;
    if (first === undefined) return 0;
    let least = Number.POSITIVE_INFINITY;
    down.forEach((y, k) => {
      least = Math.min(least, this.#difference(first, y) + this.#matched(others, down.toSpliced(k, 1)));
    });
    return least;
  }

  /** The most that x - y can be: the shortest path. */
  #difference(x: string, y: string): number {
    const best = new Map([[x, 0]]);
    const pending = [x];
    for (let steps = 0; steps < 200; steps++) {
      const at = pending.shift();
      if (at === undefined) break;
      const sofar = best.get(at) ?? 0;
      for (const [next, most] of this.#most.get(at) ?? []) {
        if (sofar + most >= (best.get(next) ?? Number.POSITIVE_INFINITY)) continue;
        best.set(next, sofar + most);
        pending.push(next);
      }
    }
    return best.get(y) ?? Number.POSITIVE_INFINITY;
  }
}

/** `x - y + rest`, where it is that. */
function asDifference(p: Polynomial): { readonly x: string; readonly y: string; readonly rest: number } | undefined {
  let x = zero;
  let y = zero;
  let rest = 0;
  for (const [monomial, coefficient] of p) {
    if (monomial === "") rest = coefficient;
    else if (coefficient === 1 && x === zero) x = monomial;
    else if (coefficient === -1 && y === zero) y = monomial;
    else return undefined;
  }
  return { x, y, rest };
}

const negated = (p: Polynomial): Polynomial => new Map([...p].map(([m, c]) => [m, -c]));

/** The same up to the sign? */
function same(p: Polynomial, q: Polynomial): boolean {
  if (p.size !== q.size) return false;
  return [1, -1].some((sign) => [...p].every(([monomial, c]) => q.get(monomial) === sign * c));
}
