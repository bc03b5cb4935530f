// A differentiable renderer for small 2-D scenes: signed-distance fields, smooth booleans, soft coverage, compositing.

type Point = { x: number; y: number };
type Color = [r: number, g: number, b: number];

type Shape =
  | { kind: "circle"; center: Point; radius: number }
  | { kind: "box"; center: Point; half: Point; angle?: number; rounding?: number }
  | { kind: "segment"; from: Point; to: Point; thickness: number }
  | { kind: "union"; shapes: Shape[]; smooth?: number }
  | { kind: "subtract"; base: Shape; cut: Shape }
  | { kind: "translate"; offset: Point; shape: Shape };

interface Layer {
  shape: Shape;
  fill: Color;
  opacity?: number;
}

interface Scene {
  background: Color;
  layers: Layer[];
  softness: number;
}

const clamp = (x: number, lo: number, hi: number): number => Math.min(Math.max(x, lo), hi);
const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
const length = ({ x, y }: Point): number => Math.hypot(x, y);
const minus = (a: Point, b: Point): Point => ({ x: a.x - b.x, y: a.y - b.y });

function rotate({ x, y }: Point, angle: number): Point {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return { x: c * x + s * y, y: -s * x + c * y };
}

/** Polynomial smooth minimum (Quilez). */
function smin(a: number, b: number, k: number): number {
  if (k <= 0) return Math.min(a, b);
  const h = clamp(0.5 + (0.5 * (b - a)) / k, 0, 1);
  return mix(b, a, h) - k * h * (1 - h);
}

function sdf(shape: Shape, p: Point): number {
  switch (shape.kind) {
    case "circle":
      return length(minus(p, shape.center)) - shape.radius;

    case "box": {
      const { center, half, angle = 0, rounding = 0 } = shape;
      const q = rotate(minus(p, center), angle);
      const dx = Math.abs(q.x) - half.x + rounding;
      const dy = Math.abs(q.y) - half.y + rounding;
      const outside = dx > 0 && dy > 0 ? Math.sqrt(dx * dx + dy * dy) : Math.max(dx, dy);
      return outside - rounding;
    }

    case "segment": {
      const pa = minus(p, shape.from);
      const ba = minus(shape.to, shape.from);
      const t = clamp((pa.x * ba.x + pa.y * ba.y) / (ba.x ** 2 + ba.y ** 2), 0, 1);
      return length({ x: pa.x - ba.x * t, y: pa.y - ba.y * t }) - shape.thickness / 2;
    }

    case "union": {
      const k = shape.smooth ?? 0;
      return shape.shapes.map((s) => sdf(s, p)).reduce((a, b) => smin(a, b, k));
    }

    case "subtract":
      return Math.max(sdf(shape.base, p), -sdf(shape.cut, p));

    case "translate":
      return sdf(shape.shape, minus(p, shape.offset));
  }
}

/** Soft coverage of a distance: 1 inside, 0 outside. */
const coverage = (distance: number, softness: number): number => 1 / (1 + Math.exp(distance / softness));

function shade(scene: Scene, p: Point): Color {
  let [r, g, b] = scene.background;
  for (const { shape, fill, opacity = 1 } of scene.layers) {
    const alpha = opacity * coverage(sdf(shape, p), scene.softness);
    if (alpha < 1e-6) continue;
    r = mix(r, fill[0], alpha);
    g = mix(g, fill[1], alpha);
    b = mix(b, fill[2], alpha);
  }
  return [r, g, b];
}

/**
 * Mean squared difference between the rendered scene and a target image (RGB, row-major).
 * @differentiable wrt=scene
 */
export function renderLoss(scene: Scene, target: Float32Array, width: number, height: number): number {
  if (target.length !== width * height * 3) throw new RangeError("target has the wrong size");
  let error = 0;
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const p = { x: (i + 0.5) / width, y: (j + 0.5) / height };
      const color = shade(scene, p);
      const base = 3 * (j * width + i);
      color.forEach((c, k) => {
        error += (c - target[base + k]!) ** 2;
      });
    }
  }
  return error / target.length;
}

interface Light {
  position: [number, number, number];
  intensity: number;
}

interface Ball {
  center: [number, number, number];
  radius: number;
}

interface Camera3 {
  eye: [number, number, number];
  focal: number;
}

