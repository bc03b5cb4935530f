/** One function of a project, by the name of its file and its own: `src/model.ts#loss`. */
import { relative } from "node:path";
import { configuration, type Diagnostic } from "../diagnostics.js";
import { type Frontend, openProject } from "../frontend/index.js";
import type { Annotated, LoweredFile } from "../frontend/lowered.js";
import { ConfigurationError } from "../frontend/settings.js";
import { type InternalError, internalError } from "./compile.js";
import { selectProjects } from "./select.js";

export interface FindOptions {
  /** `FILE#f`, the file relative to `cwd`; `f` is the exported name, or for a method `Class_method` or `Class.method`. */
  readonly target: string;
  readonly cwd: string;
  /** A tsconfig.json or its folder, relative to `cwd`. Default: the nearest one at or above the file. */
  readonly project?: string;
}

export interface Found {
  readonly status: "found";
  readonly frontend: Frontend;
  readonly lowered: LoweredFile;
  readonly annotated: Annotated;
}

/** Why there is nothing to show; as in `BuildResult`. */
export interface NotFound {
  readonly status: "errors" | "configuration" | "internal";
  readonly diagnostics: readonly Diagnostic[];
  readonly internalErrors: readonly InternalError[];
}

export function findFunction(options: FindOptions): Found | NotFound {
  const { file, name } = splitTarget(options.target);
  try {
    const { cwd, project } = options;
    const [selection, ...others] = selectProjects({ cwd, project, files: [file] });
    const [path, ...more] = selection?.files ?? [];
    if (selection === undefined || path === undefined || others.length > 0 || more.length > 0)
      return wrong(configuration.notOneFile(undefined, file));
    const { tsconfig } = selection.settings;
    const frontend = openProject({ ...(tsconfig === undefined ? {} : { tsconfig }), files: [path] });
    const shown = relative(cwd, path);
    if (frontend.diagnostics.length > 0) return wrong(...frontend.diagnostics);
    if (!frontend.annotatedFiles.includes(path)) return wrong(configuration.notAnnotated(undefined, name, shown, []));
    const { lowered, diagnostics } = frontend.lower(path);
    if (lowered === undefined || diagnostics.some(({ category }) => category === "error"))
      return { status: "errors", diagnostics, internalErrors: [] };
    const wanted = name.replaceAll(".", "_");
    const annotated = lowered.annotated.find((a) => a.exportName === wanted);
    const names = lowered.annotated.map((a) => a.exportName);
    if (annotated === undefined) return wrong(configuration.notAnnotated(undefined, name, shown, names));
    return { status: "found", frontend, lowered, annotated };
  } catch (error) {
    if (error instanceof ConfigurationError) return wrong(...error.diagnostics);
    return { status: "internal", diagnostics: [], internalErrors: [internalError(file, error)] };
  }
}

function wrong(...diagnostics: readonly Diagnostic[]): NotFound {
  return { status: "configuration", diagnostics, internalErrors: [] };
}

/** The command line has seen to it that both parts are there. */
function splitTarget(target: string): { readonly file: string; readonly name: string } {
  const at = target.lastIndexOf("#");
  return at < 0 ? { file: target, name: "" } : { file: target.slice(0, at), name: target.slice(at + 1) };
}
