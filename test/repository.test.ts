/** What must hold of the repository so that a fresh clone installs everywhere. */
import { accessSync, constants, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const path = (name: string): URL => new URL(`../${name}`, import.meta.url);

interface Locked {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages }: { packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync(path("package-lock.json"), "utf8"),
);

describe("package-lock.json", () => {
  test("names no registry", () => {
    const resolved = Object.values(packages).filter(({ link }) => link !== true);
    expect(resolved.map((each) => each.resolved).filter((url) => url !== undefined)).toEqual([]);
  });

  test("has the packages of every platform (else: node scripts/complete-lock.mjs)", () => {
    const missing = Object.entries(packages).flatMap(([owner, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${owner}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});

test(".ci/run can be run", () => {
  expect(() => accessSync(path(".ci/run"), constants.X_OK)).not.toThrow();
});
