/** The two rows of the Jacobian of `reprojectionError` as a person derives them. */

/** Writes 15 numbers for each of the two residuals from `offset` on: camera (11), point (3), weight. */
export function reprojectionJacobian(
  camera: Float64Array,
  point: Float64Array,
  weight: number,
  feature: Float64Array,
  into: Float64Array,
  offset: number,
): void {
  const r0 = camera[0]!;
  const r1 = camera[1]!;
  const r2 = camera[2]!;
  const focal = camera[6]!;
  const k1 = camera[9]!;
  const k2 = camera[10]!;
  const y0 = point[0]! - camera[3]!;
  const y1 = point[1]! - camera[4]!;
  const y2 = point[2]! - camera[5]!;

  // The rotated vector is c y + s (r × y) + v (r·y) r with s = sin θ / θ and v = (1 - cos θ) / θ²; ds and dv are the
  // derivatives of s and v over θ, divided by θ.
  const squaredAngle = r0 * r0 + r1 * r1 + r2 * r2;
  let c = 1;
  let s = 1;
  let v = 0;
  let ds = 0;
  let dv = 0;
  let dc = 0;
  if (squaredAngle !== 0) {
    const angle = Math.sqrt(squaredAngle);
    c = Math.cos(angle);
    s = Math.sin(angle) / angle;
    v = (1 - c) / squaredAngle;
    dc = -s;
    ds = (c - s) / squaredAngle;
    dv = (s - 2 * v) / squaredAngle;
  }
  const along = r0 * y0 + r1 * y1 + r2 * y2;
  const c0 = r1 * y2 - r2 * y1;
  const c1 = r2 * y0 - r0 * y2;
  const c2 = r0 * y1 - r1 * y0;
  const z0 = c * y0 + s * c0 + v * along * r0;
  const z1 = c * y1 + s * c1 + v * along * r1;
  const z2 = c * y2 + s * c2 + v * along * r2;

  const x = z0 / z2;
  const y = z1 / z2;
  const rr = x * x + y * y;
  const distortion = 1 + rr * (k1 + rr * k2);
  const slope = k1 + 2 * k2 * rr;
  for (let row = 0; row < 2; row++) {
    const p = offset + 15 * row;
    const own = row === 0 ? x : y;
    const scale = weight * focal;
    // The residual over (x, y), then over the rotated vector.
    const dx = scale * ((row === 0 ? distortion : 0) + own * slope * 2 * x);
    const dy = scale * ((row === 0 ? 0 : distortion) + own * slope * 2 * y);
    const d0 = dx / z2;
    const d1 = dy / z2;
    const d2 = -(dx * x + dy * y) / z2;

    const dAlong = v * (d0 * r0 + d1 * r1 + d2 * r2);
    const dCross = d0 * c0 + d1 * c1 + d2 * c2;
    const dAngle = dc * (d0 * y0 + d1 * y1 + d2 * y2) + ds * dCross + dv * along * (d0 * r0 + d1 * r1 + d2 * r2);
    into[p] = dAngle * r0 + s * (y1 * d2 - y2 * d1) + dAlong * y0 + v * along * d0;
    into[p + 1] = dAngle * r1 + s * (y2 * d0 - y0 * d2) + dAlong * y1 + v * along * d1;
    into[p + 2] = dAngle * r2 + s * (y0 * d1 - y1 * d0) + dAlong * y2 + v * along * d2;
    const e0 = c * d0 + s * (d1 * r2 - d2 * r1) + dAlong * r0;
    const e1 = c * d1 + s * (d2 * r0 - d0 * r2) + dAlong * r1;
    const e2 = c * d2 + s * (d0 * r1 - d1 * r0) + dAlong * r2;
    into[p + 3] = -e0;
    into[p + 4] = -e1;
    into[p + 5] = -e2;
    into[p + 6] = weight * own * distortion;
    into[p + 7] = row === 0 ? weight : 0;
    into[p + 8] = row === 0 ? 0 : weight;
    into[p + 9] = scale * own * rr;
    into[p + 10] = scale * own * rr * rr;
    into[p + 11] = e0;
    into[p + 12] = e1;
    into[p + 13] = e2;
    into[p + 14] = own * distortion * focal + (camera[7 + row]! - feature[row]!);
  }
}
