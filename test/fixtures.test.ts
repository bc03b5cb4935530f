/** Every fixture: compiled, type-checked, run in every mode and judged. A folder at a time, so that one fixture is quick to run. */
import { beforeAll, describe, expect, it } from "vitest";
import { generatedPath, type Outcome } from "./support/compile.js";
import { allFixtures, compiledOf, compileFixtures, judgedFixtures, judgeFixture, report } from "./support/fixtures.js";
import { typeCheck } from "./support/type-check.js";

const folderOf = (name: string): string => name.slice(0, name.indexOf("/"));
const sound = Object.fromEntries(
  allFixtures.filter(({ errors }) => errors.length === 0).map(({ path, source }) => [path, source]),
);

describe.each([...new Set(judgedFixtures.map(({ name }) => folderOf(name)))])("fixtures of %s", (folder) => {
  const fixtures = judgedFixtures.filter(({ name }) => folderOf(name) === folder);
  let outcomes: Map<string, Outcome>;
  beforeAll(() => {
    outcomes = compileFixtures(fixtures, { verifyEach: true, everyMode: true });
  });

  it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))("%s", (_, fixture) => {
    expect(report(judgeFixture(fixture, compiledOf(outcomes, fixture)))).toBe("");
  });

  it("type-check under the strictest settings", () => {
    const made = [...outcomes.values()].flatMap((outcome) => (outcome.kind === "compiled" ? [outcome.compiled] : []));
    const texts = Object.fromEntries(made.map(({ path, text }) => [generatedPath(path), text]));
    // A source may be laxer than the strictest settings; what is generated from it may not.
    expect(typeCheck({ ...sound, ...texts }, Object.keys(texts))).toEqual([]);
  });
});
