/**
 * Judges the forward modes: `jvp` against dual numbers and the gradient, `hvp` against differences of the gradient and its
 * own symmetry, `d2` and `d3` against differences of the derivative below.
 */
import { cloneData, difference, firstTime, leaves, memberAt, members, numberAt, type Path, setNumber } from "./data.js";
import { differenceAlong, differenceAt } from "./differences.js";
import { exportedFunction } from "./evaluate.js";
import { jvp, type JsValue } from "./interpret.js";
import { callsDerivatives, callTwice, positional } from "./judge-call.js";
import {
  argumentPath,
  type Callable,
  isSingledOut,
  perParameter,
  thrownText,
  type Trial,
  withDefaults,
} from "./judge-references.js";
import { withDraws } from "./limit.js";

/** One tangent for each differentiated parameter: of what the arguments share, one. */
export function randomTangents(trial: Trial): readonly unknown[] {
  const { annotated, args, random } = trial;
  const moved: unknown[] = [...cloneData(args)];
  const isNew = firstTime(moved);
  annotated.wrt.forEach((i) => {
    if (typeof moved[i] === "number") moved[i] = random.real(-1, 1);
    else
      for (const { path } of leaves(moved[i])) if (isNew([i, ...path])) setNumber(moved[i], path, random.real(-1, 1));
  });
  // A parameter that takes its default has a tangent all the same.
  return annotated.wrt.map((i) =>
    args[i] === undefined && annotated.params[i]?.default !== undefined ? ofDefault(trial, i) : moved[i],
  );
}

function ofDefault(trial: Trial, i: number): unknown {
  const value = cloneData(withDefaults(trial.annotated, trial.args)[i]);
  if (typeof value === "number") return trial.random.real(-1, 1);
  for (const { path } of leaves(value)) setNumber(value, path, trial.random.real(-1, 1));
  return value;
}

/** The directions of all arguments that dual numbers take: each place once. */
function directions(trial: Trial, tangents: readonly unknown[]): unknown[] {
  const { annotated } = trial;
  const args = withDefaults(annotated, trial.args);
  const isNew = firstTime(args);
  const direction: unknown[] = args.map(() => undefined);
  annotated.wrt.forEach((i, k) => {
    direction[i] = onlyNew(tangents[k], (path) => isNew([i, ...path]), []);
  });
  return direction;
}

function onlyNew(value: unknown, isNew: (path: Path) => boolean, path: Path): unknown {
  if (typeof value === "number") return isNew(path) ? value : 0;
  if (Array.isArray(value)) return value.map((item: unknown, i) => onlyNew(item, isNew, [...path, i]));
  if (ArrayBuffer.isView(value))
    return Float64Array.from(members(value), ([i, item]) => (isNew([...path, i]) ? Number(item) : 0));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(members(value).map(([key, item]) => [key, onlyNew(item, isNew, [...path, key])]));
}

/** `jvp` in a random direction. */
export function judgeTangent(trial: Trial, gradient: unknown): void {
  const { annotated, primal, tally } = trial;
  const name = `${annotated.exportName}_jvp`;
  const tangents = randomTangents(trial);
  const result = callTwice(trial, "jvp", tangents);
  if (primal.kind === "threw" || result === undefined) return;
  if (!Array.isArray(result)) return tally.problem("shape", `${name} returns no pair`);
  const [value, tangent]: readonly unknown[] = result;
  const isNested = callsDerivatives(trial);
  const wrong = isNested ? undefined : difference(value, primal.value);
  tally.check("value", wrong === undefined, () => `the value of ${name}: ${wrong}`);
  if (isNested) tally.compare("value", `the value of ${name}: `, value, primal.value, 1e-14);
  if (trial.options.noDuals === true) {
    const pairs = gradient === undefined ? undefined : dot(trial, gradient, tangents);
    if (pairs !== undefined && Number.isFinite(pairs.sum)) {
      const isRounded = leaves(tangents).some(
        ({ path }) => memberAt(tangents, path.slice(0, -1)) instanceof Float32Array,
      );
      const close = Math.abs(Number(tangent) - pairs.sum) <= (isRounded ? 1e-6 : 1e-10) * pairs.size;
      tally.check("jvp", close, () => `${name} is ${String(tangent)}, the gradient says ${pairs.sum}`);
    }
    return;
  }
  const wanted = tangentByDuals(trial, tangents);
  if (wanted === undefined) return;
  // Of what has no derivative (a constant member, say) dual numbers have a zero and the tangent has nothing.
  for (const { path } of leaves(tangent))
    tally.check(
      "jvp: shape",
      memberAt(value, path) !== undefined,
      () => `${name} has a tangent of nothing at ${path.join(".")}`,
    );
  const scale = Math.max(1, ...leaves(wanted).map((leaf) => (Number.isFinite(leaf.value) ? Math.abs(leaf.value) : 0)));
  for (const leaf of leaves(wanted)) {
    const found = memberAt(tangent, leaf.path);
    if (!Number.isFinite(leaf.value)) tally.skipped++;
    else if (leaf.value !== 0 || found !== undefined) {
      const isSingle = memberAt(tangent, leaf.path.slice(0, -1)) instanceof Float32Array;
      const close =
        Math.abs(Number(found) - leaf.value) <= (isSingle ? 2e-7 : 1e-11) * (Math.abs(leaf.value) + 0.1 * scale);
      tally.check(
        "jvp",
        close,
        () => `${name} by dual numbers: ${leaf.path.join(".")} is ${String(found)}, not ${leaf.value}`,
      );
    }
  }
}

