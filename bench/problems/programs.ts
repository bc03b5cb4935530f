/** The idiomatic programs of `bench/programs`: objects, classes, closures, grids, recursion. */
import { load } from "../prepare.js";
import { directionLike, Random } from "../random.js";
import type { Problem, Workload } from "../workload.js";

type Given = readonly unknown[];

/** What a program is measured by: its functions take the parameters and the constants of a workload. */
interface Functions {
  readonly primal: (...given: never[]) => unknown;
  readonly gradient: (...given: Given) => unknown;
  readonly hand: (...given: never[]) => unknown;
  readonly jvp: (...given: Given) => unknown;
  readonly hvp?: ((...given: Given) => unknown) | undefined;
}

/** `parameters` come first in the calls, `constants` after them. */
function workload(size: string, parameters: unknown[], constants: Given, functions: Functions): Workload {
  const { gradient, jvp, hvp } = functions;
  // Each program is called by one function of its own here, so that the calls stay monomorphic.
  const primal = functions.primal as (...given: Given) => unknown;
  const hand = functions.hand as (...given: Given) => unknown;
  const direction = directionLike(parameters) as unknown[];
  return {
    size,
    parameters,
    primal: () => primal(...parameters, ...constants),
    gradient: () => gradient(...parameters, ...constants),
    hand: () => hand(...parameters, ...constants),
    jvp: () => jvp(...parameters, ...constants, ...direction),
    ...(hvp === undefined ? {} : { hvp: () => hvp(...parameters, ...constants, ...direction) }),
  };
}

/** What adc generated for `name` in a program. */
async function generatedOf(program: string, name: string): Promise<Pick<Functions, "gradient" | "jvp" | "hvp">> {
  const all = await load<Readonly<Record<string, Functions["gradient"] | undefined>>>(`bench/programs/${program}_grad`);
  const [gradient, jvp] = [all[`${name}_grad`], all[`${name}_jvp`]];
  if (gradient === undefined || jvp === undefined) throw new Error(`${program} has no gradient of ${name}`);
  return { gradient, jvp, hvp: all[`${name}_hvp`] };
}

export async function particles(): Promise<Problem> {
  const { spread } = await load<typeof import("../programs/particles.js")>("bench/programs/particles");
  const { spreadGradient } = await load<typeof import("../hand/particles.js")>("bench/hand/particles");
  const functions = { ...(await generatedOf("particles", "spread")), primal: spread, hand: spreadGradient };
  const make = (bodies: number, steps: number): Workload => {
    const random = new Random(11);
    const start = random.array(6 * bodies, -1, 1);
    return workload(`${bodies} bodies, ${steps} steps`, [start], [random.array(bodies), steps, 0.01], functions);
  };
  return {
    name: "particles",
    workloads: [() => make(8, 10), () => make(32, 20)],
    growth: { of: "steps", from: 4, make: (n) => make(16, n) },
  };
}

export async function network(): Promise<Problem> {
  const { loss, Network, Dense } = await load<typeof import("../programs/network.js")>("bench/programs/network");
  const { lossGradient } = await load<typeof import("../hand/network.js")>("bench/hand/network");
  const functions = { ...(await generatedOf("network", "loss")), primal: loss, hand: lossGradient };
  const make = (widths: readonly number[], batch: number): Workload => {
    const random = new Random(12);
    const layers = widths
      .slice(1)
      .map((units, i) => new Dense(random.array(units * (widths[i] ?? 0), -0.3, 0.3), random.array(units, -0.1, 0.1)));
    const inputs = Array.from({ length: batch }, () => random.array(widths[0] ?? 0, -1, 1));
    const labels = Int32Array.from({ length: batch }, () => random.below(widths.at(-1) ?? 1));
    return workload(`${widths.join("-")}, batch ${batch}`, [new Network(layers)], [inputs, labels], functions);
  };
  return {
    name: "network",
    workloads: [() => make([4, 8, 3], 16), () => make([64, 64, 10], 64)],
    growth: { of: "inputs", from: 8, make: (n) => make([16, 32, 10], n) },
  };
}

export async function integrator(): Promise<Problem> {
  const { misfit } = await load<typeof import("../programs/integrator.js")>("bench/programs/integrator");
  const { misfitGradient } = await load<typeof import("../hand/integrator.js")>("bench/hand/integrator");
  const functions = { ...(await generatedOf("integrator", "misfit")), primal: misfit, hand: misfitGradient };
  const make = (observations: number, substeps: number): Workload => {
    const rates = [1.1, 0.4, 0.1, 0.4];
    const observed = new Random(13).array(2 * observations, 1, 8);
    return workload(`${observations * substeps} steps`, [rates, [10, 5]], [observed, 0.02, substeps], functions);
  };
  return {
    name: "integrator",
    workloads: [() => make(10, 5), () => make(100, 20)],
    growth: { of: "observations", from: 8, make: (n) => make(n, 10) },
  };
}

