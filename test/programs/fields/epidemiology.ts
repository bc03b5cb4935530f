// Compartment models as ODEs: an SEIR outbreak with interventions, and two-compartment pharmacokinetics with doses.

type State = Float64Array;
type Rhs = (t: number, y: State) => State;
type Stepper = (f: Rhs, t: number, y: State, h: number) => State;

interface Trajectory {
  readonly times: readonly number[];
  readonly states: readonly State[];
}

/** a + h·b, componentwise */
const axpy = (a: State, h: number, b: State): State => a.map((v, i) => v + h * b[i]!);

const rk4: Stepper = (f, t, y, h) => {
  const k1 = f(t, y);
  const k2 = f(t + h / 2, axpy(y, h / 2, k1));
  const k3 = f(t + h / 2, axpy(y, h / 2, k2));
  const k4 = f(t + h, axpy(y, h, k3));
  return y.map((v, i) => v + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
};

const heun: Stepper = (f, t, y, h) => {
  const k1 = f(t, y);
  const k2 = f(t + h, axpy(y, h, k1));
  return axpy(axpy(y, h / 2, k1), h / 2, k2);
};

function integrate(f: Rhs, y0: State, t0: number, t1: number, n: number, step: Stepper = rk4): Trajectory {
  const h = (t1 - t0) / n;
  const times = [t0];
  const states = [y0];
  let y = y0;
  for (let i = 0; i < n; i++) {
    y = step(f, t0 + i * h, y, h);
    times.push(t0 + (i + 1) * h);
    states.push(y);
  }
  return { times, states };
}

interface AdaptiveOptions {
  tolerance?: number;
  initialStep?: number;
  maxSteps?: number;
}

/** Bogacki–Shampine 3(2) with step-size control; returns the state at t1. */
function integrateAdaptive(f: Rhs, y0: State, t0: number, t1: number, options: AdaptiveOptions = {}): State {
  const { tolerance = 1e-5, initialStep = (t1 - t0) / 20, maxSteps = 500 } = options;
  let t = t0;
  let y = y0.slice();
  let h = initialStep;
  let k1 = f(t, y);
  for (let n = 0; n < maxSteps; n++) {
    const last = t + h >= t1;
    if (last) h = t1 - t;
    const k2 = f(t + h / 2, axpy(y, h / 2, k1));
    const k3 = f(t + 0.75 * h, axpy(y, 0.75 * h, k2));
    const next = y.map((v, i) => v + (h / 9) * (2 * k1[i]! + 3 * k2[i]! + 4 * k3[i]!));
    const k4 = f(t + h, next);
    let err = 0;
    for (let i = 0; i < y.length; i++) {
      const e = h * ((-5 / 72) * k1[i]! + k2[i]! / 12 + k3[i]! / 9 - k4[i]! / 8);
      err = Math.max(err, Math.abs(e) / (tolerance * (1 + Math.abs(next[i]!))));
    }
    if (err <= 1) {
      y = next;
      k1 = k4;
      t += h;
      if (last) return y;
    }
    h *= Math.min(4, Math.max(0.2, 0.9 * err ** (-1 / 3)));
  }
  throw new Error(`no convergence in ${maxSteps} steps`);
}

/** Linear interpolation in a trajectory. */
function sampleAt({ times, states }: Trajectory, t: number, component: number): number {
  for (let i = 1; i < times.length; i++) {
    const t1 = times[i]!;
    if (t > t1 && i < times.length - 1) continue;
    const t0 = times[i - 1]!;
    const w = (t - t0) / (t1 - t0);
    return (1 - w) * states[i - 1]![component]! + w * states[i]![component]!;
  }
  return states[0]![component]!;
}

// --- epidemic ---------------------------------------------------------------------------------------------------

export interface SeirParams {
  r0: number;
  /** days */
  incubation: number;
  infectious: number;
  reporting: number;
  interventions: { day: number; reduction: number }[];
}

interface CaseReport {
  day: number;
  cases: number | null;
}

const [S, E, I, R] = [0, 1, 2, 3] as const;
const POPULATION = 1000;

function makeSeir({ r0, incubation, infectious, interventions }: SeirParams): Rhs {
  const sigma = 1 / incubation;
  const gamma = 1 / infectious;
  const beta0 = r0 * gamma;
  // smooth switches, so that contact falls over about a day
  const contact = (t: number) =>
    interventions.reduce((c, { day, reduction }) => c * (1 - reduction / (1 + Math.exp(-(t - day) / 0.7))), 1);

  return (t, y) => {
    const dy = new Float64Array(4);
    const newInfections = (beta0 * contact(t) * y[S]! * y[I]!) / POPULATION;
    dy[S] = -newInfections;
    dy[E] = newInfections - sigma * y[E]!;
    dy[I] = sigma * y[E]! - gamma * y[I]!;
    dy[R] = gamma * y[I]!;
    return dy;
  };
}

/**
 * Poisson deviance of reported daily cases.
 * @differentiable wrt=params,seedCases
 */
export function outbreakDeviance(params: SeirParams, seedCases: number, reports: readonly CaseReport[]): number {
  const y0 = Float64Array.of(POPULATION - seedCases, 0.4 * seedCases, 0.6 * seedCases, 0);
  const lastDay = reports.reduce((m, r) => (r.day > m ? r.day : m), 0);
  const trajectory = integrate(makeSeir(params), y0, 0, lastDay, 2 * lastDay);
  let deviance = 0;
  for (const { day, cases } of reports) {
    if (cases === null || day < 1) continue;
    const before = sampleAt(trajectory, day - 1, S);
    const after = sampleAt(trajectory, day, S);
    const expected = params.reporting * (before - after);
    deviance += 2 * (expected - cases + (cases > 0 ? cases * Math.log(cases / expected) : 0));
  }
  return deviance;
}

/**
 * Share of the population that has been infected by the end of the season.
 * @differentiable wrt=params
 */
export const attackRate = (params: SeirParams, days: number): number => {
  const y0 = Float64Array.from([POPULATION - 5, 2, 3, 0]);
  const y = integrateAdaptive(makeSeir(params), y0, 0, days, { tolerance: 1e-4 });
  return 1 - y[S]! / POPULATION;
};

// --- pharmacokinetics -------------------------------------------------------------------------------------------

interface Dose {
  time: number;
  amount: number;
  route: "oral" | "iv";
}

export interface PkParams {
  ka: number;
  clearance: number;
  volume: number;
  k12: number;
  k21: number;
  bioavailability?: number;
}

/**
 * Weighted squared error of log plasma concentration; the doses are bolus jumps between integration legs.
 * @differentiable wrt=pk
 */
export function pkObjective(
  pk: PkParams,
  doses: readonly Dose[],
  samples: readonly (readonly [time: number, conc: number])[],
): number {
  const { ka, clearance, volume, k12, k21, bioavailability = 0.8 } = pk;
  const rhs: Rhs = (_t, y) => {
    const gut = y[0]!;
    const central = y[1]!;
    const tissue = y[2]!;
    return Float64Array.of(
      -ka * gut,
      ka * gut - (clearance / volume) * central - k12 * central + k21 * tissue,
      k12 * central - k21 * tissue,
    );
  };

  type Event = { time: number; run: (y: State) => State };
  let sse = 0;
  const events: Event[] = [
    ...doses.map(
      ({ time, amount, route }): Event => ({
        time,
        run: (y) => {
          const next = y.slice();
          if (route === "oral") next[0]! += bioavailability * amount;
          else next[1]! += amount;
          return next;
        },
      }),
    ),
    ...samples.map(
      ([time, conc]): Event => ({
        time,
        run: (y) => {
          sse += Math.log(y[1]! / volume / conc) ** 2;
          return y;
        },
      }),
    ),
  ];
  events.sort((a, b) => a.time - b.time);

  let t = 0;
  let y: State = new Float64Array(3);
  for (const event of events) {
    if (event.time > t) {
      y = integrate(rhs, y, t, event.time, 8, heun).states.at(-1)!;
      t = event.time;
    }
    y = event.run(y);
  }
  return sse / samples.length;
}

const seir = (): SeirParams => ({
  r0: 2.7,
  incubation: 3.1,
  infectious: 5.2,
  reporting: 0.4,
  interventions: [{ day: 9, reduction: 0.45 }],
});

export const cases = [
  {
    name: "outbreakDeviance",
    args: () => [
      {
        ...seir(),
        interventions: [
          { day: 6, reduction: 0.3 },
          { day: 11, reduction: 0.5 },
        ],
      },
      4.2,
      [1, 2, 2, 4, null, 7, 9, 8, 12, 14, 10, 9].map((cases, i) => ({ day: i + 1, cases })),
    ],
  },
  { name: "attackRate", args: () => [seir(), 30] },
  {
    name: "pkObjective",
    args: () => [
      { ka: 1.1, clearance: 4.2, volume: 22, k12: 0.31, k21: 0.22 },
      [
        { time: 0, amount: 120, route: "oral" },
        { time: 12, amount: 60, route: "iv" },
        { time: 8, amount: 100, route: "oral" },
      ],
      [
        [1.5, 2.6],
        [4, 2.1],
        [10, 3.0],
        [14, 4.2],
      ],
    ],
  },
];