function tangentByDuals(trial: Trial, tangents: readonly unknown[]): unknown {
  const { compiled, annotated, args } = trial;
  const full = cloneData(withDefaults(annotated, args)) as JsValue[];
  try {
    return withDraws(() =>
      jvp(compiled.lowered.program, annotated.func, full, directions(trial, tangents) as JsValue[], {
        scope: compiled.original,
        fuel: 20_000_000,
      }),
    ).tangents[0];
  } catch (error) {
    trial.tally.problem("duals: failed", `the interpreter fails on ${annotated.exportName}: ${thrownText(error)}`);
    return undefined;
  }
}

/** A gradient times tangents, and the size of the terms. */
function dot(
  trial: Trial,
  gradient: unknown,
  tangents: readonly unknown[],
): { readonly sum: number; readonly size: number } {
  const numbers = perParameter(trial.annotated, gradient);
  // Where arguments share, the gradient of all their places may be one.
  const isNew = firstTime(numbers);
  const terms = leaves(numbers)
    .filter(({ path }) => isNew(path))
    .map(({ path, value }) => value * (numberAt(tangents, path) || 0));
  return {
    sum: terms.reduce((a, b) => a + b, 0),
    size: terms.reduce((a, b) => a + Math.abs(b), 1),
  };
}

/** `hvp` in two random directions. */
export function judgeHessianVector(trial: Trial, gradient: unknown): void {
  const { annotated, args, compiled, primal, tally } = trial;
  const name = `${annotated.exportName}_hvp`;
  const [u, v] = [randomTangents(trial), randomTangents(trial)];
  const result = callTwice(trial, "hvp", v);
  if (primal.kind === "threw" || result === undefined) return;
  if (!Array.isArray(result)) return tally.problem("shape", `${name} returns no pair`);
  const [grad, hv]: readonly unknown[] = result;
  const numbers = leaves(gradient);
  // Where the function has no derivative it has no second one.
  if (gradient === undefined || numbers.some(({ value }) => !Number.isFinite(value))) {
    tally.skipped++;
    return;
  }
  tally.compare("hvp: gradient", `${name}[0] against grad: `, grad, gradient, 1e-10);
  tally.check(
    "hvp: shape",
    leaves(hv).length === leaves(grad).length,
    () => `${name} has ${leaves(hv).length} numbers`,
  );
  const uHv = dot(trial, hv, u);
  const other: unknown = withDraws(() =>
    exportedFunction(compiled.generated, name)(...cloneData([...positional(trial, args), ...u])),
  );
  const vHu = dot(trial, Array.isArray(other) ? other[1] : undefined, v);
  if (!Number.isFinite(uHv.sum) || !Number.isFinite(vHu.sum)) {
    tally.skipped++;
    return;
  }
  const close = Math.abs(uHv.sum - vHu.sum) <= 1e-9 * (uHv.size + vHu.size);
  const isRounded = leaves(hv).some(({ path }) => memberAt(hv, path.slice(0, -1)) instanceof Float32Array);
  if (!isRounded) tally.check("hvp: symmetry", close, () => `${name}: u·Hv is ${uHv.sum}, v·Hu is ${vHu.sum}`);
  if (trial.options.differences === 0 || isRounded) return;
  againstGradients(trial, name, u, v, uHv, hv);
}

