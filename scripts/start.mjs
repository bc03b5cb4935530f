/** `npm start`: set-up, gradients for every example, then the curve fit with the gradient adc wrote for it. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ensureBuilt, mustRunNode, root } from "./lib.mjs";

ensureBuilt();

console.log("\n$ adc build -p examples/tsconfig.json");
mustRunNode(["compiler/bin/adc.js", "build", "-p", "examples/tsconfig.json"]);

const { build } = await import("../compiler/dist/index.js");
const result = await build({ cwd: root, project: "examples/tsconfig.json", check: true });
for (const { path, status } of result.outputs) {
  const lines = readFileSync(path, "utf8").split("\n").length - 1;
  console.log(`  ${relative(root, path)}  ${lines} lines${status === "unchanged" ? "" : `  ${status}`}`);
}
console.log(`  ${result.functions} functions, ${(result.milliseconds / 1000).toFixed(2)} s when run a second time`);

// One of the functions the curve fit calls, as an example of what was written.
const shown = result.outputs.find(({ path }) => path.includes(join("examples", "curve-fit")));
if (shown) {
  const [first] = /^\/\*\*(?:(?!\n}\n)[^])*\n}$/m.exec(readFileSync(shown.path, "utf8")) ?? [];
  console.log(`\nfrom ${relative(root, shown.path)}:\n\n${first?.replace(/^/gm, "  ")}`);
}

console.log("\n$ tsx examples/curve-fit/main.ts");
mustRunNode(["--import", "tsx", join("examples", "curve-fit", "main.ts")]);
