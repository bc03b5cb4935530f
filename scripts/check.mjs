/** `npm run check`: all that can be said about the sources without running them. Every step runs; any failure fails. */
import { build, ensureInstalled, runNode } from "./lib.mjs";

/** @type {{ name: string, run: () => number }[]} */
const steps = [
  { name: "build", run: build },
  {
    name: "types of tests, examples and configuration",
    run: () => runNode(["node_modules/typescript/bin/tsc", "-p", "tsconfig.check.json"]),
  },
  { name: "lint", run: () => runNode(["node_modules/oxlint/bin/oxlint"]) },
  { name: "format", run: () => runNode(["node_modules/@biomejs/biome/bin/biome", "ci", "--colors=off"]) },
  { name: "unused files, exports and dependencies", run: () => runNode(["node_modules/knip/bin/knip.js"]) },
];

ensureInstalled();
/** @type {string[]} */
const failed = [];
for (const { name, run } of steps) {
  const start = performance.now();
  console.log(`check: ${name}`);
  const ok = run() === 0;
  if (!ok) failed.push(name);
  console.log(`check: ${name}: ${ok ? "ok" : "FAILED"} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join("; ")}`);
  process.exitCode = 1;
}
