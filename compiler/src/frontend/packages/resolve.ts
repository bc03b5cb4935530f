/**
 * Where the code of a package is. TypeScript resolves an import to the declarations beside the code; here it is resolved
 * to what runs, by the fields of package.json: `exports`, `module` (the ES module among several builds), `main`.
 */
import { posix } from "node:path";
import { knownModule } from "./known.js";

/** As much of a file system as resolution needs. Names are absolute, with slashes. */
export interface PackageFiles {
  fileExists(path: string): boolean;
  readFile(path: string): string | undefined;
  realpath?(path: string): string;
}

const dirname = (path: string): string => posix.dirname(path);
const join = (...parts: string[]): string => posix.join(...parts);
const endings = ["", ".js", ".mjs", ".cjs", ".ts", ".mts", "/index.js", "/index.mjs", "/index.cjs", "/index.ts"];

/** The name of a package and the path inside it that a specifier names. */
export function splitSpecifier(specifier: string): { readonly name: string; readonly inside: string } {
  const parts = specifier.split("/");
  const count = specifier.startsWith("@") ? 2 : 1;
  return { name: parts.slice(0, count).join("/"), inside: parts.slice(count).join("/") };
}

/** The package that a file belongs to; declarations published apart count as the package they are for. */
export function packageOf(path: string): string | undefined {
  const known = knownModule.nameOf(path);
  if (known !== undefined) return known;
  const at = path.lastIndexOf("/node_modules/");
  if (at === -1) return undefined;
  const { name } = splitSpecifier(path.slice(at + "/node_modules/".length));
  if (!name.startsWith("@types/")) return name;
  const own = name.slice("@types/".length);
  return own.includes("__") ? `@${own.replace("__", "/")}` : own;
}

/** The name of a file of a package, wherever packages are installed; absent for other files. */
export function nameInPackage(path: string): string | undefined {
  const known = knownModule.nameOf(path);
  if (known !== undefined) return `node_modules/${known}`;
  const at = path.lastIndexOf("/node_modules/");
  return at === -1 ? undefined : path.slice(at + 1);
}

/** The file that runs where `specifier` is imported in `from`; absent where there is none. */
export function resolvePackage(files: PackageFiles, specifier: string, from: string): string | undefined {
  if (specifier.startsWith(".") || specifier.startsWith("/")) {
    const path = specifier.startsWith("/") ? specifier : join(dirname(from), specifier);
    return real(files, fileAt(files, path));
  }
  const known = knownModule.pathOf(specifier);
  if (known !== undefined) return known;
  const { name, inside } = splitSpecifier(specifier);
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const root = join(folder, "node_modules", name);
    if (files.fileExists(join(root, "package.json"))) return real(files, entryOf(files, root, inside));
    if (folder === dirname(folder)) return undefined;
  }
}

const real = (files: PackageFiles, path: string | undefined): string | undefined =>
  path === undefined ? undefined : (files.realpath?.(path) ?? path).replaceAll("\\", "/");

function entryOf(files: PackageFiles, root: string, inside: string): string | undefined {
  const manifest = readManifest(files, root);
  if (manifest === undefined) return undefined;
  const { exports } = manifest;
  if (exports !== undefined && exports !== null) {
    const target = exported(exports, inside === "" ? "." : `./${inside}`);
    return target === undefined ? undefined : fileAt(files, join(root, target));
  }
  return inside === "" ? mainOf(files, root, manifest) : fileAt(files, join(root, inside));
}

type Manifest = Readonly<Record<string, unknown>>;

function readManifest(files: PackageFiles, root: string): Manifest | undefined {
  const text = files.readFile(join(root, "package.json"));
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (v: unknown): v is Manifest => typeof v === "object" && v !== null && !Array.isArray(v);

function mainOf(files: PackageFiles, root: string, manifest: Manifest): string | undefined {
  for (const entry of [manifest["module"], manifest["main"], "index"]) {
    const found = typeof entry === "string" && entry !== "" ? fileAt(files, join(root, entry)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The file at a path that may leave out its ending, name a folder, or name the `.js` that a `.ts` becomes. */
function fileAt(files: PackageFiles, path: string): string | undefined {
  for (const ending of endings.slice(0, 6)) if (files.fileExists(path + ending)) return path + ending;
  const source = path.replace(/\.([cm]?)js$/, ".$1ts");
  if (source !== path && files.fileExists(source)) return source;
  const manifest = files.fileExists(join(path, "package.json")) ? readManifest(files, path) : undefined;
  const main = manifest === undefined ? undefined : mainOf(files, path, manifest);
  if (main !== undefined) return main;
  for (const ending of endings.slice(6)) if (files.fileExists(path + ending)) return path + ending;
  return undefined;
}

// ---------------------------------------------------------------------------------------------------------- `exports`

const preferred: ReadonlySet<string> = new Set("module module-sync import node default".split(" "));
const others: ReadonlySet<string> = new Set("require browser node default".split(" "));

function exported(exports: unknown, path: string): string | undefined {
  const isTable = isObject(exports) && Object.keys(exports).some((key) => key.startsWith("."));
  const target = isTable ? targetOf(exports, path) : path === "." ? { value: exports, star: "" } : undefined;
  if (target === undefined) return undefined;
  const chosen = choose(target.value, preferred) ?? choose(target.value, others);
  return chosen?.replaceAll("*", target.star);
}

/** The entry for a path: the path itself, or the pattern that says most of it. */
function targetOf(exports: Manifest, path: string): { readonly value: unknown; readonly star: string } | undefined {
  if (path in exports) return { value: exports[path], star: "" };
  const patterns = Object.keys(exports).filter((key) => key.includes("*"));
  for (const key of patterns.toSorted((a, b) => b.indexOf("*") - a.indexOf("*"))) {
    const [before = "", after = ""] = key.split("*");
    if (path.startsWith(before) && path.endsWith(after) && path.length >= before.length + after.length)
      return { value: exports[key], star: path.slice(before.length, path.length - after.length) };
  }
  return undefined;
}

function choose(target: unknown, conditions: ReadonlySet<string>): string | undefined {
  if (typeof target === "string") return target;
  if (Array.isArray(target)) {
    for (const member of target) {
      const found = choose(member, conditions);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isObject(target)) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    const found = conditions.has(condition) ? choose(inner, conditions) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
