/** GradBench's nested problems. The names of the functions: mode of the outer derivative, then of the inner; r(everse), f(orward). */
import { load } from "../prepare.js";
import type { Eval, Task } from "./evals.js";
import { minimiser } from "./minimiser.js";

export const nestedEvals: readonly (readonly [name: string, load: () => Promise<Eval>])[] = [
  ["particle", particle],
  ["saddle", saddle],
];

type Pair = "rr" | "rf" | "fr" | "ff";
type ValueAndSlope = (w: number) => [value: number, slope: number];
type Tangent = (w: number, direction: number) => [value: number, tangent: number];

interface Particle {
  readonly landing_value_and_grad: ValueAndSlope;
  readonly landing_jvp: Tangent;
  readonly landingInForwardMode_value_and_grad: ValueAndSlope;
  readonly landingInForwardMode_jvp: Tangent;
}

async function particle(): Promise<Record<Pair, (input: { w: number }) => Task>> {
  const generated = await load<Particle>("examples/gradbench/nested/particle_grad");
  const by =
    (outer: ValueAndSlope) =>
    ({ w }: { w: number }): Task => {
      const compute = (): number | undefined =>
        minimiser(
          ([x = NaN]) => {
            const [value, slope] = outer(x);
            return [value, [slope]];
          },
          [w],
        )[0];
      return { run: compute, output: compute };
    };
  return {
    rr: by(generated.landing_value_and_grad),
    rf: by(generated.landingInForwardMode_value_and_grad),
    fr: by((w) => generated.landing_jvp(w, 1)),
    ff: by((w) => generated.landingInForwardMode_jvp(w, 1)),
  };
}

type Gradient = (x1: number, x2: number) => [value: number, gradient: [number, number]];
type Directional = (x1: number, x2: number, d1: number, d2: number) => [value: number, tangent: number];

interface Saddle {
  readonly innerMaximum_value_and_grad: Gradient;
  readonly innerMaximum_jvp: Directional;
  readonly innerMaximumInForwardMode_value_and_grad: Gradient;
  readonly innerMaximumInForwardMode_jvp: Directional;
}

async function saddle(): Promise<Record<Pair, (input: { start: number[] }) => Task>> {
  const generated = await load<Saddle>("examples/gradbench/nested/saddle_grad");
  const { maximiser, maximiserInForwardMode } = await load<typeof import("../../examples/gradbench/nested/saddle.js")>(
    "examples/gradbench/nested/saddle",
  );
  const by =
    (outer: Gradient, last: typeof maximiser) =>
    ({ start }: { start: number[] }): Task => {
      const compute = (): number[] => {
        const [x1 = NaN, x2 = NaN] = minimiser(([a = NaN, b = NaN]) => outer(a, b), start);
        return [x1, x2, ...last(x1, x2)];
      };
      return { run: compute, output: compute };
    };
  const forward =
    (tangent: Directional): Gradient =>
    (x1, x2) => {
      const [value, g1] = tangent(x1, x2, 1, 0);
      return [value, [g1, tangent(x1, x2, 0, 1)[1]]];
    };
  return {
    rr: by(generated.innerMaximum_value_and_grad, maximiser),
    rf: by(generated.innerMaximumInForwardMode_value_and_grad, maximiserInForwardMode),
    fr: by(forward(generated.innerMaximum_jvp), maximiser),
    ff: by(forward(generated.innerMaximumInForwardMode_jvp), maximiserInForwardMode),
  };
}
