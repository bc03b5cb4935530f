/** Every refused fixture: exactly these diagnostics, at exactly these places. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Outcome } from "./support/compile.js";
import { allFixtures, compileFixtures } from "./support/fixtures.js";

const refused = allFixtures.filter(({ errors }) => errors.length > 0);

describe("refused fixtures", () => {
  let outcomes: Map<string, Outcome>;
  beforeAll(() => {
    outcomes = compileFixtures(refused);
  });
  it.each(refused.map((fixture) => [fixture.name, fixture] as const))("%s", (_, fixture) => {
    const outcome = outcomes.get(fixture.path);
    if (outcome?.kind === "crashed") throw outcome.error;
    const found = outcome?.kind === "refused" ? outcome.diagnostics.filter(({ category }) => category === "error") : [];
    const places = found.map(({ code, span }) => ({ code, line: span?.line, column: span?.column }));
    expect(places).toEqual(fixture.errors);
  });
});
