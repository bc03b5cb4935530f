/**
 * Judges the generated functions of one annotated function at one set of arguments. What they return is compared with the
 * user's own function (value, exceptions, output), with dual numbers run through the lowered IR, with extrapolated
 * differences of the user's function, and with the contract: arguments unchanged, results fresh, same bits again.
 */
import type { Annotated } from "../../compiler/src/frontend/lowered.js";
import type { Compiled } from "./compile.js";
import {
  cloneData,
  difference,
  firstTime,
  leaves,
  mapLeaves,
  memberAt,
  numberAt,
  type Path,
  references,
  setNumber,
  text,
} from "./data.js";
import { exportedFunction } from "./evaluate.js";
import { jvp, type JsValue } from "./interpret.js";
import { call, callGenerated, callTwice, checkFresh, run } from "./judge-call.js";
import { judgeAccumulate, judgeHessian, judgeJacobian } from "./judge-higher.js";
import {
  againstDifferences,
  argumentPath,
  type Callable,
  dualReference,
  type JudgeOptions,
  perParameter,
  type Trial,
  whereGiven,
  withDefaults,
  isTooDeep,
} from "./judge-references.js";
import { judgeHessianVector, judgeHigher, judgeTangent } from "./judge-tangents.js";
import { withDraws } from "./limit.js";
import { Random } from "./random.js";
import { Tally } from "./tally.js";

export type { JudgeOptions } from "./judge-references.js";

/** Every judge on every mode of `annotated` at `args`. */
export function judge(
  compiled: Compiled,
  annotated: Annotated,
  args: readonly unknown[],
  options: JudgeOptions = {},
): Tally {
  const tally = new Tally();
  const original = exportedFunction(compiled.original, annotated.exportName);
  const primal = run(compiled, original, args);
  if (primal.kind === "threw" && isTooDeep(primal.thrown)) {
    tally.skipped++;
    return tally;
  }
  const trial: Trial = { compiled, annotated, args, primal, tally, random: new Random(options.seed ?? 1), options };
  const gradient = annotated.modes.includes("grad") ? judgeGradient(trial) : undefined;
  if (annotated.modes.includes("value_and_grad")) judgeValueAndGradient(trial, gradient);
  if (annotated.modes.includes("vjp")) judgePullback(trial, gradient);
  if (annotated.modes.includes("jvp")) judgeTangent(trial, gradient);
  if (annotated.modes.includes("hvp")) judgeHessianVector(trial, gradient);
  if (annotated.modes.some((mode) => /^d\d+$/.test(mode))) judgeHigher(trial);
  if (annotated.modes.includes("accumulate")) judgeAccumulate(trial, gradient);
  if (annotated.modes.includes("jacobian")) judgeJacobian(trial);
  if (annotated.modes.includes("hessian")) judgeHessian(trial);
  return tally;
}

function judgeGradient(trial: Trial): unknown {
  const result = callTwice(trial, "grad");
  if (trial.primal.kind === "threw") return undefined;
  const { annotated, tally } = trial;
  const name = `${annotated.exportName}_grad`;
  const found = whereGiven(trial, perParameter(annotated, result));
  if (annotated.wrt.length > 1)
    tally.check("shape", found.length === annotated.wrt.length, () => `${name} returns ${text(result)}`);
  const duals = dualReference(trial, 1);
  if (duals !== undefined) tally.compare("duals", `${name} by dual numbers: `, found, duals);
  const original = exportedFunction(trial.compiled.original, annotated.exportName);
  againstDifferences(trial, name, found, (...args) => Number(withDraws(() => original(...args))));
  return result;
}

function judgeValueAndGradient(trial: Trial, gradient: unknown): void {
  const { annotated, primal, tally } = trial;
  const name = `${annotated.exportName}_value_and_grad`;
  const result = callTwice(trial, "value_and_grad");
  if (primal.kind === "threw" || !Array.isArray(result)) return;
  const [value, found]: readonly unknown[] = result;
  const wrong = difference(value, primal.value);
  tally.check("value", wrong === undefined, () => `the value of ${name}: ${wrong}`);
  if (gradient !== undefined) tally.compare("value_and_grad", `${name} against grad: `, found, gradient, 1e-12);
}

