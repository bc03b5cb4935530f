// Image processing on typed arrays: separable convolution, bilinear sampling, registration and optical flow.

type Border = "clamp" | "mirror" | "zero";
type PixelFn = (x: number, y: number) => number;

export class Image {
  readonly data: Float32Array;

  constructor(
    readonly width: number,
    readonly height: number,
    data?: Float32Array,
  ) {
    if (width <= 0 || height <= 0) throw new RangeError("empty image");
    if (data && data.length !== width * height) throw new RangeError("data does not fit the size");
    this.data = data ?? new Float32Array(width * height);
  }

  static generate(width: number, height: number, f: PixelFn): Image {
    const img = new Image(width, height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) img.data[y * width + x] = f(x, y);
    }
    return img;
  }

  get(x: number, y: number, border: Border = "clamp"): number {
    const { width: w, height: h } = this;
    if (x >= 0 && x < w && y >= 0 && y < h) return this.data[y * w + x]!;
    if (border === "zero") return 0;
    const wrap = border === "clamp" ? clampIndex : mirrorIndex;
    return this.data[wrap(y, h) * w + wrap(x, w)]!;
  }

  set(x: number, y: number, v: number): void {
    this.data[y * this.width + x] = v;
  }

  sample(x: number, y: number): number {
    const x0 = Math.floor(x);
    const y0 = Math.floor(y);
    const fx = x - x0;
    const fy = y - y0;
    const top = this.get(x0, y0) * (1 - fx) + this.get(x0 + 1, y0) * fx;
    const bottom = this.get(x0, y0 + 1) * (1 - fx) + this.get(x0 + 1, y0 + 1) * fx;
    return top * (1 - fy) + bottom * fy;
  }

  map(f: (v: number, x: number, y: number) => number): Image {
    return Image.generate(this.width, this.height, (x, y) => f(this.data[y * this.width + x]!, x, y));
  }

  get mean(): number {
    return this.data.reduce((s, v) => s + v, 0) / this.data.length;
  }
}

function clampIndex(i: number, n: number): number {
  return i < 0 ? 0 : i >= n ? n - 1 : i;
}

function mirrorIndex(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const m = ((i % period) + period) % period;
  return m < n ? m : period - m;
}

function gaussianKernel(sigma: number, radius: number): Float64Array {
  const k = new Float64Array(2 * radius + 1);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) {
    const w = Math.exp(-(i * i) / (2 * sigma * sigma));
    k[i + radius] = w;
    sum += w;
  }
  for (let i = 0; i < k.length; i++) k[i]! /= sum;
  return k;
}

function convolveSeparable(img: Image, kx: Float64Array, ky: Float64Array, border: Border): Image {
  const rx = (kx.length - 1) >> 1;
  const ry = (ky.length - 1) >> 1;
  const tmp = new Image(img.width, img.height);
  const out = new Image(img.width, img.height);
  for (let y = 0; y < img.height; y++) {
    for (let x = 0; x < img.width; x++) {
      let acc = 0;
      for (let k = -rx; k <= rx; k++) acc += kx[k + rx]! * img.get(x + k, y, border);
      tmp.set(x, y, acc);
    }
  }
  for (let y = 0; y < img.height; y++) {
    for (let x = 0; x < img.width; x++) {
      let acc = 0;
      for (let k = -ry; k <= ry; k++) acc += ky[k + ry]! * tmp.get(x, y + k, border);
      out.set(x, y, acc);
    }
  }
  return out;
}

export interface Warp {
  angle: number;
  scale: number;
  tx: number;
  ty: number;
  /** photometric */
  gain?: number;
  bias?: number;
}

/** Charbonnier penalty, a smooth absolute value. */
const charbonnier = (x: number, eps = 1e-2): number => Math.sqrt(x * x + eps * eps);

/**
 * Registration loss of two images under a similarity warp about the centre.
 * @differentiable wrt=warp
 */
