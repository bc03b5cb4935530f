/** What the judges found: how much was compared, how much had to be skipped, and every disagreement. */
import { leaves, memberAt, numberAt, pathText, type Path } from "./data.js";

export interface Problem {
  /** A short name of what is wrong; shrinking keeps it the same. */
  readonly kind: string;
  readonly message: string;
}

export class Tally {
  comparisons = 0;
  skipped = 0;
  readonly problems: Problem[] = [];

  problem(kind: string, message: string): void {
    this.problems.push({ kind, message });
  }

  /** One yes-or-no comparison. */
  check(kind: string, holds: boolean, message: () => string): void {
    this.comparisons++;
    if (!holds) this.problem(kind, message());
  }

  /** Numbers in `actual` against those in `expected`, relative to the largest of them; `where` names the quantity. */
  compare(kind: string, where: string, actual: unknown, expected: unknown, tolerance = 1e-11): void {
    const wanted = leaves(expected);
    const found = leaves(actual);
    this.check(
      `${kind}: shape`,
      wanted.length === found.length,
      () => `${where} has ${found.length} numbers, not ${wanted.length}`,
    );
    const scale = Math.max(1, ...wanted.map(({ value }) => (Number.isFinite(value) ? Math.abs(value) : 0)));
    for (const { path, value } of wanted) {
      if (!Number.isFinite(value)) {
        this.skipped++;
        continue;
      }
      const got = numberAt(actual, path);
      const allowed = precision(actual, path, tolerance) * (Math.abs(value) + 0.1 * scale);
      this.check(
        kind,
        Math.abs(got - value) <= allowed,
        () => `${where}${path.length > 0 ? pathText(path) : ""} is ${got}, not ${value}`,
      );
    }
  }

  add(other: Tally): void {
    this.comparisons += other.comparisons;
    this.skipped += other.skipped;
    this.problems.push(...other.problems);
  }
}

/** What a `Float32Array` holds is rounded. */
function precision(holder: unknown, path: Path, tolerance: number): number {
  return memberAt(holder, path.slice(0, -1)) instanceof Float32Array ? Math.max(tolerance, 2e-7) : tolerance;
}
