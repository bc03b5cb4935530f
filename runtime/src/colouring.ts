/** Colourings of sparse matrices: columns of one colour are computed together (Gebremedhin, Manne and Pothen 2005). */

/**
 * Colours the columns of a matrix so that no two of one colour have an entry in the same row (Curtis, Powell and Reid 1974),
 * greedily, in their order.
 *
 * @param rows For each row, the columns in which it has entries.
 * @returns The colour of each column, from 0; -1 for columns without entries.
 */
export function colourColumns(rows: readonly Int32Array[], columns: number): Int32Array {
  const entries = transposed(rows, columns);
  const colours = new Int32Array(columns).fill(-1);
  // forbidden[c] === j: colour c is not for column j.
  const forbidden: number[] = [];
  for (let j = 0; j < columns; j++) {
    const own = entries[j] ?? none;
    if (own.length === 0) continue;
    for (const i of own)
      for (const k of rows[i] ?? none) {
        const taken = colours[k] ?? -1;
        if (taken >= 0) forbidden[taken] = j;
      }
    colours[j] = lowest(forbidden, j);
  }
  return colours;
}

/**
 * Colours a symmetric matrix so that two neighbours have different colours and every path of four has three: then each entry
 * stands alone in one of the two sums it is in (a star colouring; Gebremedhin, Manne and Pothen 2005, algorithm 4.1).
 *
 * @param rows For each row, the columns in which it has entries.
 * @returns The colour of each column, from 0; -1 for columns without entries.
 */
export function colourSymmetric(rows: readonly Int32Array[]): Int32Array {
  const colours = new Int32Array(rows.length).fill(-1);
  const colourOf = (v: number): number => colours[v] ?? -1;
  /** How many neighbours of each colour a vertex has. */
  const counts = rows.map(() => new Map<number, number>());
  // forbidden[c] === v: colour c is not for vertex v.
  const forbidden: number[] = [];
  rows.forEach((own, v) => {
    if (own.length === 0) return;
    for (const w of own) {
      if (w === v) continue;
      const between = colourOf(w);
      if (between >= 0) forbidden[between] = v;
      for (const x of rows[w] ?? none) {
        const taken = colourOf(x);
        if (x === v || x === w || taken < 0 || forbidden[taken] === v) continue;
        // The path v, w, x; if w has a colour, only one that goes on to a fourth vertex of that colour matters.
        if (between < 0 || (counts[x]?.get(between) ?? 0) > 1) forbidden[taken] = v;
      }
    }
    const chosen = lowest(forbidden, v);
    colours[v] = chosen;
    for (const w of own) if (w !== v) counts[w]?.set(chosen, (counts[w].get(chosen) ?? 0) + 1);
  });
  return colours;
}

const none = new Int32Array(0);

function lowest(forbidden: readonly number[], v: number): number {
  let colour = 0;
  while (forbidden[colour] === v) colour++;
  return colour;
}

/** For each column the rows in which it has entries. */
function transposed(rows: readonly Int32Array[], columns: number): Int32Array[] {
  const counts = new Int32Array(columns);
  for (const row of rows) for (const j of row) counts[j] = (counts[j] ?? 0) + 1;
  const result = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  rows.forEach((row, i) => {
    for (const j of row) {
      const column = result[j];
      const at = counts[j] ?? 0;
      if (column !== undefined) column[at] = i;
      counts[j] = at + 1;
    }
  });
  return result;
}
