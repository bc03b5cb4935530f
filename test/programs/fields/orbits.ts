// Orbit mechanics and geodesy: Kepler's equation, elements to state, J2 propagation, ground tracks, Vincenty.

export interface Elements {
  /** semi-major axis, km */
  a: number;
  e: number;
  /** angles in radians */
  i: number;
  raan: number;
  argp: number;
  meanAnomaly: number;
}

export type StateVector = [x: number, y: number, z: number, vx: number, vy: number, vz: number];

export const EARTH = Object.freeze({
  mu: 398600.4418,
  radius: 6378.137,
  flattening: 1 / 298.257223563,
  j2: 1.08262668e-3,
  rotation: 7.2921159e-5,
});

const MAX_ITERATIONS = 30;

/** Eccentric anomaly by Newton's method. */
function solveKepler(M: number, e: number, tol = 1e-13): number {
  if (e < 0 || e >= 1) throw new RangeError(`eccentricity ${e} is not elliptic`);
  let E = e < 0.8 ? M : Math.PI;
  for (let n = 0; n < MAX_ITERATIONS; n++) {
    const f = E - e * Math.sin(E) - M;
    const fp = 1 - e * Math.cos(E);
    const delta = f / fp;
    E -= delta;
    if (Math.abs(delta) < tol) return E;
  }
  throw new Error("Kepler's equation did not converge");
}

function toStateVector({ a, e, i, raan, argp, meanAnomaly }: Elements, mu: number): StateVector {
  const E = solveKepler(meanAnomaly, e);
  const [cE, sE] = [Math.cos(E), Math.sin(E)];
  const b = Math.sqrt(1 - e * e);
  const n = Math.sqrt(mu / a ** 3);
  const rdot = (n * a) / (1 - e * cE);
  // perifocal frame
  const xp = a * (cE - e);
  const yp = a * b * sE;
  const vxp = -rdot * sE;
  const vyp = rdot * b * cE;

  const [cO, sO, cw, sw, ci, si] = [raan, argp, i].flatMap((angle) => [Math.cos(angle), Math.sin(angle)]) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const P = [cO * cw - sO * sw * ci, sO * cw + cO * sw * ci, sw * si] as const;
  const Q = [-cO * sw - sO * cw * ci, -sO * sw + cO * cw * ci, cw * si] as const;

  return [
    P[0] * xp + Q[0] * yp,
    P[1] * xp + Q[1] * yp,
    P[2] * xp + Q[2] * yp,
    P[0] * vxp + Q[0] * vyp,
    P[1] * vxp + Q[1] * vyp,
    P[2] * vxp + Q[2] * vyp,
  ];
}

type Acceleration = (s: StateVector) => [number, number, number];

const pointMass =
  (mu: number): Acceleration =>
  ([x, y, z]) => {
    const r = Math.hypot(x, y, z);
    const k = -mu / r ** 3;
    return [k * x, k * y, k * z];
  };

const oblateness =
  (mu: number, j2: number, radius: number): Acceleration =>
  ([x, y, z]) => {
    const r2 = x * x + y * y + z * z;
    const r = Math.sqrt(r2);
    const k = (-1.5 * j2 * mu * radius * radius) / (r2 * r2 * r);
    const zr = (5 * z * z) / r2;
    return [k * x * (1 - zr), k * y * (1 - zr), k * z * (3 - zr)];
  };

const drag =
  (ballistic: number): Acceleration =>
  ([x, y, z, vx, vy, vz]) => {
    const altitude = Math.sqrt(x * x + y * y + z * z) - EARTH.radius;
    const density = 3.614e-4 * Math.exp(-(altitude - 500) / 63);
    // the atmosphere turns with the Earth
    const wx = vx + EARTH.rotation * y;
    const wy = vy - EARTH.rotation * x;
    const speed = Math.hypot(wx, wy, vz);
    const k = -0.5 * ballistic * density * speed * 1e-6;
    return [k * wx, k * wy, k * vz];
  };

function sumOf(...models: Acceleration[]): Acceleration {
  return (s) => {
    const total: [number, number, number] = [0, 0, 0];
    for (const model of models) {
      const a = model(s);
      total[0] += a[0];
      total[1] += a[1];
      total[2] += a[2];
    }
    return total;
  };
}

function leapfrog(initial: StateVector, accel: Acceleration, duration: number, steps: number): StateVector {
  const h = duration / steps;
  let [x, y, z, vx, vy, vz] = initial;
  let [ax, ay, az] = accel(initial);
  while (steps-- > 0) {
    vx += 0.5 * h * ax;
    vy += 0.5 * h * ay;
    vz += 0.5 * h * az;
    x += h * vx;
    y += h * vy;
    z += h * vz;
    [ax, ay, az] = accel([x, y, z, vx, vy, vz]);
    vx += 0.5 * h * ax;
    vy += 0.5 * h * ay;
    vz += 0.5 * h * az;
  }
  return [x, y, z, vx, vy, vz];
}

