/** ADC9xxx: the configuration. */
import { error } from "./define.js";

export const tsconfigMissing = error("ADC9001", (path: string) => [
  `There is no ${path}.`,
  "adc reads a project through its tsconfig.json.",
  "Name one with `-p`, or name the files to build.",
]);

export const tsconfigInvalid = error("ADC9002", (path: string, why: string) => [
  `${path} cannot be read.`,
  `${why}${why.endsWith(".") ? "" : "."}`,
  "Correct it.",
]);

export const fileMissing = error("ADC9003", (path: string) => [
  `There is no ${path}.`,
  "It was named as a source file.",
  "Check the name.",
]);

export const noProject = error("ADC9004", (directory: string) => [
  `There is no tsconfig.json in ${directory} or above it.`,
  "Without files on the command line, adc builds the project of a tsconfig.json.",
  "Name the files to build, or a tsconfig.json with `-p`.",
]);

export const noSources = error("ADC9005", (path: string) => [
  `${path} names no source files.`,
  'Its "include" and "files" match nothing, and it refers to no other project.',
  "Correct them.",
]);

export const nothingMatches = error("ADC9006", (pattern: string) => [
  `No TypeScript file matches ${pattern}.`,
  "It was given as a file, a folder or a glob of source files.",
  "Check the name; quote a glob so that the shell leaves it alone.",
]);

export const notAnnotated = error("ADC9007", (name: string, path: string, others: readonly string[]) => [
  `There is no @differentiable function \`${name}\` in ${path}.`,
  others.length === 0
    ? "No function there is marked so."
    : `Marked so are: ${others.map((other) => `\`${other}\``).join(", ")}.`,
  "Check the name, or mark the function with `@differentiable`.",
]);

export const notOneFile = error("ADC9008", (pattern: string) => [
  `${pattern} is not one source file.`,
  "One function is looked at, as in `src/model.ts#loss`.",
  "Name the file that the function stands in.",
]);

export const cannotEvaluate = error("ADC9009", (name: string, why: string) => [
  `\`${name}\` cannot be run at these arguments: ${why}.`,
  "adc runs its own form of the function to show values.",
  "Give other arguments, or leave `--at` out.",
]);

export const noManifest = error("ADC9010", (directory: string) => [
  `There is no package.json in ${directory} or above it.`,
  "`adc init` sets up a package.",
  "Make one with `npm init`.",
]);

export const noTsconfigToSetUp = error("ADC9011", (directory: string) => [
  `There is no tsconfig.json in ${directory} or above it.`,
  "`adc init` sets up a TypeScript project.",
  "Make one with `tsc --init`, or name it with `-p`.",
]);

export const notJson = error("ADC9012", (path: string, why: string) => [
  `${path} cannot be changed.`,
  `It is ${why}.`,
  "Correct it.",
]);
