/** A Kalman filter for a position that moves with a slowly changing velocity. */

type Vector = [number, number];
type Matrix = [Vector, Vector];

interface State {
  readonly mean: Vector;
  readonly covariance: Matrix;
}

export interface Noise {
  /** Logarithms of the variances. */
  readonly acceleration: number;
  readonly measurement: number;
}

/**
 * Log likelihood of measured positions, under the noise. Times without a measurement hold NaN.
 *
 * @differentiable wrt=noise,start modes=grad,value_and_grad
 */
export function logLikelihood(noise: Noise, start: Vector, measurements: Float64Array, dt: number): number {
  const measurementVariance = Math.exp(noise.measurement);
  let state: State = {
    mean: start,
    covariance: [
      [1, 0],
      [0, 1],
    ],
  };
  let total = 0;
  for (let t = 0; t < measurements.length; t++) {
    state = predict(state, Math.exp(noise.acceleration), dt);
    const measured = measurements[t]!;
    if (Number.isNaN(measured)) continue;

    const innovation = measured - state.mean[0];
    const variance = state.covariance[0][0] + measurementVariance;
    total -= 0.5 * (Math.log(2 * Math.PI * variance) + (innovation * innovation) / variance);
    state = correct(state, innovation, variance);
  }
  return total;
}

/** The state after a step of constant velocity under a random acceleration. */
function predict({ mean, covariance }: State, q: number, dt: number): State {
  const [[a, b], [c, d]] = covariance;
  const half = 0.5 * dt * dt;
  return {
    mean: [mean[0] + dt * mean[1], mean[1]],
    covariance: [
      [a + dt * (b + c) + dt * dt * d + q * half * half, b + dt * d + q * half * dt],
      [c + dt * d + q * half * dt, d + q * dt * dt],
    ],
  };
}

/** The state after a measurement of the position. */
function correct(state: State, innovation: number, variance: number): State {
  const [[a, b], [c, d]] = state.covariance;
  const gain: Vector = [a / variance, c / variance];
  return {
    mean: [state.mean[0] + gain[0] * innovation, state.mean[1] + gain[1] * innovation],
    covariance: [
      [(1 - gain[0]) * a, (1 - gain[0]) * b],
      [c - gain[1] * a, d - gain[1] * b],
    ],
  };
}
