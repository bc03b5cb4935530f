/** Generated derivatives called in the program: gradients, values with them, tangents, second derivatives. */
import type { Plug, Whole } from "./context.js";
import { float64, num, numbers, point, type Shape } from "./shapes.js";

/** What the generated file is called in an import; the place of the program decides its name. */
export const gradientFile = "./program_grad.js";

interface Template {
  readonly text: (name: string, k: string) => string;
  /** What the generated file has for it. */
  readonly made: readonly { readonly mode: string; readonly params: readonly Shape[]; readonly returns: Shape }[];
}

const pair: Shape = { kind: "tuple", elems: [num, num] };

const templates: readonly Template[] = [
  {
    text: (name, k) => `function ${name}(x: number): number {\n  return Math.sin(${k} * x) + 0.1 * x * x;\n}`,
    made: [
      { mode: "grad", params: [num], returns: num },
      { mode: "value_and_grad", params: [num], returns: pair },
      { mode: "jvp", params: [num, num], returns: pair },
      { mode: "d2", params: [num], returns: num },
    ],
  },
  {
    text: (name, k) =>
      `function ${name}(x: number, y: number): number {\n  let s = x;\n  for (let i = 0; i < 2; i++) s = Math.tanh(s * y) + ${k} * x;\n  return s;\n}`,
    made: [{ mode: "grad", params: [num, num], returns: pair }],
  },
  {
    text: (name, k) =>
      `function ${name}(w: Float64Array): number {\n  let s = 0;\n  for (let i = 0; i < w.length; i++) s += Math.sin(w[i]! * ${k}) * w[0]!;\n  return s;\n}`,
    made: [
      { mode: "grad", params: [float64], returns: float64 },
      { mode: "value_and_grad", params: [float64], returns: { kind: "tuple", elems: [num, float64] } },
    ],
  },
  {
    text: (name, k) =>
      `function ${name}(w: number[], p: { x: number; y: number }): number {\n  let s = ${k};\n  for (const v of w) s = Math.cos(s * v + p.x) * p.y;\n  return s;\n}`,
    made: [{ mode: "grad", params: [numbers, point], returns: { kind: "tuple", elems: [numbers, point] } }],
  },
];

export const derivatives: Plug = {
  module: (whole: Whole) => {
    const { random } = whole;
    const imported: string[] = [];
    const texts = random
      .shuffle(templates)
      .slice(0, random.integer(1, 2))
      .map(({ text, made }) => {
        const name = `inner${++whole.nextName}`;
        const used = random.shuffle(made).slice(0, random.integer(1, 2));
        for (const { mode, params, returns } of used) {
          imported.push(`${name}_${mode}`);
          whole.helpers.push({
            name: `${name}_${mode}`,
            params: params.map((shape, i) => ({ name: `p${i}`, shape })),
            returns,
            recursive: false,
            cost: 12,
            writes: false,
          });
        }
        const modes = used.map(({ mode }) => mode).join(",");
        return `/** @differentiable modes=${modes} */\nexport ${text(name, String(random.integer(3, 19) / 10))}`;
      });
    return [`import { ${imported.join(", ")} } from "${gradientFile}";`, ...texts];
  },
};
