/** `.ci/run`: install, `npm run check`, `npm test`. A failed check counts as one failure beside those of the tests. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled, root, runNode } from "./lib.mjs";

const report = ".cache/test-report.json";

/** @typedef {{ numPassedTests: number, numFailedTests: number }} Report */

let passed = 0;
// Until the tests have run, not having come so far is the one failure.
let failed = 1;
process.on("exit", () => {
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});

// Logs are read without a terminal.
process.env["NO_COLOR"] = "1";
ensureInstalled();
rmSync(join(root, report), { force: true });
const checked = runNode(["scripts/check.mjs"]) === 0;
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const tested = runNode(["scripts/test.mjs", ...reporters]) === 0;

if (existsSync(join(root, report))) {
  /** @type {Report} */
  const counts = JSON.parse(readFileSync(join(root, report), "utf8"));
  passed = counts.numPassedTests;
  // A file that cannot be loaded has no failed test in it, an error outside of tests not even a failed file.
  failed = Math.max(counts.numFailedTests, tested ? 0 : 1) + (checked ? 0 : 1);
}
