/** Bodies under gravity, moved by the leapfrog method. */

type Vec3 = [x: number, y: number, z: number];

export interface Body {
  readonly mass: number;
  readonly position: Vec3;
  readonly velocity: Vec3;
}

const gravity = 1;
const softening = 1e-3;

/**
 * Squared distance of the last body from a target after a number of steps.
 *
 * @differentiable wrt=bodies modes=grad,value_and_grad
 */
export function missDistance(bodies: readonly Body[], target: Vec3, steps: number, dt: number): number {
  const moving = copies(bodies);
  kick(moving, dt / 2);
  for (let step = 0; step < steps; step++) {
    drift(moving, dt);
    kick(moving, step === steps - 1 ? dt / 2 : dt);
  }
  const last = moving[moving.length - 1]!;
  const difference = subtract(last.position, target);
  return dot(difference, difference);
}

/**
 * Kinetic and potential energy of all bodies.
 *
 * @differentiable modes=value_and_grad
 */
export function energy(bodies: readonly Body[]): number {
  let total = 0;
  for (let i = 0; i < bodies.length; i++) {
    const a = bodies[i]!;
    total += 0.5 * a.mass * dot(a.velocity, a.velocity);
    for (let j = 0; j < i; j++) {
      const b = bodies[j]!;
      const between = subtract(a.position, b.position);
      total -= (gravity * a.mass * b.mass) / Math.sqrt(dot(between, between) + softening);
    }
  }
  return total;
}

function copies(bodies: readonly Body[]): Body[] {
  const result = new Array<Body>(bodies.length);
  for (let i = 0; i < bodies.length; i++) {
    const { mass, position, velocity } = bodies[i]!;
    result[i] = {
      mass,
      position: [position[0], position[1], position[2]],
      velocity: [velocity[0], velocity[1], velocity[2]],
    };
  }
  return result;
}

function drift(bodies: readonly Body[], dt: number): void {
  for (const { position, velocity } of bodies) {
    position[0] += dt * velocity[0];
    position[1] += dt * velocity[1];
    position[2] += dt * velocity[2];
  }
}

function kick(bodies: readonly Body[], dt: number): void {
  for (let i = 0; i < bodies.length; i++) {
    for (let j = 0; j < bodies.length; j++) {
      if (i === j) continue;
      const a = bodies[i]!;
      const b = bodies[j]!;
      const [dx, dy, dz] = subtract(b.position, a.position);
      const squared = dx * dx + dy * dy + dz * dz + softening;
      const pull = (gravity * b.mass * dt) / (squared * Math.sqrt(squared));
      a.velocity[0] += pull * dx;
      a.velocity[1] += pull * dy;
      a.velocity[2] += pull * dz;
    }
  }
}

const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
