/**
 * Counts as formulas in the bounds of loops: polynomials with rational coefficients over named quantities (`n`,
 * `xs.length`). What the text shows is exact, or with `isBound` a bound from above.
 */

/** A quantity that a formula mentions. */
export interface Quantity {
  /** How it is written; two quantities with one text are the same. */
  readonly text: string;
  /** The loop in each iteration of which it is another one; absent for what is fixed when the function begins. */
  readonly loop?: object;
}

interface Term {
  readonly factor: number;
  /** Each with its power, in the order of their texts. */
  readonly quantities: readonly { readonly quantity: Quantity; readonly power: number }[];
}

export class Formula {
  private constructor(
    readonly terms: readonly Term[],
    /** The true count may be smaller. */
    readonly isBound: boolean,
  ) {}

  static readonly zero = new Formula([], false);
  static of(count: number): Formula {
    return count === 0 ? Formula.zero : new Formula([{ factor: count, quantities: [] }], false);
  }
  static quantity(quantity: Quantity): Formula {
    return new Formula([{ factor: 1, quantities: [{ quantity, power: 1 }] }], false);
  }

  /** Does it mention something of a loop? */
  get isLocal(): boolean {
    return this.terms.some((t) => t.quantities.some(({ quantity }) => quantity.loop !== undefined));
  }

  /** The highest degree of its terms. */
  get degree(): number {
    return Math.max(0, ...this.terms.map(degree));
  }

  get isZero(): boolean {
    return this.terms.length === 0;
  }
  /** The number it is, when it mentions nothing. */
  get constant(): number | undefined {
    const [only, ...others] = this.terms;
    if (only === undefined) return 0;
    return others.length === 0 && only.quantities.length === 0 ? only.factor : undefined;
  }
  atMost(): Formula {
    return this.isZero ? this : new Formula(this.terms, true);
  }

  plus(other: Formula): Formula {
    if (other.isZero) return this;
    return Formula.collect([...this.terms, ...other.terms], this.isBound || other.isBound);
  }
  minus(other: Formula): Formula {
    return this.plus(other.times(Formula.of(-1)));
  }
  times(other: Formula): Formula {
    const terms = this.terms.flatMap((a) => other.terms.map((b) => multiply(a, b)));
    return Formula.collect(terms, this.isBound || other.isBound);
  }

  private static collect(terms: readonly Term[], isBound: boolean): Formula {
    const byKey = new Map<string, Term>();
    for (const term of terms) {
      const key = keyOf(term);
      byKey.set(key, { ...term, factor: (byKey.get(key)?.factor ?? 0) + term.factor });
    }
    // Sums of powers have twelfths at most; whatever else is there comes from floating point.
    const kept = [...byKey.values()]
      .map((t) => ({ ...t, factor: Math.round(t.factor * 60) / 60 }))
      .filter((t) => t.factor !== 0)
      .toSorted(
        (a, b) => degree(b) - degree(a) || Math.sign(b.factor) - Math.sign(a.factor) || (keyOf(a) < keyOf(b) ? -1 : 1),
      );
    return new Formula(kept, isBound && kept.length > 0);
  }

  /** Does it mention something that is different in each iteration of this loop? */
  varies(loop: object): boolean {
    return this.terms.some((t) => t.quantities.some(({ quantity }) => quantity.loop === loop));
  }

  /**
   * The sum over the iterations of a loop, whose index is `from`, `from + step`, … in `trips` iterations. What varies in it
   * otherwise stays a sum (`Σ`) with the text as it is.
   */
  summed(loop: object, index: Quantity | undefined, from: Formula, step: number, trips: Formula): Formula {
    let total = Formula.zero;
    for (const term of this.terms) {
      const power = term.quantities.find(({ quantity }) => quantity === index)?.power ?? 0;
      const rest: Term = { ...term, quantities: term.quantities.filter(({ quantity }) => quantity !== index) };
      const isFree = !rest.quantities.some(({ quantity }) => quantity.loop === loop);
      const sums = power <= 3 && isFree && !trips.varies(loop) ? powerSum(from, step, trips, power) : undefined;
      const factor = new Formula([rest], false);
      total = total.plus(sums === undefined ? opaqueSum(new Formula([term], false), trips, index) : factor.times(sums));
    }
    return this.isBound || trips.isBound ? total.atMost() : total;
  }

