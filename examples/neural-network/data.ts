/**
 * Iris: R. A. Fisher, The use of multiple measurements in taxonomic problems, Annals of Eugenics 7 (1936), measured by
 * E. Anderson; 150 flowers of three species, in the public domain. The numbers are those of the paper.
 */
import { readFileSync } from "node:fs";

export const species = ["setosa", "versicolor", "virginica"] as const;

export interface Flowers {
  /** Lengths and widths of sepals and petals, in centimetres. */
  readonly inputs: readonly (readonly number[])[];
  /** Positions in `species`. */
  readonly labels: readonly number[];
}

export function loadFlowers(): Flowers {
  const text = readFileSync(new URL("./iris.csv", import.meta.url), "utf8");
  const rows = text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
  return {
    inputs: rows.map((row) => row.slice(0, 4).map(Number)),
    labels: rows.map((row) => species.findIndex((name) => name === row[4])),
  };
}

/** Every fifth flower is put aside for the test. */
export function split(flowers: Flowers): { training: Flowers; test: Flowers } {
  const part = (keep: (index: number) => boolean): Flowers => ({
    inputs: flowers.inputs.filter((_, i) => keep(i)),
    labels: flowers.labels.filter((_, i) => keep(i)),
  });
  return { training: part((i) => i % 5 !== 4), test: part((i) => i % 5 === 4) };
}

/** Columns with mean 0 and deviation 1, after the means and deviations of `reference`. */
export function standardised(inputs: Flowers["inputs"], reference: Flowers["inputs"]): number[][] {
  const mean = (column: number[]): number => column.reduce((sum, value) => sum + value, 0) / column.length;
  const columns = [0, 1, 2, 3].map((j) => reference.map((row) => row[j]!));
  const means = columns.map(mean);
  const deviations = columns.map((column, j) => Math.sqrt(mean(column.map((value) => (value - means[j]!) ** 2))));
  return inputs.map((row) => row.map((value, j) => (value - means[j]!) / deviations[j]!));
}
