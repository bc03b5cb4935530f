/** The judges of what is made of gradients: sums of them, rows of them. */
import {
  cloneData,
  difference,
  firstTime,
  leaves,
  mapLeaves,
  memberAt,
  numberAt,
  type Path,
  pathText,
  references,
  setNumber,
} from "./data.js";
import { differenceAt } from "./differences.js";
import { exportedFunction } from "./evaluate.js";
import { call, callTwice } from "./judge-call.js";
import {
  argumentPath,
  type Callable,
  compareEstimate,
  perParameter,
  type Trial,
  whereGiven,
} from "./judge-references.js";
import { withDraws } from "./limit.js";

/** At most this many rows are compared. */
const rowLimit = 12;

/** `f_accumulate` twice into something that is not zero: it must grow by two gradients; where f throws it must not change. */
export function judgeAccumulate(trial: Trial, gradient: unknown): void {
  const { compiled, annotated, args, primal, tally } = trial;
  const name = `${annotated.exportName}_accumulate`;
  const f = exportedFunction(compiled.generated, name);
  const again: Callable = exportedFunction(compiled.generated, `${annotated.exportName}_grad`);
  const expected = gradient ?? (primal.kind === "threw" ? undefined : withDraws(() => again(...cloneData(args))));
  const start = mapLeaves(expected, (_, path) => (path.length === 0 ? 0 : 0.5 * path.length));
  const into = expected === undefined ? shapeOf(annotated.wrt.map((i) => args[i])) : cloneData(start);
  const before = cloneData(into);
  // An argument that is left out leaves its place.
  const given: unknown[] = [...cloneData(args)];
  while (given.length < annotated.params.length) given.push(undefined);
  for (let round = 0; round < 2; round++) {
    const ran = call(compiled, f, [...given, into]);
    if (ran.kind === "threw" || primal.kind === "threw") {
      const wanted = primal.kind === "threw" ? `throws ${primal.thrown}` : "returns";
      const found = ran.kind === "threw" ? `throws ${ran.thrown}` : "returns";
      tally.check("throws", wanted === found, () => `${name} ${found}; ${annotated.exportName} ${wanted}`);
      const changed = difference(before, into);
      if (ran.kind === "threw")
        tally.check("accumulate", changed === undefined, () => `${name} throws, and has changed into: ${changed}`);
      return;
    }
    const wrong = difference(ran.value, primal.value);
    tally.check("value", wrong === undefined, () => `the value of ${name}: ${wrong}`);
    const printed = difference(ran.printed, primal.printed);
    tally.check("output", printed === undefined, () => `${name} prints something else, ${printed}`);
  }
  const changed = difference(given.slice(0, args.length), cloneData(args));
  tally.check("arguments", changed === undefined, () => `${name} changed its arguments, ${changed}`);
  const size = Math.max(1, ...leaves(expected).map(({ value }) => (Number.isFinite(value) ? Math.abs(value) : 0)));
  for (const { path, value } of leaves(expected)) {
    const wanted = numberAt(start, path) + 2 * value;
    const found = numberAt(into, path);
    const isSingle = memberAt(into, path.slice(0, -1)) instanceof Float32Array;
    const close = Object.is(found, wanted) || Math.abs(found - wanted) <= (isSingle ? 1e-5 : 1e-11) * size;
    tally.check(
      "accumulate",
      close || (Number.isNaN(found) && Number.isNaN(wanted)),
      () => `${name} makes ${pathText(path)} ${found}, not ${wanted}`,
    );
  }
}

/** Something of the shape of the arguments, for functions that throw. */
const shapeOf = (args: readonly unknown[]): unknown => {
  const shapes = args.map((arg) => mapLeaves(arg, () => 7));
  return shapes.length === 1 ? shapes[0] : shapes;
};

/** Each gradient in `f_jacobian` against the pullback of a seed that is 1 at that number of the result. */
export function judgeJacobian(trial: Trial): void {
  const { compiled, annotated, args, primal, tally, random } = trial;
  const name = `${annotated.exportName}_jacobian`;
  const jacobian = callTwice(trial, "jacobian");
  if (primal.kind === "threw") return;
  const numbers = leaves(mapLeaves(primal.value, (value) => value));
  if (!annotated.modes.includes("vjp")) return;
  const result: unknown = withDraws(() =>
    exportedFunction(compiled.generated, `${annotated.exportName}_vjp`)(...cloneData(args)),
  );
  const [, pullback]: readonly unknown[] = Array.isArray(result) ? result : [];
  if (typeof pullback !== "function") return;
  const chosen = numbers.length <= rowLimit ? numbers : random.shuffle(numbers).slice(0, rowLimit);
  for (const { path } of chosen) {
    const seed = mapLeaves(primal.value, (_, other) => (pathText(other) === pathText(path) ? 1 : 0));
    const row: unknown = Reflect.apply(pullback, undefined, [seed]);
    const found = memberAt(jacobian, path);
    // What is declared to be constant is left out.
    if (found === undefined)
      tally.check(
        "jacobian",
        leaves(row).every(({ value }) => value === 0),
        () => `${name} has nothing at ${pathText(path)}`,
      );
    else tally.compare("jacobian", `${name} at ${pathText(path)}: `, found, row, 1e-11);
  }
  const rows = numbers.map(({ path }) => memberAt(jacobian, path)).filter((row) => row !== undefined);
  const count = leaves(jacobian).length;
  const expected = rows.reduce<number>((sum, row) => sum + leaves(row).length, 0);
  tally.check("shape", count === expected, () => `${name} has ${count} numbers, not ${expected}`);
  const seen = new Set<unknown>();
  for (const reference of rows.flatMap((row) => [...references(row)])) {
    tally.check("fresh", !seen.has(reference), () => `rows of ${name} share memory`);
    seen.add(reference);
  }
}

