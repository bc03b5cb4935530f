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

/** The imports of a file, if they are not known as they are written from its text; none when it cannot be read. */
export function readImports(path: string, known?: readonly string[]): Imports {
  const specifiers = known ?? specifiersIn(path);
  if (specifiers === undefined) return noImports;
  return {
    stems: specifiers.filter(isRelative).map((specifier) => withoutExtension(resolve(dirname(path), specifier))),
    names: specifiers.filter((specifier) => !isRelative(specifier)).map(withoutExtension),
  };
}

function specifiersIn(path: string): readonly string[] | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
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