export async function heat(): Promise<Problem> {
  const { heatMisfit } = await load<typeof import("../programs/heat.js")>("bench/programs/heat");
  const { heatGradient } = await load<typeof import("../hand/heat.js")>("bench/hand/heat");
  const functions = { ...(await generatedOf("heat", "heatMisfit")), primal: heatMisfit, hand: heatGradient };
  const make = (n: number, steps: number): Workload => {
    const random = new Random(14);
    const parameters = [random.array(n * n), random.array(n * n, 0.05, 0.2)];
    return workload(`${n}×${n}, ${steps} steps`, parameters, [random.array(n * n), n, steps], functions);
  };
  return {
    name: "heat",
    workloads: [() => make(10, 5), () => make(64, 50)],
    growth: { of: "steps", from: 4, make: (n) => make(32, n) },
  };
}

export async function gaussianProcess(): Promise<Problem> {
  const { negativeLogLikelihood } = await load<typeof import("../programs/gaussian-process.js")>(
    "bench/programs/gaussian-process",
  );
  const { negativeLogLikelihoodGradient } =
    await load<typeof import("../hand/gaussian-process.js")>("bench/hand/gaussian-process");
  const functions = {
    ...(await generatedOf("gaussian-process", "negativeLogLikelihood")),
    primal: negativeLogLikelihood,
    hand: negativeLogLikelihoodGradient,
  };
  const make = (n: number): Workload => {
    const random = new Random(15);
    const points = Array.from({ length: n }, () => random.array(3, -1, 1));
    return workload(
      `${n} points`,
      [Float64Array.of(-0.5, 0.1, 0.3), 0.2, -1],
      [points, random.array(n, -1, 1)],
      functions,
    );
  };
  return {
    name: "gaussian process",
    workloads: [() => make(12), () => make(96)],
    growth: { of: "points", from: 16, make },
  };
}

export async function fourier(): Promise<Problem> {
  const { spectralCost } = await load<typeof import("../programs/fourier.js")>("bench/programs/fourier");
  const { spectralGradient } = await load<typeof import("../hand/fourier.js")>("bench/hand/fourier");
  const functions = { ...(await generatedOf("fourier", "spectralCost")), primal: spectralCost, hand: spectralGradient };
  const make = (n: number): Workload => {
    const random = new Random(16);
    return workload(`n${n}`, [random.array(n, -1, 1)], [random.array(n)], functions);
  };
  return {
    name: "fourier",
    workloads: [() => make(64), () => make(4096)],
    growth: { of: "samples", from: 256, make },
  };
}

export async function kepler(): Promise<Problem> {
  const { orbitMisfit } = await load<typeof import("../programs/kepler.js")>("bench/programs/kepler");
  const { orbitGradient } = await load<typeof import("../hand/kepler.js")>("bench/hand/kepler");
  const functions = { ...(await generatedOf("kepler", "orbitMisfit")), primal: orbitMisfit, hand: orbitGradient };
  const make = (n: number): Workload => {
    const random = new Random(17);
    const parameters = [random.array(n, 0, 3), random.array(n, 0.1, 0.6)];
    return workload(`${n} orbits`, parameters, [random.array(n, -1, 1)], functions);
  };
  return {
    name: "kepler",
    workloads: [() => make(20), () => make(2000)],
    growth: { of: "orbits", from: 256, make },
  };
}

export async function tree(): Promise<Problem> {
  const { treeError } = await load<typeof import("../programs/tree.js")>("bench/programs/tree");
  const { treeGradient } = await load<typeof import("../hand/tree.js")>("bench/hand/tree");
  const functions = { ...(await generatedOf("tree", "treeError")), primal: treeError, hand: treeGradient };
  const make = (depth: number, count: number): Workload => {
    const random = new Random(18);
    const grow = (left: number): import("../programs/tree.js").Tree =>
      left === 0
        ? { kind: "leaf", value: random.next() }
        : {
            kind: "branch",
            weights: [...random.array(4, -1, 1)],
            bias: random.next(),
            left: grow(left - 1),
            right: grow(left - 1),
          };
    const targets = [...random.array(count)];
    return workload(
      `depth ${depth}, ${count} inputs`,
      [grow(depth)],
      [random.rows(count, 4, -1, 1), targets],
      functions,
    );
  };
  return {
    name: "tree",
    workloads: [() => make(3, 10), () => make(7, 100)],
    growth: { of: "inputs", from: 16, make: (n) => make(5, n) },
  };
}
