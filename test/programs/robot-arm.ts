/** Kinematics of robot arms. */

type Point = readonly [x: number, y: number];

interface Pose {
  readonly x: number;
  readonly y: number;
  readonly heading: number;
}

/**
 * Where the hand of a planar arm is, and which way it points.
 *
 * @differentiable wrt=angles,lengths modes=vjp
 */
export function handPose(angles: Float64Array, lengths: Float64Array): [x: number, y: number, heading: number] {
  const { x, y, heading } = poseOfJoint(angles, lengths, angles.length);
  return [x, y, heading];
}

/**
 * How badly a pose serves: distance of the hand from the target, elbows inside obstacles, joints beyond their limits.
 *
 * @differentiable wrt=angles modes=grad,value_and_grad
 */
export function reachingCost(
  angles: Float64Array,
  lengths: Float64Array,
  target: Point,
  obstacles: readonly { readonly centre: Point; readonly radius: number }[],
  limit = 2.5,
): number {
  const hand = poseOfJoint(angles, lengths, angles.length);
  let cost = (hand.x - target[0]) ** 2 + (hand.y - target[1]) ** 2;
  for (let joint = 1; joint <= angles.length; joint++) {
    const excess = Math.abs(angles[joint - 1]!) - limit;
    cost += excess > 0 ? 10 * excess * excess : 0;

    const { x, y } = poseOfJoint(angles, lengths, joint);
    for (const { centre, radius } of obstacles) {
      const distance = Math.hypot(x - centre[0], y - centre[1]);
      if (distance < radius) cost += (radius - distance) ** 3;
    }
  }
  return cost;
}

/** The pose behind `joint` links, from the pose behind one link fewer. */
function poseOfJoint(angles: Float64Array, lengths: Float64Array, joint: number): Pose {
  if (joint === 0) return { x: 0, y: 0, heading: 0 };
  const previous = poseOfJoint(angles, lengths, joint - 1);
  const heading = previous.heading + angles[joint - 1]!;
  const length = lengths[joint - 1]!;
  return { x: previous.x + length * Math.cos(heading), y: previous.y + length * Math.sin(heading), heading };
}
