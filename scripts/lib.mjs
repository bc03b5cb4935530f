/** What the commands of this repository share. Plain Node without dependencies: they run before anything is installed. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a program of this repository's `node_modules` (or any script) with this Node; returns its exit status. */
export function runNode(args) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (error) throw error;
  return status ?? 1;
}

/** Like `runNode`, and ends this process with the same status when it is not zero. */
export function mustRunNode(args) {
  const status = runNode(args);
  if (status !== 0) process.exit(status);
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, "utf8")).packages ?? {};
}

/** Whether `node_modules` holds what `package-lock.json` asks for. */
export function isInstalled() {
  const installedLock = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedLock)) return false;
  const installed = packagesOf(installedLock);
  return Object.entries(packagesOf(join(root, "package-lock.json"))).every(([path, wanted]) => {
    if (!path.startsWith("node_modules/")) return true;
    const present = installed[path];
    // A package for another platform is optional and stays away.
    return present ? present.version === wanted.version && existsSync(join(root, path)) : wanted.optional === true;
  });
}

/** Installs the locked versions when they are not there yet. */
export function ensureInstalled() {
  if (isInstalled()) return;
  console.log("Installing the locked dependencies (npm ci) ...");
  const windows = process.platform === "win32";
  const { status } = spawnSync(windows ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    shell: windows,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Removes from a package's `dist` what a source that is gone left there: it would be packed and could still be imported. */
function removeStale(name) {
  const dist = join(root, name, "dist");
  if (!existsSync(dist)) return;
  for (const path of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const source = join(root, name, "src", path.replace(/\.d\.ts$|\.js$/, ".ts"));
    if (/\.(?:d\.ts|js)$/.test(path) && !existsSync(source)) rmSync(join(dist, path));
  }
}

/** Compiles both packages. The path is explicit because other TypeScript versions in `node_modules` offer a `tsc` as well. */
export function build() {
  for (const name of ["runtime", "compiler"]) removeStale(name);
  return runNode(["node_modules/typescript/bin/tsc", "-b"]);
}

export function ensureBuilt() {
  ensureInstalled();
  const status = build();
  if (status !== 0) process.exit(status);
}
