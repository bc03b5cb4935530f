/** One function at one point: every generated mode against differences. */
import type { Annotated, LoweredFile, Mode } from "../frontend/lowered.js";
import { orderOf } from "../frontend/lowered.js";
import type { Exports } from "./modules.js";
import type { Point } from "./points.js";
import { directionFor, randomNumbers } from "./values.js";

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
    const report = checkOnce(subject, mode, point, scale);
    return report === undefined ? undefined : { mode, ...report };
  } catch (error) {
    const message = `${mode} throws ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
    return { mode, ok: false, maxRelativeError: Infinity, message };
  }
}

type Report = Omit<Checked, "mode">;

function checkOnce(subject: Subject, mode: Mode, point: Point, scale: number): Report | undefined {
  const { annotated, call, lowered, tolerance } = subject;
  const made = (name: string): Callable => functionIn(subject.generated, `${annotated.exportName}_${name}`);
  const check = (name: string): Callable => functionIn(subject.runtime, name);
  const args = complete(point(), annotated);
  const { wrt } = annotated;
  const options = { scale, wrt, ...(tolerance === undefined ? {} : { tolerance }) };
  const params = lowered.program.funcs.get(annotated.func)?.body.params ?? [];
  const next = randomNumbers(7);
  const directions = (number: () => number): unknown[] =>
    wrt.map((i) => {
      const param = params[i];
      return param === undefined ? undefined : directionFor(param.type, lowered.program.records, args[i], number);
    });
  const generated = made(mode);
  switch (mode) {
    case "grad":
      return reportOf(check("checkGradient")(call, generated, args, options));
    case "value_and_grad":
      return reportOf(
        check("checkGradient")(call, (...own: readonly unknown[]) => itemOf(generated(...own), 1), args, options),
      );
    case "vjp":
      return reportOf(check("checkVjp")(call, generated, args, options));
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
    case "jacobian":
      return isSparse(generated(...args))
        ? undefined
        : reportOf(check("checkJacobian")(call, generated, args, options));
    case "hvp": {
      const vectors = directions(() => 2 * next() - 1);
      return reportOf(check("checkHvp")(made("grad"), generated, args, { ...options, vectors }));
    }
    case "hessian":
      return isSparse(generated(...args))
        ? undefined
        : reportOf(check("checkHessian")(made("grad"), generated, args, options));
    default: {
      const order = orderOf(mode) ?? 2;
      const before = order === 2 ? made("grad") : made(`d${order - 1}`);
      return reportOf(check("checkGradient")(before, generated, args, options));
    }
  }
}

/** Every parameter, as tangents and the like come after them; what an example leaves out is `undefined`. */
function complete(args: readonly unknown[], { params }: Annotated): readonly unknown[] {
  const fixed = params.filter((p) => p.rest !== true).length;
  return [...args, ...Array.from({ length: Math.max(0, fixed - args.length) }, () => undefined)];
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

const isSparse = (matrix: unknown): boolean =>
  typeof matrix === "object" && matrix !== null && "rows" in matrix && "columns" in matrix && "values" in matrix;

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
