/** Every form of the command line. */
import { describe, expect, test } from "vitest";
import { type Command, readArguments } from "../../compiler/src/cli/arguments.js";

const plain = { kind: "build", files: [], check: false, watch: false } as const;

describe("arguments", () => {
  test.each<[string, Command]>([
    ["build", plain],
    ["build src/a.ts src/*.ts", { ...plain, files: ["src/a.ts", "src/*.ts"] }],
    ["build -p config", { ...plain, project: "config" }],
    ["build --project=config", { ...plain, project: "config" }],
    ["--check build", { ...plain, check: true }],
    ["build --out-dir generated a.ts", { ...plain, files: ["a.ts"], outDir: "generated" }],
    ["build -w", { ...plain, watch: true }],
    ["build --pretty", { ...plain, pretty: true }],
    ["build --no-pretty", { ...plain, pretty: false }],
    ["build -- -odd.ts", { ...plain, files: ["-odd.ts"] }],
    ["--help", { kind: "help" }],
    ["help", { kind: "help" }],
    ["build -h", { kind: "help" }],
    ["-v", { kind: "version" }],
  ])("adc %s", (line, expected) => {
    expect(readArguments(line.split(" "))).toEqual(expected);
  });

  test.each([
    ["", "no command given"],
    ["compile", "unknown command 'compile'"],
    ["src/a.ts", "unknown command 'src/a.ts'"],
    ["explain a.ts#f", "'adc explain' is not part of this release; 'adc build' is"],
    ["graph a.ts#f --at 2,3", "unknown option '--at'"],
    ["init", "'adc init' is not part of this release; 'adc build' is"],
    ["build --source-map", "'--source-map' is not part of this release"],
    ["build --chek", "unknown option '--chek'"],
    ["build -x", "unknown option '-x'"],
    ["build -p", "option '-p, --project <value>' argument missing"],
    ["build --out-dir=", "'--out-dir' needs a path"],
    ["build --check=yes", "option '--check' does not take an argument"],
    ["build --check --watch", "'--check' and '--watch' exclude each other"],
  ])("adc %s is wrong", (line, message) => {
    expect(readArguments(line.split(" ").filter(Boolean))).toEqual({ kind: "wrong", message });
  });
});
