/**
 * Hand tracking: residuals between points measured on a hand and those of an articulated, skinned model of it.
 * The objective `hand` of ADBench (`ht` of GradBench), with the vertices skinned that the data mention, and the bones
 * that move a vertex kept as a sparse list.
 */
import { affineFrom, type Mat4, multiply, rotationFromEuler, rotationFromVector } from "./matrix.js";

export interface HandModel {
  /** Parent of each bone, -1 for the root; parents come first. */
  readonly parents: Int32Array;
  readonly baseRelatives: readonly Mat4[];
  readonly inverseBaseAbsolutes: readonly Mat4[];
  /** Three numbers for each vertex, at rest. */
  readonly basePositions: Float64Array;
  /** Vertex v is moved by the bones `boneIndices[i]` with `boneWeights[i]`, for i from `boneStarts[v]` to `boneStarts[v + 1]`. */
  readonly boneStarts: Int32Array;
  readonly boneIndices: Int32Array;
  readonly boneWeights: Float64Array;
  /** Three vertices for each triangle. */
  readonly triangles: Int32Array;
  readonly isMirrored: boolean;
}

export interface HandData {
  readonly model: HandModel;
  /** For each measured point a vertex (simple) or a triangle (complicated). */
  readonly correspondences: Int32Array;
  /** Three numbers for each measured point. */
  readonly points: Float64Array;
}

type Vec3 = [number, number, number];

/**
 * Residuals of points that were measured at vertices; `theta` is the pose: global rotation and translation, then four
 * angles for each finger.
 *
 * @differentiable wrt=theta modes=vjp
 */
export function handResiduals(theta: Float64Array, data: HandData): Float64Array {
  const { model, correspondences, points } = data;
  const transforms = boneTransforms(model, theta);
  const global = rotationFromVector(theta[0]!, theta[1]!, theta[2]!);

  const residuals = new Float64Array(3 * correspondences.length);
  for (let i = 0; i < correspondences.length; i++) {
    const [x, y, z] = vertexPosition(model, transforms, global, theta, correspondences[i]!);
    residuals[3 * i] = points[3 * i]! - x;
    residuals[3 * i + 1] = points[3 * i + 1]! - y;
    residuals[3 * i + 2] = points[3 * i + 2]! - z;
  }
  return residuals;
}

/**
 * Residuals of points that were measured inside triangles; `us` holds two barycentric coordinates of each.
 *
 * @differentiable wrt=us,theta modes=vjp
 */
export function handResidualsComplicated(us: Float64Array, theta: Float64Array, data: HandData): Float64Array {
  const { model, correspondences, points } = data;
  const transforms = boneTransforms(model, theta);
  const global = rotationFromVector(theta[0]!, theta[1]!, theta[2]!);

  const residuals = new Float64Array(3 * correspondences.length);
  for (let i = 0; i < correspondences.length; i++) {
    const triangle = 3 * correspondences[i]!;
    const a = vertexPosition(model, transforms, global, theta, model.triangles[triangle]!);
    const b = vertexPosition(model, transforms, global, theta, model.triangles[triangle + 1]!);
    const c = vertexPosition(model, transforms, global, theta, model.triangles[triangle + 2]!);
    const u = us[2 * i]!;
    const v = us[2 * i + 1]!;
    const w = 1 - u - v;
    residuals[3 * i] = points[3 * i]! - (u * a[0] + v * b[0] + w * c[0]);
    residuals[3 * i + 1] = points[3 * i + 1]! - (u * a[1] + v * b[1] + w * c[1]);
    residuals[3 * i + 2] = points[3 * i + 2]! - (u * a[2] + v * b[2] + w * c[2]);
  }
  return residuals;
}

/** For each bone what takes a vertex from rest to the pose. */
function boneTransforms(model: HandModel, theta: Float64Array): Mat4[] {
  const boneCount = model.parents.length;
  const angles = boneAngles(theta, boneCount);
  const absolutes = new Array<Mat4>(boneCount);
  const transforms = new Array<Mat4>(boneCount);
  for (let b = 0; b < boneCount; b++) {
    const rotation = rotationFromEuler(angles[3 * b]!, angles[3 * b + 1]!, angles[3 * b + 2]!);
    const relative = multiply(model.baseRelatives[b]!, affineFrom(rotation));
    const parent = model.parents[b]!;
    const absolute = parent < 0 ? relative : multiply(absolutes[parent]!, relative);
    absolutes[b] = absolute;
    transforms[b] = multiply(absolute, model.inverseBaseAbsolutes[b]!);
  }
  return transforms;
}

/** Three angles for each bone: of each finger's four the first is stiff, the second has two angles, the others one. */
function boneAngles(theta: Float64Array, boneCount: number): Float64Array {
  const angles = new Float64Array(3 * boneCount);
  for (let finger = 0; finger < 5; finger++) {
    const bone = 2 + 4 * finger;
    const t = 6 + 4 * finger;
    angles[3 * bone] = theta[t]!;
    angles[3 * bone + 1] = theta[t + 1]!;
    angles[3 * (bone + 1)] = theta[t + 2]!;
    angles[3 * (bone + 2)] = theta[t + 3]!;
  }
  return angles;
}

/** Where a vertex is in the pose. */
function vertexPosition(
  model: HandModel,
  transforms: readonly Mat4[],
  global: Float64Array,
  theta: Float64Array,
  vertex: number,
): Vec3 {
  const px = model.basePositions[3 * vertex]!;
  const py = model.basePositions[3 * vertex + 1]!;
  const pz = model.basePositions[3 * vertex + 2]!;
  let x = 0;
  let y = 0;
  let z = 0;
  for (let i = model.boneStarts[vertex]!; i < model.boneStarts[vertex + 1]!; i++) {
    const m = transforms[model.boneIndices[i]!]!;
    const weight = model.boneWeights[i]!;
    x += weight * (m[0]! * px + m[1]! * py + m[2]! * pz + m[3]!);
    y += weight * (m[4]! * px + m[5]! * py + m[6]! * pz + m[7]!);
    z += weight * (m[8]! * px + m[9]! * py + m[10]! * pz + m[11]!);
  }
  if (model.isMirrored) x = -x;
  return [
    global[0]! * x + global[1]! * y + global[2]! * z + theta[3]!,
    global[3]! * x + global[4]! * y + global[5]! * z + theta[4]!,
    global[6]! * x + global[7]! * y + global[8]! * z + theta[5]!,
  ];
}
