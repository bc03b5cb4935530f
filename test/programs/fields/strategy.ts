// String-keyed strategy tables: optimisers, schedules and test functions chosen by name.

interface OptState {
  readonly x: readonly number[];
  readonly memory: readonly number[];
  readonly t: number;
}

type Update = (state: OptState, gradient: readonly number[], rate: number) => OptState;

const zip2 = (a: readonly number[], b: readonly number[], f: (x: number, y: number) => number) =>
  a.map((x, i) => f(x, b[i]!));

const optimisers = {
  sgd: ({ x, memory, t }, g, rate) => ({ x: zip2(x, g, (xi, gi) => xi - rate * gi), memory, t: t + 1 }),
  momentum({ x, memory, t }, g, rate) {
    const m = zip2(memory, g, (mi, gi) => 0.9 * mi + gi);
    return { x: zip2(x, m, (xi, mi) => xi - rate * mi), memory: m, t: t + 1 };
  },
  rmsprop: ({ x, memory, t }, g, rate) => {
    const s = zip2(memory, g, (v, gi) => 0.9 * v + 0.1 * gi * gi);
    const scaled = zip2(g, s, (gi, v) => gi / (Math.sqrt(v) + 1e-8));
    return { x: zip2(x, scaled, (xi, d) => xi - rate * d), memory: s, t: t + 1 };
  },
} satisfies Record<string, Update>;

const schedules = {
  constant: (r: number) => r,
  inverse: (r: number, t: number) => r / (1 + 0.1 * t),
  cosine: (r: number, t: number, total: number) => 0.5 * r * (1 + Math.cos((Math.PI * t) / total)),
} as const;

enum Landscape {
  Bowl = "bowl",
  Rosenbrock = "rosenbrock",
}

const landscapes: {
  readonly [K in Landscape]: { value(x: readonly number[]): number; gradient(x: readonly number[]): number[] };
} = {
  [Landscape.Bowl]: {
    value: (x) => x.reduce((s, v, i) => s + (i + 1) * v * v, 0),
    gradient: (x) => x.map((v, i) => 2 * (i + 1) * v),
  },
  [Landscape.Rosenbrock]: {
    value: ([a = 0, b = 0]) => (1 - a) ** 2 + 10 * (b - a * a) ** 2,
    gradient([a = 0, b = 0]) {
      const inner = b - a * a;
      return [-2 * (1 - a) - 40 * a * inner, 20 * inner];
    },
  },
};

export interface RunOptions {
  optimiser: keyof typeof optimisers;
  schedule?: keyof typeof schedules;
  landscape: `${Landscape}`;
  steps: number;
}

/**
 * What an unrolled optimiser reaches, as a function of its rate and its start (for hyper-gradients).
 * @differentiable wrt=rate,start modes=grad,value_and_grad
 */
export function unrolled(
  rate: number,
  start: number[],
  { optimiser, schedule = "constant", landscape, steps }: RunOptions,
): number {
  const update: Update = optimisers[optimiser];
  const rateAt: (r: number, t: number, total: number) => number = schedules[schedule];
  const { value, gradient } = landscapes[landscape as Landscape];
  let state: OptState = { x: start, memory: start.map(() => 0), t: 0 };
  while (state.t < steps) {
    state = update(state, gradient(state.x), rateAt(rate, state.t, steps));
  }
  return value(state.x);
}

export const cases = [
  {
    name: "unrolled",
    args: () => [0.03, [1.2, -0.7, 0.4], { optimiser: "momentum", schedule: "cosine", landscape: "bowl", steps: 8 }],
  },
  { name: "unrolled", args: () => [0.01, [-0.5, 0.8], { optimiser: "rmsprop", landscape: "rosenbrock", steps: 12 }] },
  {
    name: "unrolled",
    args: () => [0.02, [0.3, 0.6], { optimiser: "sgd", schedule: "inverse", landscape: "rosenbrock", steps: 10 }],
  },
];
