/** Compiles a source file and loads what was generated, so that a test can call it. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { emitModule } from "../../compiler/src/emit/module.js";
import { openProject } from "../../compiler/src/frontend/index.js";
import { powConstant, ruleSet } from "../../compiler/src/frontend/rules.js";
import { generate } from "../../compiler/src/pipeline.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The text of the generated file, whose imports are those of a file in `folder`. */
export function compileFile(path: string, folder: string): string {
  const absolute = resolve(path);
  const { lowered, diagnostics } = openProject({ files: [absolute] }).lower(absolute);
  if (lowered === undefined || diagnostics.length > 0) {
    throw new Error(`${path} does not compile:\n${JSON.stringify(diagnostics, undefined, 2)}`);
  }
  const specifier = (from: string): string => {
    const way = relative(folder, from).split(sep).join("/").replace(/\.ts$/, ".js");
    return way.startsWith(".") ? way : `./${way}`;
  };
  return emitModule(generate(lowered, { ruleSet, powConstant }), { specifier });
}

/** The exports of the file that adc generates for `path`, by name. */
export async function compileAndLoad(path: string): Promise<Record<string, (...args: never[]) => unknown>> {
  const place = createHash("sha256").update(resolve(path)).digest("hex").slice(0, 12);
  const folder = join(root, ".cache", "generated", place);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, basename(path).replace(/\.ts$/, "_grad.ts"));
  writeFileSync(file, compileFile(path, dirname(file)));
  return (await import(pathToFileURL(file).href)) as Record<string, (...args: never[]) => unknown>;
}
