/** Runs TypeScript text in memory: types stripped, modules linked by the specifiers they were written with. */
import { cloneData } from "./data.js";
import { stripTypes } from "./strip-types.js";

export type Exports = Readonly<Record<string, unknown>>;

/** Resolves an import that is not among the files; given the importing file and the specifier. */
export type Outside = (specifier: string, importer: string) => Exports | undefined;

type Run = (exports: object, require: (specifier: string) => Exports, console: object) => void;

/**
 * The exports of modules, by path. Each module runs once, when it is first needed; imports between them are found by
 * resolving `./x.js`, `./x.ts` and `./x` against the importing path.
 */
export class Modules {
  readonly #sources = new Map<string, string>();
  readonly #loaded = new Map<string, Record<string, unknown>>();
  readonly #outside: Outside;
  /** What the modules wrote with `console`, oldest first; empty it at will. */
  readonly printed: unknown[][] = [];
  readonly #console = Object.fromEntries(
    ["log", "info", "warn", "error", "debug"].map((name) => [
      name,
      (...values: unknown[]) => void this.printed.push(cloneData(values)),
    ]),
  );

  constructor(sources: Readonly<Record<string, string>>, outside: Outside = () => undefined) {
    for (const [path, source] of Object.entries(sources)) this.#sources.set(path, source);
    this.#outside = outside;
  }

  /** Adds (or replaces) one file. */
  add(path: string, source: string): void {
    this.#sources.set(path, source);
    this.#loaded.delete(path);
  }

  source(path: string): string {
    return this.#sources.get(path) ?? "";
  }

  exports(path: string): Exports {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known;
    const source = this.#sources.get(path);
    if (source === undefined) throw new Error(`no module ${path}`);
    const body = stripTypes(source, path);
    const exports: Record<string, unknown> = {};
    this.#loaded.set(path, exports);
    const run = new Function("exports", "require", "console", body) as Run;
    run(exports, (specifier) => this.#require(specifier, path), this.#console);
    return exports;
  }

  #require(specifier: string, importer: string): Exports {
    if (specifier.startsWith(".")) {
      const path = new URL(specifier, `file://${importer.startsWith("/") ? "" : "/"}${importer}`).pathname;
      const bare = path.replace(/\.[cm]?[jt]s$/, "");
      for (const candidate of [path, `${bare}.ts`, bare.slice(1), `${bare.slice(1)}.ts`]) {
        if (this.#sources.has(candidate)) return this.exports(candidate);
      }
    }
    const found = this.#outside(specifier, importer);
    if (found === undefined) throw new Error(`${importer} imports ${specifier}, which is nowhere`);
    return found;
  }
}

/** An exported function, typed as what can be called with anything. */
export function exportedFunction(exports: Exports, name: string): (...args: readonly unknown[]) => unknown {
  const found = exports[name] ?? methodNamed(exports, name);
  if (typeof found !== "function")
    throw new Error(`no exported function ${name}; there are ${Object.keys(exports).join(", ")}`);
  return found as (...args: readonly unknown[]) => unknown;
}

/** `C_m`: the method `m` of the exported class `C`, given the object first unless it is static. */
function methodNamed(exports: Exports, name: string): unknown {
  for (let at = name.indexOf("_"); at !== -1; at = name.indexOf("_", at + 1)) {
    const owner = exports[name.slice(0, at)];
    const method = name.slice(at + 1);
    if (typeof owner !== "function") continue;
    const own: unknown = Reflect.get(owner, method);
    if (typeof own === "function") return own.bind(owner);
    const prototype: unknown = owner.prototype;
    const shared: unknown =
      typeof prototype === "object" && prototype !== null ? Reflect.get(prototype, method) : undefined;
    if (typeof shared === "function")
      return (self: unknown, ...args: readonly unknown[]): unknown => Reflect.apply(shared, self, args);
  }
  return undefined;
}

/** The value of a JavaScript expression in which `scope` names values. */
export function evaluateExpression(expression: string, scope: Exports = {}): unknown {
  const names = Object.keys(scope).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== "default");
  const run = new Function(...names, `"use strict"; return (${expression});`) as (
    ...values: readonly unknown[]
  ) => unknown;
  return run(...names.map((name) => scope[name]));
}
