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
export function stagesOf<Unit extends Stageable>(units: readonly Unit[]): Staged<Unit>[][] {
  const targets = new Map(units.map(({ target }) => [withoutExtension(target), target]));
  const bySource = new Map(units.map((unit) => [unit.target, unit]));
  const reads = new Map(units.map((unit) => [unit, generatedFilesRead(unit, targets)]));
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
function generatedFilesRead({ source, target }: Stageable, targets: ReadonlyMap<string, string>): Set<string> {
  const found = new Set<string>();
  const seen = new Set([source]);
  const byName = new Map([...targets].map(([stem, path]) => [basename(stem), path]));
  for (const path of seen) {
    const { stems, names } = readImports(path);
    for (const name of names) {
      const generated = byName.get(basename(name));
      if (generated !== undefined) found.add(generated);
    }
    for (const stem of stems) {
      const generated = targets.get(stem);
      if (generated !== undefined) found.add(generated);
      const next = generated === undefined ? sourceOfStem(stem) : undefined;
      if (next !== undefined) seen.add(next);
    }
  }
  found.delete(target);
  return found;
}
