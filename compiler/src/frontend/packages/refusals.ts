/**
 * What is wrong inside a package is said where the user calls it: there it can be changed. The places inside, and the
 * calls that lead to them, come along.
 */
import { type Diagnostic, meaning, type Span } from "../../diagnostics.js";
import type { ts } from "ts-morph";
import { isPackageFile } from "./program.js";
import { packageOf } from "./resolve.js";

/** The diagnostic as one about the user's own call; others stay as they are. */
export function atUsersCall(d: Diagnostic, program: ts.Program): Diagnostic {
  const { span } = d;
  if (span === undefined || !isPackageFile(span.file)) return d;
  const at = d.related.findIndex((r) => r.span !== undefined && !isPackageFile(r.span.file));
  const call = d.related[at]?.span;
  if (call === undefined) return d;
  const where = `In \`${shortName(span.file)}\`, line ${span.line}`;
  const related = [
    { span, message: "It is here in the package." },
    ...d.related.slice(0, at),
    ...d.related.slice(at + 1),
  ];
  return { ...meaning.packageCode(call, calleeText(program, call), where, why(d)), related };
}

const stateReasons = {
  read: "It is read before the function has written all of it, so it may hold what an earlier call has left there",
  escapes: "It is stored or returned, so what is written to it later is seen elsewhere",
  shared: "A function that uses it calls another one that uses it too",
};

/** What is wrong with a constant of a package that its functions write to. */
export const stateText = (name: string, reason: keyof typeof stateReasons): string =>
  `\`${name}\`, an object of the package's module, is written to. ${stateReasons[reason]}.`;

/** What is wrong and why, without the rewrite: the code is not the user's. */
const why = (d: Diagnostic): string => {
  const [what = "", reason = ""] = d.message.split(/(?<=\.) (?=[A-Z`])/);
  return reason === "" ? what : `${what} ${reason}`;
};

/** The file's name inside its package. */
function shortName(path: string): string {
  const name = packageOf(path);
  const at = name === undefined ? -1 : path.lastIndexOf(`/${name}/`);
  return at === -1 ? path : path.slice(at + 1);
}

/** What is called there: `vec3.add`. */
function calleeText(program: ts.Program, span: Span): string {
  const file = program.getSourceFile(span.file);
  if (file === undefined) return "This call";
  const start = file.getPositionOfLineAndCharacter(span.line - 1, span.column - 1);
  const end = file.getPositionOfLineAndCharacter(span.endLine - 1, span.endColumn - 1);
  const text = file.text.slice(start, end);
  const name = /^(?:new\s+)?[\w$.]+/.exec(text)?.[0] ?? text.split("\n", 1)[0] ?? "This call";
  // `a.b(…).c(…)` ends with what is called.
  const last = /\.([\w$]+)\([^()]*\)$/.exec(text)?.[1];
  return text.slice(name.length).startsWith("(") && !/\)\s*\./.test(text) ? name : (last ?? name);
}
