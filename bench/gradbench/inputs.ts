/** GradBench's inputs as the measured functions want them. */
import type { HandData, HandModel } from "../../examples/adbench/hand.js";

type Numbers = readonly number[];
type Rows = readonly Numbers[];

export const flatten = (rows: Rows): Float64Array => Float64Array.from(rows.flat());

export interface BaInput {
  readonly n: number;
  readonly m: number;
  readonly p: number;
  readonly cam: Numbers;
  readonly x: Numbers;
  readonly w: number;
  readonly feat: Numbers;
}

export interface LstmInput {
  readonly main_params: Rows;
  readonly extra_params: Rows;
  readonly state: Rows;
  readonly sequence: Rows;
}

export interface HandInput {
  readonly theta: Numbers;
  readonly data: {
    readonly model: HandModelInput;
    readonly correspondences: Numbers;
    readonly points: Rows;
  };
  /** Empty for the simple problem. */
  readonly us: Rows;
}

interface HandModelInput {
  readonly parents: Numbers;
  readonly base_relatives: readonly Rows[];
  readonly inverse_base_absolutes: readonly Rows[];
  readonly base_positions: Rows;
  readonly weights: Rows;
  readonly triangles: Rows;
  readonly is_mirrored: boolean;
}

export function handData({ data }: HandInput): HandData {
  return {
    model: handModel(data.model),
    correspondences: Int32Array.from(data.correspondences),
    points: flatten(data.points),
  };
}

/** Of the weights only those that are not zero are kept. */
function handModel(model: HandModelInput): HandModel {
  const boneStarts = [0];
  const boneIndices: number[] = [];
  const boneWeights: number[] = [];
  for (const row of model.weights) {
    row.forEach((weight, bone) => {
      if (weight === 0) return;
      boneIndices.push(bone);
      boneWeights.push(weight);
    });
    boneStarts.push(boneIndices.length);
  }
  return {
    parents: Int32Array.from(model.parents),
    baseRelatives: model.base_relatives.map(flatten),
    inverseBaseAbsolutes: model.inverse_base_absolutes.map(flatten),
    basePositions: flatten(model.base_positions.map((position) => position.slice(0, 3))),
    boneStarts: Int32Array.from(boneStarts),
    boneIndices: Int32Array.from(boneIndices),
    boneWeights: Float64Array.from(boneWeights),
    triangles: Int32Array.from(model.triangles.flat()),
    isMirrored: model.is_mirrored,
  };
}

/** Rows of a matrix that is stored row by row. */
export function rowsOfWidth(values: Float64Array, width: number): number[][] {
  return Array.from({ length: width === 0 ? 0 : values.length / width }, (_, i) => [
    ...values.subarray(i * width, (i + 1) * width),
  ]);
}
