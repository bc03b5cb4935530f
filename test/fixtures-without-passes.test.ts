/** Every fixture once more without optimisation, and with each pass left out; and the same bytes in other company. */
import { describe, expect, it } from "vitest";
import { optionalPasses as passes } from "../compiler/src/optimize/index.js";
import type { CompileOptions } from "./support/compile.js";
import type { Fixture } from "./support/fixture.js";
import { compiledOf, compileFixtures, judgedFixtures, judgeFixture, report } from "./support/fixtures.js";

/** The fixtures compiled without some passes, judged as before but for the differences, which the program has not changed. */
function problemsWithout(
  fixtures: readonly Fixture[],
  without: readonly string[],
  everyMode: CompileOptions["everyMode"] = false,
): string[] {
  const outcomes = compileFixtures(fixtures, { without, everyMode });
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
    expect(problemsWithout(judgedFixtures, passes, ["grad", "value_and_grad", "vjp", "jvp", "hvp", "d2"])).toEqual([]);
  });
  // Each fixture meets every third pass, each pass every third fixture: the random programs do the rest.
  it.each(passes.map((pass, i) => [pass, i] as const))("without %s", (pass, i) => {
    const third = judgedFixtures.filter((_, position) => position % 3 === i % 3);
    expect(problemsWithout(third, [pass])).toEqual([]);
  });
});

describe("what is generated", () => {
  it("is the same whatever was compiled before", () => {
    const some = judgedFixtures.filter((_, position) => position % 3 === 0);
    const outcomes = compileFixtures(some);
    const again = compileFixtures(some.toReversed().slice(some.length / 4));
    const different = some.filter(({ path }) => {
      const first = outcomes.get(path);
      const second = again.get(path);
      return first?.kind === "compiled" && second?.kind === "compiled" && second.compiled.text !== first.compiled.text;
    });
    expect(different.map(({ name }) => name)).toEqual([]);
  });
});
