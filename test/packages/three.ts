/** Vectors and quaternions of `three`, which are classes. */
import { MathUtils, Quaternion, Vector3 } from "three";

/** @differentiable */
export function turned(axis: readonly [number, number, number], angle: number, point: readonly [number, number, number]): number {
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
export function blended(a: Quaternion, b: Quaternion, v: Vector3, t: number): number {
  const q = a.clone().normalize().slerp(b.clone().normalize(), t);
  return v.clone().applyQuaternion(q).x + q.dot(a);
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
