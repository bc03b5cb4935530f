/**
 * `node scripts/complete-lock.mjs`, after every `npm install` that changed package-lock.json: enters the optional packages
 * of other platforms that npm left out because the registry at hand does not serve them. `npm ci` refuses a lock without
 * them, although it would never install them here. They are entered by name and exact version, as their owner lists them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib.mjs";

const file = join(root, "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));

/** What the name of a native package says of its platform: `@oxlint/binding-linux-arm64-musl`. */
function platformOf(name) {
  const [, os, cpu, abi] =
    /[-/](android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(name) ?? [];
  if (os === undefined) throw new Error(`the platform of ${name} is not in its name`);
  const libc = os === "linux" && abi !== undefined ? { libc: [abi.startsWith("musl") ? "musl" : "glibc"] } : {};
  return { cpu: [cpu], ...libc, os: [os] };
}

for (const [owner, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const known = [`node_modules/${name}`, `${owner}/node_modules/${name}`].some((path) => path in lock.packages);
    if (known) continue;
    if (!/^\d/.test(version)) throw new Error(`${name}@${version} is not one version`);
    const { cpu, libc, os } = platformOf(name);
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu,
      ...(dev ? { dev } : {}),
      ...(libc ? { libc } : {}),
      optional: true,
      os,
    };
    console.log(`entered ${name}@${version}`);
  }
}
const sorted = Object.entries(lock.packages).sort(([left], [right]) => left.localeCompare(right, "en"));
lock.packages = Object.fromEntries(sorted);
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
