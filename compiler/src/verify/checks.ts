/** One function at one point: every generated mode against differences. */
import type { Annotated, LoweredFile, Mode } from "../frontend/lowered.js";
import { orderOf } from "../frontend/lowered.js";
import type { Exports } from "./modules.js";
import type { Point } from "./points.js";
import { directionFor, numbersIn, randomNumbers } from "./values.js";

/** As much of a report of the runtime's checks as is shown. */
export interface Checked {
  readonly mode: Mode;
  readonly ok: boolean;
  readonly maxRelativeError: number;
  readonly message: string;
}

type Callable = (...args: readonly unknown[]) => unknown;

export interface Subject {
  readonly lowered: LoweredFile;
  readonly annotated: Annotated;
  readonly call: Callable;
  /** What is generated. */
  readonly generated: Exports;
  /** `@adc/runtime`. */
  readonly runtime: Exports;
  readonly tolerance?: number;
  /** It rounds to single precision. */
  readonly isSingle?: boolean;
}

/** Steps of this part of the usual size are tried too: near a kink or a jump the usual ones reach across it. */
const scales = [1, 1e-2, 1e-4];

/** Checks a mode at a point. Absent: there is nothing to compare it with. */
export function checkMode(subject: Subject, mode: Mode, point: Point): Checked | undefined {
  let best: Checked | undefined;
  for (const scale of scales) {
    const report = attempt(subject, mode, point, scale);
    if (report === undefined) return undefined;
    if (best === undefined || report.maxRelativeError < best.maxRelativeError) best = report;
    if (best.ok) break;
  }
  return best;
}

