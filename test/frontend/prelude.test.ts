/** The prelude is TypeScript like any other, and what it holds for the user's code is found under its name. */
import { describe, expect, it } from "vitest";
import { callbackMethods } from "../../compiler/src/frontend/methods.js";
import { libraryFunction, preludeErrors, preludeFunction } from "../../compiler/src/frontend/prelude.js";

describe("the prelude", () => {
  it("has no type errors", () => {
    expect(preludeErrors()).toEqual([]);
  });

  it("has a function for every array method that takes one", () => {
    for (const names of callbackMethods.values())
      for (const name of names) if (name !== undefined) expect(preludeFunction(name).name?.text).toBe(name);
  });

  it("has the functions of the library that may be passed on", () => {
    for (const name of ["Math.sin", "Math.atan2", "Math.max", "Number.isFinite", "Number", "Boolean"])
      expect(libraryFunction(name)).toBeDefined();
    expect(libraryFunction("Math.PI")).toBeUndefined();
  });
});