function judgePullback(trial: Trial, gradient: unknown): void {
  const { compiled, annotated, args, primal, tally, random } = trial;
  const name = `${annotated.exportName}_vjp`;
  if (callGenerated(trial, "vjp") === undefined || primal.kind === "threw") return;
  // Again, with our hands on the arguments: they are overwritten before the pullback runs.
  const given = cloneData(args);
  const ran = call(compiled, exportedFunction(compiled.generated, name), given);
  if (ran.kind === "threw" || !Array.isArray(ran.value))
    return tally.problem("throws", `${name} fails the second time`);
  const [value, pullback]: readonly unknown[] = ran.value;
  const wrong = difference(value, primal.value);
  tally.check("value", wrong === undefined, () => `the value of ${name}: ${wrong}`);
  if (typeof pullback !== "function") return tally.problem("shape", `${name} gives no pullback`);
  scramble(given);
  scramble(value);
  const pull: Callable = (...seeds) => (pullback as Callable)(...seeds);
  const seeds = [0, 1].map(() => mapLeaves(primal.value, () => random.real(0.5, 1.5) * (random.chance(0.5) ? 1 : -1)));
  const pulled = seeds.map((seed) => pullOnce(trial, name, pull, seed));
  pulled.forEach((found, i) => judgePulled(trial, name, found, seeds[i], i));
  const again = pullOnce(trial, name, pull, seeds[0]);
  const changed = difference(pulled[0], again);
  tally.check(
    "repeatable",
    changed === undefined,
    () => `the pullback of ${name} gives something else the third time, ${changed}`,
  );
  checkFresh(trial, `the pullback of ${name}`, again, references(pulled), "an earlier result");
  if (gradient !== undefined)
    tally.compare("vjp", `${name} with seed 1 against grad: `, pullOnce(trial, name, pull, 1), gradient);
}

function pullOnce(trial: Trial, name: string, pull: Callable, seed: unknown): unknown {
  const given = cloneData(seed);
  const ran = call(trial.compiled, pull, [given]);
  if (ran.kind === "threw") {
    trial.tally.problem("throws", `the pullback of ${name} throws ${ran.thrown}`);
    return undefined;
  }
  trial.tally.check("output", difference(ran.printed, []) === undefined, () => `the pullback of ${name} prints`);
  const changed = difference(given, seed);
  trial.tally.check("arguments", changed === undefined, () => `the pullback of ${name} changed its seed, ${changed}`);
  return ran.value;
}

/** One pulled-back seed: number by number for the first, the dot product with one direction for the others. */
function judgePulled(trial: Trial, name: string, pulled: unknown, seed: unknown, round: number): void {
  const { compiled, annotated, args, tally, random, options } = trial;
  const found = whereGiven(trial, perParameter(annotated, pulled));
  if (round === 0) {
    const duals = dualReference(trial, seed);
    if (duals !== undefined) tally.compare("duals", `${name} by dual numbers: `, found, duals);
    const original = exportedFunction(compiled.original, annotated.exportName);
    const weights = leaves(seed);
    const weighed = (...values: readonly unknown[]): number => {
      const result = withDraws(() => original(...values));
      return weights.reduce((sum, { path, value }) => sum + value * numberAt(result, path), 0);
    };
    if (!annotated.modes.includes("grad")) againstDifferences(trial, name, found, weighed);
    return;
  }
  if (options.noDuals === true) return;
  const isNew = firstTime(args);
  // A direction for each place: what is shared is moved once.
  const direction = args.map((arg, i) =>
    annotated.wrt.includes(i) ? mapLeaves(arg, (_, path) => (isNew([i, ...path]) ? random.real(-1, 1) : 0)) : undefined,
  );
  const full = cloneData(withDefaults(annotated, args)) as JsValue[];
  const { tangents } = withDraws(() =>
    jvp(compiled.lowered.program, annotated.func, full, direction as JsValue[], { scope: compiled.original }),
  );
  const forward = leaves(seed).reduce((sum, { path, value }) => sum + value * tangentAt(tangents[0], path), 0);
  // A parameter that is omitted has a gradient at its default, but no direction.
  const terms = leaves(found)
    .map(({ path, value }) => ({ path: argumentPath(annotated, path), value }))
    .filter(({ path }) => typeof memberAt(args, path) === "number")
    .map(({ path, value }) => value * numberAt(direction, path));
  const reverse = terms.reduce((sum, term) => sum + term, 0);
  const size = terms.reduce((sum, term) => sum + Math.abs(term), 1);
  if (!Number.isFinite(forward)) tally.skipped++;
  else {
    const close = Math.abs(forward - reverse) <= 2e-11 * size || holdsSingles(args);
    tally.check("dot product", close, () => `${name}: ⟨w, Jv⟩ is ${forward}, ⟨Jᵀw, v⟩ is ${reverse}`);
  }
}

const tangentAt = (tangent: unknown, path: Path): number => numberAt(tangent, path);

/** Gradients of a `Float32Array` may be rounded. */
const holdsSingles = (args: readonly unknown[]): boolean =>
  [...references(args)].some((reference) => reference instanceof Float32Array);

/** Overwrites every number in place. */
function scramble(value: unknown): void {
  for (const { path } of leaves(value)) if (path.length > 0) setNumber(value, path, 1e3 + path.length);
}
