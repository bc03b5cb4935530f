/** Shading of spheres that are hit by rays. */
import unit, * as v from "./vec3.js";
import type { Vec3 } from "./vec3.js";

export interface Sphere {
  readonly centre: Vec3;
  readonly radius: number;
  /** Between 0 (dull) and 1 (mirror). */
  readonly gloss: number;
}

export interface Light {
  readonly direction: Vec3;
  readonly intensity: number;
}

/**
 * Mean squared difference between an image of the spheres and a photograph, `width` pixels wide, stored row by row.
 *
 * @differentiable wrt=spheres,lights modes=grad,value_and_grad
 */
export function photoError(
  spheres: readonly Sphere[],
  lights: readonly Light[],
  photo: Float32Array,
  width: number,
): number {
  const height = photo.length / width;
  let error = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const direction = unit(v.vec3((column + 0.5) / width - 0.5, 0.5 - (row + 0.5) / height, -1));
      const difference = brightness(spheres, lights, v.vec3(0, 0, 0), direction, 2) - photo[row * width + column]!;
      error += difference * difference;
    }
  }
  return error / photo.length;
}

/** The light that comes back along a ray, with `depth` reflections. */
function brightness(
  spheres: readonly Sphere[],
  lights: readonly Light[],
  origin: Vec3,
  direction: Vec3,
  depth: number,
): number {
  let nearest = Infinity;
  let hit = -1;
  for (let i = 0; i < spheres.length; i++) {
    const distance = intersection(spheres[i]!, origin, direction);
    if (distance < nearest) {
      nearest = distance;
      hit = i;
    }
  }
  if (hit < 0) return 0.1 + 0.1 * direction.y;

  const sphere = spheres[hit]!;
  const point = v.add(origin, v.scale(direction, nearest));
  const normal = unit(v.subtract(point, sphere.centre));
  let light = 0.05;
  for (const lamp of lights) {
    const facing = v.dot(normal, lamp.direction);
    if (facing > 0) light += lamp.intensity * facing;
  }
  if (depth === 0) return light;
  const mirrored = v.subtract(direction, v.scale(normal, 2 * v.dot(direction, normal)));
  const reflected = brightness(spheres, lights, v.add(point, v.scale(normal, 1e-6)), mirrored, depth - 1);
  return (1 - sphere.gloss) * light + sphere.gloss * reflected;
}

/** How far along the ray the sphere is; infinity where it is missed. */
function intersection(sphere: Sphere, origin: Vec3, direction: Vec3): number {
  const towards = v.subtract(sphere.centre, origin);
  const along = v.dot(towards, direction);
  if (along < 0) return Infinity;
  const discriminant = along * along - v.dot(towards, towards) + sphere.radius * sphere.radius;
  if (discriminant < 0) return Infinity;
  const distance = along - Math.sqrt(discriminant);
  return distance > 0 ? distance : Infinity;
}