function attempt(subject: Subject, mode: Mode, point: Point, scale: number): Checked | undefined {
  try {
    const report = throwsAt(subject, point)
      ? checkThrown(subject, mode, point)
      : checkOnce(subject, mode, point, scale);
    return report === undefined ? undefined : { mode, ...report };
  } catch (error) {
    const message = `${mode} throws ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
    return { mode, ok: false, maxRelativeError: Infinity, message };
  }
}

type Report = Omit<Checked, "mode">;

/** The modes whose results have a place of its own for each parameter. */
const isOfGiven: ReadonlySet<Mode> = new Set<Mode>(["grad", "value_and_grad", "vjp"]);

function throwsAt({ call, annotated }: Subject, point: Point): boolean {
  try {
    spreadRest(call, annotated)(...point());
    return false;
  } catch {
    return true;
  }
}

/** What f throws, the generated function throws; one that takes more than f does is not called. */
function checkThrown({ annotated, generated }: Subject, mode: Mode, point: Point): Report | undefined {
  if (mode === "jvp" || mode === "hvp" || mode === "accumulate") return undefined;
  try {
    spreadRest(functionIn(generated, `${annotated.exportName}_${mode}`), annotated)(...point());
  } catch {
    return { ok: true, maxRelativeError: 0, message: "both throw" };
  }
  return { ok: false, maxRelativeError: Infinity, message: `the function throws, and its ${mode} does not` };
}

function checkOnce(subject: Subject, mode: Mode, point: Point, scale: number): Report | undefined {
  const { annotated, lowered, tolerance } = subject;
  const call = spreadRest(subject.call, annotated);
  const made = (name: string): Callable => {
    const own = functionIn(subject.generated, `${annotated.exportName}_${name}`);
    // Where something follows the rest of the parameters, it is one of them.
    return name === "jvp" || name === "hvp" || name === "accumulate" ? own : spreadRest(own, annotated);
  };
  const check = (name: string): Callable => functionIn(subject.runtime, name);
  const args = complete(point(), annotated);
  const { records } = lowered.program;
  // What is left out cannot be moved; what takes or returns a structure for each parameter is not compared then.
  const wrt = annotated.wrt.filter((i) => args[i] !== undefined);
  const isPartial = wrt.length < annotated.wrt.length;
  if (wrt.length === 0 || (isPartial && !isOfGiven.has(mode))) return undefined;
  const ofGiven = (gradients: unknown): unknown => {
    if (!isPartial || !Array.isArray(gradients)) return gradients;
    const kept = annotated.wrt.flatMap((i, k) => (args[i] === undefined ? [] : [gradients[k] as unknown]));
    return kept.length === 1 ? kept[0] : kept;
  };
  const precision = subject.isSingle === true ? "single" : "double";
  const options = { scale, wrt, precision, ...(tolerance === undefined ? {} : { tolerance }) };
  const params = lowered.program.funcs.get(annotated.func)?.body.params ?? [];
  const next = randomNumbers(7);
  const directions = (number: () => number): unknown[] =>
    wrt.map((i) => {
      const param = params[i];
      return param === undefined ? undefined : directionFor(param.type, records, args[i], number);
    });
  const generated = made(mode);
  switch (mode) {
    case "grad":
      return reportOf(
        check("checkGradient")(call, (...own: readonly unknown[]) => ofGiven(generated(...own)), args, options),
      );
    case "value_and_grad": {
      const second = (...own: readonly unknown[]): unknown => ofGiven(itemOf(generated(...own), 1));
      return reportOf(check("checkGradient")(call, second, args, options));
    }
    case "vjp": {
      const pulled = (...own: readonly unknown[]): readonly unknown[] => {
        const made = generated(...own);
        const pullback = itemOf(made, 1);
        if (typeof pullback !== "function") throw new TypeError("there is no pullback");
        return [itemOf(made, 0), (seed: unknown) => ofGiven(Reflect.apply(pullback, undefined, [seed]))];
      };
      return reportOf(check("checkVjp")(call, pulled, args, options));
    }
    case "jvp": {
      const tangents = directions(() => 2 * next() - 1);
      return reportOf(check("checkJvp")(call, generated, args, { ...options, tangents }));
    }
    case "accumulate": {
      const accumulate = (...own: readonly unknown[]): unknown => {
        const zeros = directions(() => 0);
        const into = zeros.length === 1 ? zeros[0] : zeros;
        generated(...own, into);
        return into;
      };
      return reportOf(check("checkGradient")(call, accumulate, args, options));
    }
    case "jacobian": {
      if (annotated.isSparse !== true) return reportOf(check("checkJacobian")(call, generated, args, options));
      const flat = (value: unknown): readonly number[] =>
        numbersIn(lowered.program.funcs.get(annotated.func)?.results[0] ?? { kind: "void" }, records, value);
      return checkSparse(check("checkJvp"), (...own) => flat(call(...own)), generated, subject, args, options);
    }
    case "hvp": {
      const vectors = directions(() => 2 * next() - 1);
      return reportOf(check("checkHvp")(made("grad"), generated, args, { ...options, vectors }));
    }
    case "hessian": {
      const gradient = made("grad");
      if (annotated.isSparse !== true) return reportOf(check("checkHessian")(gradient, generated, args, options));
      const flat = (value: unknown): readonly number[] => flatten(subject, wrt.length === 1 ? [value] : value);
      return checkSparse(check("checkJvp"), (...own) => flat(gradient(...own)), generated, subject, args, options);
    }
    default: {
      const order = orderOf(mode) ?? 2;
      const before = order === 2 ? made("grad") : made(`d${order - 1}`);
      return reportOf(check("checkGradient")(before, generated, args, options));
    }
  }
}

/** Every parameter, as tangents and the like come after them; what an example leaves out is `undefined`. */
function complete(args: readonly unknown[], { params }: Annotated): readonly unknown[] {
  return [...args, ...missing(params.length - args.length)];
}

/** The modes that have to be generated for these to be checked. */
export function modesFor(modes: readonly Mode[]): Mode[] {
  const all = new Set<Mode>(modes);
  for (const mode of modes) {
    const order = orderOf(mode);
    if (mode === "hvp" || mode === "hessian" || order !== undefined) all.add("grad");
    for (let k = 2; k < (order ?? 0); k++) all.add(`d${k}`);
  }
  return [...all];
}

/** The numbers of gradients by the differentiated parameters. */
function flatten({ annotated, lowered: { program } }: Subject, gradients: unknown): readonly number[] {
  const params = program.funcs.get(annotated.func)?.body.params ?? [];
  const each = Array.isArray(gradients) ? (gradients as readonly unknown[]) : [];
  return annotated.wrt.flatMap((i, k) => numbersIn(params[i]?.type ?? { kind: "void" }, program.records, each[k]));
}

/** A matrix by coordinates: its product with a direction against differences along it. */
function checkSparse(
  checkJvp: Callable,
  call: (...args: readonly unknown[]) => readonly number[],
  matrix: Callable,
  subject: Subject,
  args: readonly unknown[],
  options: object,
): Report | undefined {
  const { annotated, lowered } = subject;
  const params = lowered.program.funcs.get(annotated.func)?.body.params ?? [];
  const next = randomNumbers(11);
  const tangents = annotated.wrt.map((i) => {
    const type = params[i]?.type;
    return type === undefined ? undefined : directionFor(type, lowered.program.records, args[i], () => 2 * next() - 1);
  });
  const direction = flatten(subject, tangents);
  // What is left out counts at its default: there is a column for it, but no direction.
  if (sparseIn(matrix(...args)).shape[1] !== direction.length) return undefined;
  const product = (...all: readonly unknown[]): readonly unknown[] => {
    const own = all.slice(0, args.length);
    const { rows, cols, values, shape } = sparseIn(matrix(...own));
    const result = new Float64Array(shape[0] ?? 0);
    values.forEach((value, k) => {
      const row = rows[k] ?? 0;
      result[row] = (result[row] ?? 0) + value * (direction[cols[k] ?? 0] ?? NaN);
    });
    return [result, result];
  };
  const flat = (...own: readonly unknown[]): Float64Array => Float64Array.from(call(...own));
  return reportOf(checkJvp(flat, product, args, { ...options, tangents }));
}

/** The parts of a `SparseMatrix`. */
function sparseIn(matrix: unknown): Readonly<Record<"rows" | "cols" | "values" | "shape", readonly number[]>> {
  const list = (name: string): readonly number[] => {
    const found: unknown = typeof matrix === "object" && matrix !== null ? Reflect.get(matrix, name) : undefined;
    if (found instanceof Int32Array || found instanceof Float64Array) return Array.from(found);
    return Array.isArray(found) ? found.map(Number) : [];
  };
  return { rows: list("rows"), cols: list("cols"), values: list("values"), shape: list("shape") };
}

/** A function as it is called with all of the rest of its parameters in one array. */
export function spreadRest(call: Callable, { params }: Annotated): Callable {
  const at = params.findIndex((p) => p.rest === true);
  if (at === -1) return call;
  return (...args) => call(...args.slice(0, at), ...(Array.isArray(args[at]) ? (args[at] as readonly unknown[]) : []));
}

/** The arguments of a call, with those of the rest of the parameters in one array. */
export function collectRest(args: readonly unknown[], { params }: Annotated): readonly unknown[] {
  const at = params.findIndex((p) => p.rest === true);
  return at === -1 ? args : [...args.slice(0, at), ...missing(at - args.length), args.slice(at)];
}

const missing = (count: number): readonly undefined[] => Array.from({ length: Math.max(0, count) }, () => undefined);

const itemOf = (pair: unknown, index: number): unknown => (Array.isArray(pair) ? (pair[index] as unknown) : undefined);

function functionIn(exports: Exports, name: string): Callable {
  const found = exports[name];
  if (typeof found !== "function") throw new TypeError(`there is no function ${name}`);
  return (...args) => Reflect.apply(found, undefined, args) as unknown;
}

function reportOf(report: unknown): Report {
  const field = (name: string): unknown =>
    typeof report === "object" && report !== null ? Reflect.get(report, name) : undefined;
  return {
    ok: field("ok") === true,
    maxRelativeError: Number(field("maxRelativeError")),
    message: String(field("message")),
  };
}