  /** The text, cut after the terms of the highest degrees where it would be longer than `width`. */
  shown(width: number): string {
    const whole = this.toString();
    if (whole.length <= width) return whole;
    for (let count = this.terms.length - 1; count > 0; count--) {
      const text = `${new Formula(this.terms.slice(0, count), this.isBound).toString()} + …`;
      if (text.length <= width) return text;
    }
    return `${whole.slice(0, Math.max(0, width - 1))}…`;
  }

  /** `8·n·m + 3`; with `≤` in front where it is a bound. */
  toString(): string {
    if (this.terms.length === 0) return "0";
    const parts = this.terms.map((term, i) => {
      const text = termText(term);
      const isNegative = text.startsWith("-");
      if (i === 0) return text;
      return isNegative ? ` - ${text.slice(1)}` : ` + ${text}`;
    });
    return `${this.isBound ? "≤ " : ""}${parts.join("")}`;
  }
}

function multiply(a: Term, b: Term): Term {
  const powers = new Map<string, { quantity: Quantity; power: number }>();
  for (const { quantity, power } of [...a.quantities, ...b.quantities]) {
    const known = powers.get(quantity.text);
    powers.set(quantity.text, { quantity, power: (known?.power ?? 0) + power });
  }
  const quantities = [...powers.values()].toSorted((x, y) => (x.quantity.text < y.quantity.text ? -1 : 1));
  return { factor: a.factor * b.factor, quantities };
}

const keyOf = (term: Term): string =>
  term.quantities.map(({ quantity, power }) => `${quantity.text}^${power}`).join("·");
const degree = (term: Term): number => term.quantities.reduce((sum, { power }) => sum + power, 0);

/** Σ (from + step·k)^power for k from 0 to trips - 1. */
function powerSum(from: Formula, step: number, trips: Formula, power: number): Formula {
  // Σ k^p for k < T, for p = 0 … 3.
  const t = trips;
  const before = t.minus(Formula.of(1));
  const pairs = t.times(before).times(Formula.of(0.5));
  const sums = [
    t,
    pairs,
    pairs.times(t.times(Formula.of(2)).minus(Formula.of(1))).times(Formula.of(1 / 3)),
    pairs.times(pairs),
  ];
  const binomials = [[1], [1, 1], [1, 2, 1], [1, 3, 3, 1]][power] ?? [];
  let total = Formula.zero;
  binomials.forEach((binomial, p) => {
    let term = Formula.of(binomial * step ** p).times(sums[p] ?? Formula.zero);
    for (let k = p; k < power; k++) term = term.times(from);
    total = total.plus(term);
  });
  return total;
}

function opaqueSum(term: Formula, trips: Formula, index: Quantity | undefined): Formula {
  const text = term.toString();
  return Formula.quantity({ text: `Σ${index === undefined ? "" : index.text}<${trips.toString()}(${text})` });
}

function termText({ factor, quantities }: Term): string {
  const names = quantities.map(({ quantity, power }) => `${quantity.text}${superscript(power)}`).join("·");
  if (names === "") return fraction(factor);
  if (factor === 1) return names;
  return factor === -1 ? `-${names}` : `${fraction(factor)}·${names}`;
}

function superscript(power: number): string {
  return power === 1 ? "" : Array.from(String(power), (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "").join("");
}

function fraction(x: number): string {
  if (Number.isInteger(x)) return String(x);
  for (const below of [2, 3, 4, 6, 12]) {
    const above = x * below;
    if (Math.abs(above - Math.round(above)) < 1e-9) return `${Math.round(above)}/${below}`;
  }
  return String(x);
}
