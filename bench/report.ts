/** Results as Markdown. */
import { type Goal, goals, programNames } from "./goals.js";
import { markdown } from "./markdown.js";
import { exponent, geometricMean, type Results, type TimesRow } from "./results.js";

const fixed = (value: number | undefined): string => {
  if (value === undefined) return "";
  return value >= 1000 ? value.toExponential(1) : value.toFixed(value >= 100 ? 0 : 2);
};

function byteText(value: number | undefined): string {
  if (value === undefined) return "";
  if (value < 1000) return String(value);
  return value < 1e6 ? `${(value / 1e3).toFixed(1)}k` : `${(value / 1e6).toFixed(1)}M`;
}

export function timesTable({ times, bytes }: Results): string {
  const heading = [
    "problem",
    "size",
    "parameters",
    "primal ms",
    "adc / primal",
    "hand / primal",
    "adc / hand",
    "jvp / primal",
    "hvp / gradient",
    "differences / primal",
    "`Value` tape / primal",
    "tape bytes",
    "allocated: primal",
    "adc",
    "hand",
  ];
  const rows = times.map(({ problem, size, parameters, primal, ratios }) => {
    const memory = bytes.find((row) => row.problem === problem && row.size === size);
    return [
      problem,
      size,
      String(parameters),
      primal < 0.1 ? primal.toFixed(4) : primal.toFixed(2),
      fixed(ratios.gradient),
      fixed(ratios.hand),
      fixed(ratios.gradientToHand),
      fixed(ratios.jvp),
      fixed(ratios.hvpToGradient),
      fixed(ratios.differences),
      fixed(ratios.tape),
      byteText(memory?.tape),
      byteText(memory?.primal),
      byteText(memory?.gradient),
      byteText(memory?.hand),
    ];
  });
  return markdown([heading, ...rows], 2);
}

/** A row for each problem, over all its sizes. */
export function speedTable({ times }: Results): string {
  const rows = [...new Set(times.map(({ problem }) => problem))].map((problem) => {
    const own = times.filter((row) => row.problem === problem);
    const mean = (of: "gradient" | "hand" | "gradientToHand"): string =>
      fixed(geometricMean(own.map(({ ratios }) => ratios[of])));
    return [problem, mean("gradient"), mean("hand"), mean("gradientToHand")];
  });
  return markdown([["problem", "adc / function", "by hand / function", "adc / by hand"], ...rows], 1);
}

/** The geometric mean of a ratio over the rows of a goal that have it. */
function reached(times: readonly TimesRow[], goal: Goal, of: Goal["measure"] | "gradientToHand"): number | undefined {
  const values = times
    .filter(({ problem, size }) => goal.holds(problem, size))
    .map(({ ratios }) => ratios[of])
    .filter((value) => value !== undefined);
  return values.length === 0 ? undefined : geometricMean(values);
}

export function goalsTable({ times }: Results): string {
  const verdict = (value: number | undefined, most: number | undefined): string => {
    if (value === undefined || most === undefined) return "";
    return `${value <= most ? "" : "not: "}${fixed(value)} (≤ ${most})`;
  };
  const rows = goals.map((goal) => [
    goal.name,
    verdict(reached(times, goal, goal.measure), goal.most),
    verdict(reached(times, goal, "gradientToHand"), goal.mostToHand),
  ]);
  return markdown([["goal", "to the primal", "to the gradient by hand"], ...rows], 3);
}

export function growthTable({ growth }: Results): string {
  const heading = ["problem", "n", "from … to", "time: primal", "adc", "tape", "allocated", "tape bytes at the end"];
  const rows = growth.map(({ problem, of, sizes, primal, gradient, tape, allocated }) => [
    problem,
    of,
    `${sizes[0]} … ${sizes.at(-1)}`,
    exponent(sizes, primal).toFixed(2),
    exponent(sizes, gradient).toFixed(2),
    tape.every((value) => value === 0) ? "0" : exponent(sizes, tape).toFixed(2),
    exponent(sizes, allocated).toFixed(2),
    byteText(tape.at(-1)),
  ]);
  return markdown([heading, ...rows], 3);
}

export function report(results: Results): string {
  const means = (rows: readonly TimesRow[]): string =>
    [
      `adc / primal ${fixed(geometricMean(rows.map(({ ratios }) => ratios.gradient)))}`,
      `hand / primal ${fixed(geometricMean(rows.map(({ ratios }) => ratios.hand)))}`,
      `adc / hand ${fixed(geometricMean(rows.map(({ ratios }) => ratios.gradientToHand)))}`,
      `jvp / primal ${fixed(geometricMean(rows.map(({ ratios }) => ratios.jvp)))}`,
    ].join(", ");
  const programs = results.times.filter(({ problem }) => programNames.includes(problem));
  return `# Results of \`npm run bench\`

${results.machine}, Node ${results.node}. Every problem runs in a process of its own; primal, adc's gradient, the gradient by hand,
\`jvp\`, \`hvp\` and differences run by turns, ${results.rounds} rounds of short samples. A ratio is the median over the rounds of
the ratio of two samples of the same round. Differences are central: two calls of the primal for one parameter, times the number of
parameters. The \`Value\` tape makes an object for each operation; it is timed by itself, at small sizes. \`ba\` and \`hand\` are Jacobians.
Bytes are those of one call: what is on the tape (numbers and flags; it is kept from call to call), and what is allocated.
adc compiled all of this in ${(results.compiled / 1000).toFixed(1)} s.

${timesTable(results)}

Geometric means of all rows: ${means(results.times)}.
${programs.length === 0 ? "" : `Of the idiomatic programs: ${means(programs)}.\n`}
## Goals

Where a goal is about several rows, their geometric mean counts.

${goalsTable(results)}

## Growth

Exponents p of the best fit of c nᵖ to the shortest samples, and to bytes of one call of the gradient, over powers of two.

${growthTable(results)}
`;
}
