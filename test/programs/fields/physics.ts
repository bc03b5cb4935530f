// Soft-body physics: a small mass-spring world, integrated with symplectic Euler.

const GRAVITY = -9.81;
const GROUND_STIFFNESS = 4000;

export class Vec2 {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}

  static readonly ZERO = new Vec2(0, 0);

  static polar(r: number, angle: number): Vec2 {
    return new Vec2(r * Math.cos(angle), r * Math.sin(angle));
  }

  add(o: Vec2): Vec2 {
    return new Vec2(this.x + o.x, this.y + o.y);
  }

  sub(o: Vec2): Vec2 {
    return new Vec2(this.x - o.x, this.y - o.y);
  }

  scale(k: number): Vec2 {
    return new Vec2(this.x * k, this.y * k);
  }

  dot(o: Vec2): number {
    return this.x * o.x + this.y * o.y;
  }

  get length(): number {
    return Math.sqrt(this.dot(this));
  }

  normalized(): Vec2 {
    const len = this.length;
    return len > 1e-12 ? this.scale(1 / len) : Vec2.ZERO;
  }
}

class Particle {
  force = Vec2.ZERO;

  constructor(
    public position: Vec2,
    public velocity: Vec2,
    readonly mass: number,
    readonly pinned = false,
  ) {
    if (mass <= 0) throw new RangeError(`mass must be positive, got ${mass}`);
  }

  applyForce(f: Vec2): void {
    this.force = this.force.add(f);
  }

  integrate(dt: number): void {
    if (!this.pinned) {
      this.velocity = this.velocity.add(this.force.scale(dt / this.mass));
      this.position = this.position.add(this.velocity.scale(dt));
    }
    this.force = Vec2.ZERO;
  }

  get kineticEnergy(): number {
    return 0.5 * this.mass * this.velocity.dot(this.velocity);
  }
}

interface ForceGenerator {
  apply(): void;
  energy(): number;
}

class Spring implements ForceGenerator {
  constructor(
    private readonly a: Particle,
    private readonly b: Particle,
    private readonly restLength: number,
    private readonly stiffness: number,
    private readonly damping: number,
  ) {}

  apply(): void {
    const delta = this.b.position.sub(this.a.position);
    const dir = delta.normalized();
    const relVel = this.b.velocity.sub(this.a.velocity).dot(dir);
    const magnitude = this.stiffness * (delta.length - this.restLength) + this.damping * relVel;
    const f = dir.scale(magnitude);
    this.a.applyForce(f);
    this.b.applyForce(f.scale(-1));
  }

  energy(): number {
    const stretch = this.b.position.sub(this.a.position).length - this.restLength;
    return 0.5 * this.stiffness * stretch ** 2;
  }
}

class Ground implements ForceGenerator {
  constructor(
    private readonly particles: readonly Particle[],
    private readonly height: number,
  ) {}

  apply(): void {
    for (const p of this.particles) {
      const depth = this.height - p.position.y;
      if (depth <= 0) continue;
      p.applyForce(new Vec2(0, GROUND_STIFFNESS * depth));
    }
  }

  energy(): number {
    let total = 0;
    for (const { position } of this.particles) {
      const depth = Math.max(0, this.height - position.y);
      total += 0.5 * GROUND_STIFFNESS * depth * depth;
    }
    return total;
  }
}

class World {
  readonly particles: Particle[] = [];
  private readonly generators: ForceGenerator[] = [];

  addParticle(x: number, y: number, mass: number, { velocity = Vec2.ZERO, pinned = false } = {}): Particle {
    const p = new Particle(new Vec2(x, y), velocity, mass, pinned);
    this.particles.push(p);
    return p;
  }

  connect(a: Particle, b: Particle, stiffness: number, damping = 0.1): void {
    const rest = b.position.sub(a.position).length;
    this.generators.push(new Spring(a, b, rest, stiffness, damping));
  }

  addGround(height: number): void {
    this.generators.push(new Ground(this.particles, height));
  }

  step(dt: number): void {
    for (const p of this.particles) {
      p.applyForce(new Vec2(0, GRAVITY * p.mass));
    }
    for (const g of this.generators) g.apply();
    for (const p of this.particles) p.integrate(dt);
  }

  totalEnergy(): number {
    const kinetic = this.particles.reduce((s, p) => s + p.kineticEnergy, 0);
    const potential = this.particles.reduce((s, p) => s - p.mass * GRAVITY * p.position.y, 0);
    const stored = this.generators.reduce((s, g) => s + g.energy(), 0);
    return kinetic + potential + stored;
  }

  centerOfMass(): Vec2 {
    let sum = Vec2.ZERO;
    let m = 0;
    for (const p of this.particles) {
      sum = sum.add(p.position.scale(p.mass));
      m += p.mass;
    }
    return sum.scale(1 / m);
  }
}

export interface ThrowParams {
  speed: number;
  angle: number;
  stiffness: number;
  damping: number;
}

function buildBlob(world: World, { speed, angle, stiffness, damping }: ThrowParams, mass: number): void {
  const velocity = Vec2.polar(speed, angle);
  const corners = [
    [0, 1],
    [0.5, 1.1],
    [0.6, 1.7],
    [-0.05, 1.6],
  ] as const;
  const ps = corners.map(([x, y]) => world.addParticle(x, y, mass, { velocity }));
  for (let i = 0; i < ps.length; i++) {
    for (let j = i + 1; j < ps.length; j++) {
      world.connect(ps[i]!, ps[j]!, stiffness, damping);
    }
  }
}

/**
 * Squared distance of the blob's centre of mass from a target after `steps` steps.
 * @differentiable wrt=params,target
 */
export function throwLoss(params: ThrowParams, target: Vec2, steps: number, dt = 0.005): number {
  const world = new World();
  buildBlob(world, params, 0.25);
  world.addGround(0);
  for (let i = 0; i < steps; i++) world.step(dt);
  const miss = world.centerOfMass().sub(target);
  return miss.dot(miss);
}

/**
 * Energy of a hanging rope after swinging for a while; the first node is pinned.
 * @differentiable wrt=masses,stiffness
 */
export function ropeEnergy(masses: readonly number[], stiffness: number, steps = 20): number {
  const world = new World();
  let previous = world.addParticle(0, 0, 1, { pinned: true });
  masses.forEach((m, i) => {
    const node = world.addParticle(0.3 * (i + 1), -0.05 * i, m);
    world.connect(previous, node, stiffness * (1 + i * 0.1), 0.05);
    previous = node;
  });
  for (let k = 0; k < steps; k++) world.step(0.01);
  return world.totalEnergy();
}

export const cases = [
  {
    name: "throwLoss",
    args: () => [{ speed: 4, angle: 0.3, stiffness: 120, damping: 0.8 }, new Vec2(2.5, 0.4), 110, 0.005],
  },
  { name: "ropeEnergy", args: () => [[0.2, 0.3, 0.25, 0.5], 80] },
];
