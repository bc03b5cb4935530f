/**
 * The data set Thurber of the NIST Statistical Reference Datasets, a work of the United States government in the public
 * domain: R. Thurber, NIST, semiconductor electron mobility. NIST rates the fit "higher level of difficulty" and gives
 * certified values of the parameters and of the residual sum of squares to 11 digits.
 */

/** Logarithms of the density. */
export const xs = Float64Array.from([
  -3.067, -2.981, -2.921, -2.912, -2.84, -2.797, -2.702, -2.699, -2.633, -2.481, -2.363, -2.322, -1.501, -1.46, -1.274,
  -1.212, -1.1, -1.046, -0.915, -0.714, -0.566, -0.545, -0.4, -0.309, -0.109, -0.103, 0.01, 0.119, 0.377, 0.79, 0.963,
  1.006, 1.115, 1.572, 1.841, 2.047, 2.2,
]);

/** Measured electron mobilities. */
export const ys = Float64Array.from([
  80.574, 84.248, 87.264, 87.195, 89.076, 89.608, 89.868, 90.101, 92.405, 95.854, 100.696, 101.06, 401.672, 390.724,
  567.534, 635.316, 733.054, 759.087, 894.206, 990.785, 1090.109, 1080.914, 1122.643, 1178.351, 1260.531, 1273.514,
  1288.339, 1327.543, 1353.863, 1414.509, 1425.208, 1421.384, 1442.962, 1464.35, 1468.705, 1447.894, 1457.628,
]);

/** The two starting points that NIST proposes, the harder one first. */
export const starts: readonly Float64Array[] = [
  Float64Array.of(1000, 1000, 400, 40, 0.7, 0.3, 0.03),
  Float64Array.of(1300, 1500, 500, 75, 1, 0.4, 0.05),
];

/** Certified values of the parameters. */
export const certified = Float64Array.of(
  1.28813968e3,
  1.4910792535e3,
  5.8323836877e2,
  7.5416644291e1,
  9.6629502864e-1,
  3.9797285797e-1,
  4.9727297349e-2,
);
export const certifiedSumOfSquares = 5.6427082397e3;
