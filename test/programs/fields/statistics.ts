// Log-likelihoods for data records: a GLM with pluggable families, and a random-intercept mixed model.

interface Trial {
  readonly subject: string;
  readonly group: "control" | "treated";
  readonly age: number;
  readonly dose?: number | null;
  readonly response: number;
}

interface GlmParams {
  intercept: number;
  coefficients: Record<"age" | "treated" | "dose", number>;
  logDispersion: number;
}

interface Family {
  readonly name: string;
  linkInverse(eta: number): number;
  logLik(y: number, mu: number, dispersion: number): number;
}

const LOG_2PI = Math.log(2 * Math.PI);

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x), for x > 0, by Lanczos' approximation. */
function lgamma(x: number): number {
  if (x < 0.5) {
    return Math.log(Math.PI / Math.sin(Math.PI * x)) - lgamma(1 - x);
  }
  const z = x - 1;
  const t = z + 7.5;
  const series = LANCZOS.reduce((sum, c, i) => sum + c / (z + i + 1), 0.99999999999980993);
  return 0.5 * LOG_2PI + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const sum = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);
const mean = (xs: readonly number[]) => sum(xs) / xs.length;

function logSumExp(xs: readonly number[]): number {
  const m = Math.max(...xs);
  return m + Math.log(sum(xs.map((x) => Math.exp(x - m))));
}

const families = {
  gaussian: {
    name: "gaussian",
    linkInverse: (eta) => eta,
    logLik: (y, mu, s2) => -0.5 * (LOG_2PI + Math.log(s2) + (y - mu) ** 2 / s2),
  },
  poisson: {
    name: "poisson",
    linkInverse: (eta) => Math.exp(eta),
    logLik: (y, mu) => y * Math.log(mu) - mu - lgamma(y + 1),
  },
  bernoulli: {
    name: "bernoulli",
    linkInverse: sigmoid,
    logLik: (y, mu) => (y > 0 ? Math.log(mu) : Math.log1p(-mu)),
  },
  /** Var = mu + mu²·dispersion */
  negativeBinomial: {
    name: "negativeBinomial",
    linkInverse: (eta) => Math.exp(eta),
    logLik(y, mu, dispersion) {
      const r = 1 / dispersion;
      return lgamma(y + r) - lgamma(r) - lgamma(y + 1) + r * Math.log(r / (r + mu)) + y * Math.log(mu / (r + mu));
    },
  },
} satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const k = key(item);
    const bucket = groups.get(k);
    if (bucket) bucket.push(item);
    else groups.set(k, [item]);
  }
  return groups;
}

const linearPredictor = ({ intercept, coefficients: b }: GlmParams, t: Trial): number =>
  intercept + b.age * ((t.age - 40) / 10) + (t.group === "treated" ? b.treated : 0) + b.dose * (t.dose ?? 0);

/**
 * Penalised negative log-likelihood of a GLM.
 * @differentiable wrt=params modes=grad,value_and_grad
 */
export function glmNegLogLik(
  params: GlmParams,
  data: readonly Trial[],
  familyName: FamilyName = "gaussian",
  { ridge = 0.01 }: { ridge?: number } = {},
): number {
  const family: Family = families[familyName];
  const dispersion = Math.exp(params.logDispersion);
  const ll = sum(
    data
      .filter(({ response }) => Number.isFinite(response))
      .map((t) => family.logLik(t.response, family.linkInverse(linearPredictor(params, t)), dispersion)),
  );
  const penalty = Object.values(params.coefficients).reduce((acc, c) => acc + c * c, 0);
  return -ll + ridge * penalty;
}

interface MixedParams {
  beta: { intercept: number; slope: number };
  logSigma: number;
  logTau: number;
}

/**
 * Exact marginal log-likelihood of y_ij = b0 + b1·age + u_i + e_ij with u_i ~ N(0, τ²), via Sherman–Morrison.
 * @differentiable wrt=params
 */
export function mixedLogLik(params: MixedParams, data: readonly Trial[]): number {
  const { beta, logSigma, logTau } = params;
  const sigma2 = Math.exp(2 * logSigma);
  const tau2 = Math.exp(2 * logTau);
  let logLik = 0;
  for (const [, trials] of groupBy(data, (t) => t.subject)) {
    const n = trials.length;
    const residuals = trials.map(({ response, age }) => response - beta.intercept - (beta.slope * (age - 40)) / 10);
    const ss = residuals.reduce((acc, r) => acc + r ** 2, 0);
    const total = sum(residuals);
    const shrink = tau2 / (sigma2 + n * tau2);
    const quad = (ss - shrink * total * total) / sigma2;
    const logDet = (n - 1) * Math.log(sigma2) + Math.log(sigma2 + n * tau2);
    logLik -= 0.5 * (n * LOG_2PI + logDet + quad);
  }
  return logLik;
}

const NODES = [-2.02018287, -0.95857246, 0, 0.95857246, 2.02018287];
const WEIGHTS = [0.01995324, 0.39361932, 0.94530872, 0.39361932, 0.01995324];

/**
 * Logistic random-intercept model, marginalised by Gauss–Hermite quadrature.
 * @differentiable wrt=params
 */
export const logisticMixedLogLik = (params: MixedParams, data: readonly Trial[]): number => {
  const tau = Math.exp(params.logTau);
  const cutoff = mean(data.map((t) => t.response));
  return [...groupBy(data, (t) => t.subject).values()]
    .map((trials) => {
      const terms = NODES.map((node, k) => {
        const u = Math.SQRT2 * tau * node;
        const conditional = trials.reduce((acc, { age, response }) => {
          const eta = params.beta.intercept + (params.beta.slope * (age - 40)) / 10 + u;
          return acc + Math.log(response > cutoff ? sigmoid(eta) : sigmoid(-eta));
        }, 0);
        return Math.log(WEIGHTS[k]! / Math.sqrt(Math.PI)) + conditional;
      });
      return logSumExp(terms);
    })
    .reduce((a, b) => a + b, 0);
};

const TRIALS: Trial[] = [
  { subject: "a", group: "control", age: 31, response: 2 },
  { subject: "a", group: "control", age: 33, response: 3, dose: null },
  { subject: "b", group: "treated", age: 45, dose: 0.5, response: 6 },
  { subject: "b", group: "treated", age: 46, dose: 1.2, response: 4 },
  { subject: "b", group: "treated", age: 47, dose: 0.9, response: 7 },
  { subject: "c", group: "control", age: 58, response: 1 },
  { subject: "c", group: "treated", age: 59, dose: 0.3, response: 5 },
  { subject: "d", group: "treated", age: 38, dose: 2, response: Number.NaN },
];
const complete = TRIALS.filter((t) => !Number.isNaN(t.response));

const glmStart = (): GlmParams => ({
  intercept: 0.8,
  coefficients: { age: 0.1, treated: 0.4, dose: 0.25 },
  logDispersion: -0.7,
});
const mixedStart = (): MixedParams => ({ beta: { intercept: 3.2, slope: 0.4 }, logSigma: 0.3, logTau: 0.1 });

export const cases = [
  { name: "glmNegLogLik", args: () => [glmStart(), TRIALS, "negativeBinomial"] },
  { name: "glmNegLogLik", args: () => [glmStart(), TRIALS, "poisson", { ridge: 0.5 }] },
  { name: "glmNegLogLik", args: () => [glmStart(), TRIALS] },
  { name: "mixedLogLik", args: () => [mixedStart(), complete] },
  { name: "logisticMixedLogLik", args: () => [{ ...mixedStart(), beta: { intercept: 0.2, slope: -0.3 } }, complete] },
];
