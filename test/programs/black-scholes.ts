/** Prices of European options. */

export type Kind = "call" | "put" | "straddle";

/**
 * The price of an option by the formula of Black and Scholes; its derivatives are the "Greeks".
 *
 * @differentiable wrt=spot,volatility,rate,time
 */
export function price(
  kind: Kind,
  strike: number,
  spot: number,
  volatility: number,
  rate: number,
  time: number,
): number {
  const deviation = volatility * Math.sqrt(time);
  const d1 = (Math.log(spot / strike) + (rate + 0.5 * volatility ** 2) * time) / deviation;
  const d2 = d1 - deviation;
  const discounted = strike * Math.exp(-rate * time);
  let value: number;
  switch (kind) {
    case "call":
      value = spot * normalCdf(d1) - discounted * normalCdf(d2);
      break;
    case "put":
      value = discounted * normalCdf(-d2) - spot * normalCdf(-d1);
      break;
    default:
      value = spot * (2 * normalCdf(d1) - 1) - discounted * (2 * normalCdf(d2) - 1);
  }
  return value;
}

/**
 * Sum over a book of calls of the squared distances between model and market.
 *
 * @differentiable wrt=volatilities modes=grad
 */
export function calibrationError(
  volatilities: number[],
  strikes: readonly number[],
  prices: readonly number[],
  spot: number,
  rate: number,
): number {
  let error = 0;
  strikes: for (let i = 0; i < strikes.length; i++) {
    for (let j = 0; j < i; j++) {
      // A strike that is quoted twice counts once.
      if (strikes[j] === strikes[i]) continue strikes;
    }
    const difference = price("call", strikes[i]!, spot, volatilities[i]!, rate, 1) - prices[i]!;
    error += difference * difference;
  }
  return error;
}

/** Distribution function of the standard normal distribution, by its series or by a continued fraction in the tails. */
function normalCdf(x: number): number {
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) < 3) {
    let term = x;
    let sum = x;
    for (let n = 3; Math.abs(term) > 1e-17; n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  const magnitude = Math.abs(x);
  let fraction = magnitude;
  for (let k = 60; k > 0; k--) {
    fraction = magnitude + k / fraction;
  }
  const tail = density / fraction;
  return x > 0 ? 1 - tail : tail;
}
