/** A differential equation given as a function to an integrator that is made of functions: predators and prey. */

type Slope = (state: readonly number[]) => number[];
type Step = (state: readonly number[]) => number[];

/** A step of the classical Runge-Kutta method. */
function rungeKutta(slope: Slope, h: number): Step {
  const moved = (state: readonly number[], by: number, direction: readonly number[]): number[] =>
    state.map((value, i) => value + by * direction[i]!);
  return (state) => {
    const k1 = slope(state);
    const k2 = slope(moved(state, h / 2, k1));
    const k3 = slope(moved(state, h / 2, k2));
    const k4 = slope(moved(state, h, k3));
    return state.map((value, i) => value + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
  };
}

/**
 * Sum of the squared distances from what was observed: two numbers after each `substeps` steps. `rates` are birth of the
 * prey, its death by predators, birth of predators by prey, their death.
 *
 * @differentiable wrt=rates,start modes=grad,jvp
 */
export function misfit(
  rates: readonly number[],
  start: readonly number[],
  observed: Float64Array,
  h: number,
  substeps: number,
): number {
  const [birth, death, feeding, starving] = [rates[0]!, rates[1]!, rates[2]!, rates[3]!];
  const slope: Slope = (state) => {
    const [prey, predators] = [state[0]!, state[1]!];
    return [prey * (birth - death * predators), predators * (feeding * prey - starving)];
  };
  const step = rungeKutta(slope, h);
  let state = [...start];
  let sum = 0;
  for (let i = 0; i < observed.length; i += 2) {
    for (let k = 0; k < substeps; k++) {
      state = step(state);
    }
    sum += (state[0]! - observed[i]!) ** 2 + (state[1]! - observed[i + 1]!) ** 2;
  }
  return sum;
}
