/** Finding the numbers inside arguments, and the partial derivatives that belong to them inside a gradient. */

/** A place that holds a number. */
export interface Slot {
  readonly get: () => number;
  readonly set: (x: number) => void;
}

/** One number inside an argument. */
export interface Leaf extends Slot {
  /** From the argument on: `.weights[3]`, or empty when the argument is the number. */
  readonly path: string;
  /** The partial derivative with respect to it. */
  readonly partial: number;
}

type Floats = Float64Array | Float32Array;
const isFloats = (x: unknown): x is Floats => x instanceof Float64Array || x instanceof Float32Array;
const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && !ArrayBuffer.isView(x);
const isAbsent = (x: unknown): boolean => x === undefined || x === null;

/** Can there be a number in it that a derivative belongs to? */
export function hasLeaves(argument: unknown, above: ReadonlySet<unknown> = new Set()): boolean {
  if (typeof argument === "number") return true;
  if (isFloats(argument)) return true;
  if (!isObject(argument) || above.has(argument) || isCollection(argument)) return false;
  // An empty array may be one of numbers.
  if (Array.isArray(argument) && argument.length === 0) return true;
  const inside = new Set(above).add(argument);
  return Object.values(argument).some((member) => hasLeaves(member, inside));
}

const isCollection = (x: object): boolean =>
  x instanceof Map || x instanceof Set || x instanceof Date || x instanceof RegExp;

/**
 * The numbers of an argument that `gradient` has a partial derivative for, or a sentence saying where its shape is not
 * that of a gradient of the argument. `replace` puts another value in the argument's own place.
 */
export function pairLeaves(argument: unknown, gradient: unknown, replace: (value: number) => void): Leaf[] | string {
  const leaves: Leaf[] = [];
  const problem = collect(argument, gradient, "", replace, leaves);
  return problem ?? leaves;
}

function collect(
  value: unknown,
  gradient: unknown,
  path: string,
  replace: (value: number) => void,
  into: Leaf[],
): string | undefined {
  const here = path === "" ? "it" : path;
  if (typeof value === "number") {
    if (typeof gradient !== "number") return `${here} is a number, its gradient is ${describe(gradient)}`;
    let current = value;
    const set = (x: number) => {
      current = x;
      replace(x);
    };
    into.push({ path, get: () => current, set, partial: gradient });
    return undefined;
  }
  if (isFloats(value)) {
    if (!isFloats(gradient) || gradient.length !== value.length)
      return `${here} is ${describe(value)}, its gradient ${describe(gradient)}`;
    gradient.forEach((partial: number, i: number) => {
      into.push({ path: `${path}[${i}]`, get: () => value[i] ?? NaN, set: (x) => void (value[i] = x), partial });
    });
    return undefined;
  }
  if (Array.isArray(value)) return collectArray(value, gradient, path, into);
  if (isObject(value)) return collectObject(value, gradient, path, into);
  return isAbsent(value) && isAbsent(gradient)
    ? undefined
    : `${here} is ${describe(value)}, its gradient ${describe(gradient)}`;
}

function collectArray(value: unknown[], gradient: unknown, path: string, into: Leaf[]): string | undefined {
  if (!Array.isArray(gradient) || gradient.length !== value.length) {
    return `${path === "" ? "it" : path} is ${describe(value)}, its gradient ${describe(gradient)}`;
  }
  for (const [i, partial] of gradient.entries()) {
    const element: unknown = value[i];
    // A position of a tuple that is not differentiable has the gradient 0.
    if (partial === 0 && typeof element !== "number") continue;
    const problem = collect(element, partial, `${path}[${i}]`, (x) => void (value[i] = x), into);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function collectObject(
  value: Record<string, unknown>,
  gradient: unknown,
  path: string,
  into: Leaf[],
): string | undefined {
  if (!isObject(gradient) || Array.isArray(gradient))
    return `${path === "" ? "it" : path} is an object, its gradient is ${describe(gradient)}`;
  for (const [name, partial] of Object.entries(gradient)) {
    if (isAbsent(partial) && isAbsent(value[name])) continue;
    if (!(name in value)) return `its gradient has ${path}.${name}, which is not there`;
    const problem = collect(value[name], partial, `${path}.${name}`, (x) => void (value[name] = x), into);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function describe(x: unknown): string {
  if (isFloats(x)) return `a ${x.constructor.name} of ${x.length}`;
  if (Array.isArray(x)) return `an array of ${x.length}`;
  if (x === null) return "null";
  return typeof x === "object" ? "an object" : typeof x === "undefined" ? "undefined" : `a ${typeof x}`;
}
