/** Projects of ordinary code, a part of which is differentiable: files by their paths. */

export interface Shape {
  readonly files: number;
  readonly lines: number;
  /** Annotated functions; one in a file, in files that lie evenly among the others. */
  readonly annotated: number;
}

/** Files below `src/`, and a tsconfig. */
export function projectFiles({ files, lines, annotated }: Shape): ReadonlyMap<string, string> {
  const made = new Map<string, string>([...settings, ["src/lib/vector.ts", vector], ["src/lib/numeric.ts", numeric]]);
  const perFile = Math.round(lines / files);
  let models = 0;
  for (let k = 0; k < files; k++) {
    const isModel = Math.floor(((k + 1) * annotated) / files) > Math.floor((k * annotated) / files);
    const parts = [isModel ? modelImports : "", imports(k), isModel ? model(models) : "", service(k)];
    if (isModel) models++;
    let text = parts.filter(Boolean).join("\n");
    for (let n = 0; text.split("\n").length < perFile; n++) text += `\n${filler[n % filler.length]?.(k, n) ?? ""}`;
    made.set(fileOf(k), text);
  }
  return made;
}

/** A project of one file. */
export const soleFile = (path: string, text: string): ReadonlyMap<string, string> =>
  new Map([...settings, [path, text]]);

const fileOf = (k: number): string => `src/part${k % 20}/unit${k}.ts`;

const tsconfig = {
  compilerOptions: {
    target: "es2022",
    lib: ["es2023"],
    module: "nodenext",
    moduleResolution: "nodenext",
    strict: true,
    noUncheckedIndexedAccess: true,
    types: [],
    outDir: "dist",
  },
  include: ["src"],
};

const settings: readonly (readonly [string, string])[] = [
  ["package.json", '{ "type": "module" }\n'],
  ["tsconfig.json", `${JSON.stringify(tsconfig, undefined, 2)}\n`],
];

/** Each file knows the one before it and some older one. */
function imports(k: number): string {
  const before = [...new Set([k - 1, Math.floor(k / 2) - 1])].filter((n) => n >= 0);
  return before.map((n) => `import { Store${n}, type Item${n} } from "../part${n % 20}/unit${n}.js";`).join("\n");
}

const modelImports = `import { clamp, logistic, norm2 } from "../lib/numeric.js";
import { Vector } from "../lib/vector.js";`;

function model(k: number): string {
  return models[k % models.length]?.(k) ?? "";
}

const models: readonly ((k: number) => string)[] = [
  (k) => `
/** @differentiable wrt=weights */
export function fit${k}(weights: Float64Array, data: readonly (readonly number[])[], labels: readonly number[]): number {
  let loss = 0;
  for (let i = 0; i < data.length; i++) {
    const row = data[i]!;
    let z = weights[0]!;
    for (let j = 0; j < row.length; j++) z += weights[j + 1]! * row[j]!;
    const p = logistic(z);
    loss -= labels[i]! * Math.log(p + 1e-9) + (1 - labels[i]!) * Math.log(1 - p + 1e-9);
  }
  return loss / data.length + ${k % 10} * 0.01 * norm2(weights);
}
`,
  (k) => `
interface Spring${k} {
  readonly stiffness: number;
  readonly damping: number;
  readonly rest: number;
}

/** @differentiable wrt=spring */
export function swing${k}(spring: Spring${k}, start: number, steps: number): number {
  let x = start;
  let v = 0;
  let energy = 0;
  for (let i = 0; i < steps; i++) {
    const force = -spring.stiffness * (x - spring.rest) - spring.damping * v;
    v += force * 0.01;
    x += v * 0.01;
    if (x > 10) {
      x = 10;
      v = -v * 0.5;
    }
    energy += 0.5 * v * v + 0.5 * spring.stiffness * (x - spring.rest) ** 2;
  }
  return energy / ${(k % 4) + 1};
}
`,
  (k) => `
/** @differentiable */
export function pull${k}(x: number, y: number, z: number): number {
  const at = new Vector(x, y, z);
  const others = [new Vector(1, 0, 0), new Vector(0, ${(k % 3) + 1}, 0), new Vector(0, 0, 2)];
  let potential = 0;
  for (const other of others) {
    const between = other.minus(at);
    potential -= 1 / Math.sqrt(between.dot(between) + 0.01);
  }
  return potential + clamp(at.length(), 0, 5);
}
`,
  (k) => `
/** @differentiable wrt=a */
export function solve${k}(a: number[], b: number[]): number {
  const scaled = a.map((v, i) => v * (b[i] ?? 1));
  const total = scaled.reduce((sum, v) => sum + v * v, 0);
  const root = (value: number): number => {
    let guess = 1;
    for (let i = 0; i < ${(k % 5) + 5}; i++) guess = 0.5 * (guess + value / guess);
    return guess;
  };
  return root(total + 1) * Math.exp(-total / ${k + 10});
}
`,
];

