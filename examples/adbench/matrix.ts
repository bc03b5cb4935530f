/** Small matrices, stored row by row. */

/** A 4 × 4 matrix. */
export type Mat4 = Float64Array;
/** A 3 × 3 matrix. */
export type Mat3 = Float64Array;

export function multiply(a: Mat4, b: Mat4): Mat4 {
  const product = new Float64Array(16);
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 4; j++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) {
        sum += a[4 * i + k]! * b[4 * k + j]!;
      }
      product[4 * i + j] = sum;
    }
  }
  return product;
}

/** The affine map with a linear part and no translation. */
export function affineFrom(linear: Mat3): Mat4 {
  const matrix = new Float64Array(16);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      matrix[4 * i + j] = linear[3 * i + j]!;
    }
  }
  matrix[15] = 1;
  return matrix;
}

/** Rz(z) Ry(y) Rx(x). */
export function rotationFromEuler(x: number, z: number, y: number): Mat3 {
  const cx = Math.cos(x);
  const sx = Math.sin(x);
  const cy = Math.cos(y);
  const sy = Math.sin(y);
  const cz = Math.cos(z);
  const sz = Math.sin(z);
  const matrix = new Float64Array(9);
  matrix[0] = cz * cy;
  matrix[1] = cz * sy * sx - sz * cx;
  matrix[2] = cz * sy * cx + sz * sx;
  matrix[3] = sz * cy;
  matrix[4] = sz * sy * sx + cz * cx;
  matrix[5] = sz * sy * cx - cz * sx;
  matrix[6] = -sy;
  matrix[7] = cy * sx;
  matrix[8] = cy * cx;
  return matrix;
}

/** The rotation about (x, y, z) by as many radians as that vector is long; the identity when it is very short. */
export function rotationFromVector(x: number, y: number, z: number): Mat3 {
  const matrix = new Float64Array(9);
  const angle = Math.sqrt(x * x + y * y + z * z);
  if (angle < 1e-4) {
    matrix[0] = 1;
    matrix[4] = 1;
    matrix[8] = 1;
    return matrix;
  }
  const ax = x / angle;
  const ay = y / angle;
  const az = z / angle;
  const s = Math.sin(angle);
  const c = Math.cos(angle);
  const d = 1 - c;
  matrix[0] = ax * ax * d + c;
  matrix[1] = ax * ay * d - az * s;
  matrix[2] = ax * az * d + ay * s;
  matrix[3] = ax * ay * d + az * s;
  matrix[4] = ay * ay * d + c;
  matrix[5] = ay * az * d - ax * s;
  matrix[6] = ax * az * d - ay * s;
  matrix[7] = ay * az * d + ax * s;
  matrix[8] = az * az * d + c;
  return matrix;
}
