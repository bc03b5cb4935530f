/** The version of this package. */
import { readFileSync } from "node:fs";
import { invariant } from "../support/invariant.js";

export function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: unknown = JSON.parse(text);
  invariant(typeof manifest === "object" && manifest !== null && "version" in manifest, "the package has no version");
  return String(manifest.version);
}
