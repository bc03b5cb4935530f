/** The source map of a generated file: revision 3 (ECMA-426), beside it as `model_grad.ts.map`. */
import { basename, dirname, relative } from "node:path";
import { GenMapping, addSegment, toEncodedMap } from "@jridgewell/gen-mapping";
import type { LinePlace } from "../emit/places.js";

export interface Mapped {
  /** The generated file with the comment that names its map. */
  readonly code: string;
  readonly map: string;
}

/** The lines of `code` mapped to those of the source files they come from. Code of packages has no place the user knows. */
export function withSourceMap(target: string, code: string, places: readonly LinePlace[]): Mapped {
  const name = basename(target);
  const map = new GenMapping({ file: name });
  for (const { line, column, from } of places) {
    if (from.file.includes("/node_modules/")) continue;
    const source = relative(dirname(target), from.file).replaceAll("\\", "/");
    addSegment(map, line - 1, column, source, from.line - 1, from.column - 1);
  }
  return { code: `${code}//# sourceMappingURL=${name}.map\n`, map: `${JSON.stringify(toEncodedMap(map))}\n` };
}

/** Whether adc wrote this text: the map of a generated file, by its name. */
export function isMapOf(target: string, text: string): boolean {
  try {
    const map: unknown = JSON.parse(text);
    return (
      typeof map === "object" && map !== null && "version" in map && "file" in map && map.file === basename(target)
    );
  } catch {
    return false;
  }
}
