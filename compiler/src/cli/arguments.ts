/** The command line, read. */
import { parseArgs } from "node:util";

export interface BuildCommand {
  readonly kind: "build";
  readonly files: readonly string[];
  readonly project?: string;
  readonly outDir?: string;
  readonly check: boolean;
  readonly watch: boolean;
  readonly sourceMap?: boolean;
  readonly debug?: boolean;
  readonly pretty?: boolean;
}

export interface ExplainCommand {
  readonly kind: "explain";
  /** `FILE#f`. */
  readonly target: string;
  readonly project?: string;
  readonly ir: boolean;
  readonly mode?: (typeof shownModes)[number];
  readonly pretty?: boolean;
}

const shownModes = ["grad", "value_and_grad", "vjp", "jvp", "hvp"] as const;

export interface GraphCommand {
  readonly kind: "graph";
  /** `FILE#f`. */
  readonly target: string;
  readonly project?: string;
  /** The arguments at which values and adjoints are shown. */
  readonly at?: readonly unknown[];
  /** A path that ends in `.svg` or `.dot`. Absent: DOT on standard output. */
  readonly output?: string;
  readonly pretty?: boolean;
}

export interface VerifyCommand {
  readonly kind: "verify";
  /** Files, folders, globs, and functions as `FILE#f`. */
  readonly files: readonly string[];
  readonly project?: string;
  /** An argument list, as in a call. */
  readonly at?: string;
  readonly tolerance?: number;
  readonly pretty?: boolean;
}

export interface InitCommand {
  readonly kind: "init";
  readonly project?: string;
  readonly pretty?: boolean;
}

export type Command =
  | BuildCommand
  | ExplainCommand
  | GraphCommand
  | VerifyCommand
  | InitCommand
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  /** The call is wrong. */
  | { readonly kind: "wrong"; readonly message: string };

const options = {
  project: { type: "string", short: "p" },
  "out-dir": { type: "string" },
  check: { type: "boolean" },
  debug: { type: "boolean" },
  watch: { type: "boolean", short: "w" },
  pretty: { type: "boolean" },
  "source-map": { type: "boolean" },
  ir: { type: "boolean" },
  mode: { type: "string" },
  at: { type: "string" },
  output: { type: "string", short: "o" },
  tolerance: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

type OptionName = keyof typeof options;

/** Which options each command has. */
const commands: Readonly<Record<string, readonly OptionName[]>> = {
  build: ["project", "out-dir", "check", "watch", "pretty", "source-map", "debug"],
  explain: ["project", "pretty", "ir", "mode"],
  graph: ["project", "pretty", "at", "output"],
  verify: ["project", "pretty", "at", "tolerance"],
  init: ["project", "pretty"],
};

/** Reads the arguments after `adc`. */
export function readArguments(args: readonly string[]): Command {
  try {
    return interpret(args);
  } catch (error) {
    return wrong(explain(error));
  }
}

function interpret(given: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: withNegativePoint(given),
    options,
    allowPositionals: true,
    allowNegative: true,
  });
  const [command, ...rest] = positionals;
  if (values.version) return { kind: "version" };
  if (values.help || command === "help") return { kind: "help" };
  if (command === undefined) return wrong("no command given");
  const own = commands[command];
  if (own === undefined) return wrong(`unknown command '${command}'`);
  const foreign = Object.keys(values).find((name) => !own.some((option) => option === name));
  if (foreign !== undefined) return wrong(`'--${foreign}' is not an option of 'adc ${command}'`);
  for (const name of ["project", "out-dir", "output"] as const) {
    if (values[name] === "") return wrong(`'--${name}' needs a path`);
  }
  const shared = {
    ...(values.project === undefined ? {} : { project: values.project }),
    ...(values.pretty === undefined ? {} : { pretty: values.pretty }),
  };
  switch (command) {
    case "explain": {
      const target = targetOf(command, rest);
      if (typeof target !== "string") return target;
      const mode = shownModes.find((m) => m === values.mode);
      if (values.mode !== undefined && mode === undefined)
        return wrong(`'--mode' is one of ${shownModes.join(", ")}, not '${values.mode}'`);
      return { kind: "explain", target, ir: values.ir ?? false, ...(mode === undefined ? {} : { mode }), ...shared };
    }
    case "graph": {
      const target = targetOf(command, rest);
      if (typeof target !== "string") return target;
      const { at, output } = values;
      const point = at === undefined ? undefined : readPoint(at);
      if (at !== undefined && point === undefined)
        return wrong("'--at' needs the arguments, separated by commas, as in '--at 2,[1,0.5]'");
      if (output !== undefined && !/\.(?:svg|dot|gv)$/i.test(output))
        return wrong("'--output' needs a name that ends in .svg or .dot");
      return {
        kind: "graph",
        target,
        ...shared,
        ...(point === undefined ? {} : { at: point }),
        ...(output === undefined ? {} : { output }),
      };
    }
    case "verify": {
      const { at } = values;
      const tolerance = values.tolerance === undefined ? undefined : Number(values.tolerance);
      if (at !== undefined && !(rest.length === 1 && rest[0]?.includes("#") === true))
        return wrong("'--at' needs one function, as in 'adc verify src/model.ts#loss --at 2,[1,0.5]'");
      if (tolerance !== undefined && !(tolerance > 0)) return wrong("'--tolerance' needs a number above 0, as in 1e-5");
      return {
        kind: "verify",
        files: rest,
        ...shared,
        ...(at === undefined ? {} : { at }),
        ...(tolerance === undefined ? {} : { tolerance }),
      };
    }
    case "init":
      return rest.length === 0 ? { kind: "init", ...shared } : wrong(`'adc init' takes no '${rest[0] ?? ""}'`);
    default:
      break;
  }
  if (values.check && values.watch) return wrong("'--check' and '--watch' exclude each other");
  return {
    kind: "build",
    files: rest,
    check: values.check ?? false,
    watch: values.watch ?? false,
    ...shared,
    ...(values["out-dir"] === undefined ? {} : { outDir: values["out-dir"] }),
    ...(values.debug === undefined ? {} : { debug: values.debug }),
    ...(values["source-map"] === undefined ? {} : { sourceMap: values["source-map"] }),
  };
}

