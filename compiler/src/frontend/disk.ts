/**
 * Programs of files on disk. What was read and parsed is kept: a later program has the very same syntax trees of all files
 * that have not changed, and TypeScript need not look again at what they import.
 */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Project, ts } from "ts-morph";
import { stampOf, Texts } from "../support/texts.js";
import { isGenerated } from "./annotations.js";
import { importsOf } from "./program-imports.js";

/** A file as it was when it was read. */
interface Kept {
  readonly source: ts.SourceFile;
  /** What tells that it has not been written since; absent where that cannot be told. */
  readonly stamp: string | undefined;
}

export interface ProgramRequest {
  readonly roots: readonly string[];
  readonly options: ts.CompilerOptions;
  /** Texts that stand for what is on disk under these absolute paths. */
  readonly overlay: ReadonlyMap<string, string>;
}

const generatedName = /_grad\.[cm]?ts$/;

/** JavaScript's library, as ts-morph brings it along, is not on disk. */
const libraryFolder = "/node_modules/typescript/lib";
let libraryTexts: ts.ModuleResolutionHost | undefined;

function libraryText(path: string): string | undefined {
  libraryTexts ??= new Project({ useInMemoryFileSystem: true }).getModuleResolutionHost();
  return libraryTexts.readFile(path);
}

export class Disk {
  readonly #texts: Texts;
  readonly #kept = new Map<string, Kept>();
  #last: { readonly program: ts.Program; readonly options: string } | undefined;

  constructor(texts = new Texts()) {
    this.#texts = texts;
  }

  program({ roots, options, overlay }: ProgramRequest): ts.Program {
    const key = `${JSON.stringify(options)} ${packagesStamp(roots)}`;
    if (this.#last !== undefined && this.#last.options !== key) {
      this.#kept.clear();
      this.#last = undefined;
    }
    const rootNames = roots.filter((path) => !this.#isGenerated(path));
    const before = this.#last?.program;
    const oldProgram = before !== undefined && overlay.size === 0 && isResolved(before) ? before : undefined;
    const host = this.#host(overlay);
    const program = ts.createProgram({ rootNames, options, host, ...(oldProgram === undefined ? {} : { oldProgram }) });
    if (overlay.size === 0) this.#last = { program, options: key };
    return program;
  }

  /** Such a file is part of the program only where it is imported: there is nothing in it to differentiate. */
  #isGenerated(path: string): boolean {
    if (!generatedName.test(path)) return false;
    try {
      return isGenerated(this.#texts.read(path));
    } catch {
      return false;
    }
  }

  #host(overlay: ReadonlyMap<string, string>): ts.CompilerHost {
    const inLibrary = (path: string): boolean => path.startsWith(`${libraryFolder}/`);
    const readFile = (path: string): string | undefined =>
      overlay.get(path) ?? (inLibrary(path) ? libraryText(path) : undefined) ?? readText(path);
    return {
      getSourceFile: (path, how) => {
        const overlaid = overlay.get(path);
        if (overlaid !== undefined) return ts.createSourceFile(path, overlaid, how);
        const known = this.#kept.get(path);
        const stamp = inLibrary(path) ? path : stampOf(path);
        if (known !== undefined && stamp !== undefined && known.stamp === stamp) return known.source;
        const text = readFile(path);
        if (text === undefined) return undefined;
        const source = known?.source.text === text ? known.source : ts.createSourceFile(path, text, how);
        this.#kept.set(path, { source, stamp });
        return source;
      },
      getDefaultLibFileName: (o) => `${libraryFolder}/${ts.getDefaultLibFileName(o)}`,
      getDefaultLibLocation: () => libraryFolder,
      fileExists: (path) =>
        overlay.has(path) || (inLibrary(path) && libraryText(path) !== undefined) || ts.sys.fileExists(path),
      readFile,
      directoryExists: (path) =>
        ts.sys.directoryExists(path) || [...overlay.keys()].some((file) => file.startsWith(`${path}/`)),
      getDirectories: (path) => ts.sys.getDirectories(path),
      realpath: (path) => ts.sys.realpath?.(path) ?? path,
      writeFile: () => {},
      getCurrentDirectory: () => ts.sys.getCurrentDirectory(),
      getCanonicalFileName: (path) => path,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
    };
  }
}

/** Does every import of a program mean something? One that does not may, as soon as there is such a file. */
function isResolved(program: ts.Program): boolean {
  return program
    .getSourceFiles()
    .every((file) => file.isDeclarationFile || importsOf(program, file)?.every((path) => path !== undefined) === true);
}

/** What imports mean depends on these besides the files of the program. */
function packagesStamp(roots: readonly string[]): string {
  const folders = new Set<string>();
  for (const root of roots) for (let at = dirname(root); !folders.has(at); at = dirname(at)) folders.add(at);
  const files = [...folders].flatMap((at) => [join(at, "package.json"), join(at, "node_modules/.package-lock.json")]);
  return files.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? "").join();
}

function readText(path: string): string | undefined {
  return ts.sys.readFile(path);
}
