/** Logistic regression on sparse features, with early stopping of the sum in a robust variant. */

export interface Sample {
  /** Positions of the features that are not zero, and their values. */
  readonly indices: readonly number[];
  readonly values: readonly number[];
  /** 1 or -1. */
  readonly label: number;
}

/**
 * Mean logistic loss with an elastic net penalty. The last weight is the intercept, which is not penalised.
 *
 * @differentiable wrt=weights modes=grad,value_and_grad
 */
export const logisticLoss = (
  weights: number[],
  samples: readonly Sample[],
  { l1, l2 }: { readonly l1: number; readonly l2: number },
): number => {
  let loss = 0;
  for (const sample of samples) {
    loss += softplus(-sample.label * margin(weights, sample));
  }
  loss /= samples.length;

  let penalty = 0;
  let i = weights.length - 1;
  while (i-- > 0) {
    const w = weights[i]!;
    penalty += l1 * Math.abs(w) + 0.5 * l2 * w * w;
  }
  return loss + penalty;
};

/**
 * The worst of the samples' losses, softened.
 *
 * @differentiable wrt=weights modes=value_and_grad
 */
export function worstLoss(weights: number[], samples: readonly Sample[], sharpness: number): number {
  if (samples.length === 0) throw new RangeError("no samples");
  let worst = 0;
  let sum = 0;
  let index = 0;
  do {
    const sample = samples[index]!;
    const loss = softplus(-sample.label * margin(weights, sample));
    worst = Math.max(worst, loss);
    sum += Math.exp(sharpness * loss);
  } while (++index < samples.length);
  return 0.5 * worst + (0.5 * Math.log(sum)) / sharpness;
}

function margin(weights: readonly number[], { indices, values }: Sample): number {
  let sum = weights[weights.length - 1]!;
  for (let i = 0; i < indices.length; i++) {
    sum += weights[indices[i]!]! * values[i]!;
  }
  return sum;
}

/** log(1 + exp(x)) without overflow. */
const softplus = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));