/** One number of the arguments, by the position among those that are differentiated and the place in it. */
interface Unknown {
  readonly block: number;
  readonly path: Path;
}

/** `f_hessian` is symmetric, and each of its rows is the difference of gradients. */
export function judgeHessian(trial: Trial): void {
  const { compiled, annotated, args, primal, tally, random } = trial;
  const name = `${annotated.exportName}_hessian`;
  const hessian = callTwice(trial, "hessian");
  if (primal.kind === "threw") return;
  const grad = exportedFunction(compiled.generated, `${annotated.exportName}_grad`);
  const placeOf = ({ block, path }: Unknown): Path => argumentPath(annotated, [block, ...path]);
  const gradientAt = (...values: readonly unknown[]): readonly unknown[] =>
    perParameter(
      annotated,
      withDraws(() => grad(...cloneData(values))),
    );
  const unknowns = leaves(whereGiven(trial, gradientAt(...args)))
    .map(({ path: [block, ...path] }): Unknown => ({ block: Number(block), path }))
    // A tuple keeps the place of a text or a boolean, with a number nobody reads.
    .filter((p) => !["string", "boolean"].includes(typeof memberAt(args, placeOf(p))));
  const isOne = annotated.wrt.length === 1;
  const entry = (p: Unknown, q: Unknown, made = hessian): number =>
    numberAt(made, [...(isOne ? [] : [p.block, q.block]), ...p.path, ...q.path]);
  const chosen = unknowns.length <= rowLimit ? unknowns : random.shuffle(unknowns).slice(0, rowLimit);
  const entries = chosen.map((p) => unknowns.map((q) => entry(p, q)));
  const size = Math.max(1, ...entries.flat().map((x) => (Number.isFinite(x) ? Math.abs(x) : 0)));
  const isNew = firstTime(args);
  const isShared = unknowns.some((p) => !isNew(placeOf(p)));
  chosen.forEach((p, row) => {
    unknowns.forEach((q, column) => {
      const [one, other] = [entries[row]?.[column] ?? NaN, entry(q, p)];
      if (!Number.isFinite(one) && !Number.isFinite(other)) return;
      // What is shared is several places of one number: the rows belong to it, the columns to the places.
      if (isShared) return;
      tally.check(
        "symmetry",
        Math.abs(one - other) <= 1e-9 * size || isSingle(args),
        () => `${name} at ${where(p)}, ${where(q)} is ${one}, the other way round ${other}`,
      );
    });
    const place = placeOf(p);
    if (isShared || typeof memberAt(args, place) !== "number" || isSingle(args) || trial.options.differences === 0)
      return;
    const weights = unknowns.map(() => random.real(-1, 1));
    const weighed = (gradient: unknown): number =>
      unknowns.reduce((sum, q, k) => sum + (weights[k] ?? 0) * numberAt(gradient, [q.block, ...q.path]), 0);
    const found = (entries[row] ?? []).reduce((sum, x, k) => sum + (weights[k] ?? 0) * x, 0);
    const beside = (t: number): number => {
      const moved = cloneData(args);
      setNumber(moved, place, numberAt(args, place) + t);
      const there: unknown = withDraws(() => exportedFunction(compiled.generated, name)(...moved));
      return unknowns.reduce((sum, q, k) => sum + (weights[k] ?? 0) * entry(p, q, there), 0);
    };
    const quiet = (...values: readonly unknown[]): number => {
      try {
        return weighed(gradientAt(...values));
      } catch {
        return NaN;
      }
    };
    compareEstimate(
      tally,
      `${name}, row ${where(p)} by differences of gradients:`,
      found,
      differenceAt(quiet, args, place),
      size,
      beside,
    );
  });
}

const where = ({ block, path }: Unknown): string => pathText([block, ...path]);

const isSingle = (args: readonly unknown[]): boolean =>
  [...references(args)].some((reference) => reference instanceof Float32Array);
