// Polymorphic shapes: abstract classes, super calls, accessors, overriding, instanceof.

abstract class Shape {
  protected constructor(readonly density: number) {}

  abstract get area(): number;
  abstract get perimeter(): number;
  /** Second moment about the centroid. */
  abstract inertia(): number;

  get mass(): number {
    return this.density * this.area;
  }

  compactness(): number {
    return (4 * Math.PI * this.area) / this.perimeter ** 2;
  }

  describe(): string {
    return `${this.constructor.name} of mass ${this.mass.toFixed(2)}`;
  }
}

class Ellipse extends Shape {
  constructor(
    protected readonly a: number,
    protected readonly b: number,
    density = 1,
  ) {
    super(density);
  }

  override get area(): number {
    return Math.PI * this.a * this.b;
  }

  /** Ramanujan's approximation */
  override get perimeter(): number {
    const h = ((this.a - this.b) / (this.a + this.b)) ** 2;
    return Math.PI * (this.a + this.b) * (1 + (3 * h) / (10 + Math.sqrt(4 - 3 * h)));
  }

  override inertia(): number {
    return (this.mass * (this.a ** 2 + this.b ** 2)) / 4;
  }
}

class Circle extends Ellipse {
  constructor(radius: number, density?: number) {
    super(radius, radius, density);
  }

  override compactness(): number {
    return 1;
  }
}

class Polygon extends Shape {
  constructor(
    private readonly points: readonly (readonly [number, number])[],
    density = 1,
  ) {
    super(density);
    if (points.length < 3) throw new RangeError("a polygon has at least three corners");
  }

  private edges<T>(f: (x0: number, y0: number, x1: number, y1: number) => T): T[] {
    return this.points.map(([x0, y0], i, all) => {
      const [x1, y1] = all[(i + 1) % all.length]!;
      return f(x0, y0, x1, y1);
    });
  }

  override get area(): number {
    return Math.abs(this.edges((x0, y0, x1, y1) => x0 * y1 - x1 * y0).reduce((a, b) => a + b) / 2);
  }

  override get perimeter(): number {
    return this.edges((x0, y0, x1, y1) => Math.hypot(x1 - x0, y1 - y0)).reduce((a, b) => a + b);
  }

  override inertia(): number {
    const second = this.edges((x0, y0, x1, y1) => (x0 * y1 - x1 * y0) * (x0 * x0 + x0 * x1 + x1 * x1 + y0 * y0 + y0 * y1 + y1 * y1));
    return (this.density * Math.abs(second.reduce((a, b) => a + b))) / 12;
  }
}

class Scaled extends Shape {
  constructor(
    private readonly inner: Shape,
    private readonly k: number,
  ) {
    super(inner.density);
  }
  get area() {
    return this.inner.area * this.k ** 2;
  }
  get perimeter() {
    return this.inner.perimeter * this.k;
  }
  inertia() {
    return this.inner.inertia() * this.k ** 4;
  }
}

/**
 * @differentiable
 */
export function designScore(radius: number, axes: [number, number], corners: [number, number][], zoom: number): number {
  const shapes: Shape[] = [new Circle(radius, 2), new Ellipse(...axes), new Polygon(corners, 0.7)];
  shapes.push(new Scaled(shapes[2]!, zoom));
  const massTerm = shapes.reduce((s, shape) => s + shape.mass, 0);
  const round = shapes.filter((s) => s instanceof Ellipse).map((s) => s.compactness());
  const inertia = Math.max(...shapes.map((s) => s.inertia()));
  if (shapes[0]!.describe().length === 0) return 0;
  return massTerm + 3 * round.reduce((a, b) => a * b, 1) - 0.2 * inertia;
}

export const cases = [
  { name: "designScore", args: () => [0.9, [1.4, 0.6], [[0, 0], [2, 0.1], [1.7, 1.3], [0.2, 1.1]], 1.25] },
];
