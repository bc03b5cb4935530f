// Games, markets and beliefs: soft value iteration on a gridworld, an exchange economy's equilibrium,
// utility expressions as trees, and inference in a small Bayesian network.

// ---- expression trees -------------------------------------------------------------------------------------------

export type Expr =
  | { op: "const"; value: number }
  | { op: "var"; name: string }
  | { op: "add" | "mul"; args: Expr[] }
  | { op: "pow"; base: Expr; exponent: number }
  | { op: "log" | "neg" | "exp"; arg: Expr }
  | { op: "if"; cond: [left: Expr, right: Expr]; then: Expr; else: Expr };

type Env = Readonly<Record<string, number>>;

function evaluate(expr: Expr, env: Env): number {
  switch (expr.op) {
    case "const":
      return expr.value;
    case "var": {
      const v = env[expr.name];
      if (v === undefined) throw new ReferenceError(`unbound variable ${expr.name}`);
      return v;
    }
    case "add":
      return expr.args.reduce((acc, e) => acc + evaluate(e, env), 0);
    case "mul":
      return expr.args.reduce((acc, e) => acc * evaluate(e, env), 1);
    case "pow":
      return evaluate(expr.base, env) ** expr.exponent;
    case "log":
      return Math.log(evaluate(expr.arg, env));
    case "exp":
      return Math.exp(evaluate(expr.arg, env));
    case "neg":
      return -evaluate(expr.arg, env);
    case "if": {
      const [l, r] = expr.cond;
      return evaluate(l, env) < evaluate(r, env) ? evaluate(expr.then, env) : evaluate(expr.else, env);
    }
  }
}

// small builders
const num = (value: number): Expr => ({ op: "const", value });
const ref = (name: string): Expr => ({ op: "var", name });
const plus = (...args: Expr[]): Expr => ({ op: "add", args });
const times = (...args: Expr[]): Expr => ({ op: "mul", args });
const ln = (arg: Expr): Expr => ({ op: "log", arg });

/**
 * Welfare of an allocation: the sum of the agents' utilities, each an expression over goods and shared prices.
 * @differentiable wrt=allocations,utilities
 */
export function welfare(allocations: Record<string, number>[], utilities: Expr[], shared: Env = {}): number {
  if (allocations.length !== utilities.length) throw new Error("one utility per agent");
  return utilities.map((u, k) => evaluate(u, { ...shared, ...allocations[k] })).reduce((a, b) => a + b, 0);
}

// ---- soft value iteration -------------------------------------------------------------------------------------

type Action = "up" | "down" | "left" | "right";

const MOVES: Record<Action, readonly [dx: number, dy: number]> = {
  up: [0, -1],
  down: [0, 1],
  left: [-1, 0],
  right: [1, 0],
};

interface GridWorld {
  readonly layout: readonly string[];
  readonly slip: number;
  readonly discount: number;
  readonly temperature: number;
}

interface Rewards {
  step: number;
  goal: number;
  lava: number;
}

/**
 * Value of the start cell under an entropy-regularised optimal policy.
 * @differentiable wrt=rewards,world
 */
export function startValue(rewards: Rewards, world: GridWorld, sweeps = 15): number {
  const { layout, slip, discount, temperature } = world;
  const height = layout.length;
  const width = layout[0]?.length ?? 0;
  const cell = (x: number, y: number) => layout[y]?.[x] ?? "#";
  const actions = Object.keys(MOVES) as Action[];

  let start: [number, number] | undefined;
  let values: number[][] = layout.map((row) => [...row].map(() => 0));

  const landing = (x: number, y: number, action: Action): number => {
    const [dx, dy] = MOVES[action];
    const blocked = cell(x + dx, y + dy) === "#";
    return blocked ? values[y]![x]! : values[y + dy]![x + dx]!;
  };

  for (let sweep = 0; sweep < sweeps; sweep++) {
    const next: number[][] = [];
    for (let y = 0; y < height; y++) {
      const row: number[] = [];
      for (let x = 0; x < width; x++) {
        const c = cell(x, y);
        if (c === "#") row.push(0);
        else if (c === "G") row.push(rewards.goal);
        else if (c === "L") row.push(rewards.lava);
        else {
          if (c === "S") start = [x, y];
          const q = actions.map((a) => {
            const wandering = actions.filter((b) => b !== a).reduce((acc, b) => acc + landing(x, y, b), 0) / 3;
            return rewards.step + discount * ((1 - slip) * landing(x, y, a) + slip * wandering);
          });
          const top = q.reduce((m, v) => (v > m ? v : m), -Infinity);
          row.push(top + temperature * Math.log(q.reduce((acc, v) => acc + Math.exp((v - top) / temperature), 0)));
        }
      }
      next.push(row);
    }
    values = next;
  }
  if (!start) throw new Error("the layout has no start");
  const [sx, sy] = start;
  return values[sy]![sx]!;
}

