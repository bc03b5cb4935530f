/**
 * The Jacobians of `handResiduals` and `handResidualsComplicated` as a person derives them: the derivatives of the bones'
 * transforms first, of which each angle moves its own finger only, then the columns of each vertex from them.
 */
import type { HandData, HandModel } from "../../examples/adbench/hand.js";

/** An affine map: three rows of four. */
const size = 12;
const poseCount = 26;
const firstAngle = 6;

/** The transforms of all bones, and for the angles that move a bone the derivatives of its transform. */
interface Bones {
  readonly transforms: Float64Array;
  /** Which entries of the pose move bone b: `starts[b]` to `starts[b + 1]` of `angles`. */
  readonly starts: Int32Array;
  readonly angles: number[];
  /** In the order of `angles`. */
  readonly derivatives: Float64Array;
}

/** Rows of 26 numbers, three for each point. */
export function handJacobianByHand(theta: Float64Array, data: HandData): Float64Array {
  const { correspondences } = data;
  const jacobian = new Float64Array(3 * poseCount * correspondences.length);
  const sweep = vertexSweep(theta, data.model);
  for (let i = 0; i < correspondences.length; i++) {
    sweep(correspondences[i]!, -1, jacobian, 3 * poseCount * i, poseCount);
  }
  return jacobian;
}

/** Rows of 28 numbers: the two coordinates of the row's own point first. */
export function complicatedHandJacobianByHand(us: Float64Array, theta: Float64Array, data: HandData): Float64Array {
  const { correspondences, model } = data;
  const width = poseCount + 2;
  const jacobian = new Float64Array(3 * width * correspondences.length);
  const sweep = vertexSweep(theta, model);
  for (let i = 0; i < correspondences.length; i++) {
    const triangle = 3 * correspondences[i]!;
    const u = us[2 * i]!;
    const v = us[2 * i + 1]!;
    const row = 3 * width * i;
    const at = row + 2;
    const [ax, ay, az] = sweep(model.triangles[triangle]!, -u, jacobian, at, width);
    const [bx, by, bz] = sweep(model.triangles[triangle + 1]!, -v, jacobian, at, width);
    const [cx, cy, cz] = sweep(model.triangles[triangle + 2]!, u + v - 1, jacobian, at, width);
    jacobian[row] = cx - ax;
    jacobian[row + 1] = cx - bx;
    jacobian[row + width] = cy - ay;
    jacobian[row + width + 1] = cy - by;
    jacobian[row + 2 * width] = cz - az;
    jacobian[row + 2 * width + 1] = cz - bz;
  }
  return jacobian;
}

type VertexSweep = (
  vertex: number,
  factor: number,
  into: Float64Array,
  start: number,
  width: number,
) => [x: number, y: number, z: number];

/** What adds the derivatives of a vertex's position, times a factor, to three rows, and returns the position. */
function vertexSweep(theta: Float64Array, model: HandModel): VertexSweep {
  const { transforms, starts, angles, derivatives } = bonesOf(model, theta);
  const global = rotationWithDerivatives(theta[0]!, theta[1]!, theta[2]!);
  const g0 = global[0]!;
  const g1 = global[1]!;
  const g2 = global[2]!;
  const g3 = global[3]!;
  const g4 = global[4]!;
  const g5 = global[5]!;
  const g6 = global[6]!;
  const g7 = global[7]!;
  const g8 = global[8]!;
  const { basePositions, boneStarts, boneIndices, boneWeights } = model;
  const mirror = model.isMirrored ? -1 : 1;

  return (vertex, factor, into, start, width) => {
    const px = basePositions[3 * vertex]!;
    const py = basePositions[3 * vertex + 1]!;
    const pz = basePositions[3 * vertex + 2]!;
    let x = 0;
    let y = 0;
    let z = 0;
    for (let i = boneStarts[vertex]!; i < boneStarts[vertex + 1]!; i++) {
      const bone = boneIndices[i]!;
      const weight = boneWeights[i]!;
      const m = size * bone;
      x += weight * (transforms[m]! * px + transforms[m + 1]! * py + transforms[m + 2]! * pz + transforms[m + 3]!);
      y += weight * (transforms[m + 4]! * px + transforms[m + 5]! * py + transforms[m + 6]! * pz + transforms[m + 7]!);
      z +=
        weight * (transforms[m + 8]! * px + transforms[m + 9]! * py + transforms[m + 10]! * pz + transforms[m + 11]!);
      const scaled = weight * factor;
      for (let k = starts[bone]!; k < starts[bone + 1]!; k++) {
        const d = size * k;
        const dx =
          mirror *
          scaled *
          (derivatives[d]! * px + derivatives[d + 1]! * py + derivatives[d + 2]! * pz + derivatives[d + 3]!);
        const dy =
          scaled *
          (derivatives[d + 4]! * px + derivatives[d + 5]! * py + derivatives[d + 6]! * pz + derivatives[d + 7]!);
        const dz =
          scaled *
          (derivatives[d + 8]! * px + derivatives[d + 9]! * py + derivatives[d + 10]! * pz + derivatives[d + 11]!);
        const column = start + angles[k]!;
        into[column]! += g0 * dx + g1 * dy + g2 * dz;
        into[column + width]! += g3 * dx + g4 * dy + g5 * dz;
        into[column + 2 * width]! += g6 * dx + g7 * dy + g8 * dz;
      }
    }
    x *= mirror;
    for (let k = 0; k < 3; k++) {
      const d = 9 * (k + 1);
      into[start + k]! += factor * (global[d]! * x + global[d + 1]! * y + global[d + 2]! * z);
      into[start + width + k]! += factor * (global[d + 3]! * x + global[d + 4]! * y + global[d + 5]! * z);
      into[start + 2 * width + k]! += factor * (global[d + 6]! * x + global[d + 7]! * y + global[d + 8]! * z);
    }
    into[start + 3]! += factor;
    into[start + width + 4]! += factor;
    into[start + 2 * width + 5]! += factor;
    return [
      g0 * x + g1 * y + g2 * z + theta[3]!,
      g3 * x + g4 * y + g5 * z + theta[4]!,
      g6 * x + g7 * y + g8 * z + theta[5]!,
    ];
  };
}

