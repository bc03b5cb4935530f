/** Networks of a tutorial, written out: layers, losses, batches. */
import { logSumExp, matvec, relu, sigmoid, softmax } from "@adc/runtime";

export interface Layer {
  readonly w: Float64Array;
  readonly b: Float64Array;
}
export interface Sample {
  readonly x: Float64Array;
  readonly y: number;
}

function affine({ w, b }: Layer, x: Float64Array): Float64Array {
  return matvec(w, x, b.length, x.length).map((v, i) => v + b[i]!);
}

/** Two layers, squared error, mean over the batch. @differentiable wrt=hidden,output modes=value_and_grad,grad,accumulate */
export function twoLayers(hidden: Layer, output: Layer, batch: readonly Sample[]): number {
  let sum = 0;
  for (const { x, y } of batch) {
    const out = affine(output, affine(hidden, x).map(Math.tanh));
    sum += (out[0]! - y) ** 2;
  }
  return sum / batch.length;
}

/** Three layers, cross entropy of classes. @differentiable wrt=layers modes=grad,value_and_grad,hvp */
export function threeLayers(layers: readonly Layer[], batch: readonly Sample[]): number {
  let sum = 0;
  for (const { x, y } of batch) {
    let h = x;
    for (let i = 0; i < layers.length; i++) {
      h = affine(layers[i]!, h);
      if (i < layers.length - 1) h = h.map((v) => relu(v) + 0.1 * sigmoid(v));
    }
    sum += logSumExp(h) - h[y]!;
  }
  return sum / batch.length;
}

/** What a network is sure of. @differentiable wrt=layer modes=vjp,jacobian */
export function probabilities(layer: Layer, x: Float64Array): Float64Array {
  return softmax(affine(layer, x));
}

export interface Cell {
  readonly size: number;
  /** Rows for the gates i, f, o and the candidate, each over [x, h, 1]. */
  readonly w: Float64Array;
}

/** A long short-term memory over a sequence; the loss is the squared distance of the last state from a target. @differentiable wrt=w,xs modes=grad,value_and_grad */
export function lstm(w: Float64Array, xs: readonly Float64Array[], size: number, target: Float64Array): number {
  let h = new Float64Array(size);
  let c = new Float64Array(size);
  for (const x of xs) {
    const columns = x.length + size + 1;
    const gate = (k: number, i: number): number => {
      const row = (k * size + i) * columns;
      let sum = w[row + columns - 1]!;
      for (let j = 0; j < x.length; j++) sum += w[row + j]! * x[j]!;
      for (let j = 0; j < size; j++) sum += w[row + x.length + j]! * h[j]!;
      return sum;
    };
    const nextC = c.map((v, i) => sigmoid(gate(1, i)) * v + sigmoid(gate(0, i)) * Math.tanh(gate(3, i)));
    const nextH = nextC.map((v, i) => sigmoid(gate(2, i)) * Math.tanh(v));
    c = nextC;
    h = nextH;
  }
  return h.reduce((sum, v, i) => sum + (v - target[i]!) ** 2, 0);
}

/** Batch normalisation of one feature, with scale and shift. @differentiable modes=vjp,jvp,jacobian wrt=xs,gamma,beta */
export function batchNorm(xs: Float64Array, gamma: number, beta: number, epsilon = 1e-5): Float64Array {
  const n = xs.length;
  const mean = xs.reduce((sum, x) => sum + x, 0) / n;
  const variance = xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
  return xs.map((x) => (gamma * (x - mean)) / Math.sqrt(variance + epsilon) + beta);
}

/** Residual blocks: the identity beside a small network. @differentiable wrt=blocks,x modes=grad,value_and_grad */
export function residual(blocks: readonly Layer[], x: Float64Array): number {
  let h = x;
  for (const block of blocks) {
    const change = affine(block, h).map(relu);
    h = h.map((v, i) => v + change[i]!);
  }
  return h.reduce((sum, v) => sum + v * v, 0);
}

/** One layer again and again, as deep as one likes; only some of its states are kept. @differentiable wrt=w,x modes=grad */
export function deep(w: Float64Array, x: Float64Array, depth: number): number {
  let h = x;
  /** @checkpoint */
  for (let i = 0; i < depth; i++) h = step(w, h);
  return h.reduce((sum, v) => sum + v * v, 0);
}

/** The same with all states kept. @differentiable wrt=w,x modes=grad */
export function deepOnTape(w: Float64Array, x: Float64Array, depth: number): number {
  let h = x;
  for (let i = 0; i < depth; i++) h = step(w, h);
  return h.reduce((sum, v) => sum + v * v, 0);
}

function step(w: Float64Array, h: Float64Array): Float64Array {
  const change = matvec(w, h, h.length, h.length);
  return h.map((v, i) => 0.9 * v + 0.3 * Math.tanh(change[i]!));
}
