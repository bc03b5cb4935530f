/** Numbers that are the same in each run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
    // Small seeds begin with small numbers.
    for (let i = 0; i < 8; i++) this.next();
  }

  /** Between 0 and 1 (Park and Miller's generator). */
  next(): number {
    this.#state = (this.#state * 48271) % 2147483647;
    return this.#state / 2147483647;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** Uniform between two numbers. */
  array(length: number, from = 0, to = 1): Float64Array {
    return Float64Array.from({ length }, () => from + (to - from) * this.next());
  }

  rows(count: number, length: number, from = 0, to = 1): number[][] {
    return Array.from({ length: count }, () => [...this.array(length, from, to)]);
  }
}

/** A direction for a product: the same shape, with numbers around zero. */
export function directionLike(structure: unknown, random = new Random(99)): unknown {
  if (typeof structure === "number") return random.next() - 0.5;
  if (structure instanceof Float64Array) return random.array(structure.length, -0.5, 0.5);
  if (Array.isArray(structure)) return structure.map((item) => directionLike(item, random));
  if (typeof structure !== "object" || structure === null) return structure;
  return Object.fromEntries(Object.entries(structure).map(([key, item]) => [key, directionLike(item, random)]));
}
