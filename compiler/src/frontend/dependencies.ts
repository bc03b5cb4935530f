/**
 * What the result of lowering one file depends on, so that a later program can tell whether it would be the same. Whatever
 * the frontend learns of other files it learns from the checker, by following code into them, or from questions to all
 * files at once; each of these is written down.
 *
 * A file whose declarations were met must not have changed at all. One that is only imported, directly or through others,
 * may change in the bodies of functions that declare their results: nothing outside can see these.
 */
import { ts } from "ts-morph";
import { classMentions } from "./class-mentions.js";
import { eachChild } from "./chains.js";
import { importsOf } from "./program-imports.js";

export interface Dependencies {
  /** Files of which declarations were met, or whose code was followed. */
  readonly files: ReadonlySet<string>;
  /** What was looked for in the text of all files. */
  readonly patterns: readonly RegExp[];
  /** Were the classes of all files asked for? */
  readonly classes: boolean;
  /** Nothing less than the whole program will do. */
  readonly everything: boolean;
}

/** What is written down while one file is lowered. */
class Recorder {
  readonly files = new Set<string>();
  readonly patterns = new Map<string, RegExp>();
  classes = false;
  everything = false;
  readonly #met = new Set<unknown>();

  /** A symbol, type or signature, or several. */
  meet(found: unknown): void {
    if (typeof found !== "object" || found === null || this.#met.has(found)) return;
    this.#met.add(found);
    if (Array.isArray(found)) for (const one of found) this.meet(one);
    if ("declarations" in found && Array.isArray(found.declarations))
      for (const d of found.declarations) this.#declared(d);
    if ("declaration" in found) this.#declared(found.declaration);
    if ("symbol" in found) this.meet(found.symbol);
    if ("aliasSymbol" in found) this.meet(found.aliasSymbol);
    if ("types" in found) this.meet(found.types);
  }

  #declared(node: unknown): void {
    if (typeof node !== "object" || node === null || !("getSourceFile" in node)) return;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only nodes have this method
    this.files.add((node as ts.Node).getSourceFile().fileName);
  }

  dependencies(): Dependencies {
    const { files, patterns, classes, everything } = this;
    return { files, patterns: [...patterns.values()], classes, everything };
  }
}

interface Recorded {
  readonly checker: ts.TypeChecker;
  recorder: Recorder | undefined;
}

const recorded = new WeakMap<ts.Program, Recorded>();

/** The checker of a program, which notes what it gives away. */
export function recordingChecker(program: ts.Program): ts.TypeChecker {
  const known = recorded.get(program);
  if (known !== undefined) return known.checker;
  const checker = program.getTypeChecker();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what inherits everything from a checker is a checker
  const made: Recorded = { checker: Object.create(checker) as ts.TypeChecker, recorder: undefined };
  for (const [name, member] of Object.entries<unknown>({ ...checker })) {
    if (!isFunction(member)) continue;
    const own = (...args: unknown[]): unknown => {
      const found: unknown = member(...args);
      made.recorder?.meet(found);
      return found;
    };
    Object.defineProperty(made.checker, name, { value: own });
  }
  recorded.set(program, made);
  return made.checker;
}

/** A function of the checker: a closure, which needs no `this`. */
function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === "function";
}

/** Runs something and tells what it learnt of a program. */
export function recording<T>(program: ts.Program, run: () => T): { readonly result: T; readonly needs: Dependencies } {
  recordingChecker(program);
  const at = recorded.get(program);
  const recorder = new Recorder();
  if (at !== undefined) at.recorder = recorder;
  try {
    return { result: run(), needs: recorder.dependencies() };
  } finally {
    if (at !== undefined) at.recorder = undefined;
  }
}

const recorderOf = (program: ts.Program): Recorder | undefined => recorded.get(program)?.recorder;

/** The code of a node is followed. */
export function noteCode(program: ts.Program, node: ts.Node): void {
  recorderOf(program)?.files.add(node.getSourceFile().fileName);
}

/** The text of all files is searched. */
export function notePattern(program: ts.Program, pattern: RegExp): void {
  recorderOf(program)?.patterns.set(pattern.source, pattern);
}

/** The classes of all files are asked for. */
export function noteClasses(program: ts.Program): void {
  const recorder = recorderOf(program);
  if (recorder !== undefined) recorder.classes = true;
}

/** What is asked depends on the whole program. */
export function noteEverything(program: ts.Program): void {
  const recorder = recorderOf(program);
  if (recorder !== undefined) recorder.everything = true;
}

