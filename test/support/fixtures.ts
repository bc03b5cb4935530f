/** Fixtures as tests use them: all of them, compiled, and everything their headers ask for judged. */
import { type Compiled, compileAll, type CompileOptions, type Outcome } from "./compile.js";
import { difference, leaves, mapLeaves, numberAt, text } from "./data.js";
import { evaluateExpression, type Exports } from "./evaluate.js";
import { type Expectation, type Fixture, readFixtures } from "./fixture.js";
import { judge, type JudgeOptions } from "./judge.js";
import { judgeSequence } from "./judge-sequence.js";
import { Tally } from "./tally.js";

export const allFixtures = readFixtures();
export const judgedFixtures = allFixtures.filter(({ cases, expectations }) => cases.length + expectations.length > 0);
const files = Object.fromEntries(allFixtures.map(({ path, source }) => [path, source]));

export const compileFixtures = (fixtures: readonly Fixture[], options: CompileOptions = {}): Map<string, Outcome> =>
  compileAll(files, { ...options, only: fixtures.map(({ path }) => path) });

/** What was compiled, or an error that says why it was not. */
export function compiledOf(outcomes: ReadonlyMap<string, Outcome>, fixture: Fixture): Compiled {
  const outcome = outcomes.get(fixture.path);
  if (outcome === undefined) throw new Error("not compiled");
  if (outcome.kind === "crashed")
    throw new Error(`${outcome.stage} failed: ${outcome.error.stack ?? outcome.error.message}`);
  if (outcome.kind === "refused") {
    const said = outcome.diagnostics.map(
      ({ code, message, span }) => `${span?.line}:${span?.column} ${code} ${message}`,
    );
    throw new Error(`refused:\n${said.join("\n")}`);
  }
  return outcome.compiled;
}

const scopeOf = ({ original, generated }: Compiled): Exports => ({ ...original, ...generated });

/** Everything the header of a fixture asks for. */
export function judgeFixture(fixture: Fixture, compiled: Compiled, how: JudgeOptions = {}): Tally {
  const tally = new Tally();
  const { without } = fixture;
  const options = { ...how, ...(without.has("differences") ? { differences: 0 } : {}), noDuals: without.has("duals") };
  const byFunction = new Map<string, (readonly unknown[])[]>();
  for (const { name, args } of fixture.cases) {
    const annotated = compiled.lowered.annotated.find(({ exportName }) => exportName === name);
    if (annotated === undefined) throw new Error(`${name} is not annotated`);
    const values = evaluateExpression(args, scopeOf(compiled));
    const list: readonly unknown[] = Array.isArray(values) ? values : [];
    byFunction.set(name, [...(byFunction.get(name) ?? []), list]);
    tally.add(judge(compiled, annotated, list, options));
  }
  for (const annotated of compiled.lowered.annotated) {
    tally.add(judgeSequence(compiled, annotated, byFunction.get(annotated.exportName) ?? []));
  }
  for (const expectation of fixture.expectations) judgeExpectation(compiled, expectation, tally);
  return tally;
}

function judgeExpectation(compiled: Compiled, { actual, relation, expected }: Expectation, tally: Tally): void {
  const scope = scopeOf(compiled);
  const found = withoutNegativeZero(evaluateExpression(actual, scope));
  const wanted = withoutNegativeZero(evaluateExpression(expected, scope));
  const exact = difference(found, wanted) === undefined;
  const close = leaves(wanted).every(({ path, value }) => {
    const got = numberAt(found, path);
    return Object.is(got, value) || Math.abs(got - value) <= 1e-12 * Math.max(1, Math.abs(value));
  });
  const holds = relation === "=" ? exact : close && leaves(found).length === leaves(wanted).length;
  tally.check("expected", holds, () => `${actual} is ${text(found)}, not ${text(wanted)}`);
}

const withoutNegativeZero = (value: unknown): unknown => mapLeaves(value, (number) => number + 0);

export const report = (tally: Tally): string =>
  tally.problems.map(({ kind, message }) => `${kind}: ${message}`).join("\n");
