// Audio: RBJ biquad chains, an additive synthesiser with envelopes, and a log-spectral loss by an in-place FFT.

const SAMPLE_RATE = 8000;
const TAU = 2 * Math.PI;

type FilterSpec =
  | { type: "lowpass"; freq: number; q: number }
  | { type: "highpass"; freq: number; q: number }
  | { type: "peaking"; freq: number; q: number; gainDb: number };

interface Coefficients {
  b0: number;
  b1: number;
  b2: number;
  a1: number;
  a2: number;
}

function design(spec: FilterSpec, sampleRate: number): Coefficients {
  const w0 = (TAU * spec.freq) / sampleRate;
  if (w0 <= 0 || w0 >= Math.PI) throw new RangeError("frequency outside (0, Nyquist)");
  const cos = Math.cos(w0);
  const alpha = Math.sin(w0) / (2 * spec.q);
  let b: [number, number, number];
  let a: [number, number, number];
  switch (spec.type) {
    case "lowpass":
      b = [(1 - cos) / 2, 1 - cos, (1 - cos) / 2];
      a = [1 + alpha, -2 * cos, 1 - alpha];
      break;
    case "highpass":
      b = [(1 + cos) / 2, -(1 + cos), (1 + cos) / 2];
      a = [1 + alpha, -2 * cos, 1 - alpha];
      break;
    case "peaking": {
      const A = 10 ** (spec.gainDb / 40);
      b = [1 + alpha * A, -2 * cos, 1 - alpha * A];
      a = [1 + alpha / A, -2 * cos, 1 - alpha / A];
      break;
    }
  }
  const [a0, a1, a2] = a;
  const [b0, b1, b2] = b.map((v) => v / a0) as [number, number, number];
  return { b0, b1, b2, a1: a1 / a0, a2: a2 / a0 };
}

class Biquad {
  private z1 = 0;
  private z2 = 0;
  readonly #c: Coefficients;

  constructor(spec: FilterSpec, sampleRate: number) {
    this.#c = design(spec, sampleRate);
  }

  process(x: number): number {
    // transposed direct form II
    const { b0, b1, b2, a1, a2 } = this.#c;
    const y = b0 * x + this.z1;
    this.z1 = b1 * x - a1 * y + this.z2;
    this.z2 = b2 * x - a2 * y;
    return y;
  }

  reset(): void {
    this.z1 = this.z2 = 0;
  }
}

class FilterChain {
  private readonly stages: Biquad[];

  constructor(specs: readonly FilterSpec[], sampleRate = SAMPLE_RATE) {
    this.stages = specs.map((s) => new Biquad(s, sampleRate));
  }

  run(input: Float64Array): Float64Array {
    for (const s of this.stages) s.reset();
    return input.map((x) => this.stages.reduce((v, stage) => stage.process(v), x));
  }
}

interface Partial {
  amp: number;
  ratio: number;
  phase: number;
}

interface Adsr {
  attack: number;
  decay: number;
  sustain: number;
}

interface Patch {
  pitch: number;
  partials: Partial[];
  envelope: Adsr;
  vibrato?: { rate: number; depth: number };
}

function envelopeAt({ attack, decay, sustain }: Adsr, t: number): number {
  if (t < attack) return t / attack;
  const s = t - attack;
  return sustain + (1 - sustain) * Math.exp(-s / decay);
}

function synthesize(patch: Patch, n: number, sampleRate = SAMPLE_RATE): Float64Array {
  const out = new Float64Array(n);
  for (const { amp, ratio, phase } of patch.partials) {
    let theta = phase;
    for (let i = 0; i < n; i++) {
      const t = i / sampleRate;
      const bend = patch.vibrato ? 1 + patch.vibrato.depth * Math.sin(TAU * patch.vibrato.rate * t) : 1;
      theta += (TAU * patch.pitch * ratio * bend) / sampleRate;
      out[i]! += amp * envelopeAt(patch.envelope, t) * Math.sin(theta);
    }
  }
  return out;
}

