// A class-I molecular force field over flat coordinates, with topology objects and a reusable neighbour table.

export interface Atom {
  readonly element: string;
  readonly charge: number;
}

export interface Bond {
  i: number;
  j: number;
  k: number;
  r0: number;
}

export interface Angle {
  i: number;
  j: number;
  k: number;
  stiffness: number;
  /** degrees */
  theta0: number;
}

export interface Dihedral {
  atoms: [number, number, number, number];
  terms: { n: number; amplitude: number; phase: number }[];
}

export interface Topology {
  atoms: Atom[];
  bonds: Bond[];
  angles: Angle[];
  dihedrals: Dihedral[];
}

export interface LjTypes {
  [element: string]: { sigma: number; epsilon: number } | undefined;
}

interface EnergyBreakdown {
  bond: number;
  angle: number;
  dihedral: number;
  lj: number;
  coulomb: number;
}

const COULOMB = 332.0637;
const SCALE_14 = { lj: 0.5, coulomb: 1 / 1.2 } as const;
const toRadians = (deg: number) => (deg * Math.PI) / 180;

class NeighborTable {
  private readonly relation = new Map<string, 1 | 2 | 3>();

  constructor(readonly topology: Topology) {
    const adjacent = new Map<number, Set<number>>();
    for (let a = 0; a < topology.atoms.length; a++) adjacent.set(a, new Set());
    for (const { i, j } of topology.bonds) {
      adjacent.get(i)?.add(j);
      adjacent.get(j)?.add(i);
    }
    for (const [a] of adjacent) {
      let shell = new Set([a]);
      const seen = new Set([a]);
      for (const separation of [1, 2, 3] as const) {
        const next = new Set<number>();
        for (const s of shell) {
          for (const n of adjacent.get(s) ?? []) {
            if (seen.has(n)) continue;
            seen.add(n);
            next.add(n);
            this.relation.set(NeighborTable.key(a, n), separation);
          }
        }
        shell = next;
      }
    }
  }

  private static key(a: number, b: number): string {
    return a < b ? `${a}:${b}` : `${b}:${a}`;
  }

  /** Number of bonds between two atoms, up to three. */
  separation(a: number, b: number): number | undefined {
    return this.relation.get(NeighborTable.key(a, b));
  }
}

function distance(xyz: Float64Array, i: number, j: number): number {
  const dx = xyz[3 * i]! - xyz[3 * j]!;
  const dy = xyz[3 * i + 1]! - xyz[3 * j + 1]!;
  const dz = xyz[3 * i + 2]! - xyz[3 * j + 2]!;
  return Math.sqrt(dx * dx + dy * dy + dz * dz);
}

function difference(xyz: Float64Array, from: number, to: number): Float64Array {
  const d = new Float64Array(3);
  for (let c = 0; c < 3; c++) d[c] = xyz[3 * to + c]! - xyz[3 * from + c]!;
  return d;
}

function dot(a: Float64Array, b: Float64Array): number {
  let s = 0;
  for (let c = 0; c < 3; c++) s += a[c]! * b[c]!;
  return s;
}

function cross(a: Float64Array, b: Float64Array): Float64Array {
  const [ax = 0, ay = 0, az = 0] = a;
  const [bx = 0, by = 0, bz = 0] = b;
  return new Float64Array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]);
}

const bondEnergy = (xyz: Float64Array, { i, j, k, r0 }: Bond): number => 0.5 * k * (distance(xyz, i, j) - r0) ** 2;

function angleEnergy(xyz: Float64Array, angle: Angle): number {
  const u = difference(xyz, angle.j, angle.i);
  const v = difference(xyz, angle.j, angle.k);
  const cos = dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v));
  const theta = Math.acos(Math.min(1, Math.max(-1, cos)));
  return 0.5 * angle.stiffness * (theta - toRadians(angle.theta0)) ** 2;
}

function dihedralAngle(xyz: Float64Array, [a, b, c, d]: Dihedral["atoms"]): number {
  const b1 = difference(xyz, a, b);
  const b2 = difference(xyz, b, c);
  const b3 = difference(xyz, c, d);
  const n1 = cross(b1, b2);
  const n2 = cross(b2, b3);
  const y = dot(cross(n1, n2), b2) / Math.sqrt(dot(b2, b2));
  return Math.atan2(y, dot(n1, n2));
}

function dihedralEnergy(xyz: Float64Array, { atoms, terms }: Dihedral): number {
  const phi = dihedralAngle(xyz, atoms);
  return terms.reduce((e, { n, amplitude, phase }) => e + amplitude * (1 + Math.cos(n * phi - phase)), 0);
}

/** Switches a pair interaction smoothly to zero between `on` and `off`. */
function switching(r: number, on: number, off: number): number {
  if (r <= on) return 1;
  if (r >= off) return 0;
  const x = (r - on) / (off - on);
  return 1 - x * x * x * (10 - 15 * x + 6 * x * x);
}

