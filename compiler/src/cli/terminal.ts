/** What the command line needs of the world around it; tests put their own in its place. */

export interface Terminal {
  /** Absolute path. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard output is a terminal: diagnostics are pretty. */
  readonly isTerminal: boolean;
  /** Standard error is a terminal: progress is shown on it. */
  readonly showsProgress: boolean;
  print(text: string): void;
  printError(text: string): void;
  /** Resolves when the user asks a running `--watch` to end. */
  untilStopped(): Promise<void>;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  // Who reads our output may stop early (`adc build | head`); that is no failure.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  return {
    cwd: process.cwd(),
    env: process.env,
    isTerminal: process.stdout.isTTY,
    showsProgress: process.stderr.isTTY,
    print: (text) => void process.stdout.write(text),
    printError: (text) => void process.stderr.write(text),
    untilStopped: () =>
      new Promise((resolve) => {
        process.once("SIGINT", resolve);
        process.once("SIGTERM", resolve);
      }),
  };
}

/** Whether to print colours and excerpts: as asked, else as the environment says, else on a terminal, as tsc does. */
export function isPretty(asked: boolean | undefined, { env, isTerminal }: Terminal): boolean {
  if (asked !== undefined) return asked;
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"]) return true;
  return isTerminal;
}
