/** Bodies that attract each other, written with small vector objects. */

class Vec3 {
  constructor(
    readonly x: number,
    readonly y: number,
    readonly z: number,
  ) {}

  add(other: Vec3): Vec3 {
    return new Vec3(this.x + other.x, this.y + other.y, this.z + other.z);
  }

  subtract(other: Vec3): Vec3 {
    return new Vec3(this.x - other.x, this.y - other.y, this.z - other.z);
  }

  scale(factor: number): Vec3 {
    return new Vec3(factor * this.x, factor * this.y, factor * this.z);
  }

  dot(other: Vec3): number {
    return this.x * other.x + this.y * other.y + this.z * other.z;
  }
}

interface Body {
  position: Vec3;
  velocity: Vec3;
  readonly mass: number;
}

/** Keeps the force finite where bodies meet. */
const softening = 0.05;

/**
 * Sum of the squared distances from the origin after some steps of the symplectic Euler method. `start` holds three
 * coordinates and three components of the velocity for each body.
 *
 * @differentiable wrt=start modes=grad,jvp
 */
export function spread(start: Float64Array, masses: Float64Array, steps: number, timeStep: number): number {
  const bodies: Body[] = [];
  for (let i = 0; i < masses.length; i++) {
    bodies.push({
      position: new Vec3(start[6 * i]!, start[6 * i + 1]!, start[6 * i + 2]!),
      velocity: new Vec3(start[6 * i + 3]!, start[6 * i + 4]!, start[6 * i + 5]!),
      mass: masses[i]!,
    });
  }
  for (let step = 0; step < steps; step++) {
    for (const body of bodies) {
      body.velocity = body.velocity.add(attraction(body, bodies).scale(timeStep));
    }
    for (const body of bodies) {
      body.position = body.position.add(body.velocity.scale(timeStep));
    }
  }
  let sum = 0;
  for (const { position } of bodies) {
    sum += position.dot(position);
  }
  return sum;
}

/** The acceleration of a body by all others (its own share is zero). */
function attraction(body: Body, bodies: readonly Body[]): Vec3 {
  let acceleration = new Vec3(0, 0, 0);
  for (const other of bodies) {
    const difference = other.position.subtract(body.position);
    const squared = difference.dot(difference) + softening;
    acceleration = acceleration.add(difference.scale(other.mass / (squared * Math.sqrt(squared))));
  }
  return acceleration;
}
