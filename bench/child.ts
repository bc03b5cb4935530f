/** Parts of the measurement of one problem: `child.ts <part,part> <problem> <folder of the copy> <scope as JSON>`; the results are the last line. */
import { bytes, check, growth, type Scope, times } from "./parts.js";
import { usePrepared } from "./prepare.js";
import { problems } from "./problems/index.js";
import type { Problem } from "./workload.js";

const parts: Readonly<Record<string, ((problem: Problem, scope: Scope) => unknown) | undefined>> = {
  check,
  times,
  bytes,
  growth,
};

const [, , wanted = "", name = "", folder = "", given = ""] = process.argv;
const scope = JSON.parse(given) as Scope;
usePrepared(folder);
const loadProblem = problems.get(name);
if (loadProblem === undefined) throw new Error(`no problem ${name}`);
const problem = await loadProblem();
const results = wanted.split(",").map((part) => {
  const run = parts[part];
  if (run === undefined) throw new Error(`no part ${part}`);
  return run(problem, scope);
});
console.log(JSON.stringify(results));