interface Geodetic {
  latitude: number;
  longitude: number;
  height: number;
}

/** Earth-fixed Cartesian to geodetic coordinates, iterating on the latitude. */
function toGeodetic(x: number, y: number, z: number): Geodetic {
  const e2 = EARTH.flattening * (2 - EARTH.flattening);
  const p = Math.hypot(x, y);
  let latitude = Math.atan2(z, p * (1 - e2));
  let height = 0;
  let previous: number;
  let guard = 0;
  do {
    previous = latitude;
    const s = Math.sin(latitude);
    const N = EARTH.radius / Math.sqrt(1 - e2 * s * s);
    height = p / Math.cos(latitude) - N;
    latitude = Math.atan2(z, p * (1 - (e2 * N) / (N + height)));
  } while (Math.abs(latitude - previous) > 1e-12 && ++guard < 20);
  return { latitude, longitude: Math.atan2(y, x), height };
}

interface Sighting {
  /** seconds after epoch */
  time: number;
  ra: number;
  dec: number;
  sigma?: number;
}

/**
 * Weighted squared angular residuals of sightings from the Earth's centre, Keplerian motion with secular J2 drift.
 * @differentiable wrt=elements modes=grad,value_and_grad
 */
export function orbitFitCost(elements: Elements, sightings: readonly Sighting[]): number {
  const { mu, j2, radius } = EARTH;
  const { a, e, i } = elements;
  const n = Math.sqrt(mu / a ** 3);
  const p = a * (1 - e ** 2);
  const drift = -1.5 * n * j2 * (radius / p) ** 2 * Math.cos(i);

  return sightings.reduce((cost, { time, ra, dec, sigma = 1e-3 }) => {
    const moved: Elements = {
      ...elements,
      raan: elements.raan + drift * time,
      meanAnomaly: elements.meanAnomaly + n * time,
    };
    const [x, y, z] = toStateVector(moved, mu);
    const r = Math.sqrt(x ** 2 + y ** 2 + z ** 2);
    const cosAngle = (Math.cos(dec) * (x * Math.cos(ra) + y * Math.sin(ra)) + z * Math.sin(dec)) / r;
    return cost + (2 * (1 - cosAngle)) / sigma ** 2;
  }, 0);
}

/**
 * Miss distance (km) after a burn and a numerically propagated coast.
 * @differentiable wrt=elements,burn
 */
export function missDistance(
  elements: Elements,
  burn: readonly [number, number, number],
  target: { latitude: number; longitude: number },
  { duration = 1800, steps = 40, ballistic }: { duration?: number; steps?: number; ballistic?: number } = {},
): number {
  const [x, y, z, vx, vy, vz] = toStateVector(elements, EARTH.mu);
  const kicked: StateVector = [x, y, z, vx + burn[0], vy + burn[1], vz + burn[2]];
  const models = [pointMass(EARTH.mu), oblateness(EARTH.mu, EARTH.j2, EARTH.radius)];
  if (ballistic !== undefined) models.push(drag(ballistic));

  const end = leapfrog(kicked, sumOf(...models), duration, steps);
  const angle = EARTH.rotation * duration;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const { latitude, longitude } = toGeodetic(c * end[0] + s * end[1], -s * end[0] + c * end[1], end[2]);

  const h =
    Math.sin((latitude - target.latitude) / 2) ** 2 +
    Math.cos(latitude) * Math.cos(target.latitude) * Math.sin((longitude - target.longitude) / 2) ** 2;
  return 2 * EARTH.radius * Math.asin(Math.sqrt(h));
}

const leo = (): Elements => ({ a: 6921, e: 0.0123, i: 0.9, raan: 1.2, argp: 0.4, meanAnomaly: 0.25 });
const molniya = (): Elements => ({ a: 26600, e: 0.82, i: 1.107, raan: 0.5, argp: 4.6, meanAnomaly: 1.3 });

export const cases = [
  {
    name: "orbitFitCost",
    args: () => [
      leo(),
      [
        { time: 0, ra: 1.62, dec: 0.5 },
        { time: 600, ra: 2.25, dec: 0.86, sigma: 5e-3 },
        { time: 1500, ra: 3.62, dec: 0.44, sigma: 2e-3 },
      ],
    ],
  },
  {
    name: "orbitFitCost",
    args: () => [
      molniya(),
      [
        { time: 3600, ra: -2.1, dec: 0.9, sigma: 0.1 },
        { time: 9000, ra: 4.2, dec: 1 },
      ],
    ],
  },
  { name: "missDistance", args: () => [leo(), [0.02, -0.05, 0.01], { latitude: 0.2, longitude: 2.5 }] },
  {
    name: "missDistance",
    args: () => [leo(), [0, 0.1, 0], { latitude: 0.6, longitude: 1.9 }, { duration: 900, steps: 25, ballistic: 12 }],
  },
];
