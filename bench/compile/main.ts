/**
 * `npm run bench -- --compile [--rounds 3]`: how long adc takes, for long functions, for projects of 50,000 lines beside `tsc`,
 * and for one edit in watch mode. Times are of processors, the least of some runs: other work on the machine matters little.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { markdown } from "../markdown.js";
import { exponent } from "../results.js";
import { longFunction } from "./functions.js";
import { projectFiles, soleFile } from "./project.js";

const { values } = parseArgs({ options: { compile: { type: "boolean" }, rounds: { type: "string", default: "3" } } });
const rounds = Number(values.rounds);
const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const adc = [here("compiler/bin/adc.js"), "build", "-p", "."];
const tsc = [here("node_modules/typescript/bin/tsc"), "-p", ".", "--noEmit"];
const folder = mkdtempSync(join(tmpdir(), "adc-bench-"));

function project(name: string, files: ReadonlyMap<string, string>): string {
  const path = join(folder, name);
  for (const [file, text] of files) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

interface Spent {
  /** Seconds of processors. */
  readonly cpu: number;
  /** Seconds on the clock. */
  readonly wall: number;
}

/** Says at its end how much time a process has spent. */
const meter = `data:text/javascript,${encodeURIComponent(`
import { writeFileSync } from "node:fs";
process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.ADC_BENCH_SPENT, String((user + system) / 1e6));
});`)}`;

/** The least of some runs. */
function run(args: readonly string[], cwd: string, before: () => void = () => {}): Spent {
  const file = join(folder, "spent");
  let best: Spent = { cpu: Infinity, wall: Infinity };
  for (let round = 0; round < rounds; round++) {
    before();
    const start = performance.now();
    const env = { ...process.env, ADC_BENCH_SPENT: file };
    const { status, stdout } = spawnSync(process.execPath, ["--import", meter, ...args], {
      cwd,
      env,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${args.join(" ")} failed:\n${stdout}`);
    const wall = (performance.now() - start) / 1000;
    best = { cpu: Math.min(best.cpu, Number(readFileSync(file, "utf8"))), wall: Math.min(best.wall, wall) };
  }
  return best;
}

const seconds = (value: number): string => value.toFixed(2);

function functions(): string {
  const sizes = [500, 5000, 20_000];
  const timeOf = (statements: number): number =>
    run(adc, project(`f${statements}`, soleFile("src/f.ts", longFunction(statements)))).cpu;
  const start = timeOf(10);
  const times = sizes.map((size) => timeOf(size) - start);
  const rows = sizes.map((size, i) => [String(size), seconds((times[i] ?? 0) + start), seconds(times[i] ?? 0)]);
  return `${markdown([["statements", "seconds", "without start"], ...rows], 0)}\n\nexponent: ${exponent(sizes, times).toFixed(2)}`;
}

function projects(): string {
  const rows = [10, 100, 400].map((annotated) => {
    const cwd = project(`p${annotated}`, projectFiles({ files: 400, lines: 50_000, annotated }));
    const ofTsc = run(tsc, cwd);
    const ofAdc = run(adc, cwd);
    const ratios = [ofAdc.cpu / ofTsc.cpu, ofAdc.wall / ofTsc.wall].map(seconds);
    return [String(annotated), ...[ofAdc.cpu, ofTsc.cpu].map(seconds), ...ratios];
  });
  return markdown([["annotated functions", "adc s", "tsc s", "adc / tsc", "on the clock"], ...rows], 0);
}

/** Milliseconds from an edit until the watching process has built, and what it says of the build itself. */
async function watch(): Promise<string> {
  const cwd = project("watched", projectFiles({ files: 400, lines: 50_000, annotated: 400 }));
  const child = spawn(process.execPath, [...adc, "--watch"], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  let wake = (): void => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
    wake();
  });
  const built = async (): Promise<void> => {
    while (!printed.includes("watching for changes"))
      await new Promise<void>((resume) => {
        wake = resume;
      });
    printed = "";
  };
  await built();
  // Files that have just been written are read again in any case.
  await new Promise((resume) => setTimeout(resume, 3000));
  const rows: string[][] = [];
  for (const [what, file, from, to] of edits) {
    const path = join(cwd, file);
    const text = readFileSync(path, "utf8");
    const times: number[] = [];
    for (let i = 0; i < 2 * rounds + 2; i++) {
      const start = performance.now();
      writeFileSync(path, i % 2 === 0 ? text.replace(from, to) : text);
      await built();
      times.push(performance.now() - start);
    }
    rows.push([
      what,
      ...[Math.min(...times), times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0].map((t) => t.toFixed(0)),
    ]);
  }
  child.kill("SIGINT");
  return markdown([["one edit of 400 files, ms", "least", "median"], ...rows], 1);
}

const edits = [
  ["in an annotated function", "src/part1/unit1.ts", "* 0.01", "* 0.02"],
  ["in a function that adc does not need", "src/part1/unit1.ts", "toUpperCase", "toLowerCase"],
] as const;

try {
  console.log(`${functions()}\n`);
  console.log(`${projects()}\n`);
  console.log(await watch());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
