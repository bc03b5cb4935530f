/** Functions of packages, unchanged, followed into their source: before all judges, in every mode. */
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import * as glMatrix from "gl-matrix";
import * as simplexNoise from "simplex-noise";
import dgemv from "@stdlib/blas-base-dgemv";
import besselj0 from "@stdlib/math-base-special-besselj0";
import digamma from "@stdlib/math-base-special-digamma";
import erf from "@stdlib/math-base-special-erf";
import expm1 from "@stdlib/math-base-special-expm1";
import gammaln from "@stdlib/math-base-special-gammaln";
import * as three from "three";
import { beforeAll, expect, test } from "vitest";
import { type Compiled, compileAll } from "./support/compile.js";
import { judge } from "./support/judge.js";
import { Random } from "./support/random.js";

const folder = fileURLToPath(new URL("./packages/", import.meta.url));
const sources = Object.fromEntries(
  readdirSync(folder).map((name) => [folder + name, readFileSync(folder + name, "utf8")]),
);
const packages = {
  "gl-matrix": glMatrix,
  "simplex-noise": simplexNoise,
  "@stdlib/blas-base-dgemv": { default: dgemv },
  "@stdlib/math-base-special-besselj0": { default: besselj0 },
  "@stdlib/math-base-special-digamma": { default: digamma },
  "@stdlib/math-base-special-erf": { default: erf },
  "@stdlib/math-base-special-expm1": { default: expm1 },
  "@stdlib/math-base-special-gammaln": { default: gammaln },
  three,
};

const reals = (random: Random, count: number, low = -1, high = 1): number[] =>
  Array.from({ length: count }, () => random.real(low, high));

const cases: Readonly<Record<string, (random: Random) => readonly unknown[]>> = {
  "gl-matrix.ts projected": (r) => [reals(r, 4), reals(r, 3), r.real(0.5, 1.5)],
  "gl-matrix.ts mixed": (r) => [Float64Array.from(reals(r, 3)), Float64Array.from(reals(r, 3))],
  "gl-matrix.ts solved": (r) => [reals(r, 9), reals(r, 3)],
  "gl-matrix.ts between": (r) => [reals(r, 4), reals(r, 4), r.real(0, 1)],
  "gl-matrix.ts single": (r) => [Float32Array.from(reals(r, 3)), r.real(0, 1)],
  "gl-matrix.ts towards": (r) => [Float64Array.from(reals(r, 5))],
  "stdlib.ts normal": (r) => {
    const mean = r.real(-1, 1);
    return [r.pick([mean, r.real(-4, 4)]), mean, r.real(0.3, 2)];
  },
  "stdlib.ts gammaLoss": (r) => [
    r.pick([r.real(0.1, 12), 1, 2]),
    r.real(0.5, 2),
    Float64Array.from(reals(r, 4, 0.1, 5)),
  ],
  "stdlib.ts fisher": (r) => [r.real(0.2, 6), r.real(0.3, 4)],
  "stdlib.ts wave": (r) => [r.real(0.1, 9), r.real(-2, 2)],
  "stdlib.ts layers": (r) => [
    Float64Array.from(reals(r, 9)),
    Float64Array.from(reals(r, 3)),
    Float64Array.from(reals(r, 3)),
    r.real(0.5, 1.5),
  ],
  "stdlib.ts beta": (r) => [r.real(0.1, 5), r.real(-1, 3)],
  "three.ts turned": (r) => [reals(r, 3), r.real(-3, 3), reals(r, 3)],
  "three.ts chained": (r) => reals(r, 2),
  "three.ts path": (r) => [
    Array.from({ length: 4 }, () => ({ x: r.real(-1, 1), y: r.real(-1, 1), z: r.real(-1, 1) })),
    r.real(0, 0.5),
  ],
  "three.ts blended": (r) => {
    const [x, y, z] = reals(r, 3);
    return [reals(r, 4), reals(r, 4), new three.Vector3(x, y, z), r.real(0, 1)];
  },
  "three.ts scaled": (r) => {
    const [x, y, z] = reals(r, 3);
    return [new three.Vector3(x, y, z), r.real(-2, 2)];
  },
  "three.ts transformed": (r) => reals(r, 2),
  "three.ts geometry": (r) => reals(r, 2, 0.2, 0.9),
  "three.ts mirrored": (r) => {
    const [x, y, z, a, b, c, angle] = reals(r, 7);
    return [new three.Vector3(x, y, z), new three.Vector3(a, b, c), angle];
  },
  "simplex-noise.ts height": (r) => reals(r, 2, -3, 3),
  "simplex-noise.ts moving": (r) => reals(r, 4, -3, 3),
  "simplex-noise.ts layered": (r) => reals(r, 2, -3, 3),
  "simplex-noise.ts slope": (r) => reals(r, 2, -3, 3),
  "simplex-noise.ts cloud": (r) => reals(r, 3, -3, 3),
};

let compiled: Map<string, Compiled>;
beforeAll(() => {
  compiled = new Map();
  for (const [path, outcome] of compileAll(sources, { packages, verifyEach: true })) {
    if (outcome.kind === "crashed") throw outcome.error;
    if (outcome.kind === "refused") throw new Error(`${path}: ${JSON.stringify(outcome.diagnostics, undefined, 1)}`);
    compiled.set(basename(path), outcome.compiled);
  }
}, 240_000);

test.each(Object.entries(cases))("%s", (name, args) => {
  const [file = "", exportName] = name.split(" ");
  const program = compiled.get(file);
  const annotated = program?.lowered.annotated.find((a) => a.exportName === exportName);
  if (program === undefined || annotated === undefined) throw new Error("no such function");
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const tally = judge(program, annotated, args(new Random(seed)), { seed, differences: 40 });
    expect(
      tally.problems.map(({ kind, message }) => `${kind}: ${message}`),
      `at random input ${seed}`,
    ).toEqual([]);
  }
});

test("every annotated function has its case", () => {
  const all = [...compiled].flatMap(([file, { lowered }]) => lowered.annotated.map((a) => `${file} ${a.exportName}`));
  expect(Object.keys(cases).toSorted()).toEqual(all.toSorted());
});

test("generated code imports nothing but the runtime and its source", () => {
  for (const { text, path } of compiled.values()) {
    const specifiers = [...text.matchAll(/ from "([^"]*)"/g)].map(([, s]) => s);
    const own = `./${basename(path).replace(/\.ts$/, ".js")}`;
    expect(specifiers.filter((s) => s !== "@adc/runtime" && s !== own)).toEqual([]);
  }
});
