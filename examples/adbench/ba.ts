/** Bundle adjustment: how far the projection of a point by a camera is from where it was seen. The objective `ba` of ADBench. */

type Vec2 = [number, number];
type Vec3 = [number, number, number];

/** An observation: which camera saw which point. */
export type Observation = readonly [camera: number, point: number];

/**
 * Weighted reprojection error of one observation.
 *
 * `camera` is its rotation vector (3 numbers), centre (3), focal length, principal point (2), radial distortion (2).
 *
 * @differentiable wrt=camera,point,weight modes=vjp
 */
export function reprojectionError(
  camera: Float64Array,
  point: Float64Array,
  weight: number,
  feature: Float64Array,
): [x: number, y: number] {
  const [u, v] = project(camera, [point[0]!, point[1]!, point[2]!]);
  return [weight * (u - feature[0]!), weight * (v - feature[1]!)];
}

/**
 * The error that keeps the weights near one.
 *
 * @differentiable modes=grad,value_and_grad
 */
export function weightError(weight: number): number {
  return 1 - weight * weight;
}

/**
 * Half the sum of squares of all errors: what a bundle adjuster minimises.
 *
 * @differentiable wrt=cameras,points,weights modes=grad,value_and_grad
 */
export function bundleCost(
  cameras: readonly Float64Array[],
  points: readonly Float64Array[],
  weights: Float64Array,
  features: readonly Float64Array[],
  observations: readonly Observation[],
): number {
  let cost = 0;
  for (let i = 0; i < observations.length; i++) {
    const [camera, point] = observations[i]!;
    const [x, y] = reprojectionError(cameras[camera]!, points[point]!, weights[i]!, features[i]!);
    const w = weightError(weights[i]!);
    cost += 0.5 * (x * x + y * y + w * w);
  }
  return cost;
}

/** Where the camera's image shows the point, in pixels. */
function project(camera: Float64Array, point: Vec3): Vec2 {
  const fromCentre: Vec3 = [point[0] - camera[3]!, point[1] - camera[4]!, point[2] - camera[5]!];
  const [x, y, z] = rotate([camera[0]!, camera[1]!, camera[2]!], fromCentre);
  const [u, v] = distort(camera[9]!, camera[10]!, [x / z, y / z]);
  return [u * camera[6]! + camera[7]!, v * camera[6]! + camera[8]!];
}

/** Radial distortion with coefficients k1, k2. */
function distort(k1: number, k2: number, [x, y]: Vec2): Vec2 {
  const squaredRadius = x * x + y * y;
  const factor = 1 + squaredRadius * (k1 + squaredRadius * k2);
  return [x * factor, y * factor];
}

/** The vector turned about the axis `rotation` by as many radians as it is long (Rodrigues' formula). */
function rotate(rotation: Vec3, vector: Vec3): Vec3 {
  const squaredAngle = dot(rotation, rotation);
  if (squaredAngle === 0) {
    return add(vector, cross(rotation, vector));
  }
  const angle = Math.sqrt(squaredAngle);
  const cosine = Math.cos(angle);
  const axis = scale(1 / angle, rotation);
  const turned = add(scale(cosine, vector), scale(Math.sin(angle), cross(axis, vector)));
  return add(turned, scale(dot(axis, vector) * (1 - cosine), axis));
}

function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function add(a: Vec3, b: Vec3): Vec3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

function scale(factor: number, a: Vec3): Vec3 {
  return [factor * a[0], factor * a[1], factor * a[2]];
}
