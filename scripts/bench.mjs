/** `npm run bench`: how fast gradients are; `bench/main.ts` says what can be asked for. */
import { ensureBuilt, runNode } from "./lib.mjs";

ensureBuilt();
process.exitCode = runNode(["--import", "tsx", "bench/main.ts", ...process.argv.slice(2)]);
