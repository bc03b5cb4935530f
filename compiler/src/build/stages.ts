/**
 * The order of a build. A function may call the gradient of another one (a derivative through an inner optimisation); its
 * file is compiled when the generated file it imports is there, in the same run.
 */
import { basename } from "node:path";
import { readImports, sourceOfStem, withoutExtension } from "../frontend/imports.js";

export interface Stageable {
  readonly source: string;
  readonly target: string;
}

export interface Staged<Unit extends Stageable> {
  readonly unit: Unit;
  /** Generated files of this build that it reads, directly or through other files. */
  readonly reads: ReadonlySet<string>;
}

/** Units in stages: each reads only generated files of the stages before. Files in a circle come in the order they have. */
export function stagesOf<Unit extends Stageable>(
  units: readonly Unit[],
  importsOf: (path: string) => readonly string[] | undefined = () => undefined,
): Staged<Unit>[][] {
  const links = linksFrom(units, importsOf);
  const bySource = new Map(units.map((unit) => [unit.target, unit]));
  const reads = new Map(units.map((unit) => [unit, generatedFilesRead(unit, links)]));
  const stages: Staged<Unit>[][] = [];
  const stageOf = new Map<Unit, number>();
  const place = (unit: Unit): number => {
    const known = stageOf.get(unit);
    if (known !== undefined) return known;
    // Where a circle closes, it is cut.
    stageOf.set(unit, -1);
    const read = reads.get(unit) ?? new Set<string>();
    const before = [...read].map((target) => bySource.get(target)).filter((other) => other !== undefined);
    const stage = Math.max(-1, ...before.map(place)) + 1;
    stageOf.set(unit, stage);
    (stages[stage] ??= []).push({ unit, reads: read });
    return stage;
  };
  for (const unit of units) place(unit);
  return stages;
}

/** Follows imports from the source; what a file says of its own generated file is no dependency. */
function generatedFilesRead({ source, target }: Stageable, links: ReadonlyMap<string, Links>): Set<string> {
  const found = new Set<string>();
  const seen = new Set([source]);
  for (const path of seen) {
    const { reads = [], next = [] } = links.get(path) ?? {};
    for (const generated of reads) found.add(generated);
    for (const file of next) seen.add(file);
  }
  found.delete(target);
  return found;
}

/** What one file imports. */
interface Links {
  /** Generated files of this build. */
  readonly reads: readonly string[];
  /** Other source files from which one can get to generated files. */
  readonly next: readonly string[];
}

/** The files from which generated ones are read, directly or through others: mostly there are none. */
function linksFrom(
  units: readonly Stageable[],
  importsOf: (path: string) => readonly string[] | undefined,
): ReadonlyMap<string, Links> {
  const targets = new Map(units.map(({ target }) => [withoutExtension(target), target]));
  const byName = new Map([...targets].map(([stem, path]) => [basename(stem), path]));
  const readers = new Map<string, string[]>();
  const importers = new Map<string, string[]>();
  const seen = new Set(units.map(({ source }) => source));
  const sources = new Map<string, string | undefined>();
  for (const path of seen) {
    const { stems, names } = readImports(path, importsOf(path));
    const named = names.map((name) => byName.get(basename(name)));
    const reads = [...named, ...stems.map((stem) => targets.get(stem))].filter((target) => target !== undefined);
    if (reads.length > 0) readers.set(path, reads);
    for (const stem of stems) {
      if (targets.has(stem)) continue;
      if (!sources.has(stem)) sources.set(stem, sourceOfStem(stem));
      const next = sources.get(stem);
      if (next === undefined) continue;
      seen.add(next);
      const known = importers.get(next);
      if (known === undefined) importers.set(next, [path]);
      else known.push(path);
    }
  }
  const links = new Map<string, { reads: readonly string[]; next: string[] }>();
  const leading = new Set(readers.keys());
  for (const path of leading) {
    const link = links.get(path) ?? { reads: [], next: [] };
    links.set(path, { ...link, reads: readers.get(path) ?? [] });
    for (const importer of importers.get(path) ?? []) {
      leading.add(importer);
      const known = links.get(importer);
      if (known === undefined) links.set(importer, { reads: readers.get(importer) ?? [], next: [path] });
      else known.next.push(path);
    }
  }
  return links;
}
