/** What is measured: a problem at a size, as functions without arguments. */

export interface Workload {
  readonly size: string;
  /** Everything that is differentiated: numbers, arrays and objects of them. `primal` reads it at each call. */
  readonly parameters: unknown;
  readonly primal: () => unknown;
  /** adc's gradient, or Jacobian. */
  readonly gradient: () => unknown;
  /** The same by a person. */
  readonly hand: () => unknown;
  /** adc's derivative in one direction. */
  readonly jvp: () => unknown;
  /** adc's gradient with the product of the Hessian and a vector. */
  readonly hvp?: () => unknown;
  /** The gradient by the minimal tape, where the problem is written for it; for small sizes only. */
  readonly tape?: () => unknown;
  /** For Jacobians: the numbers of adc's result in the order of those of `hand`, where the two differ. */
  readonly ordered?: (result: unknown) => Float64Array;
  /** For Jacobians: from the numbers of `hand`, the derivatives of all results by one parameter. */
  readonly column?: (values: Float64Array, parameter: number) => Float64Array;
}

export interface Problem {
  readonly name: string;
  /** Smallest first. */
  readonly workloads: readonly (() => Workload)[];
  /** How the problem grows: the workload at size n, and the first n. */
  readonly growth?: { readonly of: string; readonly from: number; readonly make: (n: number) => Workload };
}

/** A number that is differentiated, in its place. */
export interface Slot {
  readonly value: number;
  set(value: number): void;
}

/** All numbers of a structure, in the order of fields and elements. */
export function slots(structure: unknown): Slot[] {
  const found: Slot[] = [];
  const visit = (value: unknown, set: (changed: number) => void): void => {
    if (typeof value === "number") found.push({ value, set });
    else if (value instanceof Float64Array || Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) visit(value[i], (changed) => (value[i] = changed));
    } else if (typeof value === "object" && value !== null) {
      for (const [key, field] of Object.entries(value)) visit(field, (changed) => Reflect.set(value, key, changed));
    }
  };
  visit(structure, () => {
    throw new Error("a number alone cannot be changed");
  });
  return found;
}

/** All numbers of a result. */
export function numbersIn(result: unknown): Float64Array {
  return result instanceof Float64Array ? result : Float64Array.from(slots([result]), ({ value }) => value);
}

/** The numbers of adc's gradient, in the order of those of `hand`. */
export function gradientOf(workload: Workload): Float64Array {
  return (workload.ordered ?? numbersIn)(workload.gradient());
}

/** Derivatives of all results by one parameter, by central differences; two calls of the primal. */
export function centralDifference(primal: () => unknown, slot: Slot): Float64Array {
  const h = 1e-5 * Math.max(1, Math.abs(slot.value));
  slot.set(slot.value + h);
  const above = numbersIn(primal()).slice();
  slot.set(slot.value - h);
  const below = numbersIn(primal());
  slot.set(slot.value);
  return above.map((value, i) => (value - (below[i] ?? NaN)) / (2 * h));
}
