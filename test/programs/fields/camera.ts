// Camera calibration: Brown–Conrady lens distortion, Rodrigues rotations, robust reprojection error.

export interface Intrinsics {
  fx: number;
  fy: number;
  cx: number;
  cy: number;
  skew?: number;
}

export interface Distortion {
  /** radial coefficients k1, k2, … */
  radial: number[];
  /** tangential coefficients p1, p2 */
  tangential?: [p1: number, p2: number];
}

export interface Extrinsics {
  rvec: [number, number, number];
  tvec: [number, number, number];
}

export interface CameraModel {
  intrinsics: Intrinsics;
  distortion: Distortion;
}

interface Point2 {
  u: number;
  v: number;
}

interface Observation {
  view: number;
  pointId: string;
  pixel: Point2;
  weight?: number;
}

type Mat3 = [[number, number, number], [number, number, number], [number, number, number]];
type Loss = { type: "squared" } | { type: "huber"; delta: number } | { type: "cauchy"; scale: number };

// A planar calibration board, looked up by the id printed on each corner.
const BOARD = new Map<string, readonly [number, number, number]>();
for (let row = 0; row < 3; row++) {
  for (let col = 0; col < 4; col++) {
    BOARD.set(`${row}-${col}`, [col * 0.05, row * 0.05, 0.002 * ((row * 4 + col) % 3)]);
  }
}

function rodrigues([rx, ry, rz]: readonly [number, number, number]): Mat3 {
  const theta2 = rx * rx + ry * ry + rz * rz;
  let a: number;
  let b: number;
  if (theta2 < 1e-12) {
    a = 1 - theta2 / 6;
    b = 0.5 - theta2 / 24;
  } else {
    const theta = Math.sqrt(theta2);
    a = Math.sin(theta) / theta;
    b = (1 - Math.cos(theta)) / theta2;
  }
  return [
    [1 - b * (ry * ry + rz * rz), -a * rz + b * rx * ry, a * ry + b * rx * rz],
    [a * rz + b * rx * ry, 1 - b * (rx * rx + rz * rz), -a * rx + b * ry * rz],
    [-a * ry + b * rx * rz, a * rx + b * ry * rz, 1 - b * (rx * rx + ry * ry)],
  ];
}

function transform(
  R: Mat3,
  t: readonly [number, number, number],
  p: readonly [number, number, number],
): [number, number, number] {
  const [r0, r1, r2] = R;
  const mul = (r: readonly [number, number, number]) => r[0] * p[0] + r[1] * p[1] + r[2] * p[2];
  return [mul(r0) + t[0], mul(r1) + t[1], mul(r2) + t[2]];
}

function distort({ radial, tangential: [p1, p2] = [0, 0] }: Distortion, x: number, y: number): [number, number] {
  const r2 = x * x + y * y;
  // 1 + k1 r² + k2 r⁴ + …, by Horner
  const factor = 1 + r2 * radial.reduceRight((acc, k) => acc * r2 + k, 0);
  const dx = 2 * p1 * x * y + p2 * (r2 + 2 * x * x);
  const dy = p1 * (r2 + 2 * y * y) + 2 * p2 * x * y;
  return [x * factor + dx, y * factor + dy];
}

function project(
  camera: CameraModel,
  R: Mat3,
  t: Extrinsics["tvec"],
  point: readonly [number, number, number],
): Point2 {
  const [X, Y, Z] = transform(R, t, point);
  if (Z <= 0) throw new RangeError("point is behind the camera");
  const [x, y] = distort(camera.distortion, X / Z, Y / Z);
  const { fx, fy, cx, cy, skew = 0 } = camera.intrinsics;
  return { u: fx * x + skew * y + cx, v: fy * y + cy };
}

function rho(loss: Loss, e2: number): number {
  switch (loss.type) {
    case "squared":
      return e2;
    case "huber": {
      const { delta } = loss;
      return e2 <= delta * delta ? e2 : 2 * delta * Math.sqrt(e2) - delta * delta;
    }
    case "cauchy":
      return loss.scale ** 2 * Math.log1p(e2 / loss.scale ** 2);
    default: {
      const unreachable: never = loss;
      throw new Error(`unknown loss ${JSON.stringify(unreachable)}`);
    }
  }
}