export function registrationLoss(warp: Warp, fixed: Image, moving: Image, margin = 1): number {
  const { angle, scale, tx, ty, gain = 1, bias = 0 } = warp;
  const c = scale * Math.cos(angle);
  const s = scale * Math.sin(angle);
  const cx = (fixed.width - 1) / 2;
  const cy = (fixed.height - 1) / 2;
  let total = 0;
  let inside = 0;
  for (let y = margin; y < fixed.height - margin; y++) {
    for (let x = margin; x < fixed.width - margin; x++) {
      const u = c * (x - cx) - s * (y - cy) + cx + tx;
      const v = s * (x - cx) + c * (y - cy) + cy + ty;
      if (u < 0 || v < 0 || u > moving.width - 1 || v > moving.height - 1) continue;
      total += charbonnier(gain * moving.sample(u, v) + bias - fixed.get(x, y));
      inside++;
    }
  }
  return inside > 0 ? total / inside : Infinity;
}

/**
 * Blind deblurring: data term of a blurred latent image, plus total variation.
 * @differentiable wrt=latent,sigma modes=grad,value_and_grad
 */
export function deblurLoss(latent: Float32Array, sigma: number, observed: Image, lambda = 0.02): number {
  const img = new Image(observed.width, observed.height, latent);
  const kernel = gaussianKernel(sigma, 2);
  const blurred = convolveSeparable(img, kernel, kernel, "mirror");
  const residual = blurred.map((v, x, y) => (v - observed.get(x, y)) ** 2);
  let tv = 0;
  for (let y = 0; y + 1 < img.height; y++) {
    for (let x = 0; x + 1 < img.width; x++) {
      const v = img.get(x, y);
      tv += Math.hypot(img.get(x + 1, y) - v, img.get(x, y + 1) - v, 1e-3);
    }
  }
  return residual.mean + (lambda * tv) / img.data.length;
}

/**
 * Horn–Schunck energy of a dense flow, u and v interleaved.
 * @differentiable wrt=flow
 */
export function flowEnergy(flow: Float64Array, first: Image, second: Image, alpha: number): number {
  const { width, height } = first;
  const at = (x: number, y: number): [number, number] => {
    const k = 2 * (y * width + x);
    return [flow[k]!, flow[k + 1]!];
  };
  let data = 0;
  let smooth = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = at(x, y);
      const d = second.sample(x + u, y + v) - first.get(x, y);
      data += d * d;
      for (const [nx, ny] of [
        [x + 1, y],
        [x, y + 1],
      ] as const) {
        if (nx >= width || ny >= height) continue;
        const [un, vn] = at(nx, ny);
        smooth += (u - un) ** 2 + (v - vn) ** 2;
      }
    }
  }
  return data + alpha * smooth;
}

const texture =
  (phase: number): PixelFn =>
  (x, y) =>
    0.5 + 0.3 * Math.sin(0.9 * x + phase) * Math.cos(0.7 * y - phase / 2) + 0.1 * Math.sin(0.35 * x * y);

export const cases = [
  {
    name: "registrationLoss",
    args: () => [
      { angle: 0.073, scale: 0.931, tx: 0.313, ty: -0.227, gain: 1.1, bias: -0.03 },
      Image.generate(10, 9, texture(0)),
      Image.generate(10, 9, texture(0.3)),
    ],
  },
  {
    name: "registrationLoss",
    args: () => [
      { angle: -0.052, scale: 1.037, tx: -0.61, ty: 0.38 },
      Image.generate(8, 8, texture(0.1)),
      Image.generate(8, 8, texture(0.5)),
      2,
    ],
  },
  {
    name: "deblurLoss",
    args: () => [Image.generate(7, 6, texture(0.2)).data, 0.9, Image.generate(7, 6, texture(0.25))],
  },
  {
    name: "flowEnergy",
    args: () => [
      Float64Array.from({ length: 2 * 6 * 5 }, (_, k) => 0.35 * Math.sin(1.7 * k + 0.4)),
      Image.generate(6, 5, texture(0)),
      Image.generate(6, 5, texture(0.4)),
      0.3,
    ],
  },
];
