/** Every fixture: compiled, type-checked, run and judged; with optimisation, without any, and with passes left out. */
import { beforeAll, describe, expect, it } from "vitest";
import { optionalPasses } from "../compiler/src/optimize/index.js";
import { compileAll, generatedPath, type Compiled, type CompileOptions, type Outcome } from "./support/compile.js";
import { difference, leaves, mapLeaves, numberAt, text } from "./support/data.js";
import { evaluateExpression, type Exports } from "./support/evaluate.js";
import { type Expectation, type Fixture, readFixtures } from "./support/fixture.js";
import { judge, type JudgeOptions } from "./support/judge.js";
import { judgeSequence } from "./support/judge-sequence.js";
import { Tally } from "./support/tally.js";
import { typeCheck } from "./support/type-check.js";

const all = readFixtures();
const judged = all.filter(({ cases, expectations }) => cases.length + expectations.length > 0);
const refused = all.filter(({ errors }) => errors.length > 0);
const files = Object.fromEntries(all.map(({ path, source }) => [path, source]));
const passes = optionalPasses;

const compile = (fixtures: readonly Fixture[], options: CompileOptions = {}): Map<string, Outcome> =>
  compileAll(files, { ...options, only: fixtures.map(({ path }) => path) });

function compiledOf(outcomes: ReadonlyMap<string, Outcome>, fixture: Fixture): Compiled {
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
function judgeFixture(fixture: Fixture, compiled: Compiled, how: JudgeOptions = {}): Tally {
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

const report = (tally: Tally): string => tally.problems.map(({ kind, message }) => `${kind}: ${message}`).join("\n");

describe("fixtures", () => {
  let outcomes: Map<string, Outcome>;
  beforeAll(() => {
    outcomes = compile(judged, { verifyEach: true });
  });
  it.each(judged.map((fixture) => [fixture.name, fixture] as const))("%s", (_, fixture) => {
    expect(report(judgeFixture(fixture, compiledOf(outcomes, fixture)))).toBe("");
  });

  it("type-check under the strictest settings", () => {
    const made = [...outcomes.values()].flatMap((outcome) => (outcome.kind === "compiled" ? [outcome.compiled] : []));
    const texts = Object.fromEntries(made.map(({ path, text: generated }) => [generatedPath(path), generated]));
    const sound = Object.fromEntries(
      all.filter(({ errors }) => errors.length === 0).map(({ path, source }) => [path, source]),
    );
    // A source may be laxer than the strictest settings; what is generated from it may not.
    expect(typeCheck({ ...sound, ...texts }).filter((error) => error.includes("_grad.ts"))).toEqual([]);
  });

  it("give the same bytes whatever was compiled before", () => {
    const again = compile(judged.toReversed());
    const different = judged.filter((fixture) => {
      const first = outcomes.get(fixture.path);
      const second = again.get(fixture.path);
      return first?.kind === "compiled" && second?.kind === "compiled" && second.compiled.text !== first.compiled.text;
    });
    expect(different.map(({ name }) => name)).toEqual([]);
  });
});

/** The fixtures compiled without some passes, judged as before but for the differences, which the program has not changed. */
function problemsWithout(fixtures: readonly Fixture[], without: readonly string[]): string[] {
  const outcomes = compile(fixtures, { without });
  return fixtures.flatMap((fixture) => {
    try {
      const problems = report(judgeFixture(fixture, compiledOf(outcomes, fixture), { differences: 0 }));
      return problems === "" ? [] : [`${fixture.name}: ${problems}`];
    } catch (error) {
      return [`${fixture.name}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

describe("fixtures agree with the judges", () => {
  it("without any optimisation", () => {
    expect(problemsWithout(judged, passes)).toEqual([]);
  });
  // Each fixture meets every third pass, each pass every third fixture: the random programs do the rest.
  it.each(passes.map((pass, i) => [pass, i] as const))("without %s", (pass, i) => {
    const third = judged.filter((_, position) => position % 3 === i % 3);
    expect(problemsWithout(third, [pass])).toEqual([]);
  });
});

describe("refused fixtures", () => {
  let outcomes: Map<string, Outcome>;
  beforeAll(() => {
    outcomes = compile(refused);
  });
  it.each(refused.map((fixture) => [fixture.name, fixture] as const))("%s", (_, fixture) => {
    const outcome = outcomes.get(fixture.path);
    if (outcome?.kind === "crashed") throw outcome.error;
    const found = outcome?.kind === "refused" ? outcome.diagnostics.filter(({ category }) => category === "error") : [];
    const places = found.map(({ code, span }) => ({ code, line: span?.line, column: span?.column }));
    expect(places).toEqual(fixture.errors);
  });
});
