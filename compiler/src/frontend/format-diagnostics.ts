/** Diagnostics as tsc prints its own: with colours and a piece of the source on a terminal, else one line each. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { ts } from "ts-morph";
import type { Diagnostic, Span } from "../diagnostics.js";

export interface FormatOptions {
  /** Paths are printed relative to it. */
  readonly cwd: string;
  /** Colours and source excerpts. */
  readonly pretty: boolean;
  /** Text of a source file, or `undefined` where there is none; reads the disk by default. */
  readonly readSource?: (path: string) => string | undefined;
}

/** All diagnostics as one text, each ending in a newline. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], options: FormatOptions): string {
  if (!options.pretty) return diagnostics.map((diagnostic) => `${oneLine(diagnostic, options.cwd)}\n`).join("");
  const sources = new Map<string, ts.SourceFile | undefined>();
  return diagnostics.map((diagnostic) => `${withExcerpt(diagnostic, options, sources)}\n`).join("");
}

/** `src/model.ts(12,5): error ADC2003: …` */
function oneLine({ code, category, message, span }: Diagnostic, cwd: string): string {
  const place = span ? `${shownPath(span.file, cwd)}(${span.line},${span.column}): ` : "";
  return `${place}${category} ${code}: ${message.replaceAll(/\s*\n\s*/g, " ")}`;
}

/** TypeScript prints `TS` and a number; a number that occurs nowhere else stands in for our code until it has. */
const placeholder = 909_909_909;

function withExcerpt(
  diagnostic: Diagnostic,
  options: FormatOptions,
  sources: Map<string, ts.SourceFile | undefined>,
): string {
  const host: ts.FormatDiagnosticsHost = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => options.cwd,
    getNewLine: () => "\n",
  };
  const place = (span: Span | undefined) => locate(span, options, sources);
  const { file, start, length } = place(diagnostic.span);
  const outside = diagnostic.span && !file ? `${oneLine(diagnostic, options.cwd).split(": ", 1)[0]}: ` : "";
  const relatedInformation = diagnostic.related.map(({ span, message }) => ({
    category: ts.DiagnosticCategory.Message,
    code: placeholder,
    messageText: message,
    ...place(span),
  }));
  const text = ts.formatDiagnosticsWithColorAndContext(
    [
      {
        category: diagnostic.category === "error" ? ts.DiagnosticCategory.Error : ts.DiagnosticCategory.Warning,
        code: placeholder,
        messageText: outside + diagnostic.message,
        file,
        start,
        length,
        relatedInformation,
      },
    ],
    host,
  );
  return text.replaceAll(`TS${placeholder}`, diagnostic.code).trimEnd();
}

/** A span as TypeScript counts: from 0, in the text of the file. Undefined members when the file cannot be read. */
function locate(
  span: Span | undefined,
  { readSource = readFromDisk }: FormatOptions,
  sources: Map<string, ts.SourceFile | undefined>,
): { file: ts.SourceFile | undefined; start: number | undefined; length: number | undefined } {
  const nowhere = { file: undefined, start: undefined, length: undefined };
  if (!span) return nowhere;
  if (!sources.has(span.file)) {
    const text = readSource(span.file);
    const parsed = text === undefined ? undefined : ts.createSourceFile(span.file, text, ts.ScriptTarget.Latest);
    sources.set(span.file, parsed);
  }
  const file = sources.get(span.file);
  if (!file) return nowhere;
  const start = offset(file, span.line, span.column);
  return { file, start, length: Math.max(0, offset(file, span.endLine, span.endColumn) - start) };
}

/** Lines and columns past the end (the file changed meanwhile) count as the end. */
function offset(file: ts.SourceFile, line: number, column: number): number {
  const starts = file.getLineStarts();
  const lineStart = starts[Math.min(line, starts.length) - 1] ?? 0;
  return Math.min(lineStart + column - 1, file.text.length);
}

function readFromDisk(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function shownPath(path: string, cwd: string): string {
  return relative(cwd, path).replaceAll("\\", "/") || path;
}
