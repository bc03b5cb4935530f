/** A hidden Markov model. */

export interface MarkovModel {
  /** Logarithms, up to a constant, of the first probabilities, of the transitions (from row to column), of the emissions. */
  initial: number[];
  transition: number[][];
  emission: number[][];
}

/**
 * Log likelihood of a sequence of symbols by the scaled forward algorithm.
 *
 * @differentiable wrt=model modes=grad,value_and_grad
 */
export function sequenceLogLikelihood(model: MarkovModel, symbols: Uint8Array): number {
  const states = model.initial.length;
  const transition = new Array<number[]>(states);
  const emission = new Array<number[]>(states);
  for (let s = 0; s < states; s++) {
    transition[s] = softmax(model.transition[s]!);
    emission[s] = softmax(model.emission[s]!);
  }

  let belief = softmax(model.initial);
  let logLikelihood = 0;
  for (let t = 0; t < symbols.length; t++) {
    if (t > 0) belief = step(belief, transition);
    const symbol = symbols[t]!;
    let evidence = 0;
    for (let s = 0; s < states; s++) {
      belief[s]! *= emission[s]![symbol]!;
      evidence += belief[s]!;
    }
    if (!(evidence > 0)) return -Infinity;
    for (let s = 0; s < states; s++) belief[s]! /= evidence;
    logLikelihood += Math.log(evidence);
  }
  return logLikelihood;
}

/** The probabilities of the states one step later. */
function step(belief: readonly number[], transition: readonly (readonly number[])[]): number[] {
  const next = new Array<number>(belief.length).fill(0);
  for (let to = 0; to < belief.length; to++) {
    let sum = 0;
    for (let from = 0; from < belief.length; from++) {
      sum += belief[from]! * transition[from]![to]!;
    }
    next[to] = sum;
  }
  return next;
}

function softmax(scores: readonly number[]): number[] {
  let max = -Infinity;
  for (const score of scores) if (score > max) max = score;
  const result = new Array<number>(scores.length).fill(0);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const e = Math.exp(scores[i]! - max);
    result[i] = e;
    sum += e;
  }
  for (let i = 0; i < result.length; i++) result[i]! /= sum;
  return result;
}
