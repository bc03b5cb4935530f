/** `adc build --source-map`: every mapped line of a generated file leads to the line of the source it comes from. */
import { existsSync } from "node:fs";
import { SourceMap } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { adc, makeFolder, tsconfig } from "./support.js";

const model = `import { squared } from "./helper.js";

/** @differentiable wrt=w */
export function loss(w: number, xs: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < xs.length; i++) {
    const r = Math.sin(w * xs[i]!);
    sum += squared(r);
  }
  return Math.log(sum);
}
`;
const helper = `export function squared(x: number): number {
  const y = x * x;
  return y * Math.exp(y);
}
`;
const folder = () => makeFolder({ "tsconfig.json": tsconfig, "src/model.ts": model, "src/helper.ts": helper });

describe("adc build --source-map", () => {
  test("maps lines to lines", async () => {
    const project = folder();
    expect((await adc(project, "build --source-map")).status).toBe(0);
    const code = project.read("src/model_grad.ts");
    expect(code).toMatch(/\n\/\/# sourceMappingURL=model_grad\.ts\.map\n$/);
    expect(code).not.toContain("\u0000");
    const payload: unknown = JSON.parse(project.read("src/model_grad.ts.map"));
    expect(payload).toMatchObject({
      version: 3,
      file: "model_grad.ts",
      sources: expect.arrayContaining(["model.ts", "helper.ts"]),
    });
    const map = new SourceMap(payload as ConstructorParameters<typeof SourceMap>[0]);
    /** Where the first line that has a text in it comes from. */
    const origin = (text: string): string => {
      const lines = code.split("\n");
      const line = lines.findIndex((l) => l.includes(text));
      const column = (lines[line] ?? "").search(/\S/);
      const entry = map.findEntry(line, column);
      if (!("originalSource" in entry)) return "";
      const source = entry.originalSource === "model.ts" ? model : helper;
      return `${entry.originalSource}: ${source.split("\n")[entry.originalLine]?.trim()}`;
    };
    expect(origin("export function loss_grad(")).toBe(
      "model.ts: export function loss(w: number, xs: Float64Array): number {",
    );
    expect(origin("for (let i = 0;")).toBe("model.ts: for (let i = 0; i < xs.length; i++) {");
    expect(origin("Math.sin(")).toBe("model.ts: const r = Math.sin(w * xs[i]!);");
    expect(origin("Math.exp(")).toMatch(/^helper\.ts: /);
    expect(origin("; i >= 0; i--)")).toBe("model.ts: for (let i = 0; i < xs.length; i++) {");
  });

  test("the code is the same but for the comment", async () => {
    const [plain, mapped] = [folder(), folder()];
    await adc(plain, "build");
    await adc(mapped, "build --source-map");
    const code = plain.read("src/model_grad.ts");
    expect(mapped.read("src/model_grad.ts")).toBe(`${code}//# sourceMappingURL=model_grad.ts.map\n`);
    expect(existsSync(join(plain.path, "src/model_grad.ts.map"))).toBe(false);
  });

  test("is up to date the second time; --check sees a map that is stale or missing", async () => {
    const project = folder();
    await adc(project, "build --source-map");
    expect((await adc(project, "build --source-map")).out).toContain("up to date");
    expect((await adc(project, "build --source-map --check")).status).toBe(0);
    project.write(
      "src/model_grad.ts.map",
      project.read("src/model_grad.ts.map").replace('"names":[]', '"names":["x"]'),
    );
    const stale = await adc(project, "build --source-map --check");
    expect(stale.status).toBe(1);
    expect(stale.out).toContain("src/model_grad.ts.map");
  });

  test("a file that is no map of ours is left alone", async () => {
    const project = folder();
    project.write("src/model_grad.ts.map", "mine");
    const { status, out } = await adc(project, "build --source-map");
    expect(status).toBe(1);
    expect(out).toContain("src/model_grad.ts.map");
    expect(project.read("src/model_grad.ts.map")).toBe("mine");
  });
});
