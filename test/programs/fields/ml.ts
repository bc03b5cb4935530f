// A small neural-network library: Layer classes, an MLP classifier loss, and one causal attention block.

type Matrix = number[][];

const zeros = (rows: number, cols: number): Matrix =>
  Array.from({ length: rows }, () => new Array<number>(cols).fill(0));
const transpose = (m: Matrix): Matrix => m[0]!.map((_, j) => m.map((row) => row[j]!));
const zipWith = <A, B, C>(a: readonly A[], b: readonly B[], f: (x: A, y: B, i: number) => C): C[] =>
  a.map((x, i) => f(x, b[i]!, i));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, x, i) => s + x * b[i]!, 0);

function matmul(a: Matrix, b: Matrix): Matrix {
  const bt = transpose(b);
  return a.map((row) => bt.map((col) => dot(row, col)));
}

interface Layer {
  forward(x: number[]): number[];
  /** L2 penalty of the layer's weights */
  penalty?(): number;
}

class Dense implements Layer {
  constructor(
    readonly weights: Matrix,
    readonly bias: number[],
  ) {
    if (weights.length !== bias.length)
      throw new Error(`shape mismatch: ${weights.length} rows, ${bias.length} biases`);
  }

  forward(x: number[]): number[] {
    return this.weights.map((row, i) => dot(row, x) + this.bias[i]!);
  }

  penalty(): number {
    return this.weights.flat().reduce((s, w) => s + w * w, 0);
  }
}

type ActivationName = "relu" | "tanh" | "gelu";

const activations: Record<ActivationName, (x: number) => number> = {
  relu: (x) => (x > 0 ? x : 0),
  tanh: Math.tanh,
  gelu: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

class Activation implements Layer {
  private readonly fn: (x: number) => number;

  constructor(name: ActivationName) {
    this.fn = activations[name];
  }

  forward(x: number[]): number[] {
    return x.map(this.fn);
  }
}

class LayerNorm implements Layer {
  static readonly EPS = 1e-5;

  constructor(
    private readonly gain: number[],
    private readonly shift: number[],
  ) {}

  forward(x: number[]): number[] {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    const inv = 1 / Math.sqrt(variance + LayerNorm.EPS);
    return x.map((v, i) => (v - mean) * inv * this.gain[i]! + this.shift[i]!);
  }
}

class Residual implements Layer {
  private readonly inner: Layer[];

  constructor(...inner: Layer[]) {
    this.inner = inner;
  }

  forward(x: number[]): number[] {
    const y = this.inner.reduce((h, layer) => layer.forward(h), x);
    return zipWith(x, y, (a, b) => a + b);
  }

  penalty(): number {
    return this.inner.reduce((s, l) => s + (l.penalty?.() ?? 0), 0);
  }
}

class Sequential implements Layer {
  readonly layers: Layer[] = [];

  push(layer: Layer): this {
    this.layers.push(layer);
    return this;
  }

  forward(x: number[]): number[] {
    let h = x;
    for (const layer of this.layers) h = layer.forward(h);
    return h;
  }

  penalty(): number {
    let total = 0;
    for (const layer of this.layers) total += layer.penalty?.() ?? 0;
    return total;
  }
}

function logSoftmax(logits: readonly number[]): number[] {
  const max = Math.max(...logits);
  const lse = max + Math.log(logits.reduce((s, l) => s + Math.exp(l - max), 0));
  return logits.map((l) => l - lse);
}

function softmax(logits: readonly number[]): number[] {
  return logSoftmax(logits).map(Math.exp);
}

export interface MlpParams {
  w1: Matrix;
  b1: number[];
  norm: { gain: number[]; shift: number[] };
  hidden: { w: Matrix; b: number[] };
  w2: Matrix;
  b2: number[];
}

export interface Example {
  readonly features: number[];
  readonly label: number;
}

interface TrainOptions {
  activation?: ActivationName;
  weightDecay?: number;
  labelSmoothing?: number;
}

function buildModel(p: MlpParams, activation: ActivationName): Sequential {
  return new Sequential()
    .push(new Dense(p.w1, p.b1))
    .push(new Activation(activation))
    .push(
      new Residual(
        new LayerNorm(p.norm.gain, p.norm.shift),
        new Dense(p.hidden.w, p.hidden.b),
        new Activation(activation),
      ),
    )
    .push(new Dense(p.w2, p.b2));
}

/**
 * Mean cross-entropy of a batch, with weight decay and label smoothing.
 * @differentiable wrt=params
 */
export function batchLoss(
  params: MlpParams,
  batch: readonly Example[],
  { activation = "tanh", weightDecay = 0, labelSmoothing = 0 }: TrainOptions = {},
): number {
  const model = buildModel(params, activation);
  const losses = batch.map(({ features, label }) => {
    const logp = logSoftmax(model.forward(features));
    const k = logp.length;
    if (label < 0 || label >= k) throw new RangeError(`label ${label} out of range`);
    const target = logp.map((_, i) => (i === label ? 1 - labelSmoothing : 0) + labelSmoothing / k);
    return -dot(target, logp);
  });
  return losses.reduce((a, b) => a + b, 0) / losses.length + weightDecay * model.penalty();
}

export interface AttentionParams {
  embedding: Matrix;
  query: Matrix;
  key: Matrix;
  value: Matrix;
  out: Matrix;
}

/**
 * Next-token loss of a one-block causal transformer without an MLP.
 * @differentiable wrt=p
 */
export function nextTokenLoss(p: AttentionParams, tokens: readonly number[], heads = 2): number {
  const dim = p.embedding[0]!.length;
  if (dim % heads !== 0) throw new Error("dim must be divisible by heads");
  const headDim = dim / heads;

  const x: Matrix = tokens.slice(0, -1).map((t, pos) =>
    p.embedding[t]!.map((e, d) => {
      const freq = 1 / 100 ** ((2 * Math.floor(d / 2)) / dim);
      return e + 0.1 * (d % 2 === 0 ? Math.sin(pos * freq) : Math.cos(pos * freq));
    }),
  );
  const [q, k, v] = [p.query, p.key, p.value].map((w) => matmul(x, w)) as [Matrix, Matrix, Matrix];

  const mixed = zeros(x.length, dim);
  for (let h = 0; h < heads; h++) {
    const lo = h * headDim;
    const hi = lo + headDim;
    for (let i = 0; i < x.length; i++) {
      const qi = q[i]!.slice(lo, hi);
      const scores: number[] = [];
      for (let j = 0; j <= i; j++) {
        scores.push(dot(qi, k[j]!.slice(lo, hi)) / Math.sqrt(headDim));
      }
      softmax(scores).forEach((a, j) => {
        for (let d = lo; d < hi; d++) {
          mixed[i]![d]! += a * v[j]![d]!;
        }
      });
    }
  }

  const y = zipWith(x, matmul(mixed, p.out), (a, b) => zipWith(a, b, (s, t) => s + t));
  const logits = matmul(y, transpose(p.embedding));
  return logits.reduce((acc, row, i) => acc - logSoftmax(row)[tokens[i + 1]!]!, 0) / logits.length;
}

function lcg(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s * 1664525 + 1013904223) % 4294967296;
    return s / 4294967296 - 0.5;
  };
}

