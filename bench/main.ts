/**
 * `npm run bench -- [--only name]… [--quick] [--rounds 25] [--update] [--check]`: measures every problem and writes
 * `bench/RESULTS.md` and `bench/results.json`. With `--only` or `--quick` (smallest sizes, few rounds, no growth) the table is
 * only printed; `--only` with `--update` replaces the rows of these problems in both files. `--check` measures nothing: it
 * compares everything that would be measured.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Scope } from "./parts.js";
import { prepare } from "./prepare.js";
import { problems } from "./problems/index.js";
import { goalsTable, growthTable, report, speedTable, timesTable } from "./report.js";
import type { BytesRow, GrowthRow, Results, TimesRow } from "./results.js";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    quick: { type: "boolean", default: false },
    update: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    rounds: { type: "string" },
  },
});
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const unknown = values.only.filter((name) => !problems.has(name));
if (unknown.length > 0)
  throw new Error(`no problem ${unknown.join(", ")}; there are ${[...problems.keys()].join(", ")}`);
const names = values.only.length > 0 ? values.only : [...problems.keys()];
const rounds = Number(values.rounds ?? (values.quick ? 7 : 25));
const prepared = await prepare();
const scope: Scope = {
  sizes: values.quick || values.check ? 1 : 99,
  effort: { rounds, sample: 2, warmUp: values.quick ? 60 : 200 },
  looks: 3,
  doublings: 6,
};

/** A large nursery, so that nothing is collected while bytes are counted. */
const roomy = ["--min-semi-space-size=64", "--max-semi-space-size=128"];

/** Some parts for one problem, in a process of their own. */
function parts(wanted: readonly string[], problem: string, flags: readonly string[] = []): unknown[] {
  const given = JSON.stringify(scope);
  const args = [...flags, "--import", "tsx", here("child.ts"), wanted.join(), problem, prepared.folder, given];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: here(".."),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`${wanted.join(" and ")} of ${problem} failed`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as unknown[];
}

console.log(`bench: adc took ${(prepared.milliseconds / 1000).toFixed(1)} s`);
if (values.check) {
  for (const name of names) {
    const [said] = parts(["check"], name) as [string[]];
    console.log(`${name}: ${said.join("; ")}`);
  }
} else {
  const results = {
    machine: cpus()[0]?.model.trim() ?? "unknown processor",
    node: process.versions.node,
    rounds,
    compiled: prepared.milliseconds,
    times: [] as TimesRow[],
    bytes: [] as BytesRow[],
    growth: [] as GrowthRow[],
  };
  const isKept = !values.quick && (values.only.length === 0 || values.update);
  for (const name of names) {
    console.log(`bench: ${name}`);
    const [measured] = parts(["times"], name) as [TimesRow[]];
    results.times.push(...measured);
    const [counted, grown = []] = parts(values.quick ? ["bytes"] : ["bytes", "growth"], name, roomy) as [
      BytesRow[],
      GrowthRow[]?,
    ];
    results.bytes.push(...counted);
    results.growth.push(...grown);
    // After each problem: a long run that is stopped has not been in vain.
    if (isKept) write(merged(results));
  }
  console.log(`\n${timesTable(results)}\n\n${goalsTable(results)}\n\n${growthTable(results)}`);
}

/** The rows of an earlier run with those of this one in their places; in the order of the problems. */
function merged(results: Results): Results {
  const path = here("results.json");
  const earlier = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Results) : results;
  const rows = <Row extends { readonly problem: string }>(before: readonly Row[], now: readonly Row[]): Row[] =>
    [...problems.keys()].flatMap((name) => {
      const isOfIt = ({ problem }: Row): boolean => problem === name;
      return now.some(isOfIt) ? now.filter(isOfIt) : before.filter(isOfIt);
    });
  return {
    ...results,
    times: rows(earlier.times, results.times),
    bytes: rows(earlier.bytes, results.bytes),
    growth: rows(earlier.growth, results.growth),
  };
}

function write(results: Results): void {
  writeFileSync(here("RESULTS.md"), report(results));
  writeFileSync(here("results.json"), `${JSON.stringify(results, undefined, 1)}\n`);
  const readme = here("../README.md");
  const between = /(<!-- the table of `npm run bench` -->\n)[\s\S]*?(<!-- its end -->)/;
  writeFileSync(readme, readFileSync(readme, "utf8").replace(between, `$1\n${speedTable(results)}\n\n$2`));
}
