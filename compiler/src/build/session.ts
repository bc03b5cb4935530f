/**
 * What one build leaves to the next: the files it has read, and what became of each source file, for as long as nothing that
 * it depends on changes. A build with a session writes what one without would write.
 */
import { holds } from "../frontend/dependencies.js";
import { Disk } from "../frontend/disk.js";
import type { Frontend } from "../frontend/index.js";
import { Texts } from "../support/texts.js";
import type { Compiled } from "./compile.js";

interface Project {
  readonly frontend: Frontend;
  /** What was made of source files, by the file and how it was asked for. */
  readonly compiled: Map<string, Compiled>;
}

export class BuildSession {
  readonly texts = new Texts();
  readonly #disks = new Map<string, Disk>();
  readonly #projects = new Map<string, Project>();

  /** The files of a project. */
  disk(project: string): Disk {
    const disk = this.#disks.get(project) ?? new Disk(this.texts);
    this.#disks.set(project, disk);
    return disk;
  }

  /** A project was opened once more: what does not hold any longer is forgotten. */
  opened(project: string, frontend: Frontend): void {
    const before = this.#projects.get(project);
    const difference = before === undefined ? undefined : frontend.since(before.frontend);
    const compiled = new Map<string, Compiled>();
    if (before !== undefined && difference !== undefined)
      for (const [key, known] of before.compiled)
        if (known.needs !== undefined && holds(known.needs, difference)) compiled.set(key, known);
    this.#projects.set(project, { frontend, compiled });
  }

  /** What is known of a file in a project, or what is made of it now. */
  compiled(frontend: Frontend, key: string, compile: () => Compiled): Compiled {
    const project = [...this.#projects.values()].find((p) => p.frontend === frontend);
    const known = project?.compiled.get(key) ?? compile();
    if (known.internalError === undefined && known.needs !== undefined) project?.compiled.set(key, known);
    return known;
  }
}