const randomMatrix = (rows: number, cols: number, rnd: () => number): Matrix =>
  Array.from({ length: rows }, () => Array.from({ length: cols }, () => rnd()));

function initMlp(seed: number): MlpParams {
  const rnd = lcg(seed);
  return {
    w1: randomMatrix(5, 3, rnd),
    b1: randomMatrix(1, 5, rnd)[0]!,
    norm: { gain: [1, 1.1, 0.9, 1, 1.2], shift: [0, 0.1, 0, -0.1, 0] },
    hidden: { w: randomMatrix(5, 5, rnd), b: [0.1, 0.2, -0.1, 0.05, 0] },
    w2: randomMatrix(3, 5, rnd),
    b2: [0, 0.1, -0.1],
  };
}

const batch: Example[] = [
  { features: [0.5, -1.2, 0.3], label: 0 },
  { features: [-0.4, 0.8, 1.1], label: 2 },
  { features: [1.4, 0.2, -0.7], label: 1 },
  { features: [0.1, 0.6, -0.2], label: 2 },
];

export const cases = [
  { name: "batchLoss", args: () => [initMlp(3), batch, { weightDecay: 0.01, labelSmoothing: 0.1 }] },
  { name: "batchLoss", args: () => [initMlp(11), batch, { activation: "gelu" }] },
  { name: "batchLoss", args: () => [initMlp(5), batch.slice(1), { activation: "relu" }] },
  {
    name: "nextTokenLoss",
    args: () => {
      const rnd = lcg(9);
      const [query, key, value, out] = Array.from({ length: 4 }, () => randomMatrix(4, 4, rnd));
      return [{ embedding: randomMatrix(6, 4, rnd), query, key, value, out }, [0, 3, 5, 1, 1, 4]];
    },
  },
];
