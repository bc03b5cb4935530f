/** Compiles a source file and loads what was generated, so that a test can call it. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
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
    if (!isAbsolute(from)) return from;
    const way = relative(folder, from).split(sep).join("/").replace(/\.ts$/, ".js");
    return way.startsWith(".") ? way : `./${way}`;
  };
  return emitModule(generate(lowered, { ruleSet, powConstant }), { specifier });
}

export type Generated = Readonly<Record<string, unknown>>;

const loaded = new Map<string, Promise<Generated>>();

/** The exports of the file that adc generates for `path`, by name. A file is compiled once in a process. */
export function compileAndLoad(path: string): Promise<Generated> {
  const absolute = resolve(path);
  let found = loaded.get(absolute);
  if (found === undefined) {
    found = compileToCache(absolute);
    loaded.set(absolute, found);
  }
  return found;
}

async function compileToCache(path: string): Promise<Generated> {
  const place = createHash("sha256").update(path).digest("hex").slice(0, 12);
  const folder = join(root, ".cache", "generated", place);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, basename(path).replace(/\.ts$/, "_grad.ts"));
  writeFileSync(file, compileFile(path, dirname(file)));
  return (await import(pathToFileURL(file).href)) as Generated;
}
