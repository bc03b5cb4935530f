/** Checking second derivatives, and Jacobians, against differences of what they are the derivatives of. */
import { isContainer, isFloats } from "../structure.js";
import { Arguments } from "./arguments.js";
import { randomLike } from "./random.js";
import { type CheckOptions, type Compared, type CheckReport, compared, reportOn } from "./report.js";
import { type Differentiated, match } from "./shapes.js";

/**
 * Compares `f_hvp` with differences of the gradient: H v as the gradient's derivative by each number, times v. What it
 * returns as the gradient must be what `gradient` returns.
 *
 * @param gradient `f_grad`, which should have been checked. @param hvp `f_hvp`: takes the arguments, then the vectors.
 * @param options `vectors`: one for each differentiated parameter. Default: fixed pseudo-random numbers.
 * @throws TypeError when a shape does not fit.
 */
export function checkHvp<A extends readonly unknown[]>(
  gradient: (...args: A) => unknown,
  hvp: (...args: never[]) => readonly [grad: unknown, hv: unknown],
  args: readonly [...A],
  options: CheckOptions & { readonly vectors?: readonly unknown[] } = {},
): CheckReport {
  const own = new Arguments<A>(args, options.precision);
  const first = gradient(...own.values);
  const inputs = match("checkHvp", own.values, first, options.wrt);
  const wrt = inputs.map(({ index }) => index);
  const vectors = options.vectors ?? parts(first, inputs).map((part, i) => randomLike(part, i + 1));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what hvp takes is only known to its caller
  const call = hvp as (...given: unknown[]) => readonly [unknown, unknown];
  const [grad, product] = call(...own.values, ...vectors);
  const flat = (structure: unknown): number[] => partials("checkHvp", own, structure, wrt);
  const v = flat(vectors.length === 1 ? vectors[0] : vectors);
  const columns = columnsOf(own, inputs, () => flat(own.call(gradient)), options.scale);
  const paths = pathsOf(inputs);
  const expected = flat(first);
  const gradientRows = flat(grad).map((x, i) =>
    compared(`gradient at ${paths[i] ?? ""}`, x, { value: expected[i] ?? NaN, step: 0, noise: 1e-12 * Math.abs(x) }),
  );
  const rows = flat(product).map((x, i): Compared => {
    let [value, noise, step] = [0, 0, 0];
    columns.forEach((column, j) => {
      const entry = column[i] ?? { value: NaN, step: NaN, noise: 0 };
      value += entry.value * (v[j] ?? NaN);
      noise += entry.noise * Math.abs(v[j] ?? 0);
      step = entry.step;
    });
    return compared(`H v at ${paths[i] ?? ""}`, x, { value, noise, step });
  });
  return reportOn([gradientRows, rows], options.tolerance);
}

/**
 * Compares `f_hessian` with differences of the gradient, entry by entry.
 *
 * @param gradient `f_grad`, which should have been checked. @param hessian `f_hessian`.
 * @throws TypeError when a shape does not fit.
 */
export function checkHessian<A extends readonly unknown[]>(
  gradient: (...args: A) => unknown,
  hessian: (...args: A) => unknown,
  args: readonly [...A],
  options: CheckOptions = {},
): CheckReport {
  const own = new Arguments<A>(args, options.precision);
  const first = gradient(...own.values);
  const inputs = match("checkHessian", own.values, first, options.wrt);
  const wrt = inputs.map(({ index }) => index);
  const whole = hessian(...own.values);
  // Of several parameters: a tuple of rows of blocks, block (i, j) parameter i's shape with gradients of parameter j in it.
  const gradients = parts(first, inputs);
  const rows = parts(whole, inputs).flatMap((row, i) => {
    const blocks = parts(row, inputs).map((block) =>
      numbersReplaced("checkHessian", gradients[i], block).map(({ item }) => item),
    );
    return (blocks[0] ?? []).map((_, k) => blocks.map((block) => block[k]));
  });
  const matrix = rows.map((blocks) => partials("checkHessian", own, blocks.length === 1 ? blocks[0] : blocks, wrt));
  const columns = columnsOf(own, inputs, () => partials("checkHessian", own, own.call(gradient), wrt), options.scale);
  return reportOn([entries(matrix, columns, pathsOf(inputs), pathsOf(inputs))], options.tolerance);
}

