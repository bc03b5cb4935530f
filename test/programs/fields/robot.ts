// Forward kinematics of a serial manipulator and the cost an inverse-kinematics solver minimises.

type Vec3 = readonly [x: number, y: number, z: number];

/** Unit quaternion, scalar first. */
interface Quat {
  readonly w: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

interface Pose {
  readonly position: Vec3;
  readonly rotation: Quat;
}

enum JointType {
  Revolute = "revolute",
  Prismatic = "prismatic",
  Fixed = "fixed",
}

interface JointLimits {
  lower: number;
  upper: number;
}

interface Joint {
  name: string;
  type: JointType;
  axis: Vec3;
  /** transform from the parent link to this joint's frame */
  origin: Vec3;
  limits?: JointLimits;
}

const IDENTITY: Quat = { w: 1, x: 0, y: 0, z: 0 };
const AXIS_X: Vec3 = [1, 0, 0];
const AXIS_Y: Vec3 = [0, 1, 0];
const AXIS_Z: Vec3 = [0, 0, 1];

const add = ([ax, ay, az]: Vec3, [bx, by, bz]: Vec3): Vec3 => [ax + bx, ay + by, az + bz];
const sub = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const scale = (v: Vec3, k: number): Vec3 => [v[0] * k, v[1] * k, v[2] * k];
const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function quatMul(a: Quat, b: Quat): Quat {
  return {
    w: a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
    x: a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
    y: a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
    z: a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
  };
}

const conjugate = ({ w, x, y, z }: Quat): Quat => ({ w, x: -x, y: -y, z: -z });

function fromAxisAngle(axis: Vec3, angle: number): Quat {
  const half = angle / 2;
  const s = Math.sin(half);
  const [x, y, z] = axis;
  return { w: Math.cos(half), x: x * s, y: y * s, z: z * s };
}

function rotate(q: Quat, v: Vec3): Vec3 {
  const u: Vec3 = [q.x, q.y, q.z];
  const t = scale(cross(u, v), 2);
  return add(add(v, scale(t, q.w)), cross(u, t));
}

/** Rotation vector (logarithm) of a unit quaternion. */
function quatLog(q: Quat): Vec3 {
  const sign = q.w < 0 ? -1 : 1;
  const v: Vec3 = [q.x * sign, q.y * sign, q.z * sign];
  const n = Math.hypot(...v);
  if (n < 1e-9) return scale(v, 2);
  const angle = 2 * Math.atan2(n, q.w * sign);
  return scale(v, angle / n);
}

function normalize(q: Quat): Quat {
  const n = Math.hypot(q.w, q.x, q.y, q.z);
  if (n === 0) throw new Error("cannot normalize a zero quaternion");
  return { w: q.w / n, x: q.x / n, y: q.y / n, z: q.z / n };
}

const compose = (parent: Pose, child: Pose): Pose => ({
  position: add(parent.position, rotate(parent.rotation, child.position)),
  rotation: quatMul(parent.rotation, child.rotation),
});

function jointTransform(joint: Joint, q: number): Pose {
  switch (joint.type) {
    case JointType.Revolute:
      return { position: joint.origin, rotation: fromAxisAngle(joint.axis, q) };
    case JointType.Prismatic:
      return { position: add(joint.origin, scale(joint.axis, q)), rotation: IDENTITY };
    case JointType.Fixed:
      return { position: joint.origin, rotation: IDENTITY };
  }
}

const ARM: readonly Joint[] = [
  { name: "base", type: JointType.Revolute, axis: AXIS_Z, origin: [0, 0, 0.3], limits: { lower: -2.9, upper: 2.9 } },
  {
    name: "shoulder",
    type: JointType.Revolute,
    axis: AXIS_Y,
    origin: [0, 0.1, 0.2],
    limits: { lower: -1.8, upper: 1.8 },
  },
  { name: "elbow", type: JointType.Revolute, axis: AXIS_Y, origin: [0, 0, 0.5], limits: { lower: -0.4, upper: 2.4 } },
  { name: "slide", type: JointType.Prismatic, axis: AXIS_X, origin: [0.4, 0, 0], limits: { lower: 0, upper: 0.25 } },
  { name: "flange", type: JointType.Fixed, axis: AXIS_X, origin: [0.05, 0, 0] },
  { name: "wrist", type: JointType.Revolute, axis: AXIS_X, origin: [0.1, 0, 0] },
];

function forwardKinematics(joints: readonly Joint[], q: readonly number[]): Pose[] {
  const movable = joints.filter((j) => j.type !== JointType.Fixed).length;
  if (movable !== q.length) {
    throw new RangeError(`expected ${movable} joint values, got ${q.length}`);
  }
  const frames: Pose[] = [];
  let current: Pose = { position: [0, 0, 0], rotation: IDENTITY };
  let k = 0;
  for (const joint of joints) {
    const value = joint.type === JointType.Fixed ? 0 : q[k++]!;
    current = compose(current, jointTransform(joint, value));
    frames.push(current);
  }
  return frames;
}

function limitPenalty(q: readonly number[]): number {
  return ARM.filter((j) => j.type !== JointType.Fixed)
    .map(({ limits }, i) => {
      if (!limits) return 0;
      const { lower, upper } = limits;
      const v = q[i] ?? 0;
      const mid = (lower + upper) / 2;
      const range = (upper - lower) / 2;
      return ((v - mid) / range) ** 4;
    })
    .reduce((a, b) => a + b, 0);
}

interface IkOptions {
  positionWeight?: number;
  rotationWeight?: number;
  limitWeight?: number;
  obstacle?: { center: Vec3; radius: number };
}

/**
 * @differentiable wrt=q
 */
export function ikCost(q: readonly number[], target: Pose, options: IkOptions = {}): number {
  const { positionWeight = 1, rotationWeight = 0.2, limitWeight = 1e-3, obstacle } = options;
  const frames = forwardKinematics(ARM, q);
  const tip = frames.at(-1)!;

  const dp = sub(tip.position, target.position);
  const dr = quatLog(quatMul(conjugate(normalize(target.rotation)), tip.rotation));

  let cost = positionWeight * dot(dp, dp) + rotationWeight * dot(dr, dr) + limitWeight * limitPenalty(q);

  if (obstacle) {
    const { center, radius } = obstacle;
    for (const { position } of frames) {
      const d = Math.hypot(...sub(position, center));
      if (d < radius) cost += (radius - d) ** 2;
    }
  }
  return cost;
}

/**
 * Position of the tool tip.
 * @differentiable modes=vjp
 */
export function tipPosition(q: number[]): number[] {
  const frames = forwardKinematics(ARM, q);
  const { position, rotation } = frames[frames.length - 1]!;
  return [...add(position, rotate(rotation, [0.02, 0.01, 0.15]))];
}

/**
 * Manipulability-like score: mean squared lever arm of the tip about each joint's axis.
 * @differentiable
 */
export const leverage = (q: number[]): number => {
  const frames = forwardKinematics(ARM, q);
  const tip = frames[frames.length - 1]!.position;
  let sum = 0;
  let count = 0;
  for (const [i, joint] of ARM.entries()) {
    if (joint.type !== JointType.Revolute) continue;
    const { position, rotation } = frames[i]!;
    const arm = cross(rotate(rotation, joint.axis), sub(tip, position));
    sum += dot(arm, arm);
    count++;
  }
  return Math.sqrt(sum / count);
};

export const cases = [
  {
    name: "ikCost",
    args: () => [
      [0.4, 0.6, 1.1, 0.12, -0.3],
      { position: [0.6, 0.35, 0.5], rotation: { w: 0.9, x: 0.1, y: 0.35, z: -0.2 } },
      { rotationWeight: 0.5, obstacle: { center: [0.3, 0.25, 0.9], radius: 0.35 } },
    ],
  },
  {
    name: "ikCost",
    args: () => [
      [-0.8, -0.2, 0.9, 0.2, 1.4],
      { position: [0.2, -0.6, 0.4], rotation: { w: 0.3, x: 0.7, y: -0.1, z: 0.5 } },
    ],
  },
  { name: "tipPosition", args: () => [[0.4, 0.6, 1.1, 0.12, -0.3]] },
  { name: "leverage", args: () => [[0.9, -0.5, 0.7, 0.05, 0.4]] },
];
