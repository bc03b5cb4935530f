/** The items at the given positions, in the order of the positions. Positions past the end are skipped. */
export function pick<T>(items: readonly T[], positions: readonly number[]): readonly T[] {
  return positions.flatMap((k) => items.slice(k, k + 1));
}