function evaluate(xyz: Float64Array, topology: Topology, types: LjTypes, cutoff: number): EnergyBreakdown {
  const n = topology.atoms.length;
  if (xyz.length !== 3 * n) throw new RangeError(`expected ${3 * n} coordinates, got ${xyz.length}`);
  const e: EnergyBreakdown = { bond: 0, angle: 0, dihedral: 0, lj: 0, coulomb: 0 };

  for (const b of topology.bonds) e.bond += bondEnergy(xyz, b);
  for (const a of topology.angles) e.angle += angleEnergy(xyz, a);
  for (const d of topology.dihedrals) e.dihedral += dihedralEnergy(xyz, d);

  const neighbors = new NeighborTable(topology);
  for (let i = 0; i < n - 1; i++) {
    for (let j = i + 1; j < n; j++) {
      const separation = neighbors.separation(i, j);
      if (separation !== undefined && separation < 3) continue;
      const r = distance(xyz, i, j);
      if (r > cutoff) continue;
      const ai = topology.atoms[i]!;
      const aj = topology.atoms[j]!;
      const ti = types[ai.element];
      const tj = types[aj.element];
      if (!ti || !tj) throw new Error(`no Lennard-Jones type for ${!ti ? ai.element : aj.element}`);

      const sigma = (ti.sigma + tj.sigma) / 2;
      const epsilon = Math.sqrt(ti.epsilon * tj.epsilon);
      const s6 = (sigma / r) ** 6;
      const sw = switching(r, 0.8 * cutoff, cutoff);
      const is14 = separation === 3;
      e.lj += (is14 ? SCALE_14.lj : 1) * 4 * epsilon * (s6 * s6 - s6) * sw;
      e.coulomb += (is14 ? SCALE_14.coulomb : 1) * ((COULOMB * ai.charge * aj.charge) / r) * sw;
    }
  }
  return e;
}

/**
 * Total potential energy, kcal/mol. Its negative gradient in xyz is the force.
 * @differentiable wrt=xyz
 */
export function potentialEnergy(xyz: Float64Array, topology: Topology, types: LjTypes, cutoff = 6): number {
  const { bond, angle, dihedral, lj, coulomb } = evaluate(xyz, topology, types, cutoff);
  return bond + angle + dihedral + lj + coulomb;
}

/**
 * Parameter fitting: squared error of relative conformer energies.
 * @differentiable wrt=topology,types
 */
export function fitError(
  topology: Topology,
  types: LjTypes,
  conformers: readonly { xyz: Float64Array; reference: number }[],
): number {
  const energies = conformers.map(({ xyz }) => potentialEnergy(xyz, topology, types));
  const base = energies[0] ?? 0;
  const baseRef = conformers[0]?.reference ?? 0;
  return conformers.reduce((acc, { reference }, k) => acc + (energies[k]! - base - (reference - baseRef)) ** 2, 0);
}

const hydrogenPeroxideLike = (): Topology => ({
  atoms: [
    { element: "H", charge: 0.41 },
    { element: "O", charge: -0.41 },
    { element: "O", charge: -0.41 },
    { element: "H", charge: 0.41 },
    { element: "Ar", charge: 0.05 },
  ],
  bonds: [
    { i: 0, j: 1, k: 1105, r0: 0.97 },
    { i: 1, j: 2, k: 740, r0: 1.46 },
    { i: 2, j: 3, k: 1105, r0: 0.97 },
  ],
  angles: [
    { i: 0, j: 1, k: 2, stiffness: 120, theta0: 100.2 },
    { i: 1, j: 2, k: 3, stiffness: 120, theta0: 100.2 },
  ],
  dihedrals: [
    {
      atoms: [0, 1, 2, 3],
      terms: [
        { n: 1, amplitude: 1.8, phase: 0.1 },
        { n: 2, amplitude: 1.1, phase: 0 },
      ],
    },
  ],
});

const ljTypes = (): LjTypes => ({
  H: { sigma: 1.2, epsilon: 0.03 },
  O: { sigma: 3.0, epsilon: 0.17 },
  Ar: { sigma: 3.4, epsilon: 0.238 },
});

const geometry = (twist: number): Float64Array => {
  const arm = (sign: number, phi: number) => [sign * (0.73 + 0.17), 0.95 * Math.cos(phi), 0.95 * Math.sin(phi)];
  return Float64Array.from([...arm(-1, 0.2), -0.73, 0, 0.01, 0.73, 0.02, 0, ...arm(1, 0.2 + twist), 0.4, 3.1, 3.4]);
};

export const cases = [
  { name: "potentialEnergy", args: () => [geometry(1.9), hydrogenPeroxideLike(), ljTypes()] },
  { name: "potentialEnergy", args: () => [geometry(-1.1), hydrogenPeroxideLike(), ljTypes(), 5.2] },
  {
    name: "fitError",
    args: () => [
      hydrogenPeroxideLike(),
      ljTypes(),
      [0.4, 1.2, 1.9, 2.8].map((twist, k) => ({ xyz: geometry(twist), reference: [3.1, 0.4, 0, 1.2][k]! })),
    ],
  },
];
