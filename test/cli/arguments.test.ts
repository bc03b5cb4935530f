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
    ["build --source-map", { ...plain, sourceMap: true }],
    ["explain a.ts#f", { kind: "explain", target: "a.ts#f", ir: false }],
    ["explain a.ts#f --mode hvp", { kind: "explain", target: "a.ts#f", ir: false, mode: "hvp" }],
    ["explain a.ts#f --ir -p config", { kind: "explain", target: "a.ts#f", ir: true, project: "config" }],
    ["graph a.ts#f", { kind: "graph", target: "a.ts#f" }],
    ["graph a.ts#f --at 2,3 -o g.svg", { kind: "graph", target: "a.ts#f", at: [2, 3], output: "g.svg" }],
    ["graph --at -2,[1,-3] a.ts#C.m", { kind: "graph", target: "a.ts#C.m", at: [-2, [1, -3]] }],
    [
      "graph --at=-.5e1 a.ts#f",
      { kind: "wrong", message: "'--at' needs the arguments, separated by commas, as in '--at 2,[1,0.5]'" },
    ],
    ["verify", { kind: "verify", files: [] }],
    ["verify a.ts#f --at -2,[1] -p config", { kind: "verify", files: ["a.ts#f"], at: "-2,[1]", project: "config" }],
    ["verify src --tolerance 1e-4", { kind: "verify", files: ["src"], tolerance: 1e-4 }],
    ["build --debug", { ...plain, debug: true }],
    ["init", { kind: "init" }],
    ["init -p config", { kind: "init", project: "config" }],
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
    ["explain", "'adc explain' needs one function, as in 'adc explain src/model.ts#loss'"],
    ["explain a.ts#f --mode d2", "'--mode' is one of grad, value_and_grad, vjp, jvp, hvp, not 'd2'"],
    ["explain a.ts", "'adc explain' needs one function, as in 'adc explain src/model.ts#loss'"],
    ["graph a.ts#f b.ts#g", "'adc graph' needs one function, as in 'adc graph src/model.ts#loss'"],
    ["graph a.ts#f --check", "'--check' is not an option of 'adc graph'"],
    ["build --at 2", "'--at' is not an option of 'adc build'"],
    ["explain a.ts#f -o x.svg", "'--output' is not an option of 'adc explain'"],
    ["graph a.ts#f -o", "option '-o, --output <value>' argument missing"],
    ["graph a.ts#f -o=", "'--output' needs a name that ends in .svg or .dot"],
    ["init src", "'adc init' takes no 'src'"],
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
