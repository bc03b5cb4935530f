/** A chain of differential equations, integrated by the classical Runge-Kutta method: the problem `ode` of GradBench. */

/**
 * y(2), where y₀' = x₀, yᵢ' = xᵢ yᵢ₋₁ and y(0) = 0, after a number of equal steps.
 *
 * @differentiable wrt=x modes=vjp
 */
export function solution(x: Float64Array, steps: number): Float64Array {
  const n = x.length;
  const h = 2 / steps;
  const y = new Float64Array(n);
  const k1 = new Float64Array(n);
  const k2 = new Float64Array(n);
  const k3 = new Float64Array(n);
  const k4 = new Float64Array(n);
  const stage = new Float64Array(n);
  for (let step = 0; step < steps; step++) {
    slope(x, y, k1);
    advance(y, h / 2, k1, stage);
    slope(x, stage, k2);
    advance(y, h / 2, k2, stage);
    slope(x, stage, k3);
    advance(y, h, k3, stage);
    slope(x, stage, k4);
    for (let i = 0; i < n; i++) {
      y[i]! += (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!);
    }
  }
  return y;
}

/**
 * The last entry of the solution.
 *
 * @differentiable wrt=x modes=grad,value_and_grad
 */
export function lastEntry(x: Float64Array, steps: number): number {
  return solution(x, steps)[x.length - 1]!;
}

/** The right-hand side: the derivative of y. */
function slope(x: Float64Array, y: Float64Array, result: Float64Array): void {
  result[0] = x[0]!;
  for (let i = 1; i < x.length; i++) {
    result[i] = x[i]! * y[i - 1]!;
  }
}

/** result = y + h k */
function advance(y: Float64Array, h: number, k: Float64Array, result: Float64Array): void {
  for (let i = 0; i < y.length; i++) {
    result[i] = y[i]! + h * k[i]!;
  }
}
