/** A net of masses and springs that falls on a floor. */

export interface Net {
  /** x and y of each mass by turns. */
  readonly positions: Float64Array;
  readonly masses: Float64Array;
  /** Pairs of masses. */
  readonly springs: Int32Array;
  readonly stiffness: Float64Array;
  readonly restLengths: Float64Array;
}

export interface World {
  gravity: number;
  friction: number;
  floor: number;
}

/**
 * The mean height of the masses after a while.
 *
 * @differentiable wrt=net,world modes=grad,value_and_grad
 */
export function finalHeight(net: Net, world: World, steps: number, dt: number): number {
  const { masses } = net;
  const count = masses.length;
  const x = new Float64Array(2 * count);
  for (let i = 0; i < 2 * count; i++) x[i] = net.positions[i]!;
  const v = new Float64Array(2 * count);
  const force = new Float64Array(2 * count);
  const { floor } = world;

  for (let step = 0; step < steps; step++) {
    computeForces(net, x, force, world.gravity);
    for (let i = 0; i < count; i++) {
      for (let axis = 0; axis < 2; axis++) {
        const c = 2 * i + axis;
        v[c] = (v[c]! + (dt * force[c]!) / masses[i]!) * (1 - dt * world.friction);
        x[c] = x[c]! + dt * v[c];
      }
      const below = floor - x[2 * i + 1]!;
      if (below > 0) {
        x[2 * i + 1] = floor;
        v[2 * i + 1]! *= -0.5;
      }
    }
  }

  let height = 0;
  for (let i = 0; i < count; i++) height += x[2 * i + 1]!;
  return height / count;
}

function computeForces(net: Net, x: Float64Array, force: Float64Array, gravity: number): void {
  for (let i = 0; i < net.masses.length; i++) {
    force[2 * i] = 0;
    force[2 * i + 1] = -gravity * net.masses[i]!;
  }
  for (let s = 0; s < net.stiffness.length; s++) {
    const a = 2 * net.springs[2 * s]!;
    const b = 2 * net.springs[2 * s + 1]!;
    const dx = x[b]! - x[a]!;
    const dy = x[b + 1]! - x[a + 1]!;
    const length = Math.sqrt(dx * dx + dy * dy);
    const pull = (net.stiffness[s]! * (length - net.restLengths[s]!)) / length;
    force[a]! += pull * dx;
    force[a + 1]! += pull * dy;
    force[b]! -= pull * dx;
    force[b + 1]! -= pull * dy;
  }
}
