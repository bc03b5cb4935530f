/** adc as a tool of GradBench, on standard input and output: `gradbench run --tool "node scripts/gradbench.mjs"`. */
import { spawn } from "node:child_process";
import { ensureBuilt, root } from "./lib.mjs";

ensureBuilt();
const tool = spawn(process.execPath, ["--import", "tsx", "bench/gradbench/main.ts", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
tool.on("close", (status) => {
  process.exitCode = status ?? 1;
});
