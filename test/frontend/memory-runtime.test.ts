/** What programs in memory know of `@adc/runtime` is what it exports for users. */
import { expect, test } from "vitest";
import { runtimeDeclarations } from "../../compiler/src/frontend/memory-runtime.js";
import * as runtime from "../../runtime/src/index.js";

/** Functions that only generated code calls. */
const internal = new Set([
  "Tape",
  "ThrownBySource",
  "beginChecks",
  "binomialSplit",
  "borrowCopy",
  "borrowFloats",
  "borrowTape",
  "checkFinite",
  "fullMatrix",
  "giveAdjoints",
  "keepLinks",
  "largestOf",
  "moveAdjoints",
  "multiplySets",
  "newFloats",
  "noteAdjoints",
  "refuseOverlap",
  "requireFixedPoint",
  "returnFloats",
  "returnTape",
  "addAdjoints",
  "snapshotsWithin",
  "sparseHessian",
  "sparseJacobian",
  "throughHook",
  "thrownBy",
  "uniteSets",
  "zeroRows",
]);

test("every function for users is declared", () => {
  const declared = Object.values(runtimeDeclarations).join("\n");
  const missing = Object.keys(runtime).filter(
    (name) => !internal.has(name) && !new RegExp(`export declare function ${name}\\b`).test(declared),
  );
  expect(missing).toEqual([]);
});
