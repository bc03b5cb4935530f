/** `npm run fuzz -- --count 10000 --seed 1`: random programs against the judges. */
import { ensureInstalled, runNode } from "./lib.mjs";

ensureInstalled();
process.exitCode = runNode(["--import", "tsx", "test/fuzz.ts", ...process.argv.slice(2)]);