// ---- exchange economy -----------------------------------------------------------------------------------------

export interface Household {
  name: string;
  endowment: number[];
  /** CES share parameters */
  shares: number[];
  elasticity: number;
}

function cesDemand({ endowment, shares, elasticity: s }: Household, prices: readonly number[]): number[] {
  const income = endowment.reduce((acc, e, g) => acc + e * prices[g]!, 0);
  const index = shares.reduce((acc, a, g) => acc + a ** s * prices[g]! ** (1 - s), 0);
  return shares.map((a, g) => (a ** s * prices[g]! ** -s * income) / index);
}

function excessDemand(households: readonly Household[], prices: readonly number[]): number[] {
  const goods = prices.length;
  const excess = new Array<number>(goods).fill(0);
  for (const h of households) {
    const demand = cesDemand(h, prices);
    for (let g = 0; g < goods; g++) {
      excess[g]! += demand[g]! - h.endowment[g]!;
    }
  }
  return excess;
}

/**
 * Equilibrium prices (the first is the numéraire) by tâtonnement with a fixed step.
 * @differentiable
 */
export function equilibriumPrices(households: Household[], speed: number): number[] {
  const goods = households[0]!.endowment.length;
  let prices = Array.from({ length: goods }, (_, g) => 1 + 0.1 * g);
  let iteration = 0;
  while (true) {
    const excess = excessDemand(households, prices);
    const worst = excess.slice(1).reduce((m, z) => Math.max(m, Math.abs(z)), 0);
    if (worst < 1e-10 || ++iteration > 400) break;
    prices = prices.map((p, g) => (g === 0 ? 1 : p * Math.exp(speed * excess[g]!)));
  }
  return prices;
}

// ---- Bayesian network -----------------------------------------------------------------------------------------

interface BayesNode {
  readonly name: string;
  readonly parents: readonly string[];
  /** log-odds of being true, for each assignment of the parents, first parent the highest bit */
  logits: number[];
}

/**
 * Negative log-probability of evidence, by enumeration with recursion over the nodes.
 * @differentiable wrt=network
 */
export function evidenceNll(network: BayesNode[], evidence: Record<string, boolean>): number {
  const assign = (depth: number, world: ReadonlyMap<string, boolean>): number => {
    const node = network[depth];
    if (!node) return 1;
    const index = node.parents.reduce((acc, p) => 2 * acc + (world.get(p) ? 1 : 0), 0);
    const pTrue = 1 / (1 + Math.exp(-node.logits[index]!));
    const observed = evidence[node.name];
    const options = observed === undefined ? [true, false] : [observed];
    let total = 0;
    for (const value of options) {
      const p = value ? pTrue : 1 - pTrue;
      total += p * assign(depth + 1, new Map([...world, [node.name, value]]));
    }
    return total;
  };
  return -Math.log(assign(0, new Map()));
}

export const cases = [
  {
    name: "welfare",
    args: () => [
      [
        { bread: 2.5, wine: 1.2 },
        { bread: 0.7, wine: 3.1 },
      ],
      [
        plus(times(num(0.6), ln(ref("bread"))), times(num(0.4), ln(ref("wine")))),
        {
          op: "if",
          cond: [ref("wine"), num(2)],
          then: ref("wine"),
          else: plus({ op: "pow", base: ref("wine"), exponent: 0.5 }, times(ref("bread"), ref("tax")), {
            op: "neg",
            arg: { op: "exp", arg: num(-0.3) },
          }),
        },
      ],
      { tax: 0.85 },
    ],
  },
  {
    name: "startValue",
    args: () => [
      { step: -0.04, goal: 1, lava: -1.5 },
      { layout: ["....G", ".#.L.", "S...."], slip: 0.15, discount: 0.93, temperature: 0.2 },
    ],
  },
  {
    name: "equilibriumPrices",
    args: () => [
      [
        { name: "farmers", endowment: [3, 0.5, 0.4], shares: [0.3, 0.4, 0.3], elasticity: 0.8 },
        { name: "smiths", endowment: [0.4, 2, 1.1], shares: [0.5, 0.2, 0.3], elasticity: 1.4 },
      ],
      0.25,
    ],
  },
  {
    name: "evidenceNll",
    args: () => [
      [
        { name: "rain", parents: [], logits: [-1.2] },
        { name: "sprinkler", parents: ["rain"], logits: [0.3, -3] },
        { name: "wet", parents: ["sprinkler", "rain"], logits: [-4, 1.5, 2.1, 4.2] },
        { name: "slippery", parents: ["wet"], logits: [-2, 0.8] },
      ],
      { wet: true, slippery: false },
    ],
  },
];
