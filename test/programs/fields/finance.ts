// Rates and options: curve bootstrapping, bond pricing, Monte-Carlo Asian option, binomial American put.

type Instrument =
  | { kind: "deposit"; maturity: number; rate: number }
  | { kind: "swap"; maturity: number; rate: number; frequency: 1 | 2 }
  | { kind: "zero"; maturity: number; price: number };

interface CurveNode {
  readonly t: number;
  readonly logDf: number;
}

class InvalidCurveError extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(`${message} (t = ${at})`);
    this.name = "InvalidCurveError";
  }
}

class DiscountCurve {
  private constructor(private readonly nodes: readonly CurveNode[]) {}

  static empty(): DiscountCurve {
    return new DiscountCurve([{ t: 0, logDf: 0 }]);
  }

  /** Immutable: gives a longer curve. */
  extend(t: number, df: number): DiscountCurve {
    const last = this.nodes[this.nodes.length - 1]!;
    if (t <= last.t) throw new InvalidCurveError("maturities must increase", t);
    if (!(df > 0)) throw new InvalidCurveError("discount factor must be positive", t);
    return new DiscountCurve([...this.nodes, { t, logDf: Math.log(df) }]);
  }

  /** Log-linear interpolation, flat forward beyond the last node. */
  df(t: number): number {
    if (t <= 0) return 1;
    const hi = this.nodes.findIndex((n) => n.t >= t);
    const i = hi === -1 ? this.nodes.length - 1 : hi;
    const left = this.nodes[i - 1]!;
    const right = this.nodes[i]!;
    const w = (t - left.t) / (right.t - left.t);
    return Math.exp(left.logDf + w * (right.logDf - left.logDf));
  }

  zeroRate(t: number): number {
    return -Math.log(this.df(t)) / t;
  }
}

function solveSwapNode(curve: DiscountCurve, maturity: number, rate: number, frequency: number): number {
  // The par condition rate/f * sum(df) + df(T) = 1, by Newton on the unknown df(T) with a secant slope.
  const tau = 1 / frequency;
  const periods = Math.round(maturity * frequency);
  const parGap = (df: number) => {
    const trial = curve.extend(maturity, df);
    let annuity = 0;
    for (let k = 1; k <= periods; k++) annuity += tau * trial.df(k * tau);
    return rate * annuity + df - 1;
  };
  let x0 = Math.exp(-rate * maturity);
  let x1 = x0 * 0.99;
  let f0 = parGap(x0);
  for (let i = 0; i < 6; i++) {
    const f1 = parGap(x1);
    if (Math.abs(f1) < 1e-9) break;
    const next = x1 - (f1 * (x1 - x0)) / (f1 - f0);
    [x0, f0, x1] = [x1, f1, next];
  }
  return x1;
}

function bootstrap(instruments: readonly Instrument[]): DiscountCurve {
  return instruments
    .toSorted((a, b) => a.maturity - b.maturity)
    .reduce((curve, inst) => {
      switch (inst.kind) {
        case "deposit":
          return curve.extend(inst.maturity, 1 / (1 + inst.rate * inst.maturity));
        case "zero":
          return curve.extend(inst.maturity, inst.price / 100);
        case "swap":
          return curve.extend(inst.maturity, solveSwapNode(curve, inst.maturity, inst.rate, inst.frequency));
      }
    }, DiscountCurve.empty());
}

interface Bond {
  isin: string;
  face?: number;
  coupon: number;
  frequency: number;
  maturity: number;
  callable?: { at: number; price: number };
}

/**
 * Present value of a book of bonds on the curve implied by quotes, with a credit spread per bond.
 * @differentiable wrt=instruments,spreads
 */
export function portfolioValue(
  instruments: Instrument[],
  spreads: number[],
  bonds: readonly Bond[],
  holdings: ReadonlyMap<string, number>,
): number {
  const curve = bootstrap(instruments);
  let pv = 0;
  for (const [i, { isin, face = 100, coupon, frequency, maturity, callable }] of bonds.entries()) {
    const quantity = holdings.get(isin);
    if (quantity === undefined) continue;
    const spread = spreads[i] ?? 0;
    const discount = (t: number) => curve.df(t) * Math.exp(-spread * t);
    const end = callable && callable.at < maturity ? callable.at : maturity;
    const cashflows: { t: number; amount: number }[] = [];
    for (let t = end; t > 1e-9; t -= 1 / frequency) {
      cashflows.push({ t, amount: (face * coupon) / frequency });
    }
    cashflows.push({ t: end, amount: callable?.price ?? face });
    pv += quantity * cashflows.reduce((acc, { t, amount }) => acc + amount * discount(t), 0);
  }
  return pv;
}

