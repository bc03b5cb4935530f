/** What docs/seeing.md shows is what comes out, the pictures too. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { adc, makeFolder, tsconfig } from "./support.js";

const docs = new URL("../../docs/", import.meta.url);
const text = readFileSync(new URL("seeing.md", docs), "utf8");
const model = /```ts\n([^]*?)```/.exec(text)?.[1] ?? "";
const listing = /```text\n([^]*?)```/.exec(text)?.[1] ?? "";

describe("docs/seeing.md", () => {
  test("the listing", async () => {
    const project = makeFolder({ "tsconfig.json": tsconfig, "model.ts": model });
    expect((await adc(project, "explain model.ts#loss")).out).toBe(listing);
  });

  test.each(
    [...text.matchAll(/`adc (graph model\.ts#\w+ --at \S+ -o (\w+)\.svg)`/g)].map(([, call, name]) => [call, name]),
  )("adc %s", async (call, name) => {
    const project = makeFolder({ "tsconfig.json": tsconfig, "model.ts": model });
    const run = await adc(project, (call ?? "").replaceAll('"', ""));
    expect(run).toMatchObject({ status: 0, error: "" });
    const shown = readFileSync(new URL(`seeing/${name}.svg`, docs), "utf8");
    expect(project.read(`${name}.svg`)).toBe(shown);
  });

  test("shows two pictures", () => {
    expect([...text.matchAll(/\]\(seeing\/\w+\.svg\)/g)]).toHaveLength(2);
  });
});
