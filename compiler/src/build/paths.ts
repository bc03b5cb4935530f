/** Where a generated file goes, and how it names the files it imports. */
import { basename, dirname, extname, isAbsolute, join, relative, sep } from "node:path";
import type { EmitOptions } from "../emit/generated.js";
import type { ProjectSettings, SpecifierEnding } from "../frontend/settings.js";

const outputExtensions: Readonly<Record<string, string>> = {
  ".mts": ".mts",
  ".mjs": ".mts",
  ".cts": ".cts",
  ".cjs": ".cts",
};

/** `src/model_grad.ts` for `src/model.ts`; below `outDir` at the same place as the source below `root`. */
export function outputPath(source: string, root: string, outDir: string | undefined): string {
  const extension = extname(source);
  const name = `${basename(source, extension)}_grad${outputExtensions[extension] ?? ".ts"}`;
  if (outDir === undefined) return join(dirname(source), name);
  const below = relative(root, dirname(source));
  // A source outside the root (a linked package) must not land outside of `outDir`.
  const isOutside = below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below);
  return isOutside ? join(outDir, name) : join(outDir, below, name);
}

const emittedExtensions: Readonly<Record<string, string>> = {
  ".mts": ".mjs",
  ".cts": ".cjs",
  ".mjs": ".mjs",
  ".cjs": ".cjs",
};

/** What a generated file calls its source and what it imports. */
export function namesIn(
  generated: string,
  source: string,
  { ending, marksUnused }: Pick<ProjectSettings, "ending" | "marksUnused">,
): EmitOptions {
  return {
    marksUnused,
    source: localPath(generated, source),
    specifier: (from) => importSpecifier(generated, from, ending),
  };
}

/** The import specifier of a source file (absolute path) in a generated one; a package name is its own. */
export function importSpecifier(generated: string, from: string, ending: SpecifierEnding): string {
  if (!isAbsolute(from)) return from;
  const local = localPath(generated, from);
  const declaration = /\.d(\.[cm]?ts)$/.exec(local);
  const extension = declaration?.[1] ?? extname(local);
  const stem = local.slice(0, local.length - (declaration?.[0] ?? extension).length);
  const emitted = emittedExtensions[extension];
  switch (ending) {
    case "js":
      return stem + (emitted ?? ".js");
    case "ts":
      return declaration ? stem + (emitted ?? ".js") : local;
    case "none":
      // Only `.js` may be left out; `./model` never finds `model.mts`.
      return stem + (emitted ?? "");
  }
}

/** `./model.ts` or `../src/model.ts`. */
function localPath(from: string, to: string): string {
  const path = relative(dirname(from), to).replaceAll("\\", "/");
  return path.startsWith("../") ? path : `./${path}`;
}