/** `FILE#f` of a command about one function. */
function targetOf(command: string, [target, ...more]: readonly string[]): string | Command {
  if (target === undefined || more.length > 0 || !/^.+#[^#]+$/.test(target))
    return wrong(`'adc ${command}' needs one function, as in 'adc ${command} src/model.ts#loss'`);
  return target;
}

/** `--at -2,3` is a point and no option. */
function withNegativePoint(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    if (arg === "--at" && /^-[\d.]/.test(args[i + 1] ?? "")) return [`--at=${args[i + 1] ?? ""}`];
    return args[i - 1] === "--at" && /^-[\d.]/.test(arg) ? [] : [arg];
  });
}

function readPoint(text: string): readonly unknown[] | undefined {
  try {
    const point: unknown = JSON.parse(`[${text}]`);
    return Array.isArray(point) && point.length > 0 ? point : undefined;
  } catch {
    return undefined;
  }
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
  adc explain <file>#<function> [--mode hvp] [--ir]
  adc graph <file>#<function> [--at 2,3] [-o graph.svg]
  adc verify [files or <file>#<function>...] [--at 2,[1,0.5]]
  adc init

  build    Without files, builds every source file of the project. For src/model.ts it writes
           src/model_grad.ts, and only when its content changes.
  explain  Shows the source of a function with what its gradient does at each line: what is active and why,
           what is stored, what is computed again, and what that costs.
  graph    Draws the computational graph of a function, as SVG or DOT.
  verify   Runs the functions and compares every generated derivative with differences: at the calls in
           their @example tags, or at arguments made up from the types.
  init     Sets a project up for adc. What is there already stays as it is.

Options
  -p, --project <path>   tsconfig.json or its folder (default: the nearest one)
      --[no-]pretty      colours and source excerpts in messages (default: on a terminal)
  -h, --help             this text
  -v, --version          the version

Options of build
      --check            write nothing; fail when a generated file is missing or stale
      --debug            generated code reports the first value or partial derivative of a call that is
                         not finite, with its source line
      --out-dir <dir>    write below <dir> instead of beside the sources
      --source-map       write a source map beside each generated file
  -w, --watch            build again when a source file changes

Options of explain and graph
      --ir               also the intermediate representation after each pass
      --mode <mode>      grad, value_and_grad, vjp, jvp or hvp (default: the gradient, or the pullback)
      --at <arguments>   values and adjoints at these arguments: numbers, and arrays and objects as JSON
  -o, --output <path>    a file that ends in .svg or .dot (default: DOT on standard output)

Options of verify
      --at <arguments>   the arguments of one function, as in a call
      --tolerance <x>    the largest relative error that passes (default: 1e-6)

Exit status
  0   fine
  1   the program has errors, --check found something missing or stale, or verify a disagreement
  2   the call or the configuration is wrong
  70  adc itself failed; ADC_DEBUG=1 shows where
`;
