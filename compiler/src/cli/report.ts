/** What a build says when it is done. */
import { relative } from "node:path";
import { type BuildResult, formatDiagnostics, type InitResult, type InternalError, type NotFound } from "../index.js";
import type { Terminal } from "./terminal.js";
import { readVersion } from "./version.js";

export const exitStatus = { ok: 0, errors: 1, configuration: 2, internal: 70 } as const;

/** Prints diagnostics, our own failures and the summary; returns the exit status. */
export function report(result: BuildResult, pretty: boolean, terminal: Terminal): number {
  const text = formatDiagnostics(result.diagnostics, { cwd: terminal.cwd, pretty });
  if (result.status === "configuration") {
    terminal.printError(text);
    return exitStatus.configuration;
  }
  terminal.print(text);
  for (const error of result.internalErrors) terminal.printError(internalErrorText(error, terminal));
  terminal.print(`${summary(result)}\n`);
  return exitStatus[result.status];
}

/** Says why there is nothing to show of a function. */
export function reportNotFound(
  { status, diagnostics, internalErrors }: NotFound,
  pretty: boolean,
  terminal: Terminal,
): number {
  terminal.printError(formatDiagnostics(diagnostics, { cwd: terminal.cwd, pretty }));
  for (const error of internalErrors) terminal.printError(internalErrorText(error, terminal));
  return exitStatus[status];
}

/** Says what `adc init` found and did, and what is left to do. */
export function reportInit(result: InitResult, pretty: boolean, terminal: Terminal): number {
  if (result.status === "configuration") {
    terminal.printError(formatDiagnostics(result.diagnostics, { cwd: terminal.cwd, pretty }));
    return exitStatus.configuration;
  }
  const list = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join("");
  terminal.print(`adc: found ${result.found.join(", ")}\n`);
  terminal.print(result.changed.length === 0 ? "adc: nothing to change\n" : `adc: changed\n${list(result.changed)}`);
  if (result.next.length > 0) terminal.print(`adc: next\n${list(result.next)}`);
  return exitStatus.ok;
}

/** `adc: 12 functions in 4 files, 3 written, 0.42 s` */
export function summary(result: BuildResult): string {
  const { diagnostics, outputs, internalErrors, functions, files, milliseconds } = result;
  const withStatus = (status: string) => outputs.filter((output) => output.status === status).length;
  const errors = diagnostics.filter(({ category }) => category === "error").length + internalErrors.length;
  const warnings = diagnostics.length + internalErrors.length - errors;
  const parts = [
    files === 0
      ? "no @differentiable functions found"
      : `${counted(functions, "function")} in ${counted(files, "file")}`,
    ...(["written", "stale", "missing", "skipped", "orphaned"] as const)
      .filter((status) => withStatus(status) > 0)
      .map((status) => `${withStatus(status)} ${status}`),
  ];
  if (files > 0 && withStatus("unchanged") === outputs.length) parts.push("up to date");
  if (errors > 0) parts.push(counted(errors, "error"));
  if (warnings > 0) parts.push(counted(warnings, "warning"));
  return `adc: ${parts.join(", ")}, ${(milliseconds / 1000).toFixed(2)} s`;
}

/** A failure of adc, with what a report needs and without a stack trace, unless one is asked for. */
export function internalErrorText({ file, functionName, message, stack }: InternalError, terminal: Terminal): string {
  const place = `${relative(terminal.cwd, file) || "the project"}${functionName === undefined ? "" : ` (function ${functionName})`}`;
  const lines = [
    `adc: internal error while compiling ${place}: ${message.split("\n", 1)[0]}`,
    `  This is a bug in adc ${readVersion()}, not in your program. Please report it together with that source.`,
  ];
  if (terminal.env["ADC_DEBUG"]) lines.push(stack ?? message);
  else lines.push("  ADC_DEBUG=1 shows where it happened.");
  return `${lines.join("\n")}\n`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
