/** The gradient of `heatMisfit`: all grids are kept; the reverse loop scatters to two arrays by turns. */

/** The grid at the start of each step; kept from call to call. */
let kept = new Float64Array(0);

export function heatGradient(
  initial: Float64Array,
  conductivity: Float64Array,
  target: Float64Array,
  n: number,
  steps: number,
): [initial: Float64Array, conductivity: Float64Array] {
  const size = initial.length;
  if (kept.length < (steps + 1) * size) kept = new Float64Array((steps + 1) * size);
  const grids = kept;
  grids.set(initial);
  for (let step = 0; step < steps; step++) {
    const now = step * size;
    const next = now + size;
    grids.copyWithin(next, now, now + n);
    grids.copyWithin(next + size - n, next - n, next);
    for (let i = 1; i < n - 1; i++) {
      const row = i * n;
      grids[next + row] = grids[now + row]!;
      grids[next + row + n - 1] = grids[now + row + n - 1]!;
      let west = grids[now + row]!;
      let here = grids[now + row + 1]!;
      for (let c = row + 1; c < row + n - 1; c++) {
        const p = now + c;
        const east = grids[p + 1]!;
        grids[next + c] = here + conductivity[c]! * (grids[p - n]! + grids[p + n]! + west + east - 4 * here);
        west = here;
        here = east;
      }
    }
  }

  const dConductivity = new Float64Array(size);
  let dNext = new Float64Array(size);
  let dNow = new Float64Array(size);
  const last = steps * size;
  for (let c = 0; c < size; c++) {
    dNext[c] = grids[last + c]! - target[c]!;
  }
  // What reaches the boundary stays there: its adjoint only grows.
  for (let step = steps - 1; step >= 0; step--) {
    const now = step * size;
    dNow.fill(0);
    for (let j = 0; j < n; j++) {
      dNow[j] = dNext[j]!;
      dNow[size - n + j] = dNext[size - n + j]!;
    }
    for (let i = 1; i < n - 1; i++) {
      const row = i * n;
      dNow[row]! += dNext[row]!;
      dNow[row + n - 1]! += dNext[row + n - 1]!;
      let west = grids[now + row]!;
      let here = grids[now + row + 1]!;
      for (let c = row + 1; c < row + n - 1; c++) {
        const p = now + c;
        const east = grids[p + 1]!;
        const d = dNext[c]!;
        dConductivity[c]! += d * (grids[p - n]! + grids[p + n]! + west + east - 4 * here);
        const flow = d * conductivity[c]!;
        dNow[c - n]! += flow;
        dNow[c - 1]! += flow;
        dNow[c]! += d - 4 * flow;
        dNow[c + 1]! += flow;
        dNow[c + n]! += flow;
        west = here;
        here = east;
      }
    }
    [dNext, dNow] = [dNow, dNext];
  }
  return [dNext, dConductivity];
}
