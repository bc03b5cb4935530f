/** `npm run bench`: how fast gradients are; `bench/main.ts` says what can be asked for; with `--compile`, how fast adc itself is. */
import { ensureBuilt, runNode } from "./lib.mjs";

ensureBuilt();
const args = process.argv.slice(2);
const main = args.includes("--compile") ? "bench/compile/main.ts" : "bench/main.ts";
process.exitCode = runNode(["--import", "tsx", main, ...args]);
