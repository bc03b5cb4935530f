// Recursion in several dresses: adaptive quadrature, accumulators in closures, mutual recursion, a fixpoint combinator.

type Fn = (x: number) => number;

/** Adaptive Simpson. */
function quad(f: Fn, a: number, b: number, tol: number, depth = 12): number {
  const simpson = (fa: number, fm: number, fb: number, h: number) => (h / 6) * (fa + 4 * fm + fb);
  const go = (
    a: number,
    fa: number,
    b: number,
    fb: number,
    fm: number,
    whole: number,
    tol: number,
    depth: number,
  ): number => {
    const m = (a + b) / 2;
    const flm = f((a + m) / 2);
    const frm = f((m + b) / 2);
    const left = simpson(fa, flm, fm, m - a);
    const right = simpson(fm, frm, fb, b - m);
    const delta = left + right - whole;
    if (depth <= 0 || Math.abs(delta) <= 15 * tol) return left + right + delta / 15;
    return go(a, fa, m, fm, flm, left, tol / 2, depth - 1) + go(m, fm, b, fb, frm, right, tol / 2, depth - 1);
  };
  const [fa, fb, fm] = [f(a), f(b), f((a + b) / 2)];
  return go(a, fa, b, fb, fm, simpson(fa, fm, fb, b - a), tol, depth);
}

/**
 * Expected payoff over a skewed bell.
 * @differentiable wrt=mu,sigma,skew,range
 */
export function expectedPayoff(mu: number, sigma: number, skew: number, range: readonly [number, number]): number {
  const density: Fn = (x) => {
    const z = (x - mu) / sigma;
    return Math.exp(-0.5 * z * z) / (1 + Math.exp(-skew * z)) / sigma;
  };
  return quad((x) => density(x) * Math.log1p(x * x), ...range, 1e-6);
}

interface Part {
  mass: number;
  lever: number;
  children?: Part[];
}

/** @differentiable wrt=root,decay */
export function assemblyMoment(root: Part, decay: number): number {
  let moment = 0;
  const perLevel: number[] = [];
  const visit = ({ mass, lever, children = [] }: Part, offset: number, level: number): void => {
    const position = offset + lever;
    moment += mass * position ** 2;
    perLevel[level] = (perLevel[level] ?? 0) + mass;
    for (const child of children) visit(child, position * decay, level + 1);
  };
  visit(root, 0, 0);
  return moment + perLevel.reduce((acc, m, level) => acc + m / (level + 1), 0);
}

/** Mutual recursion with accumulators: the continued fraction of tanh-like even and odd levels. */
const even = (x: number, n: number, acc = 1): number => (n === 0 ? acc : odd(x, n - 1, acc + x / (n + acc)));
const odd = (x: number, n: number, acc: number): number => (n === 0 ? acc : even(x, n - 1, acc * Math.cos(x / n)));

const fix =
  <A, B>(f: (self: (a: A) => B) => (a: A) => B): ((a: A) => B) =>
  (a) =>
    f(fix(f))(a);

/** @differentiable */
export const alternating = (x: number, weights: number[]): number => {
  const horner = fix<number, number>((self) => (i) => (i >= weights.length ? 0 : weights[i]! + x * self(i + 1)));
  return even(x, 6) + horner(0);
};

export const cases = [
  { name: "expectedPayoff", args: () => [0.4, 0.7, 1.5, [-1.5, 3]] },
  {
    name: "assemblyMoment",
    args: () => [
      {
        mass: 2,
        lever: 0.5,
        children: [
          { mass: 1, lever: 0.7 },
          { mass: 0.6, lever: -0.2, children: [{ mass: 0.3, lever: 1.1 }] },
        ],
      },
      0.9,
    ],
  },
  { name: "alternating", args: () => [0.8, [0.5, -1, 0.25]] },
];
