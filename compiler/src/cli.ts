/** The command `adc`. */
import { helpText, type BuildCommand, readArguments } from "./cli/arguments.js";
import { isPretty, processTerminal, type Terminal } from "./cli/terminal.js";
import { readVersion } from "./cli/version.js";
import { assertNever } from "./support/invariant.js";

/** Runs the command and returns the exit status. Never throws. */
export async function main(args: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  try {
    const command = readArguments(args);
    switch (command.kind) {
      case "help":
        terminal.print(helpText);
        return 0;
      case "version":
        terminal.print(`${readVersion()}\n`);
        return 0;
      case "wrong":
        terminal.printError(`adc: ${command.message}\nRun 'adc --help' for what there is.\n`);
        return 2;
      case "build":
        return await runBuild(command, terminal);
      default:
        return assertNever(command, "command");
    }
  } catch (error) {
    const text = error instanceof Error ? (terminal.env["ADC_DEBUG"] ? error.stack : error.message) : String(error);
    terminal.printError(`adc: internal error: ${text}\n  This is a bug in adc ${readVersion()}; please report it.\n`);
    return 70;
  }
}

async function runBuild(command: BuildCommand, terminal: Terminal): Promise<number> {
  // Loaded late: TypeScript takes half a second, and `--help` needs none of it.
  const [{ build }, { report }, { progressLine }, { watchBuild }] = await Promise.all([
    import("./index.js"),
    import("./cli/report.js"),
    import("./cli/progress.js"),
    import("./cli/watch.js"),
  ]);
  const { kind: _kind, watch, pretty: askedPretty, ...options } = command;
  const pretty = isPretty(askedPretty, terminal);
  let status = 0;
  const once = async () => {
    const line = progressLine(terminal);
    const result = await build({ ...options, cwd: terminal.cwd, onProgress: line.onProgress });
    line.clear();
    status = report(result, pretty, terminal);
    return result;
  };
  if (!watch) {
    await once();
    return status;
  }
  await watchBuild(once, terminal);
  return 0;
}
