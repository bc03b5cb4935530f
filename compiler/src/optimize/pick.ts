/** The items at the given positions, in the order of the positions. Positions past the end are skipped. */
export function pick<T extends object>(items: readonly T[], positions: readonly number[]): readonly T[] {
  const picked: T[] = [];
  for (const k of positions) {
    const item = items[k];
    if (item !== undefined) picked.push(item);
  }
  return picked;
}
