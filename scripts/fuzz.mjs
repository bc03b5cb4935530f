/**
 * `npm run fuzz -- --count 10000 --seed 1 [--jobs 2]`: random programs against the judges. With several jobs the seeds
 * are divided among as many processes, and the last line has the totals of all. A job takes a new process after every
 * thousand programs: what compilers and programs leave behind would fill the memory of one.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ensureInstalled, root } from "./lib.mjs";

ensureInstalled();
const given = process.argv.slice(2);
const jobs = take("--jobs", 1);
const count = take("--count", 1000);
const seed = take("--seed", Date.now() % 1_000_000_000);
// Programs are short-lived: a larger nursery saves a tenth of the time.
const command = ["--max-semi-space-size=64", "--import", "tsx", "test/fuzz.ts", ...given];
const share = Math.ceil(count / jobs);
const perProcess = 1000;
const begun = performance.now();
const totals = [];
const statuses = await Promise.all(Array.from({ length: jobs }, (_, job) => run(job)));
if (totals.length > 1) {
  const sum = (name) =>
    totals.reduce((all, line) => all + Number(new RegExp(`([\\d.]+) ${name}`).exec(line)?.[1] ?? 0), 0);
  const parts = ["programs", "refused", "comparisons", "skipped", "disagreements"].map(
    (name) => `${sum(name)} ${name}`,
  );
  console.log(
    `fuzz: ${parts.join(", ")}, ${((sum("programs") * 1000) / (performance.now() - begun)).toFixed(1)} programs/s, seed ${seed}, ${jobs} jobs`,
  );
}
process.exitCode = Math.max(...statuses);

/** Takes a number option out of what is passed on. */
function take(name, otherwise) {
  const at = given.indexOf(name);
  return at < 0 ? otherwise : Number(given.splice(at, 2)[1]);
}

async function run(job) {
  const mark = jobs === 1 ? "" : `${job + 1}: `;
  const end = Math.min(share * (job + 1), count);
  let status = 0;
  for (let from = share * job; from < end; from += perProcess)
    status = Math.max(status, await runSome(mark, seed + from, Math.min(perProcess, end - from)));
  return status;
}

function runSome(mark, first, some) {
  const args = [...command, "--count", String(some), "--seed", String(first)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let hasEnded = false;
  createInterface({ input: child.stdout }).on("line", (line) => {
    console.log(mark + line);
    if (!line.startsWith("fuzz: ") || !line.includes(" programs, ")) return;
    hasEnded = true;
    totals.push(line);
  });
  return new Promise((resolve) =>
    child.on("close", (status) => {
      if (!hasEnded) console.log(`${mark}fuzz: the ${some} programs from seed ${first} on gave no total`);
      resolve(status ?? 1);
    }),
  );
}
