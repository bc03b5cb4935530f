/** The import table of ARCHITECTURE.md, checked against every import of the compiler; and no cycles. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

/** What may import what (besides itself). A layer is a folder of `compiler/src`, or a file at its top. */
const table: Readonly<Record<string, readonly string[]>> = {
  support: [],
  ir: ["support"],
  diagnostics: ["ir", "support"],
  // Types the frontend hands on, and the emitter gets: data between the layers, without code.
  "frontend/lowered": ["ir"],
  "emit/generated": ["ir"],
  rules: ["ir", "support"],
  analysis: ["ir", "support", "diagnostics"],
  optimize: ["analysis", "ir", "support", "diagnostics"],
  adjoint: ["analysis", "ir", "support", "diagnostics", "rules", "frontend/lowered"],
  frontend: ["analysis", "ir", "support", "diagnostics", "rules", "frontend/lowered"],
  emit: ["analysis", "ir", "support", "diagnostics", "emit/generated"],
  tangent: ["adjoint", "analysis", "ir", "support", "diagnostics", "rules", "frontend/lowered"],
  differentiate: [
    "adjoint",
    "tangent",
    "optimize",
    "analysis",
    "ir",
    "support",
    "diagnostics",
    "rules",
    "frontend/lowered",
  ],
  signatures: ["ir", "support", "frontend/lowered", "emit/generated"],
  pipeline: [
    "differentiate",
    "adjoint",
    "optimize",
    "analysis",
    "ir",
    "support",
    "diagnostics",
    "rules",
    "signatures",
    "frontend/lowered",
    "emit/generated",
  ],
  build: ["pipeline", "frontend", "emit", "ir", "support", "diagnostics", "frontend/lowered", "emit/generated"],
  verify: [
    "build",
    "pipeline",
    "analysis",
    "frontend",
    "emit",
    "ir",
    "support",
    "diagnostics",
    "frontend/lowered",
    "emit/generated",
  ],
  explain: [
    "build",
    "pipeline",
    "adjoint",
    "analysis",
    "frontend",
    "ir",
    "support",
    "rules",
    "frontend/lowered",
    "emit/generated",
  ],
  graph: ["explain", "build", "optimize", "adjoint", "frontend", "ir", "support", "diagnostics", "frontend/lowered"],
  init: ["frontend", "diagnostics"],
  index: ["verify", "explain", "graph", "init", "build", "frontend", "diagnostics"],
  cli: ["index", "support"],
  transformer: ["build", "frontend", "diagnostics", "support"],
  plugins: ["build", "diagnostics"],
};

/** The only layers that may import TypeScript. */
const knowsTypeScript = new Set(["frontend", "transformer"]);
const typeScriptPackages = /^(?:ts-morph|typescript)(?:\/|$)/;
const packages = /^(?:node:.*|ts-morph|@jridgewell\/gen-mapping|@hpcc-js\/wasm-graphviz)$/;

const root = fileURLToPath(new URL("../compiler/src", import.meta.url));

interface Import {
  readonly file: string;
  /** Path of the imported file below `root`, or the name of a package. */
  readonly to: string;
  readonly isLocal: boolean;
  /** `import type`: gone when the program runs. */
  readonly isType?: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const found = text.matchAll(
    /^(import|export)\s+(type\s)?[^"';]*?\bfrom\s+"([^"\n]+)"|(?:^import\s+|\bimport\(\s*)"([^"\n]+)"/gm,
  );
  return [...found].map(([, , type, from, bare]) => {
    const specifier = from ?? bare ?? "";
    const isLocal = specifier.startsWith(".");
    const target = relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, ".ts");
    return { file, to: isLocal ? target.replaceAll("\\", "/") : specifier, isLocal, isType: type !== undefined };
  });
}

function layerOf(file: string): string {
  const path = file.replace(/\.ts$/, "");
  return path in table ? path : (path.split("/", 1)[0] ?? path);
}

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".ts"))
  .sort();
const imports = files.flatMap(importsOf);

/** Why an import is against the table; `undefined` when it is not. */
function objection({ file, to, isLocal }: Import): string | undefined {
  const from = layerOf(file);
  if (!isLocal) {
    if (typeScriptPackages.test(to) && !knowsTypeScript.has(from)) return `${file} imports ${to}`;
    return packages.test(to) ? undefined : `${file} imports the package ${to}`;
  }
  const target = layerOf(to);
  return from === target || table[from]?.includes(target) ? undefined : `${file} (${from}) imports ${to} (${target})`;
}

/** Files on a path from `file` back to itself, or `undefined`. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    if (finished.has(file)) return undefined;
    const start = path.indexOf(file);
    if (start >= 0) return [...path.slice(start), file];
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    path.pop();
    finished.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle) return cycle;
  }
  return undefined;
}

describe("layers", () => {
  test("every folder and top file of the compiler is in the table", () => {
    expect(files.map(layerOf).filter((layer) => !(layer in table))).toEqual([]);
  });

  test("every import is in the table", () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.map(objection).filter((text) => text !== undefined)).toEqual([]);
  });

  test("the imports have no cycle", () => {
    const loaded = imports.filter(({ isLocal, isType }) => isLocal && isType !== true);
    const graph = new Map(files.map((file) => [file, loaded.filter((each) => each.file === file).map(({ to }) => to)]));
    expect(findCycle(graph)).toBeUndefined();
  });

  test.each([
    ["ir/ir.ts", "frontend/index.ts", true, "ir/ir.ts (ir) imports frontend/index.ts (frontend)"],
    ["emit/module.ts", "ts-morph", false, "emit/module.ts imports ts-morph"],
    [
      "adjoint/reverse.ts",
      "optimize/fold.ts",
      true,
      "adjoint/reverse.ts (adjoint) imports optimize/fold.ts (optimize)",
    ],
    ["build/build.ts", "left-pad", false, "build/build.ts imports the package left-pad"],
    ["frontend/index.ts", "typescript/lib/x", false, "frontend/index.ts imports the package typescript/lib/x"],
    ["adjoint/entry.ts", "ir/build.ts", true, undefined],
  ])("%s importing %s is judged", (file, to, isLocal, expected) => {
    expect(objection({ file, to, isLocal })).toBe(expected);
  });

  test("a cycle is found", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["b"]],
    ]);
    expect(findCycle(graph)).toEqual(["b", "c", "b"]);
  });
});
