/** Colourings, sets of inputs, and the matrices made with them. */
import { describe, expect, test } from "vitest";
import { colourColumns, colourSymmetric } from "../../runtime/src/colouring.js";
import { borrowCopy, borrowFloats, returnFloats } from "../../runtime/src/pool.js";
import { multiplySets, uniteSets, withSets } from "../../runtime/src/sets.js";
import { fullMatrix, sparseHessian, sparseJacobian } from "../../runtime/src/sparse.js";
import { Random } from "../support/random.js";

const rowsOf = (rows: readonly (readonly number[])[]): Int32Array[] => rows.map((row) => Int32Array.from(row));
const tridiagonal = (n: number): Int32Array[] =>
  rowsOf(Array.from({ length: n }, (_, i) => [i - 1, i, i + 1].filter((j) => j >= 0 && j < n)));

describe("colours of columns", () => {
  test("three for a tridiagonal matrix of any size", () => {
    expect(new Set(colourColumns(tridiagonal(100), 100)).size).toBe(3);
  });
  test("one for a diagonal, none for columns without entries", () => {
    expect([...colourColumns(rowsOf([[0], [], [2]]), 3)]).toEqual([0, -1, 0]);
  });
  test("columns of one colour have no row in common", () => {
    const random = new Random(7);
    const rows = rowsOf(
      Array.from({ length: 40 }, () => Array.from({ length: 60 }, (_, j) => j).filter(() => random.chance(0.08))),
    );
    const colours = colourColumns(rows, 60);
    for (const row of rows) expect(new Set([...row].map((j) => colours[j])).size).toBe(row.length);
  });
});

describe("star colourings", () => {
  const symmetric = (seed: number): Int32Array[] => {
    const random = new Random(seed);
    const rows = Array.from({ length: 40 }, (_, i) => new Set([i]));
    rows.forEach((row, i) => {
      for (let j = 0; j < i; j++) {
        if (!random.chance(0.07)) continue;
        row.add(j);
        rows[j]?.add(i);
      }
    });
    return rows.map((row) => Int32Array.from(row).sort());
  };
  test("two for an arrow", () => {
    const n = 30;
    const arrow = Array.from({ length: n }, (_, i) => (i === 0 ? Array.from({ length: n }, (__, j) => j) : [0, i]));
    expect(new Set(colourSymmetric(rowsOf(arrow))).size).toBe(2);
  });
  test.each([1, 2, 3, 4, 5])("every entry stands alone in one of its two sums (%i)", (seed) => {
    const rows = symmetric(seed);
    const colours = colourSymmetric(rows);
    const alone = (i: number, j: number): boolean =>
      [...(rows[i] ?? [])].filter((k) => colours[k] === colours[j]).length === 1;
    rows.forEach((row, i) => {
      for (const j of row) expect(alone(i, j) || alone(j, i)).toBe(true);
    });
  });
});

describe("sets", () => {
  test("are looked into at the end", () => {
    withSets(5, (sets) => {
      let all = 0;
      for (let i = 5; i >= 1; i--) all = uniteSets(all, i);
      expect([...sets.members(all)]).toEqual([0, 1, 2, 3, 4]);
      expect([...sets.members(uniteSets(uniteSets(2, 4), uniteSets(4, 2)))]).toEqual([1, 3]);
      expect(sets.members(0)).toHaveLength(0);
    });
  });
  test("note what is multiplied by what", () => {
    withSets(3, (sets) => {
      multiplySets(1, uniteSets(2, 3));
      multiplySets(2, 2);
      expect(sets.neighbours().map((row) => [...row])).toEqual([[1, 2], [0, 1], [0]]);
    });
  });
  test("a long chain of unions is no deep recursion", () => {
    withSets(200_000, (sets) => {
      let all = 0;
      for (let i = 1; i <= 200_000; i++) all = uniteSets(all, i);
      expect(sets.members(all)).toHaveLength(200_000);
    });
  });
});

describe("matrices", () => {
  test("a Jacobian takes as many sweeps as colours", () => {
    let sweeps = 0;
    const shift = (x: Float64Array): Float64Array => {
      sweeps++;
      return x.map((_, i) => (x[i] ?? 0) - 2 * (x[i + 1] ?? 0));
    };
    const sets = (x: Float64Array): Float64Array => x.map((_, i) => uniteSets(x[i] ?? 0, x[i + 1] ?? 0));
    const made = sparseJacobian([new Float64Array(50)], sets, shift);
    expect(sweeps).toBe(2);
    expect(made.shape).toEqual([50, 50]);
    expect(Array.from(made.values.subarray(0, 4))).toEqual([1, -2, 1, -2]);
    expect(Array.from(made.cols.subarray(0, 4))).toEqual([0, 1, 1, 2]);
    expect(fullMatrix([new Float64Array(3)], shift).values).toHaveLength(9);
  });
  test("a Hessian is symmetric to the bit", () => {
    const product = (x: number, ys: number[]): unknown => [ys[0] ?? 0, [x * 1.1, 3 * (ys[1] ?? 0)]];
    const notes = (x: number, ys: number[]): void => {
      multiplySets(x, ys[0] ?? 0);
      multiplySets(ys[1] ?? 0, ys[1] ?? 0);
    };
    const made = sparseHessian([0, [0, 0]] as [number, number[]], notes, product);
    expect([...made.rows]).toEqual([0, 1, 2]);
    expect([...made.cols]).toEqual([1, 0, 2]);
    expect(made.values[0]).toBe(made.values[1]);
    expect(made.values[2]).toBe(3);
  });
});

test("arrays from the pool are zero, or copies, and come back", () => {
  const first = borrowFloats(1234);
  first.fill(7);
  returnFloats(first);
  expect(borrowFloats(1234)).toBe(first);
  expect(first.every((x) => x === 0)).toBe(true);
  expect([...borrowCopy(Float64Array.of(1, 2))]).toEqual([1, 2]);
});
