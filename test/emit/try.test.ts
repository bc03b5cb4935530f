import { it } from "vitest";
import { emitText } from "../support/emit.js";
it("speed", () => {
  for (const n of [1000, 2000, 4000, 8000]) {
    const lines = ["func f(%x: num, %a: Float64Array) -> (num) {", "%s = sin %x", "%1 = const 1", "%0 = const 0"];
    let s = "%s"; 
    for (let k = 0; k < n; k++) { lines.push(`%s.${k+1} = add ${s} %x`, `%q.${k+1} = mul %s.${k+1} %s.${k+1}`, `accum %a[%0] += %q.${k+1}`); s = `%s.${k+1}`; 
     if (k % 10 === 0) { lines.push(`%c.${k+1} = lt ${s} %x`, `%z.${k+1}: num = if %c.${k+1} {`, `%zz.${k+1} = exp %x`, `%zy.${k+1} = mul %zz.${k+1} %zz.${k+1}`, `yield %zy.${k+1}`, `} else {`, `yield %x`, `}`, `store %a[%0] = %z.${k+1}`); } }
    lines.push(`yield ${s}`, "}");
    const t = performance.now();
    const text = emitText(lines.join("\n"));
    console.log(n, performance.now() - t, text.length, n === 1000 ? text.slice(0, 900) : "");
  }
}, 60000);
