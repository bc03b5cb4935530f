/** Indices as polynomials with whole coefficients over integers of the program: `i * n + j + 1`. */

/** Coefficients by monomial; a monomial is the sorted list of its variables, the constant one is empty. */
export type Polynomial = ReadonlyMap<string, number>;

const separator = "*";
/** More is not an index that anybody reasons about. */
const mostTerms = 12;

export const constant = (value: number): Polynomial => (value === 0 ? new Map() : new Map([["", value]]));
export const variable = (name: string): Polynomial => new Map([[name, 1]]);
export const factors = (monomial: string): readonly string[] => (monomial === "" ? [] : monomial.split(separator));

export function add(a: Polynomial, b: Polynomial, sign: 1 | -1 = 1): Polynomial {
  const sum = new Map(a);
  for (const [monomial, coefficient] of b) {
    const total = (sum.get(monomial) ?? 0) + sign * coefficient;
    if (total === 0) sum.delete(monomial);
    else sum.set(monomial, total);
  }
  return sum;
}

/** Absent where it would be too large. */
export function multiply(a: Polynomial, b: Polynomial): Polynomial | undefined {
  if (a.size * b.size > mostTerms) return undefined;
  let product: Polynomial = new Map();
  for (const [m, c] of a)
    for (const [n, d] of b) {
      const monomial = [...factors(m), ...factors(n)].sort().join(separator);
      product = add(product, new Map([[monomial, c * d]]));
    }
  return product;
}

/** `p` as `high * stride + low`, where no monomial of `low` has the stride in it. */
export function divide(p: Polynomial, stride: string): { readonly high: Polynomial; readonly low: Polynomial } {
  const high = new Map<string, number>();
  const low = new Map<string, number>();
  for (const [monomial, coefficient] of p) {
    const parts = factors(monomial);
    const at = parts.indexOf(stride);
    if (at < 0) low.set(monomial, coefficient);
    else high.set(parts.toSpliced(at, 1).join(separator), coefficient);
  }
  return { high, low };
}

/** Divided by the greatest common divisor of its coefficients; absent where that leaves a fraction, so that it is never 0. */
export function reduced(p: Polynomial): Polynomial | undefined {
  let divisor = 0;
  for (const [monomial, coefficient] of p) if (monomial !== "") divisor = gcd(divisor, Math.abs(coefficient));
  if (divisor <= 1) return p;
  const rest = p.get("") ?? 0;
  if (rest % divisor !== 0) return undefined;
  return new Map([...p].map(([monomial, coefficient]) => [monomial, coefficient / divisor]));
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
