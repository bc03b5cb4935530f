/** Which arguments a gradient belongs to. */
import { hasLeaves, type Leaf, pairLeaves } from "./leaves.js";

/** A differentiated argument, with the numbers in it. */
export interface Differentiated {
  readonly index: number;
  readonly leaves: readonly Leaf[];
}

/**
 * Finds the arguments that a gradient is of, by its shape.
 *
 * @throws TypeError, which begins with `caller`, when it fits none, or several and `wrt` does not say which.
 */
export function match(
  caller: string,
  args: unknown[],
  gradient: unknown,
  wrt: readonly number[] | undefined,
): Differentiated[] {
  const pair = (index: number, part: unknown): Differentiated | string => {
    const leaves = pairLeaves(args[index], part, (x) => void (args[index] = x));
    return typeof leaves === "string" ? `arguments[${index}]: ${leaves}` : { index, leaves };
  };
  const attempt = (indices: readonly number[]): Differentiated[] | string => {
    if (indices.length === 1) {
      const only = pair(indices[0] ?? 0, gradient);
      return typeof only === "string" ? only : [only];
    }
    if (!Array.isArray(gradient) || gradient.length !== indices.length)
      return `the gradient is not a tuple of ${indices.length}`;
    const parts = indices.map((index, i) => pair(index, gradient[i]));
    return parts.find((part) => typeof part === "string") ?? parts.filter((part) => typeof part !== "string");
  };

  const candidates = wrt ?? args.flatMap((argument, index) => (hasLeaves(argument) ? [index] : []));
  const all = attempt(candidates);
  if (typeof all !== "string") return all;
  if (wrt !== undefined) throw new TypeError(`${caller}: ${all}`);

  const found = choices(candidates, gradient)
    .map(attempt)
    .filter((choice) => typeof choice !== "string");
  const [first] = found;
  if (first === undefined)
    throw new TypeError(`${caller}: the gradient has not the shape of a gradient of the arguments (${all})`);
  if (found.length > 1) throw new TypeError(`${caller}: the gradient fits several parameters; say which with \`wrt\``);
  return first;
}

/** Fewer parameters than all: one of them alone, or as many as the gradient has entries, in order. */
function choices(candidates: readonly number[], gradient: unknown): number[][] {
  const alone = candidates.map((index) => [index]);
  const size = Array.isArray(gradient) ? gradient.length : 0;
  return size < 2 || size >= candidates.length ? alone : [...alone, ...subsets(candidates, size)];
}

function subsets(items: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) => subsets(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]));
}
