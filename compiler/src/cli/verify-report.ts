/** What `adc verify` prints. */
import { formatDiagnostics, type Verified, type VerifyResult } from "../index.js";
import { exitStatus, internalErrorText } from "./report.js";
import type { Terminal } from "./terminal.js";

export function reportVerified(result: VerifyResult, pretty: boolean, terminal: Terminal): number {
  const text = formatDiagnostics(result.diagnostics, { cwd: terminal.cwd, pretty });
  if (result.status === "configuration") {
    terminal.printError(text);
    return exitStatus.configuration;
  }
  terminal.print(text);
  for (const error of result.internalErrors) terminal.printError(internalErrorText(error, terminal));
  for (const verified of result.functions) terminal.print(`${line(verified)}\n`);
  terminal.print(`${summary(result)}\n`);
  return exitStatus[result.status];
}

function line({ file, name, outcome, points, modes, maxRelativeError, messages }: Verified): string {
  const place = `${file}#${name}`;
  switch (outcome) {
    case "agrees": {
      const where = `${points} point${points === 1 ? "" : "s"}`;
      const error = maxRelativeError === 0 ? "to rounding" : `relative error ${maxRelativeError.toExponential(1)}`;
      return `${place}  agrees at ${where}: ${modes.join(", ")}; ${error}`;
    }
    case "disagrees":
      return [`${place}  DISAGREES`, ...messages.map((message) => `  ${message}`)].join("\n");
    case "skipped":
      return `${place}  skipped: ${messages.join("; ")}`;
  }
}

function summary({ functions }: VerifyResult): string {
  const count = (outcome: Verified["outcome"]): number => functions.filter((f) => f.outcome === outcome).length;
  const parts = [`${count("agrees")} agree`];
  if (count("disagrees") > 0) parts.push(`${count("disagrees")} disagree`);
  if (count("skipped") > 0) parts.push(`${count("skipped")} skipped`);
  return functions.length === 0 ? "adc: no @differentiable functions found" : `adc: ${parts.join(", ")}`;
}
