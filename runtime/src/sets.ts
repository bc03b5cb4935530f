/**
 * Sets of the numbers that a function is differentiated by, for finding out which numbers of a result depend on which.
 *
 * Generated code runs the function with the number of a set beside each number of the program: 0 is the empty set, 1, 2, …
 * are the sets of one input each, and what is larger is a union of two sets, which is not looked into before the end. So
 * an operation costs the same however many inputs it depends on.
 */

/** The sets of one run. */
class Sets {
  #left: Int32Array = new Int32Array(1024);
  #right: Int32Array = new Int32Array(1024);
  #unions = 0;
  #seen = new Int32Array(0);
  #round = 0;
  readonly #products = new Map<number, Set<number>>();
  readonly #known = new Map<number, Int32Array>();
  readonly #interned = new Map<string, Int32Array>();

  constructor(readonly inputs: number) {}

  union(a: number, b: number): number {
    if (a === 0 || a === b) return b;
    if (b === 0) return a;
    const at = this.#unions++;
    if (at === this.#left.length) {
      this.#left = grown(this.#left);
      this.#right = grown(this.#right);
    }
    this.#left[at] = a;
    this.#right[at] = b;
    return this.inputs + 1 + at;
  }

  product(a: number, b: number): void {
    if (a === 0 || b === 0) return;
    const [low, high] = a < b ? [a, b] : [b, a];
    let others = this.#products.get(low);
    if (others === undefined) this.#products.set(low, (others = new Set()));
    others.add(high);
  }

  /** The inputs in a set, from 0, in ascending order. */
  members(set: number): Int32Array {
    if (set === 0) return new Int32Array(0);
    if (set <= this.inputs) return Int32Array.of(set - 1);
    const known = this.#known.get(set);
    if (known !== undefined) return known;
    const size = this.inputs + 1 + this.#unions;
    if (this.#seen.length < size) {
      this.#seen = new Int32Array(size);
      this.#round = 0;
    }
    const round = ++this.#round;
    const found: number[] = [];
    const add = (input: number): void => {
      if (this.#seen[input] === round) return;
      this.#seen[input] = round;
      found.push(input - 1);
    };
    const pending = [set];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (at <= this.inputs) {
        add(at);
        continue;
      }
      if (this.#seen[at] === round) continue;
      this.#seen[at] = round;
      const inside = this.#known.get(at);
      if (inside === undefined)
        pending.push(this.#left[at - this.inputs - 1] ?? 0, this.#right[at - this.inputs - 1] ?? 0);
      else for (const input of inside) add(input + 1);
    }
    const members = this.#same(Int32Array.from(found).sort());
    this.#known.set(set, members);
    return members;
  }

  /** One array for all sets with the same members. */
  #same(members: Int32Array): Int32Array {
    const key = members.length > 64 ? undefined : members.join();
    const known = key === undefined ? undefined : this.#interned.get(key);
    if (known !== undefined) return known;
    if (key !== undefined) this.#interned.set(key, members);
    return members;
  }

  /** For each input the inputs it is multiplied by somewhere, in ascending order. */
  neighbours(): Int32Array[] {
    const rows = Array.from({ length: this.inputs }, () => new Set<number>());
    let left = this.inputs * this.inputs;
    const link = (i: number, j: number): void => {
      const row = rows[i];
      if (row === undefined || row.has(j)) return;
      row.add(j);
      left--;
    };
    const done = new Map<Int32Array, Set<Int32Array>>();
    for (const [a, others] of this.#products) {
      const first = this.members(a);
      let partners = done.get(first);
      if (partners === undefined) done.set(first, (partners = new Set()));
      for (const b of others) {
        const second = this.members(b);
        if (left === 0 || partners.has(second)) continue;
        partners.add(second);
        for (const i of first)
          for (const j of second) {
            link(i, j);
            link(j, i);
          }
      }
    }
    return rows.map((row) => Int32Array.from(row).sort());
  }
}

function grown(array: Int32Array): Int32Array {
  const longer = new Int32Array(array.length * 2);
  longer.set(array);
  return longer;
}

let current = new Sets(0);

/** Runs something with new sets, of so many inputs. */
export function withSets<T>(inputs: number, run: (sets: Pick<Sets, "members" | "neighbours">) => T): T {
  const outer = current;
  const own = new Sets(inputs);
  current = own;
  try {
    return run(own);
  } finally {
    current = outer;
  }
}

/** The union of two sets. For generated code. */
export function uniteSets(a: number, b: number): number {
  return current.union(a, b);
}

/** Says that a number is computed in which inputs of one set are multiplied by inputs of the other. For generated code. */
export function multiplySets(a: number, b: number): void {
  current.product(a, b);
}
