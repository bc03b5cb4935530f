// Diagram layout by energy minimisation, in the manner of Penrose: shapes, objectives and constraints as data.

type Vec = [number, number];

interface Circle {
  readonly tag: "circle";
  readonly name: string;
  readonly center: Vec;
  readonly r: number;
}

interface Rect {
  readonly tag: "rect";
  readonly name: string;
  readonly center: Vec;
  readonly width: number;
  readonly height: number;
}

interface Label {
  readonly tag: "label";
  readonly name: string;
  readonly center: Vec;
  readonly text: string;
}

interface Arrow {
  readonly tag: "arrow";
  readonly name: string;
  readonly start: Vec;
  readonly end: Vec;
}

type Shape = Circle | Rect | Label | Arrow;
type Blob = Exclude<Shape, Arrow>;
type Energy = (scene: Scene) => number;

class Scene {
  private readonly byName: Map<string, Shape>;

  constructor(readonly shapes: readonly Shape[]) {
    this.byName = new Map(shapes.map((s) => [s.name, s]));
  }

  get(name: string): Shape {
    const s = this.byName.get(name);
    if (s === undefined) throw new Error(`no shape named "${name}"`);
    return s;
  }

  blob(name: string): Blob {
    const s = this.get(name);
    if (s.tag === "arrow") throw new TypeError(`"${name}" is an arrow`);
    return s;
  }

  arrow(name: string): Arrow {
    const s = this.get(name);
    if (s.tag !== "arrow") throw new TypeError(`"${name}" is not an arrow`);
    return s;
  }
}

const CHAR_WIDTH = 7.2;
const LINE_HEIGHT = 14;

// ---- geometry

const sq = (x: number) => x * x;
const relu = (x: number) => Math.max(0, x);
const vsub = ([a, b]: Vec, [c, d]: Vec): Vec => [a - c, b - d];
const vnorm = ([a, b]: Vec) => Math.sqrt(a * a + b * b + 1e-10);
const vdist = (a: Vec, b: Vec) => vnorm(vsub(a, b));

function halfExtents(s: Blob): Vec {
  switch (s.tag) {
    case "circle":
      return [s.r, s.r];
    case "rect":
      return [s.width / 2, s.height / 2];
    case "label":
      return [(s.text.length * CHAR_WIDTH) / 2, LINE_HEIGHT / 2];
  }
}

const boundingRadius = (s: Blob): number => (s.tag === "circle" ? s.r : vnorm(halfExtents(s)));

/** Signed gap between two shapes; negative when they overlap. */
function gap(a: Blob, b: Blob): number {
  if (a.tag === "circle" && b.tag === "circle") {
    return vdist(a.center, b.center) - a.r - b.r;
  }
  if (a.tag === "circle" || b.tag === "circle") {
    const [circle, box] = a.tag === "circle" ? [a, b] : [b as Circle, a];
    const [hx, hy] = halfExtents(box);
    const [dx, dy] = vsub(circle.center, box.center);
    const qx = Math.abs(dx) - hx;
    const qy = Math.abs(dy) - hy;
    const outside = Math.sqrt(sq(relu(qx)) + sq(relu(qy)) + 1e-10);
    return outside + Math.min(Math.max(qx, qy), 0) - circle.r;
  }
  const [ax, ay] = halfExtents(a);
  const [bx, by] = halfExtents(b);
  const [dx, dy] = vsub(a.center, b.center);
  return Math.max(Math.abs(dx) - ax - bx, Math.abs(dy) - ay - by);
}

// ---- constraints: zero when satisfied; each returns a function of the scene

const constraint = {
  disjoint:
    (a: string, b: string, padding = 4): Energy =>
    (scene) =>
      sq(relu(padding - gap(scene.blob(a), scene.blob(b)))),

  contains:
    (outer: string, inner: string, padding = 2): Energy =>
    (scene) => {
      const o = scene.blob(outer);
      const i = scene.blob(inner);
      if (o.tag === "circle") {
        return sq(relu(vdist(o.center, i.center) + boundingRadius(i) + padding - o.r));
      }
      const [ox, oy] = halfExtents(o);
      const [ix, iy] = halfExtents(i);
      const [dx, dy] = vsub(i.center, o.center);
      return sq(relu(Math.abs(dx) + ix + padding - ox)) + sq(relu(Math.abs(dy) + iy + padding - oy));
    },

  onCanvas:
    (name: string, width: number, height: number): Energy =>
    (scene) => {
      const s = scene.blob(name);
      const [hx, hy] = halfExtents(s);
      const [x, y] = s.center;
      return [x - hx, width - x - hx, y - hy, height - y - hy].map((slack) => sq(relu(-slack))).reduce((p, c) => p + c);
    },

  minSize:
    (name: string, size: number): Energy =>
    (scene) => {
      const s = scene.blob(name);
      if (s.tag === "circle") return sq(relu(size - s.r));
      return sq(relu(size - Math.min(...halfExtents(s))));
    },
};

