/** Inputs for the programs of this folder: what to call, and with what. */
import type { Random } from "../support/random.js";

export interface ProgramCase {
  /** Source file in this folder. */
  readonly file: string;
  /** The annotated function. */
  readonly name: string;
  /** Fresh arguments. */
  readonly args: (random: Random) => readonly unknown[];
}

const reals = (random: Random, count: number, low = -1, high = 1): number[] =>
  Array.from({ length: count }, () => random.real(low, high));

const floats = (random: Random, count: number, low = -1, high = 1): Float64Array =>
  Float64Array.from(reals(random, count, low, high));

const matrix = (random: Random, rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => reals(random, columns));

/** A product of a matrix with its transpose, and a little more on the diagonal. */
function positiveDefinite(random: Random, n: number): Float64Array {
  const factor = matrix(random, n, n);
  const entry = (i: number, j: number): number =>
    (i === j ? 0.5 : 0) + factor.reduce((sum, row) => sum + (row[i] ?? NaN) * (row[j] ?? NaN), 0);
  return Float64Array.from({ length: n * n }, (_, p) => entry(Math.floor(p / n), p % n));
}

const bodies = (random: Random, count: number): unknown[] =>
  Array.from({ length: count }, () => ({
    mass: random.real(0.5, 2),
    position: reals(random, 3),
    velocity: reals(random, 3, -0.3, 0.3),
  }));

const samples = (random: Random, count: number, features: number): unknown[] =>
  Array.from({ length: count }, () => {
    const indices = Array.from({ length: features }, (_, i) => i).filter(() => random.chance(0.5));
    return { indices, values: reals(random, indices.length, -2, 2), label: random.pick([1, -1]) };
  });

function net(random: Random): unknown {
  const springs = [0, 1, 1, 2, 2, 3, 0, 2, 1, 3];
  return {
    positions: Float64Array.from([0, 0.4, 1, 0.5, 1, 1.4, 0, 1.5], (x) => x + random.real(-0.1, 0.1)),
    masses: floats(random, 4, 0.5, 1.5),
    springs: Int32Array.from(springs),
    stiffness: floats(random, springs.length / 2, 5, 20),
    restLengths: floats(random, springs.length / 2, 0.8, 1.2),
  };
}

const bands = (random: Random): unknown[] => [
  { kind: "highpass", frequency: random.real(0.02, 0.1), quality: random.real(0.6, 1), gain: 0 },
  { kind: "peak", frequency: random.real(0.1, 0.3), quality: random.real(0.6, 2), gain: random.real(-6, 6) },
  { kind: "lowpass", frequency: random.real(0.25, 0.4), quality: random.real(0.6, 1), gain: 0 },
];

const vector = (x: number, y: number, z: number): unknown => ({ x, y, z });

export const programCases: readonly ProgramCase[] = [
  {
    file: "n-body.ts",
    name: "missDistance",
    args: (random) => [bodies(random, 3), reals(random, 3), 12, 0.02],
  },
  {
    file: "n-body.ts",
    name: "energy",
    args: (random) => [bodies(random, random.integer(0, 4))],
  },
  {
    file: "heat-equation.ts",
    name: "mismatch",
    args: (random) => [floats(random, 9, 0.5, 1.5), floats(random, 9, 0, 1), floats(random, 9, 0, 1), 0.05],
  },
  {
    file: "kalman-filter.ts",
    name: "logLikelihood",
    args: (random) => [
      { acceleration: random.real(-2, 0), measurement: random.real(-2, 0) },
      reals(random, 2),
      floats(random, 15).map((x, t) => (t % 4 === 2 ? NaN : 0.2 * t + 0.3 * x)),
      0.5,
    ],
  },
  {
    file: "black-scholes.ts",
    name: "price",
    args: (random) => [
      random.pick(["call", "put", "straddle"]),
      random.pick([20, 90, 100, 110]),
      random.real(80, 120),
      random.real(0.1, 0.4),
      random.real(0, 0.05),
      random.real(0.2, 2),
    ],
  },
  {
    file: "black-scholes.ts",
    name: "calibrationError",
    args: (random) => [reals(random, 5, 0.1, 0.4), [90, 95, 95, 100, 90], reals(random, 5, 5, 15), 97, 0.02],
  },
  {
    file: "robot-arm.ts",
    name: "handPose",
    args: (random) => [floats(random, 4, -2, 2), floats(random, 4, 0.5, 1)],
  },
  {
    file: "robot-arm.ts",
    name: "reachingCost",
    args: (random) => [
      floats(random, 4, -3.2, 3.2),
      floats(random, 4, 0.5, 1),
      reals(random, 2),
      [
        { centre: reals(random, 2), radius: 0.8 },
        { centre: reals(random, 2), radius: 0.6 },
      ],
      ...(random.chance(0.5) ? [2] : []),
    ],
  },
  {
    file: "fft.ts",
    name: "spectralLoss",
    args: (random) => [floats(random, 16), floats(random, 16)],
  },
  {
    file: "ray-sphere.ts",
    name: "photoError",
    args: (random) => [
      [
        { centre: vector(random.real(-0.6, -0.4), 0, -3), radius: 0.6, gloss: random.real(0.1, 0.6) },
        { centre: vector(random.real(0.4, 0.8), random.real(-0.3, 0.3), -3), radius: 0.55, gloss: 0.3 },
      ],
      [
        { direction: vector(0.6, 0.64, 0.48), intensity: random.real(0.4, 0.8) },
        { direction: vector(-0.8, 0, 0.6), intensity: 0.3 },
      ],
      Float32Array.from(reals(random, 5 * 4, 0, 1)),
      5,
    ],
  },
  {
    file: "logistic-regression.ts",
    name: "logisticLoss",
    args: (random) => [reals(random, 6), samples(random, 12, 5), { l1: 0.1, l2: 0.2 }],
  },
  {
    file: "logistic-regression.ts",
    name: "worstLoss",
    args: (random) => [reals(random, 6), samples(random, random.integer(1, 8), 5), 3],
  },
  {
    file: "hidden-markov.ts",
    name: "sequenceLogLikelihood",
    args: (random) => [
      { initial: reals(random, 3), transition: matrix(random, 3, 3), emission: matrix(random, 3, 4) },
      Uint8Array.from({ length: random.integer(0, 12) }, () => random.integer(0, 3)),
    ],
  },
  {
    file: "spring-mass.ts",
    name: "finalHeight",
    args: (random) => [
      net(random),
      { gravity: 9.81, friction: random.real(0, 0.5), floor: random.real(-0.1, 0.1) },
      60,
      0.01,
    ],
  },
  {
    file: "biquad.ts",
    name: "equalise",
    args: (random) => [bands(random), floats(random, 20)],
  },
  {
    file: "biquad.ts",
    name: "equaliserError",
    args: (random) => [bands(random), floats(random, 20), floats(random, 20)],
  },
  {
    file: "lu-solve.ts",
    name: "solve",
    args: (random) => [matrix(random, 4, 4), reals(random, 4)],
  },
  {
    file: "lu-solve.ts",
    name: "logDeterminant",
    args: (random) => [positiveDefinite(random, 4)],
  },
  {
    file: "kepler.ts",
    name: "orbitPosition",
    args: (random) => [
      { semiMajorAxis: random.real(0.5, 2), eccentricity: random.real(0, 0.9), meanAnomaly: random.real(0.1, 6) },
    ],
  },
  {
    file: "kepler.ts",
    name: "orbitLength",
    args: (random) => [random.real(0.5, 2), random.real(0.1, 0.8)],
  },
];
