/** `adc build --watch`: builds again when a source or configuration file changes, until stopped. */
import { existsSync, type FSWatcher, statSync, watch } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { BuildResult } from "../index.js";
import type { Terminal } from "./terminal.js";

/** Editors write a file in several steps, and a branch switch writes many: wait until it is quiet. */
const quietMilliseconds = 40;

const relevant = /\.(?:[cm]?[jt]sx?|json)$/;

/** Runs `runBuild` at once and after every change; resolves when the user stops it. */
export async function watchBuild(runBuild: () => Promise<BuildResult>, terminal: Terminal): Promise<void> {
  const watchers = new Map<string, FSWatcher>();
  const appeared = new Set<string>();
  let outputs: ReadonlySet<string> = new Set();
  let inputs: readonly string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let changedMeanwhile = false;

  const rebuild = async (): Promise<void> => {
    if (running) {
      changedMeanwhile = true;
      return;
    }
    running = true;
    do {
      changedMeanwhile = false;
      const result = await runBuild();
      outputs = new Set(result.outputs.map(({ path }) => path));
      inputs = result.inputs;
      follow();
    } while (changedMeanwhile);
    running = false;
    terminal.print("adc: watching for changes\n");
  };

  const onChange = (path: string): void => {
    if (isNewFolder(path)) {
      appeared.add(path);
      follow();
    } else if (!relevant.test(path) || (outputs.has(path) && existsSync(path))) {
      // What we wrote ourselves is no change; what somebody removed is.
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(() => {
      void rebuild();
    }, quietMilliseconds);
  };

  const isNewFolder = (path: string): boolean =>
    !/^\.|^node_modules$/.test(basename(path)) &&
    !watchers.has(path) &&
    (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);

  /** Folders, not files: editors replace files, and new ones appear. */
  const follow = (): void => {
    const folders = new Set([...foldersOf(inputs, terminal.cwd), ...appeared]);
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of folders) {
      if (watchers.has(folder) || !existsSync(folder)) continue;
      const watcher = watch(folder, (_event, name) => {
        if (name !== null) onChange(join(folder, name));
      });
      // A folder that is removed is found missing by the next build.
      watcher.on("error", () => {
        watcher.close();
        watchers.delete(folder);
      });
      watchers.set(folder, watcher);
    }
  };

  const stopped = terminal.untilStopped();
  await rebuild();
  await stopped;
  clearTimeout(timer);
  for (const watcher of watchers.values()) watcher.close();
}

/** The folders of the inputs and those between them and the current one. */
function foldersOf(inputs: readonly string[], cwd: string): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const input of inputs) {
    let folder = dirname(input);
    while (!folders.has(folder)) {
      folders.add(folder);
      if (relative(cwd, folder) === "" || relative(cwd, folder).startsWith("..")) break;
      folder = dirname(folder);
    }
  }
  return folders;
}
