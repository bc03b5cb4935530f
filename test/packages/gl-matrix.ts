/** A camera, a rotation and a few points, with `gl-matrix`. */
import { glMatrix, mat3, mat4, quat, vec2, vec3 } from "gl-matrix";

/** Where a point is seen through a camera that was turned.
 *  @differentiable */
export function projected(
  turn: [number, number, number, number],
  point: readonly [number, number, number],
  fieldOfView: number,
): number {
  const rotation = quat.normalize([0, 0, 0, 1], turn);
  const view: Float64Array = new Float64Array(16);
  mat4.fromRotationTranslation(view, rotation, [0.3, -0.2, -4]);
  const projection = new Float64Array(16);
  mat4.perspective(projection, fieldOfView, 1.5, 0.1, 100);
  mat4.multiply(view, projection, view);
  const seen = vec3.transformMat4([0, 0, 0], point, view);
  return seen[0] * seen[0] + 2 * seen[1] + glMatrix.toRadian(seen[2]) + glMatrix.EPSILON;
}

/** Vectors that are written over and over.
 *  @differentiable */
export function mixed(x: Float64Array, y: Float64Array): number {
  const out = new Float64Array(3);
  let sum = 0;
  for (let i = 1; i < 4; i++) {
    vec3.scaleAndAdd(out, x, y, 0.5 * i);
    vec3.normalize(out, out);
    vec3.rotateX(out, out, [0, 0, 0], 0.3 * i);
    sum += vec3.dot(out, x) + vec3.dist(out, y) * vec3.sqrLen(out);
    vec3.sub(out, x, out);
    vec3.mul(out, out, y);
    sum += vec3.len(out);
  }
  return sum;
}

/** Solves a small system; a matrix without an inverse counts as nothing.
 *  @differentiable */
export function solved(a: number[], b: readonly [number, number, number]): number {
  const inverse = new Array<number>(9).fill(0);
  if (mat3.invert(inverse, a) === null) return 0;
  const x = vec3.transformMat3([0, 0, 0], b, inverse);
  return vec3.length(x) + mat3.determinant(a);
}

/** Half way between two rotations.
 *  @differentiable */
export function between(a: [number, number, number, number], b: [number, number, number, number], t: number): number {
  const p = quat.normalize([0, 0, 0, 1], a);
  const q = quat.normalize([0, 0, 0, 1], b);
  const out = quat.slerp([0, 0, 0, 1], p, q, t);
  const h = vec2.rotate([0, 0], [out[0], out[1]], [0, 0], t);
  return 2 * out[0] - out[3] * h[1] + vec2.length(h);
}

/** In single precision, which is what gl-matrix makes itself.
 *  @differentiable */
export function single(x: Float32Array, s: number): Float32Array {
  const out = vec3.create() as Float32Array;
  vec3.scale(out, x, s);
  return vec3.cross(out, out, x) as Float32Array;
}

/** Turns from one direction to others; `rotationTo` is made by a function that is run once.
 *  @differentiable */
export function towards(a: Float64Array): number {
  let sum = 0;
  for (let i = 0; i + 2 < a.length; i++) {
    const to = vec3.normalize([0, 0, 0], [a[i]!, a[i + 1]!, a[i + 2]!]);
    const turn: number[] = quat.rotationTo([0, 0, 0, 1], [1, 0, 0], to);
    sum += turn[1]! * a[i]! + turn[3]!;
  }
  const opposite: number[] = quat.rotationTo([0, 0, 0, 1], [1, 0, 0], [-1, 0, 0]);
  return sum + opposite[1]! * a[0]!;
}
