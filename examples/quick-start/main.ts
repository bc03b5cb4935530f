import { f } from "./f.js";
import { f_grad } from "./f_grad.js";

const [d1, d2] = f_grad(2, 3);
console.log(`f(2, 3) = ${f(2, 3).toFixed(3)}`);
console.log(`its gradient there is (${d1.toFixed(3)}, ${d2.toFixed(3)})`);