/**
 * Weighted, robust mean reprojection error over all observations.
 * @differentiable wrt=camera,views modes=grad,value_and_grad
 */
export function reprojectionError(
  camera: CameraModel,
  views: Extrinsics[],
  observations: readonly Observation[],
  loss: Loss = { type: "squared" },
): number {
  if (observations.length === 0) return 0;

  const rotations = views.map(({ rvec }) => rodrigues(rvec));
  let total = 0;
  let weights = 0;
  for (const { view, pointId, pixel, weight = 1 } of observations) {
    const point = BOARD.get(pointId);
    if (!point) throw new Error(`unknown point ${pointId}`);
    const R = rotations[view];
    const ext = views[view];
    if (!R || !ext) throw new RangeError(`no view ${view}`);
    const { u, v } = project(camera, R, ext.tvec, point);
    const e2 = (u - pixel.u) ** 2 + (v - pixel.v) ** 2;
    total += weight * rho(loss, e2);
    weights += weight;
  }
  return total / weights;
}

/**
 * Undistorts one pixel by fixed-point iteration, returns the normalised ray.
 * @differentiable modes=vjp
 */
export function undistortPixel(camera: CameraModel, pixel: [number, number]): number[] {
  const { intrinsics: k, distortion } = camera;
  const y0 = (pixel[1] - k.cy) / k.fy;
  const x0 = (pixel[0] - k.cx - (k.skew ?? 0) * y0) / k.fx;
  let [x, y] = [x0, y0];
  for (let iter = 0; iter < 12; iter++) {
    const [dx, dy] = distort(distortion, x, y);
    x += x0 - dx;
    y += y0 - dy;
  }
  const norm = Math.sqrt(x * x + y * y + 1);
  return [x / norm, y / norm, 1 / norm];
}

const trueCamera = (): CameraModel => ({
  intrinsics: { fx: 810, fy: 805, cx: 322, cy: 238 },
  distortion: { radial: [-0.21, 0.08], tangential: [0.001, -0.0006] },
});

const trueViews: Extrinsics[] = [
  { rvec: [0.1, -0.2, 0.05], tvec: [-0.08, -0.04, 0.5] },
  { rvec: [-0.3, 0.15, 0.4], tvec: [-0.02, -0.05, 0.62] },
];

function synthesize(): Observation[] {
  const out: Observation[] = [];
  trueViews.forEach((e, view) => {
    const R = rodrigues(e.rvec);
    let n = 0;
    for (const [pointId, point] of BOARD) {
      const { u, v } = project(trueCamera(), R, e.tvec, point);
      const noise = 0.4 * Math.sin(17.3 * ++n + view);
      out.push({ view, pointId, pixel: { u: u + noise, v: v - noise / 2 }, ...(n % 4 === 0 ? { weight: 0.5 } : {}) });
    }
  });
  return out;
}

const guess = (): CameraModel => ({
  intrinsics: { fx: 800, fy: 800, cx: 320, cy: 240 },
  distortion: { radial: [-0.1, 0.01], tangential: [0, 0] },
});

export const cases = [
  {
    name: "reprojectionError",
    args: () => [guess(), structuredClonePoses(0.01), synthesize(), { type: "huber", delta: 5 }],
  },
  {
    name: "reprojectionError",
    args: () => [
      { intrinsics: { ...guess().intrinsics, skew: 0.3 }, distortion: { radial: [-0.15] } },
      structuredClonePoses(-0.02),
      synthesize().slice(3, 17),
      { type: "cauchy", scale: 2 },
    ],
  },
  { name: "undistortPixel", args: () => [trueCamera(), [101.5, 377.25]] },
];

function structuredClonePoses(eps: number): Extrinsics[] {
  return trueViews.map(({ rvec: [a, b, c], tvec: [x, y, z] }) => ({
    rvec: [a + eps, b - eps, c + eps / 2],
    tvec: [x, y + eps / 5, z - eps / 3],
  }));
}