function bonesOf(model: HandModel, theta: Float64Array): Bones {
  const { parents, baseRelatives, inverseBaseAbsolutes } = model;
  const count = parents.length;
  const starts = new Int32Array(count + 1);
  const angles: number[] = [];
  for (let b = 0; b < count; b++) {
    const parent = parents[b]!;
    if (parent >= 0) {
      for (let k = starts[parent]!; k < starts[parent + 1]!; k++) angles.push(angles[k]!);
    }
    for (const angle of anglesOf(b)) {
      if (angle >= 0) angles.push(angle);
    }
    starts[b + 1] = angles.length;
  }

  const absolutes = new Float64Array(size * count);
  const transforms = new Float64Array(size * count);
  const dAbsolutes = new Float64Array(size * angles.length);
  const derivatives = new Float64Array(size * angles.length);
  const relative = new Float64Array(size);
  const dRelatives = [new Float64Array(size), new Float64Array(size), new Float64Array(size)] as const;
  for (let b = 0; b < count; b++) {
    const parent = parents[b]!;
    const own = anglesOf(b);
    relativeTransform(baseRelatives[b]!, theta, own, relative, dRelatives);
    const at = size * b;
    if (parent < 0) absolutes.set(relative, at);
    else composeLinear(absolutes, size * parent, relative, 0, absolutes, at);
    composeLinear(absolutes, at, inverseBaseAbsolutes[b]!, 0, transforms, at);

    let k = starts[b]!;
    if (parent >= 0) {
      for (let p = starts[parent]!; p < starts[parent + 1]!; p++) {
        composeLinear(dAbsolutes, size * p, relative, 0, dAbsolutes, size * k);
        k++;
      }
    }
    own.forEach((angle, which) => {
      if (angle < 0) return;
      const dRelative = dRelatives[which]!;
      if (parent < 0) dAbsolutes.set(dRelative, size * k);
      else composeRight(absolutes, size * parent, dRelative, 0, dAbsolutes, size * k);
      k++;
    });
    for (let d = starts[b]!; d < starts[b + 1]!; d++) {
      composeLinear(dAbsolutes, size * d, inverseBaseAbsolutes[b]!, 0, derivatives, size * d);
    }
  }
  return { transforms, starts, angles, derivatives };
}

const none = -1;

/** Which entries of the pose are a bone's angles about x, z and y. */
function anglesOf(bone: number): readonly [x: number, z: number, y: number] {
  const finger = Math.floor((bone - 2) / 4);
  if (bone < 2 || finger >= 5) return [none, none, none];
  const first = firstAngle + 4 * finger;
  switch ((bone - 2) % 4) {
    case 0:
      return [first, first + 1, none];
    case 1:
      return [first + 2, none, none];
    case 2:
      return [first + 3, none, none];
    default:
      return [none, none, none];
  }
}

