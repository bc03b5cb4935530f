/** The catalogue in `test/README.md` and the fixtures are the same set, and large enough. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Fixture, readFixtures } from "./support/fixture.js";

interface Row {
  readonly id: string;
  readonly fixtures: readonly string[];
  /** Why there are none. */
  readonly text: string;
}

const page = readFileSync(new URL("README.md", import.meta.url), "utf8");
const fixtures = new Map(readFixtures().map((fixture) => [fixture.name, fixture]));

/** Names of fixtures in a text: `folder/name`. */
const namesIn = (text: string): string[] => [...text.matchAll(/`([a-z]+\/[\w-]+)`/g)].map((m) => m[1] ?? "");

const rows: readonly Row[] = page.split("\n").flatMap((line) => {
  const [, id, text] = /^\| ([A-Z]\d[\w.]*) \|.*\| ([^|]*) \|$/.exec(line) ?? [];
  return id === undefined || text === undefined ? [] : [{ id, text, fixtures: namesIn(text) }];
});
const named = new Set([
  ...rows.flatMap((row) => row.fixtures),
  ...namesIn(/^Modules that fixtures import.*$/m.exec(page)?.[0] ?? ""),
]);

const isRefusal = ({ errors }: Fixture): boolean => errors.length > 0;
const isJudged = ({ cases, expectations }: Fixture): boolean => cases.length + expectations.length > 0;

/** The rows all of whose fixtures exist and are of this kind, at least one. */
const rowsWith = (holds: (fixture: Fixture) => boolean): readonly Row[] =>
  rows.filter((row) =>
    row.fixtures.some((name) => {
      const fixture = fixtures.get(name);
      return fixture !== undefined && holds(fixture);
    }),
  );

describe("the catalogue of fixtures", () => {
  it("names fixtures that exist", () => {
    expect([...named].filter((name) => !fixtures.has(name))).toEqual([]);
  });

  it("names every fixture", () => {
    expect([...fixtures.keys()].filter((name) => !named.has(name))).toEqual([]);
  });

  it("gives every row a number of its own, and fixtures or a reason", () => {
    const ids = rows.map(({ id }) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    const open = rows.filter((row) => row.fixtures.length === 0);
    const reason = /^(no sense in TypeScript|step [34])|test|README/;
    expect(open.filter(({ text }) => !reason.test(text)).map(({ id }) => id)).toEqual([]);
  });

  it("says of each fixture whether it is refused", () => {
    const wrong = rows.flatMap(({ id, text }) => {
      const parts = text.split("; ").map((part) => ({ refused: part.startsWith("refused: "), names: namesIn(part) }));
      return parts.flatMap(({ refused, names }) =>
        names
          .filter((name) => {
            const fixture = fixtures.get(name);
            return fixture !== undefined && (refused ? !isRefusal(fixture) : !isJudged(fixture));
          })
          .map((name) => `${id}: ${name}`),
      );
    });
    expect(wrong).toEqual([]);
  });

  it("shows at least 250 constructs, each judged", () => {
    expect(rowsWith(isJudged).length).toBeGreaterThanOrEqual(250);
  });

  it("shows at least 80 refusals, each with code, line and column", () => {
    const refusals = [...fixtures.values()].filter(isRefusal);
    const incomplete = refusals.filter(({ errors }) => errors.some(({ line, column }) => !(line > 0 && column > 0)));
    expect(incomplete.map(({ name }) => name)).toEqual([]);
    expect(refusals.filter(({ name }) => named.has(name)).length).toBeGreaterThanOrEqual(80);
  });
});
