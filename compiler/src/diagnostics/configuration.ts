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
