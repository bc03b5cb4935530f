/** `npm test`: whatever set-up is missing, then the tests. Arguments go to vitest: `npm test -- test/rules.test.ts`. */
import { ensureBuilt, runNode } from "./lib.mjs";

ensureBuilt();
process.exitCode = runNode(["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)]);
