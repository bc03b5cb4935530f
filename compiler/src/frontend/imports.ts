/** What a source file imports, from its text alone: enough to order generated files before a program is made of them. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ts } from "ts-morph";

export interface Imports {
  /** Absolute paths without extension, of relative imports. */
  readonly stems: readonly string[];
  /** Other specifiers: packages, and aliases of the tsconfig. */
  readonly names: readonly string[];
}

const noImports: Imports = { stems: [], names: [] };

/** The imports of a file; none when it cannot be read. */
export function readImports(path: string): Imports {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return noImports;
  }
  const specifiers = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  return {
    stems: specifiers.filter(isRelative).map((specifier) => withoutExtension(resolve(dirname(path), specifier))),
    names: specifiers.filter((specifier) => !isRelative(specifier)).map(withoutExtension),
  };
}

/** The source file that an import without extension means. */
export function sourceOfStem(stem: string): string | undefined {
  return [".ts", ".tsx", ".mts", ".cts", "/index.ts"].map((end) => stem + end).find((path) => existsSync(path));
}

export function withoutExtension(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, "");
}

function isRelative(specifier: string): boolean {
  return /^\.\.?(?:\/|$)/.test(specifier);
}
