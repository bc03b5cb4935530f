/** Readers of the benchmark data; the formats are those of ADBench. */
import { existsSync, readFileSync } from "node:fs";
import type { Wishart } from "../../examples/adbench/gmm.js";
import type { HandData, HandModel } from "../../examples/adbench/hand.js";
import type { LstmData } from "../../examples/adbench/lstm.js";
import type { ExpectedFiles } from "./expected.js";

const dataFolder = new URL("./data/", import.meta.url);

export function hasData(path: string): boolean {
  return existsSync(new URL(path, dataFolder));
}

export function loadExpected<Name extends keyof ExpectedFiles>(name: Name): ExpectedFiles[Name] {
  return JSON.parse(readFileSync(new URL(`expected/${name}.json`, dataFolder), "utf8")) as ExpectedFiles[Name];
}

/** The numbers of a file one after the other. */
class NumberReader {
  readonly #numbers: Float64Array;
  #position = 0;

  constructor(path: string) {
    const words = readFileSync(new URL(path, dataFolder), "utf8").trim().split(/\s+/);
    this.#numbers = Float64Array.from(words, Number);
    if (this.#numbers.some(Number.isNaN)) throw new Error(`${path} holds something that is not a number`);
  }

  one(): number {
    const [value] = this.many(1);
    if (value === undefined) throw new Error("unreachable");
    return value;
  }

  many(count: number): Float64Array {
    const numbers = this.#numbers.slice(this.#position, this.#position + count);
    if (numbers.length < count) throw new Error("the file ends too early");
    this.#position += count;
    return numbers;
  }

  /** What is left, which must be nothing. */
  end(): void {
    if (this.#position !== this.#numbers.length) throw new Error("the file goes on after its end");
  }
}

export interface GmmProblem {
  readonly dimension: number;
  readonly alphas: Float64Array;
  readonly means: Float64Array;
  readonly icf: Float64Array;
  readonly points: Float64Array;
  readonly wishart: Wishart;
}

export function loadGmm(path: string): GmmProblem {
  const reader = new NumberReader(path);
  const dimension = reader.one();
  const components = reader.one();
  const count = reader.one();
  const alphas = reader.many(components);
  const means = reader.many(components * dimension);
  const icf = reader.many((components * dimension * (dimension + 1)) / 2);
  const points = reader.many(count * dimension);
  const wishart = { gamma: reader.one(), m: reader.one() };
  reader.end();
  return { dimension, alphas, means, icf, points, wishart };
}

/** One camera, point, weight and feature, which stand for `cameras`, `points` and `observations` equal ones. */
export interface BaProblem {
  readonly cameras: number;
  readonly points: number;
  readonly observations: number;
  readonly camera: Float64Array;
  readonly point: Float64Array;
  readonly weight: number;
  readonly feature: Float64Array;
}

export function loadBa(path: string): BaProblem {
  const reader = new NumberReader(path);
  const problem = {
    cameras: reader.one(),
    points: reader.one(),
    observations: reader.one(),
    camera: reader.many(11),
    point: reader.many(3),
    weight: reader.one(),
    feature: reader.many(2),
  };
  reader.end();
  return problem;
}

export interface LstmProblem {
  readonly main: Float64Array;
  readonly extra: Float64Array;
  readonly data: LstmData;
}

export function loadLstm(path: string): LstmProblem {
  const reader = new NumberReader(path);
  const layers = reader.one();
  const characters = reader.one();
  const bits = reader.one();
  const main = reader.many(2 * layers * 4 * bits);
  const extra = reader.many(3 * bits);
  const state = reader.many(2 * layers * bits);
  const sequence = reader.many(characters * bits);
  reader.end();
  return { main, extra, data: { layers, bits, state, sequence } };
}

/** The fields of each line of a file of a hand model. */
function fields(path: string): string[][] {
  const lines = readFileSync(new URL(path, dataFolder), "utf8").trim().split(/\r?\n/);
  return lines.map((line) => line.split(":"));
}

/** Reads `bones.txt`, `vertices.txt` and `triangles.txt` of a folder. */
export function loadHandModel(folder: string): HandModel {
  const bones = fields(`${folder}/bones.txt`);
  const vertices = fields(`${folder}/vertices.txt`);
  const triangles = fields(`${folder}/triangles.txt`);

  const boneStarts = [0];
  const boneIndices: number[] = [];
  const boneWeights: number[] = [];
  for (const vertex of vertices) {
    const pairs = vertex.slice(9, 9 + 2 * Number(vertex[8]));
    for (let i = 0; i < pairs.length; i += 2) {
      boneIndices.push(Number(pairs[i]));
      boneWeights.push(Number(pairs[i + 1]));
    }
    boneStarts.push(boneIndices.length);
  }
  return {
    parents: Int32Array.from(bones, (bone) => Number(bone[1])),
    baseRelatives: bones.map((bone) => Float64Array.from(bone.slice(2, 18), Number)),
    inverseBaseAbsolutes: bones.map((bone) => Float64Array.from(bone.slice(18, 34), Number)),
    basePositions: Float64Array.from(
      vertices.flatMap((vertex) => vertex.slice(0, 3)),
      Number,
    ),
    boneStarts: Int32Array.from(boneStarts),
    boneIndices: Int32Array.from(boneIndices),
    boneWeights: Float64Array.from(boneWeights),
    triangles: Int32Array.from(triangles.flat(), Number),
    isMirrored: false,
  };
}

export interface HandProblem {
  readonly data: HandData;
  /** Empty for the simple problem. */
  readonly us: Float64Array;
  readonly theta: Float64Array;
}

export function loadHand(path: string, model: HandModel, complicated: boolean): HandProblem {
  const reader = new NumberReader(path);
  const count = reader.one();
  const thetaCount = reader.one();
  const correspondences = new Int32Array(count);
  const points = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    correspondences[i] = reader.one();
    points.set(reader.many(3), 3 * i);
  }
  const us = reader.many(complicated ? 2 * count : 0);
  const theta = reader.many(thetaCount);
  reader.end();
  return { data: { model, correspondences, points }, us, theta };
}