type V3 = [number, number, number];
const dot3 = (a: V3, b: V3) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const sub3 = (a: V3, b: V3): V3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const axpy3 = (k: number, d: V3, o: V3): V3 => [o[0] + k * d[0], o[1] + k * d[1], o[2] + k * d[2]];
const unit3 = (a: V3): V3 => {
  const n = Math.sqrt(dot3(a, a));
  return [a[0] / n, a[1] / n, a[2] / n];
};

function ballsDistance(balls: readonly Ball[], p: V3, k: number): number {
  // exponential smooth minimum
  let acc = 0;
  for (const { center, radius } of balls) {
    const d = sub3(p, center);
    acc += Math.exp(-k * (Math.sqrt(dot3(d, d)) - radius));
  }
  return -Math.log(acc) / k;
}

function normalAt(balls: readonly Ball[], p: V3, k: number): V3 {
  const h = 1e-3;
  const n = ([0, 1, 2] as const).map((axis) => {
    const hi: V3 = [...p];
    const lo: V3 = [...p];
    hi[axis] += h;
    lo[axis] -= h;
    return (ballsDistance(balls, hi, k) - ballsDistance(balls, lo, k)) / (2 * h);
  });
  return unit3([n[0]!, n[1]!, n[2]!]);
}

/**
 * Total light that arrives at the camera over a grid of rays: soft sphere tracing of blended balls.
 * @differentiable wrt=balls,light
 */
export function exposure(balls: Ball[], light: Light, camera: Camera3, resolution = 4): number {
  const sharpness = 8;
  let sum = 0;
  for (let j = 0; j < resolution; j++) {
    for (let i = 0; i < resolution; i++) {
      const dir = unit3([(i + 0.5) / resolution - 0.5, (j + 0.5) / resolution - 0.5, camera.focal]);
      let t = 0;
      let nearest = Infinity;
      for (let step = 0; step < 16; step++) {
        const d = ballsDistance(balls, axpy3(t, dir, camera.eye), sharpness);
        if (d < nearest) nearest = d;
        if (d < 1e-3 || t > 10) break;
        t += d;
      }
      if (t > 10) {
        // missed: only a glow
        sum += 0.01 * Math.exp(-nearest);
        continue;
      }
      const hit = axpy3(t, dir, camera.eye);
      const toLight = sub3(light.position, hit);
      const lambert = dot3(normalAt(balls, hit, sharpness), unit3(toLight));
      sum += (light.intensity * Math.max(lambert, 0)) / dot3(toLight, toLight);
    }
  }
  return sum / resolution ** 2;
}

const target = Float32Array.from({ length: 12 * 10 * 3 }, (_, i) => 0.5 + 0.4 * Math.sin(i * 0.37));

export const cases = [
  {
    name: "renderLoss",
    args: () => [
      {
        background: [0.9, 0.92, 0.95],
        softness: 0.04,
        layers: [
          { shape: { kind: "circle", center: { x: 0.31, y: 0.42 }, radius: 0.21 }, fill: [0.8, 0.2, 0.1] },
          {
            shape: {
              kind: "box",
              center: { x: 0.68, y: 0.63 },
              half: { x: 0.17, y: 0.12 },
              angle: 0.43,
              rounding: 0.031,
            },
            fill: [0.1, 0.3, 0.7],
            opacity: 0.8,
          },
        ],
      },
      target,
      12,
      10,
    ],
  },
  {
    name: "renderLoss",
    args: () => [
      {
        background: [0.1, 0.1, 0.2],
        softness: 0.06,
        layers: [
          {
            fill: [0.9, 0.8, 0.3],
            shape: {
              kind: "translate",
              offset: { x: 0.023, y: -0.017 },
              shape: {
                kind: "union",
                smooth: 0.11,
                shapes: [
                  { kind: "segment", from: { x: 0.2, y: 0.3 }, to: { x: 0.71, y: 0.64 }, thickness: 0.09 },
                  {
                    kind: "subtract",
                    base: { kind: "circle", center: { x: 0.61, y: 0.33 }, radius: 0.2 },
                    cut: { kind: "box", center: { x: 0.67, y: 0.26 }, half: { x: 0.07, y: 0.13 } },
                  },
                ],
              },
            },
          },
        ],
      },
      target,
      12,
      10,
    ],
  },
  {
    name: "exposure",
    args: () => [
      [
        { center: [0.1, -0.1, 2.6], radius: 0.6 },
        { center: [-0.5, 0.3, 2.9], radius: 0.45 },
      ],
      { position: [1.5, -2, 0.5], intensity: 3 },
      { eye: [0, 0, 0], focal: 1.4 },
    ],
  },
];
