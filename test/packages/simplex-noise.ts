/** Noise from `simplex-noise`: a function that is made by a function. */
import { createNoise2D, createNoise3D, createNoise4D } from "simplex-noise";

/** A small generator of random numbers. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

/** The height of a landscape.
 *  @differentiable */
export function height(x: number, y: number): number {
  const noise = createNoise2D(generator(7));
  let sum = 0;
  for (let octave = 1; octave <= 4; octave *= 2) sum += noise(x * octave, y * octave) / octave;
  return sum;
}

/** @differentiable */
export function cloud(x: number, y: number, z: number): number {
  const noise = createNoise3D(generator(3));
  return noise(x, y, z) + 0.5 * noise(2 * x, 2 * y, 2 * z);
}

const terrain = createNoise2D(generator(11));

/** The table of random numbers is made once for the module.
 *  @differentiable */
export function slope(x: number, y: number): number {
  return terrain(x, y) - terrain(x - 0.5, y * y);
}

const inFourDimensions = createNoise4D(() => 0.3);

/** The function that is passed remembers nothing.
 *  @differentiable */
export function moving(x: number, y: number, z: number, t: number): number {
  return inFourDimensions(x, y, z, t);
}

/** Several functions of one kind, in an array.
 *  @differentiable */
export function layered(x: number, y: number): number {
  const layers = [createNoise2D(generator(1)), createNoise2D(generator(2))];
  let sum = 0;
  for (const layer of layers) sum += layer(x, y) * layer(y, x);
  return sum;
}
