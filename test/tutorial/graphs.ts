/** The examples a tutorial of automatic differentiation begins with: graphs, seeds, Jacobians, second derivatives. */
import { tapGradient } from "@adc/runtime";

/** (x + y)(y + 1) at (2, 1). @differentiable */
export function graph(x: number, y: number): number {
  const a = x + y;
  const b = y + 1;
  return a * b;
}

/** The same with its adjoints seen. @differentiable wrt=x,y */
export function seen(x: number, y: number, log: (name: string, adjoint: number) => void): number {
  const a = tapGradient(x + y, (g) => {
    log("a", g);
    return g;
  });
  const b = tapGradient(y + 1, (g) => {
    log("b", g);
    return g;
  });
  return a * b;
}

/** ln x + x y − sin y, Baydin's example, at (2, 5). @differentiable modes=grad,value_and_grad,vjp,jvp */
export function baydin(x: number, y: number): number {
  return Math.log(x) + x * y - Math.sin(y);
}

/** (x² y, 5 x + sin y). @differentiable modes=vjp,jvp,jacobian */
export function plane(x: number, y: number): [number, number] {
  return [x * x * y, 5 * x + Math.sin(y)];
}

/** Elementwise squares, and what they add up to. @differentiable modes=vjp,jvp,jacobian */
export function squares(x: Float64Array): Float64Array {
  return x.map((v) => v * v);
}

/** A x for a matrix in rows: its Jacobian is A. @differentiable wrt=x modes=jacobian,vjp */
export function linear(a: readonly (readonly number[])[], x: readonly number[]): number[] {
  return a.map((row) => row.reduce((sum, v, j) => sum + v * x[j]!, 0));
}

/** @differentiable modes=grad,d2 */
export function bell(x: number): number {
  return Math.exp(-(x ** 2));
}

/** @differentiable modes=grad,d2,d3 */
export function sineSquare(x: number): number {
  return Math.sin(x) * x ** 2;
}

/** @differentiable modes=grad,hvp,hessian */
export function rosenbrock(x: number, y: number): number {
  return (1 - x) ** 2 + 100 * (y - x ** 2) ** 2;
}

/** x used many times: adjoints add up. @differentiable */
export function fan(x: number): number {
  const y = x * x;
  return y * y + y * x + Math.sin(y);
}

/** A branch and a loop whose length is data. @differentiable */
export function control(x: number): number {
  let y = x;
  while (y < 10) y = y > 2 ? y * y : y + x;
  return y;
}

/** A rectifier of one's own, with a rule. */
export function rectify(x: number): number {
  return x > 0 ? x : 0;
}
/** @vjp rectify */
export function rectifyRule(x: number): [value: number, pullback: (seed: number) => number] {
  return [rectify(x), (seed) => (x > 0 ? seed : 0)];
}

export function leakyRectify(x: number, slope: number): number {
  return x > 0 ? x : slope * x;
}
/** @vjp leakyRectify */
export function leakyRectifyRule(
  x: number,
  slope: number,
): [value: number, pullback: (seed: number) => [x: number, slope: number]] {
  return [leakyRectify(x, slope), (seed) => (x > 0 ? [seed, 0] : [slope * seed, seed * x])];
}

/** @differentiable */
export function rectified(x: number): number {
  return 3 * rectify(2 * x);
}

/** @differentiable */
export function leaky(x: number, slope: number): number {
  return 3 * leakyRectify(2 * x, slope);
}

/** A rule that is not the derivative: a straight-through estimator. */
export function rounded(x: number): number {
  return Math.round(x);
}
/** @vjp rounded */
export function roundedRule(x: number): [value: number, pullback: (seed: number) => number] {
  return [Math.round(x), (seed) => seed];
}
/** @differentiable */
export function straight(x: number): number {
  return rounded(x) ** 2;
}