/** What lies between two programs. */
export interface Difference {
  /** Nothing of the earlier program can be relied on. */
  readonly all: boolean;
  readonly files: readonly { readonly before: ts.SourceFile; readonly after: ts.SourceFile }[];
  /** Files that import, directly or through others, one of which more than hidden bodies has changed. */
  readonly affected: ReadonlySet<string>;
  /** Has any file other classes? */
  readonly classes: boolean;
}

export function differenceOf(before: ts.Program, after: ts.Program): Difference {
  const all: Difference = { all: true, files: [], affected: new Set(), classes: true };
  const [then, now] = [before.getSourceFiles(), after.getSourceFiles()];
  if (JSON.stringify(before.getCompilerOptions()) !== JSON.stringify(after.getCompilerOptions())) return all;
  if (then.length !== now.length || then.some((f, i) => f.fileName !== now[i]?.fileName)) return all;
  const files = then.flatMap((file, i) => {
    const other = now[i];
    return other === undefined || other === file ? [] : [{ before: file, after: other }];
  });
  const visible = files.filter((f) => shapeOf(f.before) !== shapeOf(f.after));
  // What these declare may be seen without an import.
  if (files.some((f) => isEverywhere(f.before) || isEverywhere(f.after))) return all;
  const affected = importersOf(after, new Set(visible.map((f) => f.after.fileName)));
  if (affected === undefined) return all;
  const classes = files.some((f) => classFacts(f.before) !== classFacts(f.after));
  return { all: false, files, affected, classes };
}

/** Does what depended on this in the earlier program still hold? */
export function holds(needs: Dependencies, { all, files, affected, classes }: Difference): boolean {
  if (!all && files.length === 0) return true;
  if (all || needs.everything || (classes && needs.classes)) return false;
  for (const path of needs.files) if (affected.has(path)) return false;
  return files.every(
    ({ before, after }) =>
      !needs.files.has(after.fileName) &&
      needs.patterns.every((pattern) => !pattern.test(before.text) && !pattern.test(after.text)),
  );
}

/** May a file say something to files that do not import it? */
function isEverywhere(file: ts.SourceFile): boolean {
  return (
    file.isDeclarationFile ||
    !ts.isExternalModule(file) ||
    /\bdeclare\s+(?:global|module)\b|@(?:vjp|jvp)\b/.test(file.text)
  );
}

/** The files from which one gets to others by imports, and these; absent where TypeScript does not tell. */
function importersOf(program: ts.Program, files: ReadonlySet<string>): ReadonlySet<string> | undefined {
  const affected = new Set(files);
  if (affected.size === 0) return affected;
  const importers = new Map<string, string[]>();
  for (const file of program.getSourceFiles()) {
    const imports = importsOf(program, file);
    if (imports === undefined) return undefined;
    for (const path of imports) {
      if (path === undefined) continue;
      const known = importers.get(path);
      if (known === undefined) importers.set(path, [file.fileName]);
      else known.push(file.fileName);
    }
  }
  for (const path of affected) for (const importer of importers.get(path) ?? []) affected.add(importer);
  return affected;
}

const shapes = new WeakMap<ts.SourceFile, string>();

function shapeOf(file: ts.SourceFile): string {
  const known = shapes.get(file);
  if (known !== undefined) return known;
  // The bodies of JavaScript say what the types are.
  const shape = /\.[cm]?tsx?$/.test(file.fileName) ? visibleText(file, file) : file.text;
  shapes.set(file, shape);
  return shape;
}

/** What a file says of classes to those who ask for all classes. What may be anything is the whole file. */
function classFacts(file: ts.SourceFile): string {
  const { classes, askedFor } = classMentions(file);
  const texts = [...askedFor, ...classes.map((node) => visibleText(node, file))];
  return classes.some((node) => node.heritageClauses !== undefined)
    ? [shapeOf(file), ...texts].join("\n")
    : texts.join("\n");
}

/** The text of a node without the bodies of functions that declare what they return. */
function visibleText(node: ts.Node, file: ts.SourceFile): string {
  let text = "";
  let end = node.getFullStart();
  const visit = (at: ts.Node): void => {
    if (!isHidden(at)) {
      eachChild(at, visit);
      return;
    }
    text += file.text.slice(end, at.body.getStart(file));
    end = at.body.getEnd();
  };
  visit(node);
  return text + file.text.slice(end, node.getEnd());
}

function isHidden(node: ts.Node): node is (ts.FunctionDeclaration | ts.MethodDeclaration) & { body: ts.Block } {
  const isFunction = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node);
  return isFunction && node.type !== undefined && node.body !== undefined;
}
