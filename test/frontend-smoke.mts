import { openMemory } from "../compiler/src/frontend/index.js";
import { printProgram } from "../compiler/src/ir/print.js";
const src = `
/** @differentiable */
export function rosenbrock(x: Float64Array): number {
  let s = 0;
  for (let i = 0; i < x.length - 1; i++) {
    const a = x[i]!;
    if (a > 100) break;
    if (a < -5) continue;
    if (a === 7) return s;
    const t = x[i + 1]! - a * a;
    s += 100 * t * t + (1 - a) ** 2;
  }
  return s;
}
`;
const t0 = Date.now();
const f = openMemory({ "/src/a.ts": src });
console.log(f.annotatedFiles);
const r = f.lower("/src/a.ts");
console.log(r.diagnostics);
if (r.lowered) console.log(printProgram(r.lowered.program), JSON.stringify(r.lowered.annotated));
console.log(Date.now() - t0);
