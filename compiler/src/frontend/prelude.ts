/** The prelude as a program of its own, so that it can be read beside any program of the user. */
import { ts } from "ts-morph";
import type { Signature } from "./file-context.js";
import type { FunctionNode } from "./source.js";
import { anyNumber, preludeLibrary, preludeName, preludeSource } from "./prelude/source.js";
import { whileThereSource } from "./prelude/while-there.js";

const libraryPath = "/adc/library.d.ts";
const preludePath = "/adc/prelude.ts";

interface Prelude {
  readonly program: ts.Program;
  readonly functions: ReadonlyMap<string, ts.FunctionDeclaration>;
}

let made: Prelude | undefined;

export const isPrelude = (node: ts.Node): boolean => node.getSourceFile().fileName === preludePath;

/** Made once: nothing in it depends on what is compiled. */
function prelude(): Prelude {
  if (made !== undefined) return made;
  const texts = new Map([
    [libraryPath, preludeLibrary],
    [preludePath, preludeSource + whileThereSource(preludeSource)],
  ]);
  const host: ts.CompilerHost = {
    getSourceFile: (name, options) => {
      const text = texts.get(name);
      return text === undefined ? undefined : ts.createSourceFile(name, text, options, true);
    },
    getDefaultLibFileName: () => libraryPath,
    fileExists: (name) => texts.has(name),
    readFile: (name) => texts.get(name),
    writeFile: () => {},
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
  };
  const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, strict: true, noEmit: true, types: [] };
  const program = ts.createProgram({ rootNames: [preludePath], options, host });
  program.getTypeChecker();
  const functions = new Map<string, ts.FunctionDeclaration>();
  for (const statement of program.getSourceFile(preludePath)?.statements ?? [])
    if (ts.isFunctionDeclaration(statement) && statement.name !== undefined)
      functions.set(statement.name.text, statement);
  made = { program, functions };
  return made;
}

/** What TypeScript says against the prelude: nothing. */
export function preludeErrors(): readonly string[] {
  const { program } = prelude();
  return ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, " "));
}

/** A function of the prelude. */
export function preludeFunction(name: string): ts.FunctionDeclaration {
  const found = prelude().functions.get(name);
  if (found === undefined) throw new Error(`the prelude has no function ${name}`);
  return found;
}

/** The function that stands for one of JavaScript's library, `Math.sin`, where it is a value. */
export function libraryFunction(name: string): ts.FunctionDeclaration | undefined {
  const { functions } = prelude();
  return functions.get(name.includes(".") ? preludeName(name) : `${name}_`);
}

/** What stands for `Math.max` and its like where one is called with so many arguments. */
export function libraryFunctionFor(node: FunctionNode, isPlain: boolean): FunctionNode {
  if (isPlain || !isPrelude(node) || node.name === undefined) return node;
  return prelude().functions.get(anyNumber(node.name.getText())) ?? node;
}

/** The prelude's own program. */
export const preludeProgram = (): ts.Program => prelude().program;

/** The place of the user's that a function of the prelude serves. */
export function servedBy(signature: Signature): ts.Node | undefined {
  let at: Signature | undefined = signature;
  while (at?.from !== undefined) {
    if (!isPrelude(at.from.call)) return at.from.call;
    at = at.from.caller;
  }
  return undefined;
}