const objective = {
  near:
    (a: string, b: string, distance = 0): Energy =>
    (scene) =>
      sq(vdist(scene.blob(a).center, scene.blob(b).center) - distance) / 100,

  sameSize:
    (...names: string[]): Energy =>
    (scene) => {
      const sizes = names.map((n) => boundingRadius(scene.blob(n)));
      const avg = sizes.reduce((p, c) => p + c, 0) / sizes.length;
      return sizes.reduce((acc, s) => acc + sq(s - avg), 0);
    },

  attach:
    (arrowName: string, from: string, to: string): Energy =>
    (scene) => {
      const { start, end } = scene.arrow(arrowName);
      const [a, b] = [scene.blob(from), scene.blob(to)];
      const dStart = vdist(start, a.center) - boundingRadius(a);
      const dEnd = vdist(end, b.center) - boundingRadius(b);
      return sq(dStart) + sq(dEnd) + 0.1 * vdist(start, end);
    },

  leftToRight: (names: readonly string[], step: number): Energy => {
    const pairs = names.slice(1).map((n, i) => [names[i]!, n] as const);
    return (scene) => {
      let e = 0;
      for (const [l, r] of pairs) {
        const [dx, dy] = vsub(scene.blob(r).center, scene.blob(l).center);
        e += sq(dx - step) + 0.25 * sq(dy);
      }
      return e / pairs.length;
    };
  },
};

const CANVAS = { width: 300, height: 200 };

const CONSTRAINTS: readonly Energy[] = [
  constraint.disjoint("A", "B", 10),
  constraint.disjoint("A", "box"),
  constraint.disjoint("box", "title"),
  constraint.contains("A", "a-label"),
  constraint.contains("box", "B", 3),
  ...["A", "B", "box", "title"].map((n) => constraint.onCanvas(n, CANVAS.width, CANVAS.height)),
  constraint.minSize("B", 18),
];

const OBJECTIVES: readonly Energy[] = [
  objective.near("A", "a-label"),
  objective.near("title", "box", 60),
  objective.sameSize("A", "B"),
  objective.attach("f", "A", "B"),
  objective.leftToRight(["A", "box"], 140),
];

/**
 * Exterior-point energy of a scene.
 * @differentiable wrt=shapes modes=grad,value_and_grad
 */
export function layoutEnergy(shapes: Shape[], weight: number): number {
  const scene = new Scene(shapes);
  const sumOf = (fs: readonly Energy[]) => fs.map((f) => f(scene)).reduce((p, c) => p + c, 0);
  return sumOf(OBJECTIVES) + weight * sumOf(CONSTRAINTS);
}

/**
 * The same from a flat vector of degrees of freedom, which is what an optimiser holds.
 * @differentiable wrt=x
 */
export function packedEnergy(x: readonly number[], template: readonly Shape[], weight = 10): number {
  let cursor = 0;
  const next = () => {
    const v = x[cursor++];
    if (v === undefined) throw new RangeError("too few degrees of freedom");
    return v;
  };
  const shapes = template.map((s): Shape => {
    switch (s.tag) {
      case "circle":
        return { ...s, center: [next(), next()], r: next() };
      case "rect":
        return { ...s, center: [next(), next()], width: next(), height: next() };
      case "label":
        return { ...s, center: [next(), next()] };
      case "arrow":
        return { ...s, start: [next(), next()], end: [next(), next()] };
    }
  });
  if (cursor !== x.length) throw new RangeError(`${x.length - cursor} degrees of freedom left over`);
  return layoutEnergy(shapes, weight);
}

const start = (): Shape[] => [
  { tag: "circle", name: "A", center: [61, 102.5], r: 33 },
  { tag: "circle", name: "B", center: [118, 87], r: 17.3 },
  { tag: "rect", name: "box", center: [141, 97], width: 96, height: 71 },
  { tag: "label", name: "a-label", center: [68, 95], text: "set A" },
  { tag: "label", name: "title", center: [150, 161], text: "an injection" },
  { tag: "arrow", name: "f", start: [90, 100], end: [112, 93] },
];

export const cases = [
  { name: "layoutEnergy", args: () => [start(), 3] },
  {
    name: "packedEnergy",
    args: () => [[52, 104, 31, 224, 93, 21, 217, 99, 58, 63, 47, 101, 233, 188, 81, 96, 198, 90], start()],
  },
];