function service(k: number): string {
  const adopt =
    k === 0
      ? ""
      : `
  adopt(other: Store${k - 1}): number {
    let count = 0;
    for (const item of other.all()) {
      this.add({ id: \`\${item.id}-${k}\`, kind: item.kind, size: item.size + 1, tags: [...item.tags, "adopted"] });
      count++;
    }
    return count;
  }
`;
  return `
export interface Item${k} {
  readonly id: string;
  readonly kind: "plain" | "rich";
  readonly size: number;
  readonly tags: readonly string[];
}

export class Store${k} {
  readonly #items = new Map<string, Item${k}>();
  readonly #listeners: ((item: Item${k}) => void)[] = [];

  add(item: Item${k}): this {
    this.#items.set(item.id, item);
    for (const listener of this.#listeners) listener(item);
    return this;
  }

  find(id: string): Item${k} | undefined {
    return this.#items.get(id);
  }

  all(): Item${k}[] {
    return [...this.#items.values()].sort((left, right) => left.size - right.size || left.id.localeCompare(right.id));
  }

  onAdd(listener: (item: Item${k}) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      const at = this.#listeners.indexOf(listener);
      if (at >= 0) this.#listeners.splice(at, 1);
    };
  }
${adopt}}
`;
}

const filler: readonly ((k: number, n: number) => string)[] = [
  (k, n) => `export function describe${k}_${n}(items: readonly Item${k}[]): string {
  const parts: string[] = [];
  for (const { id, kind, size } of items) {
    if (kind === "rich" && size > ${n + 1}) parts.push(\`\${id} (\${size.toFixed(1)})\`);
    else parts.push(id.toUpperCase());
  }
  return parts.length === 0 ? "nothing" : parts.join(", ");
}
`,
  (k, n) => `export function group${k}_${n}(items: readonly Item${k}[]): Record<string, Item${k}[]> {
  const groups: Record<string, Item${k}[]> = {};
  for (const item of items) {
    for (const tag of item.tags) (groups[tag] ??= []).push(item);
  }
  return Object.fromEntries(Object.entries(groups).filter(([, members]) => members.length > ${n}));
}
`,
  (k, n) => `export async function load${k}_${n}(read: (name: string) => Promise<string>): Promise<Store${k}> {
  const store = new Store${k}();
  try {
    const parsed: unknown = JSON.parse(await read("items-${k}.json"));
    if (!Array.isArray(parsed)) throw new TypeError("not a list");
    for (const [index, entry] of parsed.entries()) {
      if (typeof entry !== "object" || entry === null) continue;
      const size = "size" in entry && typeof entry.size === "number" ? entry.size : ${n};
      store.add({ id: String(index), kind: size > 10 ? "rich" : "plain", size, tags: Object.keys(entry) });
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    store.add({ id: "failed", kind: "plain", size: why.length, tags: [why] });
  }
  return store;
}
`,
  (
    k,
    n,
  ) => `export const totals${k}_${n} = (items: readonly Item${k}[]): { count: number; mean: number; largest: Item${k} | undefined } => {
  const count = items.length;
  const mean = items.map(({ size }) => size).reduce((sum, size) => sum + size, 0) / Math.max(1, count);
  const largest = items.reduce<Item${k} | undefined>((best, item) => (best && best.size > item.size ? best : item), undefined);
  return { count, mean, largest };
};
`,
];

const vector = `/** A point or direction in space. */
export class Vector {
  constructor(
    readonly x: number,
    readonly y: number,
    readonly z: number,
  ) {}

  plus(other: Vector): Vector {
    return new Vector(this.x + other.x, this.y + other.y, this.z + other.z);
  }

  minus(other: Vector): Vector {
    return new Vector(this.x - other.x, this.y - other.y, this.z - other.z);
  }

  dot(other: Vector): number {
    return this.x * other.x + this.y * other.y + this.z * other.z;
  }

  length(): number {
    return Math.sqrt(this.dot(this) + 1e-12);
  }
}
`;

const numeric = `export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

export function logistic(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

export function norm2(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}
`;
