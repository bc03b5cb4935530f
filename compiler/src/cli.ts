/** The command `adc`. */
import {
  type BuildCommand,
  type ExplainCommand,
  type GraphCommand,
  helpText,
  type InitCommand,
  readArguments,
  type VerifyCommand,
} from "./cli/arguments.js";
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
      case "explain":
        return await runExplain(command, terminal);
      case "graph":
        return await runGraph(command, terminal);
      case "verify":
        return await runVerify(command, terminal);
      case "init":
        return await runInit(command, terminal);
      default:
        return assertNever(command, "command");
    }
  } catch (error) {
    const text = error instanceof Error ? (terminal.env["ADC_DEBUG"] ? error.stack : error.message) : String(error);
    terminal.printError(`adc: internal error: ${text}\n  This is a bug in adc ${readVersion()}; please report it.\n`);
    return 70;
  }
}

async function runExplain(
  { target, project, ir, mode, pretty: asked }: ExplainCommand,
  terminal: Terminal,
): Promise<number> {
  const [{ explainFunction, formatExplanation }, { reportNotFound }] = await Promise.all([
    import("./index.js"),
    import("./cli/report.js"),
  ]);
  const pretty = isPretty(asked, terminal);
  const shared = { ...(project === undefined ? {} : { project }), ...(mode === undefined ? {} : { mode }) };
  const found = explainFunction({ target, cwd: terminal.cwd, ir, ...shared });
  if (found.status !== "explained") return reportNotFound(found, pretty, terminal);
  terminal.print(formatExplanation(found, { pretty }));
  return 0;
}

async function runGraph(
  { target, project, at, output, pretty: asked }: GraphCommand,
  terminal: Terminal,
): Promise<number> {
  const [{ graphFunction }, { reportNotFound }, { writeFile }] = await Promise.all([
    import("./index.js"),
    import("./cli/report.js"),
    import("./cli/write-file.js"),
  ]);
  const shared = { ...(project === undefined ? {} : { project }), ...(at === undefined ? {} : { at }) };
  const found = graphFunction({ target, cwd: terminal.cwd, ...shared });
  if (found.status !== "drawn") return reportNotFound(found, isPretty(asked, terminal), terminal);
  if (output === undefined) {
    terminal.print(found.dot);
    return 0;
  }
  return writeFile(output, /\.svg$/i.test(output) ? await found.svg() : found.dot, terminal);
}

async function runVerify(command: VerifyCommand, terminal: Terminal): Promise<number> {
  const [{ verify }, { reportVerified }] = await Promise.all([import("./index.js"), import("./cli/verify-report.js")]);
  const { kind: _kind, pretty: asked, ...options } = command;
  return reportVerified(await verify({ ...options, cwd: terminal.cwd }), isPretty(asked, terminal), terminal);
}

async function runInit({ project, pretty: asked }: InitCommand, terminal: Terminal): Promise<number> {
  const [{ initProject }, { reportInit }] = await Promise.all([import("./index.js"), import("./cli/report.js")]);
  const result = initProject({ cwd: terminal.cwd, ...(project === undefined ? {} : { project }) });
  return reportInit(result, isPretty(asked, terminal), terminal);
}

async function runBuild(command: BuildCommand, terminal: Terminal): Promise<number> {
  // Loaded late: TypeScript takes half a second, and `--help` needs none of it.
  const [{ build, BuildSession }, { report }, { progressLine }, { watchBuild }] = await Promise.all([
    import("./index.js"),
    import("./cli/report.js"),
    import("./cli/progress.js"),
    import("./cli/watch.js"),
  ]);
  const { kind: _kind, watch, pretty: askedPretty, ...options } = command;
  const pretty = isPretty(askedPretty, terminal);
  let status = 0;
  const session = new BuildSession();
  const once = async () => {
    const line = progressLine(terminal);
    const result = await build({ ...options, cwd: terminal.cwd, session, onProgress: line.onProgress });
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
