/** The command line, read. */
import { parseArgs } from "node:util";

export interface BuildCommand {
  readonly kind: "build";
  readonly files: readonly string[];
  readonly project?: string;
  readonly outDir?: string;
  readonly check: boolean;
  readonly watch: boolean;
  readonly pretty?: boolean;
}

export type Command =
  | BuildCommand
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  /** The call is wrong. */
  | { readonly kind: "wrong"; readonly message: string };

const options = {
  project: { type: "string", short: "p" },
  "out-dir": { type: "string" },
  check: { type: "boolean" },
  watch: { type: "boolean", short: "w" },
  pretty: { type: "boolean" },
  "source-map": { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

/** Commands that CONTRACT names and this release does not have. */
const laterCommands = new Set(["explain", "graph", "init"]);

/** Reads the arguments after `adc`. */
export function readArguments(args: readonly string[]): Command {
  try {
    return interpret(args);
  } catch (error) {
    return wrong(explain(error));
  }
}

function interpret(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true });
  const [command, ...files] = positionals;
  if (values.version) return { kind: "version" };
  if (values.help || command === "help") return { kind: "help" };
  if (command === undefined) return wrong("no command given");
  if (laterCommands.has(command)) return wrong(`'adc ${command}' is not part of this release; 'adc build' is`);
  if (command !== "build") return wrong(`unknown command '${command}'`);
  if (values["source-map"]) return wrong("'--source-map' is not part of this release");
  if (values.check && values.watch) return wrong("'--check' and '--watch' exclude each other");
  for (const name of ["project", "out-dir"] as const) {
    if (values[name] === "") return wrong(`'--${name}' needs a path`);
  }
  return {
    kind: "build",
    files,
    check: values.check ?? false,
    watch: values.watch ?? false,
    ...(values.project === undefined ? {} : { project: values.project }),
    ...(values["out-dir"] === undefined ? {} : { outDir: values["out-dir"] }),
    ...(values.pretty === undefined ? {} : { pretty: values.pretty }),
  };
}

function wrong(message: string): Command {
  return { kind: "wrong", message };
}

/** Node's own words, without its advice on positional arguments. */
function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [first = message] = message.split(". ");
  return first
    .replace(/^Unknown option/, "unknown option")
    .replace(/^Option/, "option")
    .replace(/\.$/, "");
}

export const helpText = `adc writes the derivatives of functions marked @differentiable as TypeScript files.

Usage
  adc build [files, folders or globs...] [options]

  Without files, adc builds every source file of the project. For src/model.ts it writes src/model_grad.ts,
  and only when its content changes.

Options
  -p, --project <path>   tsconfig.json or its folder (default: the nearest one)
      --check            write nothing; fail when a generated file is missing or stale
      --out-dir <dir>    write below <dir> instead of beside the sources
  -w, --watch            build again when a source file changes
      --[no-]pretty      colours and source excerpts in messages (default: on a terminal)
  -h, --help             this text
  -v, --version          the version

Exit status
  0   fine
  1   the program has errors, or --check found something missing or stale
  2   the call or the configuration is wrong
  70  adc itself failed; ADC_DEBUG=1 shows where
`;
