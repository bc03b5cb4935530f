/** A Hessian in several directions at once has the numbers of one that is made direction by direction. */
import { describe, expect, it } from "vitest";
import { cloneData } from "./support/data.js";
import { evaluateExpression } from "./support/evaluate.js";
import { compileOne } from "./support/compile.js";
import { type Fixture, fixtureRoot, readFixture } from "./support/fixture.js";

const names = ["modes/hessian-directions", "modes/hessian"];

/** What each case of a fixture gives, or throws. */
function hessiansOf(fixture: Fixture, without: readonly string[]): { readonly made: unknown[]; readonly text: string } {
  const outcome = compileOne(fixture.source, { everyMode: ["hessian"], without });
  if (outcome.kind !== "compiled") throw new Error(`${fixture.name}: ${outcome.kind}`);
  const { compiled } = outcome;
  const made = fixture.cases.map(({ name, args }) => {
    const hessian = compiled.generated[`${name}_hessian`];
    const values = evaluateExpression(args, { ...compiled.original, ...compiled.generated });
    if (typeof hessian !== "function" || !Array.isArray(values)) return undefined;
    const given: readonly unknown[] = values;
    try {
      return cloneData(hessian(...cloneData(given)) as unknown);
    } catch (error) {
      return String(error);
    }
  });
  return { made, text: compiled.text };
}

describe("Hessians in several directions", () => {
  it.each(names)("%s", (name) => {
    const fixture = readFixture(`${fixtureRoot}/${name}.ts`);
    const [several, single] = [hessiansOf(fixture, []), hessiansOf(fixture, ["directions"])];
    expect(several.text).toMatch(/times \d vectors/);
    expect(single.text).not.toMatch(/times \d vectors/);
    expect(several.made).toEqual(single.made);
  });
});
