/** What is aimed at: the largest ratio of a gradient to its primal, and to the gradient by hand. */

export interface Goal {
  readonly name: string;
  /** The rows it is about; the geometric mean counts where there are several. */
  readonly holds: (problem: string, size: string) => boolean;
  readonly measure: "gradient" | "jvp" | "hvpToGradient";
  readonly most: number;
  /** To the gradient by hand. */
  readonly mostToHand?: number;
}

export const programNames: readonly string[] = [
  "particles",
  "network",
  "integrator",
  "heat",
  "gaussian process",
  "fourier",
  "kepler",
  "tree",
];

const isOf =
  (wanted: string) =>
  (problem: string): boolean =>
    problem === wanted;

export const goals: readonly Goal[] = [
  {
    name: "gmm d10 K25",
    holds: (problem, size) => problem === "gmm" && size === "d10 K25",
    measure: "gradient",
    most: 2,
    mostToHand: 1,
  },
  {
    name: "lstm l2 c1024",
    holds: (problem, size) => problem === "lstm" && size === "l2 c1024",
    measure: "gradient",
    most: 2.8,
    mostToHand: 1,
  },
  { name: "ba", holds: isOf("ba"), measure: "gradient", most: 5, mostToHand: 1 },
  { name: "hand, simple", holds: isOf("hand simple"), measure: "gradient", most: 5, mostToHand: 1.1 },
  { name: "hand, complicated", holds: isOf("hand complicated"), measure: "gradient", most: 5, mostToHand: 1.1 },
  { name: "llsq", holds: isOf("llsq"), measure: "gradient", most: 2.1, mostToHand: 1 },
  { name: "lse", holds: isOf("lse"), measure: "gradient", most: 1.5, mostToHand: 1 },
  { name: "det", holds: isOf("det"), measure: "gradient", most: 3, mostToHand: 1 },
  { name: "kmeans", holds: isOf("kmeans"), measure: "gradient", most: 1.5, mostToHand: 1 },
  {
    name: "idiomatic programs",
    holds: (problem) => programNames.includes(problem),
    measure: "gradient",
    most: 1.5,
    mostToHand: 1,
  },
  { name: "`jvp`, all", holds: () => true, measure: "jvp", most: 1.8 },
  {
    name: "`hvp` to gradient",
    holds: (problem) => problem === "gmm" || problem === "network",
    measure: "hvpToGradient",
    most: 5,
  },
];