/** Iterative radix-2 FFT, in place. */
function fft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  if ((n & (n - 1)) !== 0) throw new RangeError("length must be a power of two");
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= n; size <<= 1) {
    const half = size >> 1;
    const step = -TAU / size;
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < half; k++) {
        const wr = Math.cos(step * k);
        const wi = Math.sin(step * k);
        const p = start + k;
        const q = p + half;
        const tr = re[q]! * wr - im[q]! * wi;
        const ti = re[q]! * wi + im[q]! * wr;
        re[q] = re[p]! - tr;
        im[q] = im[p]! - ti;
        re[p]! += tr;
        im[p]! += ti;
      }
    }
  }
}

const hann = (n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => 0.5 - 0.5 * Math.cos((TAU * i) / n));

function logMagnitude(signal: Float64Array): Float64Array {
  const n = signal.length;
  const window = hann(n);
  const re = signal.map((x, i) => x * window[i]!);
  const im = new Float64Array(n);
  fft(re, im);
  const bins = new Float64Array(n / 2 + 1);
  for (let k = 0; k < bins.length; k++) {
    bins[k] = 0.5 * Math.log(re[k]! ** 2 + im[k]! ** 2 + 1e-4);
  }
  return bins;
}

/**
 * Log-spectral distance between a synthesised, filtered note and a recording.
 * @differentiable wrt=patch,filters modes=grad,value_and_grad
 */
export function spectralLoss(patch: Patch, filters: FilterSpec[], recording: Float64Array): number {
  const dry = synthesize(patch, recording.length);
  const wet = new FilterChain(filters).run(dry);
  const a = logMagnitude(wet);
  const b = logMagnitude(recording);
  let loss = 0;
  for (let k = 0; k < a.length; k++) {
    const d = a[k]! - b[k]!;
    loss += d * d;
  }
  return loss / a.length;
}

/**
 * Impulse response of a filter chain.
 * @differentiable wrt=filters modes=vjp
 */
export function impulseResponse(filters: FilterSpec[], n: number): Float64Array {
  const impulse = new Float64Array(n);
  impulse[0] = 1;
  return new FilterChain(filters).run(impulse);
}

/**
 * Squared error of a chain's magnitude response from a table of target gains in dB, on the unit circle.
 * @differentiable wrt=filters
 */
export function responseError(filters: FilterSpec[], targets: ReadonlyMap<number, number>): number {
  let total = 0;
  for (const [freq, wantDb] of targets) {
    const w = (TAU * freq) / SAMPLE_RATE;
    const evalPoly = (c0: number, c1: number, c2: number) => {
      const re = c0 + c1 * Math.cos(w) + c2 * Math.cos(2 * w);
      const im = -c1 * Math.sin(w) - c2 * Math.sin(2 * w);
      return re * re + im * im;
    };
    const db = filters
      .map((f) => design(f, SAMPLE_RATE))
      .reduce((acc, { b0, b1, b2, a1, a2 }) => acc + 10 * Math.log10(evalPoly(b0, b1, b2) / evalPoly(1, a1, a2)), 0);
    total += (db - wantDb) ** 2;
  }
  return total / targets.size;
}

const recording = (n: number): Float64Array =>
  Float64Array.from(
    { length: n },
    (_, i) => 0.6 * Math.sin(0.35 * i) * Math.exp(-i / 60) + 0.2 * Math.sin(0.91 * i + 0.4),
  );

const chain = (): FilterSpec[] => [
  { type: "highpass", freq: 120, q: 0.7 },
  { type: "peaking", freq: 900, q: 1.2, gainDb: 4.5 },
  { type: "lowpass", freq: 2600, q: 0.9 },
];

export const cases = [
  {
    name: "spectralLoss",
    args: () => [
      {
        pitch: 437.3,
        partials: [
          { amp: 0.5, ratio: 1, phase: 0.1 },
          { amp: 0.25, ratio: 2.01, phase: 0.7 },
        ],
        envelope: { attack: 0.00203, decay: 0.009, sustain: 0.4 },
        vibrato: { rate: 31, depth: 0.02 },
      },
      chain(),
      recording(64),
    ],
  },
  { name: "impulseResponse", args: () => [chain(), 24] },
  {
    name: "responseError",
    args: () => [
      chain(),
      new Map([
        [100, -6],
        [500, 0],
        [1000, 5],
        [3000, -10],
      ]),
    ],
  },
];
