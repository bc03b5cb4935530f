/**
 * Small projects of their own, outside of the repository, with the two packages as `npm pack` makes them. Their other
 * packages are linked from this repository's `node_modules`: tests start no traffic.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const windows = process.platform === "win32";

let place = "";

beforeAll(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), "adc-integration-")));
  const packages = join(place, "packages");
  for (const name of ["runtime", "compiler"]) {
    const target = join(packages, name);
    mkdirSync(target, { recursive: true });
    const args = [
      "pack",
      join(repository, name),
      "--json",
      "--ignore-scripts",
      "--offline",
      "--pack-destination",
      packages,
    ];
    const output = execFileSync("npm", args, { encoding: "utf8", shell: windows, stdio: ["ignore", "pipe", "ignore"] });
    const [packed]: { filename: string }[] = JSON.parse(output);
    if (!packed) throw new Error(`npm pack made no tarball of ${name}`);
    execFileSync("tar", ["-xzf", join(packages, packed.filename), "-C", target, "--strip-components=1"]);
  }
});

afterAll(() => {
  rmSync(place, { recursive: true, force: true });
});

/** Name of a dependency of this repository that is some TypeScript. */
export type TypeScriptPackage = "typescript" | "typescript-5" | "typescript-7";

export interface Finished {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

export interface Project {
  readonly path: string;
  read(name: string): string;
  write(name: string, text: string): void;
  remove(name: string): void;
  /** Runs a script of the project with Node: `adc`, `tsc` and `tspc` are known by name. */
  run(script: string, ...args: string[]): Finished;
}

const scripts: Readonly<Record<string, string>> = {
  adc: "node_modules/@adc/compiler/bin/adc.js",
  tsc: "node_modules/typescript/bin/tsc",
  tspc: "node_modules/ts-patch/bin/tspc.js",
};

/** A project with these files, whose `typescript` is the given one, and with more of this repository's packages. */
export function makeProject(
  files: Readonly<Record<string, string>>,
  typescript: TypeScriptPackage = "typescript",
  packages: readonly string[] = [],
): Project {
  const path = mkdtempSync(join(place, "project-"));
  const modules = join(path, "node_modules");
  mkdirSync(join(modules, "@adc"), { recursive: true });
  for (const name of ["runtime", "compiler"]) {
    cpSync(join(place, "packages", name), join(modules, "@adc", name), { recursive: true });
  }
  const link = (name: string, from = name): void => {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(repository, "node_modules", from), join(modules, name), "junction");
  };
  link("typescript", typescript);
  // What the packed compiler says it needs, and nothing else that only this repository has.
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(modules, "@adc/compiler/package.json"), "utf8"),
  );
  const needed = Object.keys(dependencies).filter((name) => name !== "@adc/runtime");
  for (const name of new Set([...needed, "ts-patch", "@types/node", ...packages])) link(name);
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  };
  for (const [name, text] of Object.entries({ "package.json": '{ "type": "module" }', ...files })) write(name, text);
  return {
    path,
    write,
    read: (name) => readFileSync(join(path, name), "utf8"),
    remove: (name) => rmSync(join(path, name)),
    run: (script, ...args) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [scripts[script] ?? script, ...args], {
        cwd: path,
        encoding: "utf8",
        // ts-patch keeps what it patched; that must not be in the repository.
        env: { PATH: process.env["PATH"], HOME: place, TMPDIR: place },
        stdio: ["ignore", "pipe", "pipe"],
      });
      return { status, out: stdout, error: stderr };
    },
  };
}

/** A project in miniature: a fit of a line, whose gradient is known. */
export const lineFit = {
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "es2022",
      module: "nodenext",
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      rootDir: "src",
      outDir: "dist",
      types: ["node"],
      skipLibCheck: true,
    },
    include: ["src"],
  }),
  "src/model.ts": `/** Mean squared error of a line through the points.
 *  @differentiable wrt=w,b modes=grad,value_and_grad,vjp */
export function loss(w: number, b: number, xs: Float64Array, ys: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < xs.length; i++) {
    const error = w * xs[i]! + b - ys[i]!;
    sum += error * error;
  }
  return sum / xs.length;
}
`,
  "src/main.ts": `import { loss_grad, loss_value_and_grad, loss_vjp } from "./model_grad.js";

const xs = Float64Array.of(0, 1, 2, 4);
const ys = Float64Array.of(1, 3, 5, 8);
const [w, b]: [number, number] = loss_grad(1.5, 0.5, xs, ys);
const [value, gradient] = loss_value_and_grad(1.5, 0.5, xs, ys);
const [, pullback] = loss_vjp(1.5, 0.5, xs, ys);
console.log(JSON.stringify({ w, b, value, gradient, pulled: pullback(2) }));
`,
} as const;

/** The gradient of `lineFit` as written by hand. */
export function expectedLineFit(): { value: number; w: number; b: number } {
  const points = [
    [0, 1],
    [1, 3],
    [2, 5],
    [4, 8],
  ] as const;
  const errors = points.map(([x, y]) => ({ x, error: 1.5 * x + 0.5 - y }));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    value: mean(errors.map(({ error }) => error ** 2)),
    w: mean(errors.map(({ x, error }) => 2 * error * x)),
    b: mean(errors.map(({ error }) => 2 * error)),
  };
}
