/** Generated files that no source gives any more. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ProjectSettings } from "../frontend/settings.js";
import type { Texts } from "../support/texts.js";
import { readText, sourceOfGenerated } from "./outputs.js";

const generatedName = /_grad\.[cm]?ts$/;

/**
 * Those among the project's files and below `outDir`. A file whose source belongs to another project is not judged.
 * `annotated` holds the sources that have a generated file.
 */
export function findOrphans(
  { files }: ProjectSettings,
  annotated: ReadonlySet<string>,
  outDir: string | undefined,
  texts: Texts,
): string[] {
  const ours = new Set(files);
  const candidates = new Set([...files, ...filesBelow(outDir)].filter((path) => generatedName.test(path)));
  return [...candidates].sort().filter((path) => {
    const text = readText(path, texts);
    const source = text === undefined ? undefined : sourceOfGenerated(path, text);
    if (source === undefined || annotated.has(source)) return false;
    return ours.has(source) || !existsSync(source);
  });
}

function filesBelow(directory: string | undefined): string[] {
  if (directory === undefined || !statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
