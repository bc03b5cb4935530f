/** Two rows of the Jacobian of bundle adjustment on the minimal tape. */
import { backpropagate, startTape, Value, values } from "./value.js";

/** Writes 15 numbers for each of the two residuals from `offset` on: camera (11), point (3), weight. */
export function reprojectionByTape(
  camera: Float64Array,
  point: Float64Array,
  weight: number,
  feature: Float64Array,
  into: Float64Array,
  offset: number,
): void {
  startTape();
  const [c, p, w] = [values(camera), values(point), new Value(weight)];
  const [r, y] = [c.slice(0, 3), p.map((coordinate, i) => coordinate.minus(c[3 + i]!))];
  const z = rotated(r, y);
  const [u, v] = [z[0]!.over(z[2]!), z[1]!.over(z[2]!)];
  const squared = u.times(u).plus(v.times(v));
  const distortion = squared.times(squared.times(c[10]!).plus(c[9]!)).plus(1);
  [u, v].forEach((coordinate, row) => {
    const seen = coordinate
      .times(distortion)
      .times(c[6]!)
      .plus(c[7 + row]!);
    backpropagate(seen.minus(feature[row]!).times(w));
    [...c, ...p, w].forEach(({ adjoint }, i) => (into[offset + 15 * row + i] = adjoint));
  });
}

const dot = (a: readonly Value[], b: readonly Value[]): Value =>
  a[0]!.times(b[0]!).plus(a[1]!.times(b[1]!)).plus(a[2]!.times(b[2]!));

const cross = (a: readonly Value[], b: readonly Value[]): Value[] =>
  [0, 1, 2].map((i) => {
    const [j, k] = [(i + 1) % 3, (i + 2) % 3];
    return a[j]!.times(b[k]!).minus(a[k]!.times(b[j]!));
  });

function rotated(r: readonly Value[], y: readonly Value[]): Value[] {
  const squaredAngle = dot(r, r);
  if (squaredAngle.value === 0) return cross(r, y).map((turned, i) => turned.plus(y[i]!));
  const angle = squaredAngle.sqrt();
  const [cosine, sine] = [angle.cos(), angle.sin()];
  const axis = r.map((component) => component.over(angle));
  const along = dot(axis, y).times(cosine.times(-1).plus(1));
  return cross(axis, y).map((turned, i) => turned.times(sine).plus(y[i]!.times(cosine)).plus(axis[i]!.times(along)));
}
