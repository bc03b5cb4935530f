/** Projects that call packages: built, type-checked and run as users do it. */
import { describe, expect, test } from "vitest";
import { lineFit, makeProject, type Project } from "./support.js";

const config: { compilerOptions: object } = JSON.parse(lineFit["tsconfig.json"]);

const installed = ["gl-matrix", "simplex-noise", "three", "@types/three", "@stdlib/math-base-special-erf"];

const files = {
  "src/camera.ts": `import { mat4, vec3 } from "gl-matrix";
/** @differentiable */
export function depth(angle: number, point: [number, number, number]): number {
  const view = mat4.fromYRotation(new Float64Array(16), angle) as Float64Array;
  const seen = vec3.transformMat4([0, 0, 0], point, view);
  return seen[2]! * seen[0]!;
}
`,
  "src/noise.ts": `import { createNoise2D } from "simplex-noise";
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}
const noise = createNoise2D(generator(5));
/** @differentiable */
export function height(x: number, y: number): number {
  return noise(x, y);
}
`,
  "src/vectors.ts": `import { Vector3 } from "three";
export { Vector3 };
/** @differentiable */
export function scaled(v: Vector3, s: number): Vector3 {
  return v.clone().multiplyScalar(s);
}
/** @differentiable */
export function bounce(v: Vector3, n: Vector3): number {
  return v.clone().reflect(n.clone().normalize()).dot(new Vector3(1, 2, 3));
}
`,
  "src/special.ts": `import erf from "@stdlib/math-base-special-erf";
/** @differentiable */
export function cdf(x: number): number {
  return 0.5 * (1 + erf(x / Math.SQRT2));
}
`,
  "src/main.ts": `import { Vector3 } from "three";
import { depth } from "./camera.js";
import { depth_grad } from "./camera_grad.js";
import { height } from "./noise.js";
import { height_value_and_grad } from "./noise_grad.js";
import { cdf } from "./special.js";
import { cdf_vjp } from "./special_grad.js";
import { bounce } from "./vectors.js";
import { bounce_grad, scaled_vjp } from "./vectors_grad.js";

const slope = (f: (x: number) => number, x: number): number => (f(x + 1e-5) - f(x - 1e-5)) / 2e-5;
const p: [number, number, number] = [1, 2, 3];
const [dAngle, [dx]] = depth_grad(0.4, p);
const [value, [hx, hy]] = height_value_and_grad(0.3, 1.7);
const v = new Vector3(1, -2, 0.5);
const n = new Vector3(0.2, 0.9, 0.1);
const [dv, dn] = bounce_grad(v, n);
const [, pull] = cdf_vjp(0.7);
const [twice, back] = scaled_vjp(v, 2);
console.log(
  JSON.stringify([
    [dAngle, slope((a) => depth(a, p), 0.4)],
    [dx, slope((x) => depth(0.4, [x, 2, 3]), 1)],
    [value, height(0.3, 1.7)],
    [hx, slope((x) => height(x, 1.7), 0.3)],
    [hy, slope((y) => height(0.3, y), 1.7)],
    [dv.y, slope((y) => bounce(new Vector3(1, y, 0.5), n), -2)],
    [dn.x, slope((x) => bounce(v, new Vector3(x, 0.9, 0.1)), 0.2)],
    [pull(2), 2 * slope(cdf, 0.7)],
    [twice.dot(v), 2 * v.lengthSq()],
    [back({ x: 1, y: 0, z: 0 })[0].x, 2],
  ]),
);
`,
};

function make(options: object = {}, extra: Readonly<Record<string, string>> = {}): Project {
  const compilerOptions = { ...config.compilerOptions, esModuleInterop: true, ...options };
  const tsconfig = JSON.stringify({ ...config, compilerOptions });
  return makeProject({ ...files, ...extra, "tsconfig.json": tsconfig }, "typescript", installed);
}

function expectRight(project: Project): void {
  const pairs: [number, number][] = JSON.parse(project.run("dist/main.js").out);
  expect(pairs).toHaveLength(10);
  for (const [found, expected] of pairs) expect(found).toBeCloseTo(expected, 6);
}

describe("calls into packages", { timeout: 300_000 }, () => {
  test("adc build, then tsc", () => {
    const project = make();
    expect(project.run("adc", "build")).toMatchObject({ status: 0, error: "" });
    expect(project.run("tsc")).toEqual({ status: 0, out: "", error: "" });
    expectRight(project);
    expect(project.run("adc", "build", "--check")).toMatchObject({ status: 0 });
    expect(project.read("src/camera_grad.ts")).not.toContain("gl-matrix");
  });

  test("tspc", () => {
    const project = make({ plugins: [{ transform: "@adc/compiler/transformer", transformProgram: true }] });
    expect(project.run("tspc")).toEqual({ status: 0, out: "", error: "" });
    expectRight(project);
    expect(project.run("adc", "build", "--check")).toMatchObject({ status: 0 });
  });

  test("what cannot be followed is refused where it is called", () => {
    const project = make(
      {},
      {
        "src/native.ts": `import { add } from "native-sum";
/** @differentiable */
export function f(x: number): number {
  return 2 * add(x, 1);
}
`,
        "node_modules/native-sum/package.json": '{ "name": "native-sum", "main": "sum.node", "types": "index.d.ts" }',
        "node_modules/native-sum/index.d.ts": "export declare function add(x: number, y: number): number;",
        "node_modules/native-sum/sum.node": "",
      },
    );
    const { status, out, error } = project.run("adc", "build");
    expect(status).toBe(1);
    expect(out + error).toContain("src/native.ts(4,14): error ADC4006: `add` cannot be followed into its package.");
    expect(out + error).toContain("it is native code");
    expect(out + error).toContain("@vjp add");
    expect(project.read("src/camera_grad.ts")).toContain("depth_grad");
  });
});
