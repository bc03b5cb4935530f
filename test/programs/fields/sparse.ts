// A sparse matrix as a Map of Maps: get-or-create buckets, labelled loops, sorted spreads of a Map.

/**
 * Sparse matrix (map of maps) in a bilinear form, up to a budget of non-zeros.
 * @differentiable wrt=x,y,entries
 */
export function bilinear(
  entries: { row: number; col: number; value: number }[],
  x: Float64Array,
  y: Float64Array,
  budget = Infinity,
): number {
  const rows = new Map<number, Map<number, number>>();
  for (const { row, col, value } of entries) {
    const r = rows.get(row) ?? new Map<number, number>();
    r.set(col, (r.get(col) ?? 0) + value);
    rows.set(row, r);
  }
  let used = 0;
  let acc = 0;
  outer: for (const [i, r] of [...rows].sort(([a], [b]) => a - b)) {
    for (const [j, v] of r) {
      if (used++ >= budget) break outer;
      if (j >= y.length) continue outer;
      acc += x[i]! * v * y[j]!;
    }
  }
  for (const [i, v] of x.entries()) acc += 0.01 * (i + 1) * v ** 2;
  return acc;
}

export const cases = [
  {
    name: "bilinear",
    args: () => [
      [
        { row: 2, col: 0, value: 1.5 },
        { row: 0, col: 1, value: -0.7 },
        { row: 0, col: 1, value: 0.2 },
        { row: 0, col: 2, value: 0.9 },
        { row: 1, col: 0, value: 2.2 },
      ],
      Float64Array.of(0.5, -1.2, 0.8),
      Float64Array.of(1.1, 0.4, -0.6),
      3,
    ],
  },
];