// ---------------------------------------------------------------------------------------------------------------

interface Market {
  spot: number;
  rate: number;
  vol: number;
  dividend?: number;
}

interface Path {
  readonly times: number[];
  readonly prices: number[];
}

/** Small seeded generator, so that two runs use the same paths. */
function mulberry32(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function gaussian(uniform: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const z = spare;
      spare = undefined;
      return z;
    }
    const r = Math.sqrt(-2 * Math.log(1 - uniform()));
    const phi = 2 * Math.PI * uniform();
    spare = r * Math.sin(phi);
    return r * Math.cos(phi);
  };
}

function simulatePath({ spot, rate, vol, dividend = 0 }: Market, horizon: number, shocks: readonly number[]): Path {
  const dt = horizon / shocks.length;
  const drift = (rate - dividend - 0.5 * vol ** 2) * dt;
  const path: Path = { times: [0], prices: [spot] };
  let s = spot;
  for (const z of shocks) {
    s *= Math.exp(drift + vol * Math.sqrt(dt) * z);
    path.prices.push(s);
    path.times.push(path.times.at(-1)! + dt);
  }
  return path;
}

type Payoff = (path: Path) => number;

const asianCall =
  (strike: number): Payoff =>
  ({ prices }) => {
    const fixings = prices.slice(1);
    const average = fixings.reduce((a, b) => a + b, 0) / fixings.length;
    return Math.max(average - strike, 0);
  };

/**
 * Asian call by Monte Carlo with antithetic paths.
 * @differentiable wrt=market
 */
export function asianPrice(market: Market, strike: number, horizon: number, nPaths = 64, seed = 42): number {
  const normal = gaussian(mulberry32(seed));
  const payoff = asianCall(strike);
  let total = 0;
  for (let i = 0; i < nPaths; i++) {
    const shocks = Array.from({ length: 12 }, () => normal());
    const up = simulatePath(market, horizon, shocks);
    const down = simulatePath(
      market,
      horizon,
      shocks.map((z) => -z),
    );
    total += (payoff(up) + payoff(down)) / 2;
  }
  return (Math.exp(-market.rate * horizon) * total) / nPaths;
}

/**
 * American put on a Cox–Ross–Rubinstein tree, rolled back in place.
 * @differentiable wrt=spot,rate,vol
 */
export function americanPut(
  spot: number,
  strike: number,
  rate: number,
  vol: number,
  expiry: number,
  steps: number,
): number {
  const dt = expiry / steps;
  const u = Math.exp(vol * Math.sqrt(dt));
  const d = 1 / u;
  const growth = Math.exp(rate * dt);
  const p = (growth - d) / (u - d);
  if (p <= 0 || p >= 1) throw new RangeError("no-arbitrage condition violated");

  const values = new Float64Array(steps + 1);
  for (let j = 0; j <= steps; j++) {
    values[j] = Math.max(strike - spot * u ** (2 * j - steps), 0);
  }
  for (let n = steps - 1; n >= 0; n--) {
    for (let j = 0; j <= n; j++) {
      const hold = (p * values[j + 1]! + (1 - p) * values[j]!) / growth;
      const exercise = strike - spot * u ** (2 * j - n);
      values[j] = hold > exercise ? hold : exercise;
    }
  }
  return values[0]!;
}

export const cases = [
  {
    name: "portfolioValue",
    args: () => [
      [
        { kind: "deposit", maturity: 0.2528, rate: 0.031 },
        { kind: "swap", maturity: 3.0055, rate: 0.036, frequency: 1 },
        { kind: "zero", maturity: 0.9973, price: 96.4 },
        { kind: "swap", maturity: 5.0082, rate: 0.039, frequency: 2 },
      ],
      [0.01, 0.004],
      [
        { isin: "XS01", coupon: 0.05, frequency: 2, maturity: 4.2 },
        { isin: "XS02", coupon: 0.03, frequency: 1, maturity: 4.7, face: 1000, callable: { at: 2.3, price: 1010 } },
        { isin: "XS03", coupon: 0.02, frequency: 1, maturity: 1.6 },
      ],
      new Map([
        ["XS01", 3],
        ["XS02", -0.5],
      ]),
    ],
  },
  { name: "asianPrice", args: () => [{ spot: 100, rate: 0.03, vol: 0.25, dividend: 0.01 }, 101, 1, 32] },
  { name: "asianPrice", args: () => [{ spot: 95, rate: 0.01, vol: 0.4 }, 101, 0.5, 20, 7] },
  { name: "americanPut", args: () => [97.3, 100, 0.04, 0.3, 0.75, 25] },
];