/** u·Hv as the slope of u·∇f along v. */
function againstGradients(
  trial: Trial,
  name: string,
  u: readonly unknown[],
  v: readonly unknown[],
  found: { readonly sum: number; readonly size: number },
  hv: unknown,
): void {
  const { annotated, compiled, tally } = trial;
  const args = withDefaults(annotated, trial.args);
  const gradientOf = exportedFunction(compiled.generated, `${annotated.exportName}_grad`);
  const isNew = firstTime(args);
  // What has no gradient is a constant.
  const along = leaves(perParameter(annotated, hv))
    .map(({ path }) => ({ path: argumentPath(annotated, path), value: numberAt(v, path) }))
    .filter(({ path }) => typeof memberAt(args, path) === "number" && isNew(path));
  if (along.some(({ path }) => memberAt(args, path.slice(0, -1)) instanceof Float32Array)) {
    tally.skipped++;
    return;
  }
  const slope = (...values: readonly unknown[]): number => {
    try {
      return dot(
        trial,
        withDraws(() => gradientOf(...values)),
        u,
      ).sum;
    } catch {
      return NaN;
    }
  };
  const estimate = differenceAlong(slope, args, along);
  if (!estimate.smooth) {
    tally.skipped++;
    return;
  }
  const allowed = 1e-5 * (Math.abs(estimate.value) + 0.01 * found.size) + 20 * estimate.error + 1e-7;
  const isClose = (value: unknown): boolean => Math.abs(Number(value) - estimate.value) <= allowed;
  const beside = (t: number): unknown => {
    const moved: unknown[] = [...cloneData(args)];
    along.forEach(({ path, value }) => {
      const at = numberAt(args, path) + t * value;
      if (path.length === 1) moved.splice(Number(path[0]), 1, at);
      else setNumber(moved, path, at);
    });
    const result: unknown = withDraws(() =>
      exportedFunction(compiled.generated, name)(...positional(trial, moved), ...cloneData(v)),
    );
    return Array.isArray(result) ? dot(trial, result[1], u).sum : NaN;
  };
  tally.check(
    "hvp",
    isClose(found.sum) || isSingledOut(beside, isClose),
    () => `${name}: u·Hv is ${found.sum}, by differences ${estimate.value} (± ${estimate.error})`,
  );
}

/** `d2`, `d3`, …: each the slope of the one before. */
export function judgeHigher(trial: Trial): void {
  const { annotated, args, compiled, primal, tally } = trial;
  const position = annotated.wrt[0] ?? 0;
  let below: Callable = exportedFunction(compiled.generated, `${annotated.exportName}_grad`);
  const orders = annotated.modes.filter((m) => /^d\d+$/.test(m)).map((m) => Number(m.slice(1)));
  let known = 1;
  for (const order of orders.sort((a, b) => a - b)) {
    const mode = `d${order}` as const;
    const name = `${annotated.exportName}_${mode}`;
    const found = callTwice(trial, mode);
    const lower = below;
    below = exportedFunction(compiled.generated, name);
    // Where the one before is not there, the expectations of the fixture have to do.
    const isNext = order === known + 1;
    known = order;
    if (!isNext) continue;
    if (primal.kind === "threw" || typeof args[position] !== "number" || trial.options.differences === 0) continue;
    const slope = (...values: readonly unknown[]): number => {
      try {
        return Number(withDraws(() => lower(...values)));
      } catch {
        return NaN;
      }
    };
    const estimate = differenceAt(slope, args, [position]);
    if (!estimate.smooth || !Number.isFinite(Number(found))) {
      tally.skipped++;
      continue;
    }
    const allowed = 1e-5 * Math.abs(estimate.value) + 20 * estimate.error + 1e-7;
    const isClose = (value: unknown): boolean => Math.abs(Number(value) - estimate.value) <= allowed;
    const beside = (t: number): unknown =>
      withDraws(() => below(...args.map((arg, i) => (i === position ? Number(arg) + t : cloneData(arg)))));
    tally.check(
      mode,
      isClose(found) || isSingledOut(beside, isClose),
      () => `${name} is ${String(found)}, by differences ${estimate.value} (± ${estimate.error})`,
    );
  }
}