/**
 * Compares `f_jacobian` with differences of the function, entry by entry.
 *
 * @param f A function whose result holds at least one number. @param jacobian `f_jacobian`.
 * @throws TypeError when a shape does not fit.
 */
export function checkJacobian<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  jacobian: (...args: A) => unknown,
  args: readonly [...A],
  options: CheckOptions = {},
): CheckReport {
  const own = new Arguments<A>(args, options.precision);
  const whole = jacobian(...own.values);
  const value = own.probe(f);
  const rows = numbersReplaced("checkJacobian", value, whole);
  const [row] = rows;
  if (row === undefined) return reportOn([], options.tolerance);
  const inputs = match("checkJacobian", own.values, row.item, options.wrt);
  const wrt = inputs.map(({ index }) => index);
  const matrix = rows.map(({ item }) => partials("checkJacobian", own, item, wrt));
  const outputs = (): number[] => numbersReplaced("checkJacobian", own.call(f), whole).map(({ number }) => number);
  const columns = columnsOf(own, inputs, outputs, options.scale);
  const names = rows.map(({ path }) => path);
  return reportOn([entries(matrix, columns, names, pathsOf(inputs))], options.tolerance);
}

// ----------------------------------------------------------------------------------------------------------- matrices

type Column = ReturnType<Arguments<readonly unknown[]>["derivativesBy"]>;

/** For each number of the inputs, the derivatives of all outputs by it. */
function columnsOf<A extends readonly unknown[]>(
  own: Arguments<A>,
  inputs: readonly Differentiated[],
  outputs: () => readonly number[],
  scale: number | undefined,
): Column[] {
  const count = outputs().length;
  return inputs.flatMap(({ leaves }) =>
    leaves.map((leaf) => own.derivativesBy(leaf, () => attempt(outputs), count, scale)),
  );
}

function attempt<T>(f: () => T): T | undefined {
  try {
    return f();
  } catch {
    return undefined;
  }
}

function entries(
  matrix: readonly (readonly number[])[],
  columns: readonly Column[],
  rowNames: readonly string[],
  columnNames: readonly string[],
): Compared[] {
  return matrix.flatMap((row, i) =>
    row.map((x, j) =>
      compared(
        `${rowNames[i] ?? ""} by ${columnNames[j] ?? ""}`,
        x,
        columns[j]?.[i] ?? { value: NaN, step: NaN, noise: 0 },
      ),
    ),
  );
}

const pathsOf = (inputs: readonly Differentiated[]): string[] =>
  inputs.flatMap(({ index, leaves }) => leaves.map((leaf) => `arguments[${index}]${leaf.path}`));

// ------------------------------------------------------------------------------------------------------------- shapes

/** One for each differentiated argument: several stand in a tuple. */
function parts(structure: unknown, inputs: readonly Differentiated[]): unknown[] {
  if (inputs.length === 1) return [structure];
  return Array.isArray(structure) ? structure : [];
}

/** The numbers of a gradient, in order. */
function partials<A extends readonly unknown[]>(
  caller: string,
  own: Arguments<A>,
  gradient: unknown,
  wrt: readonly number[],
): number[] {
  return match(caller, [...own.values], gradient, wrt).flatMap(({ leaves }) => leaves.map((leaf) => leaf.partial));
}

/** A number of a structure, and what stands in its place in another one. */
interface Replaced {
  readonly path: string;
  readonly number: number;
  readonly item: unknown;
}

/** The numbers of `shape` for which `replaced` has something, in order. */
function numbersReplaced(caller: string, shape: unknown, replaced: unknown, path = "result"): Replaced[] {
  if (typeof shape === "number") return [{ path, number: shape, item: replaced }];
  if (isFloats(shape) || Array.isArray(shape)) {
    const elements: readonly unknown[] = Array.isArray(replaced) ? replaced : isFloats(replaced) ? [...replaced] : [];
    if (elements.length !== shape.length) throw new TypeError(`${caller}: at ${path} the matrix has another shape`);
    return elements.flatMap((element, i) => numbersReplaced(caller, shape[i], element, `${path}[${i}]`));
  }
  if (!isContainer(shape) || !isContainer(replaced)) return [];
  return Object.keys(replaced).flatMap((name) =>
    numbersReplaced(caller, shape[name], replaced[name], `${path}.${name}`),
  );
}
