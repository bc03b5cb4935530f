/** Vectors and quaternions of `three`, which are classes. */
import {
  Box3,
  Euler,
  Line3,
  MathUtils,
  Matrix3,
  Matrix4,
  Plane,
  Quaternion,
  Ray,
  Triangle,
  Vector2,
  Vector3,
} from "three";

/** @differentiable */
export function turned(
  axis: readonly [number, number, number],
  angle: number,
  point: readonly [number, number, number],
): number {
  const q = new Quaternion().setFromAxisAngle(new Vector3(...axis).normalize(), angle);
  const p = new Vector3(point[0], point[1], point[2]);
  const v = p.clone().applyQuaternion(q);
  v.x += 1;
  const w = v.clone().cross(p).addScaledVector(p, 0.5);
  return w.lengthSq() + v.angleTo(p) + q.w * q.x;
}

/** Methods that return the object they are called on: it is one object throughout.
 *  @differentiable */
export function chained(x: number, y: number): number {
  const v = new Vector3(x, y, 1);
  const same = v.multiplyScalar(2).add(v);
  same.x += x * y;
  return v.length() + same.dot(v) + MathUtils.lerp(x, y, 0.3);
}

/** @differentiable */
export function path(points: readonly { x: number; y: number; z: number }[], t: number): number {
  let total = 0;
  const last = new Vector3();
  const here = new Vector3();
  for (const point of points) {
    here.set(point.x, point.y, point.z).lerp(last, t);
    total += here.distanceTo(last);
    last.copy(here);
  }
  return total;
}

/** @differentiable */
export function blended(from: number[], to: number[], v: Vector3, t: number): number {
  const a = new Quaternion().fromArray(from);
  const b = new Quaternion(to[0], to[1], to[2], to[3]);
  const q = a.clone().normalize().slerp(b.normalize(), t);
  return v.clone().applyQuaternion(q).x + q.dot(a);
}

export { Vector3 } from "three";

/** A vector comes in and another goes out.
 *  @differentiable */
export function scaled(v: Vector3, s: number): Vector3 {
  return v
    .clone()
    .multiplyScalar(s)
    .addScalar(s * s);
}

/** Methods that use objects of their module for what they compute in between.
 *  @differentiable */
export function mirrored(v: Vector3, normal: Vector3, angle: number): number {
  const n = normal.clone().normalize();
  const w = v.clone().reflect(n);
  w.projectOnPlane(new Vector3(0, 0.6, 0.8));
  w.applyAxisAngle(n, angle);
  w.reflect(new Vector3(1, 0, 0));
  return w.x * 2 + w.y * w.z;
}

/** A matrix put together, taken apart and inverted.
 *  @differentiable */
export function transformed(x: number, y: number): number {
  const turn = new Quaternion().setFromEuler(new Euler(x, y, 0.3));
  const m = new Matrix4().compose(new Vector3(x, y, 1), turn, new Vector3(1, 1 + x * x, 2));
  const position = new Vector3();
  const rotation = new Quaternion();
  const scale = new Vector3();
  m.decompose(position, rotation, scale);
  const camera = new Matrix4().lookAt(new Vector3(x, y, 5), new Vector3(0, 0, 0), new Vector3(0, 1, 0));
  const p = new Vector3(1, 2, 3).applyMatrix4(m.multiply(camera).invert());
  return p.x + p.y * rotation.z + scale.y + new Matrix3().set(x, 1, 0, y, 2, 1, 0, 0, 1).determinant();
}

/** Geometry of planes, rays, triangles and boxes.
 *  @differentiable */
export function geometry(x: number, y: number): number {
  const v = new Vector2(x, y).rotateAround(new Vector2(1, 2), x);
  const plane = new Plane().setFromNormalAndCoplanarPoint(new Vector3(x, y, 1).normalize(), new Vector3(0, 1, 0));
  const ray = new Ray(new Vector3(x, y, 0), new Vector3(0, 0, 1));
  const triangle = new Triangle(new Vector3(x, 0, 0), new Vector3(0, y, 0), new Vector3(0, 0, 1));
  const box = new Box3(new Vector3(-1, -1, -1), new Vector3(1 + x, 1 + y, 1));
  const line = new Line3(new Vector3(x, 0, 0), new Vector3(0, y, 1));
  const far = new Vector3(3, 3, 3);
  return (
    v.length() +
    plane.distanceToPoint(far) +
    ray.distanceToPoint(far) +
    triangle.getArea() +
    triangle.getNormal(new Vector3()).x +
    box.distanceToPoint(far) +
    line.closestPointToPoint(new Vector3(1, 1, 1), true, new Vector3()).x
  );
}