/** The transform of a bone against its parent, and its derivatives by the three angles. */
function relativeTransform(
  base: Float64Array,
  theta: Float64Array,
  [xAngle, zAngle, yAngle]: readonly [number, number, number],
  relative: Float64Array,
  [dx, dz, dy]: readonly [Float64Array, Float64Array, Float64Array],
): void {
  const x = xAngle < 0 ? 0 : theta[xAngle]!;
  const y = yAngle < 0 ? 0 : theta[yAngle]!;
  const z = zAngle < 0 ? 0 : theta[zAngle]!;
  const cx = Math.cos(x);
  const sx = Math.sin(x);
  const cy = Math.cos(y);
  const sy = Math.sin(y);
  const cz = Math.cos(z);
  const sz = Math.sin(z);
  linear(base, relative, cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx);
  turn(base, relative, sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx, -sy, cy * sx, cy * cx);
  for (let i = 0; i < 3; i++) relative[4 * i + 3] = base[4 * i + 3]!;
  if (xAngle >= 0) {
    linear(base, dx, 0, cz * sy * cx + sz * sx, sz * cx - cz * sy * sx);
    turn(base, dx, 0, sz * sy * cx - cz * sx, -sz * sy * sx - cz * cx, 0, cy * cx, -cy * sx);
  }
  if (yAngle >= 0) {
    linear(base, dy, -cz * sy, cz * cy * sx, cz * cy * cx);
    turn(base, dy, -sz * sy, sz * cy * sx, sz * cy * cx, -cy, -sy * sx, -sy * cx);
  }
  if (zAngle >= 0) {
    linear(base, dz, -sz * cy, -sz * sy * sx - cz * cx, cz * sx - sz * sy * cx);
    turn(base, dz, cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx, 0, 0, 0);
  }
}

/** The linear part of `base` times the first row of a matrix. */
function linear(base: Float64Array, into: Float64Array, a: number, b: number, c: number): void {
  for (let i = 0; i < 12; i += 4) {
    const m = base[i]!;
    into[i] = m * a;
    into[i + 1] = m * b;
    into[i + 2] = m * c;
  }
}

/** Adds the linear part of `base` times the second and third row of the matrix. */
function turn(
  base: Float64Array,
  into: Float64Array,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
): void {
  for (let i = 0; i < 12; i += 4) {
    const m = base[i + 1]!;
    const n = base[i + 2]!;
    into[i]! += m * a + n * d;
    into[i + 1]! += m * b + n * e;
    into[i + 2]! += m * c + n * f;
  }
}

/** result = a b, of affine maps; a may be the derivative of one. */
function composeLinear(a: Float64Array, p: number, b: Float64Array, q: number, result: Float64Array, r: number): void {
  composeRight(a, p, b, q, result, r);
  for (let i = 0; i < 12; i += 4) result[r + i + 3]! += a[p + i + 3]!;
}

/** result = a b, where b is the derivative of an affine map: it has no translation of its own to carry over. */
function composeRight(a: Float64Array, p: number, b: Float64Array, q: number, result: Float64Array, r: number): void {
  for (let i = 0; i < 12; i += 4) {
    const x = a[p + i]!;
    const y = a[p + i + 1]!;
    const z = a[p + i + 2]!;
    for (let j = 0; j < 4; j++) result[r + i + j] = x * b[q + j]! + y * b[q + 4 + j]! + z * b[q + 8 + j]!;
  }
}

/** The rotation about (x, y, z) by its length, and its derivatives by the three: four matrices of nine numbers. */
function rotationWithDerivatives(x: number, y: number, z: number): Float64Array {
  const result = new Float64Array(36);
  const squared = x * x + y * y + z * z;
  const angle = Math.sqrt(squared);
  if (angle < 1e-4) {
    result[0] = 1;
    result[4] = 1;
    result[8] = 1;
    return result;
  }
  // R = c I + v r rᵀ + s [r]×, with s = sin n / n, v = (1 - cos n) / n²; their derivatives by n, divided by n.
  const c = Math.cos(angle);
  const s = Math.sin(angle) / angle;
  const v = (1 - c) / squared;
  const dc = -s;
  const ds = (c - s) / squared;
  const dv = (s - 2 * v) / squared;
  fillRotation(result, 0, c, s, v, x, y, z);
  const vector = [x, y, z] as const;
  for (let k = 0; k < 3; k++) {
    const at = 9 * (k + 1);
    const own = vector[k]!;
    fillRotation(result, at, dc * own, ds * own, dv * own, x, y, z);
    for (let i = 0; i < 3; i++) {
      result[at + 3 * k + i]! += v * vector[i]!;
      result[at + 3 * i + k]! += v * vector[i]!;
    }
    const next = (k + 1) % 3;
    const last = (k + 2) % 3;
    result[at + 3 * last + next]! += s;
    result[at + 3 * next + last]! -= s;
  }
  return result;
}

/** c I + v r rᵀ + s [r]× */
function fillRotation(
  into: Float64Array,
  at: number,
  c: number,
  s: number,
  v: number,
  x: number,
  y: number,
  z: number,
): void {
  into[at] = c + v * x * x;
  into[at + 1] = v * x * y - s * z;
  into[at + 2] = v * x * z + s * y;
  into[at + 3] = v * x * y + s * z;
  into[at + 4] = c + v * y * y;
  into[at + 5] = v * y * z - s * x;
  into[at + 6] = v * x * z - s * y;
  into[at + 7] = v * y * z + s * x;
  into[at + 8] = c + v * z * z;
}
