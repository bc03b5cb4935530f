/** ADC103x: custom rules, `@vjp f` and `@jvp f`. */
import { error } from "./define.js";

export const malformedRule = error("ADC1030", (tag: string, text: string) => [
  text === "" ? `\`@${tag}\` names no function.` : `\`${text}\` cannot be read after \`@${tag}\`.`,
  'What follows the tag is the name of a function, `softplus`, or of a method, `Model.energy`; for a function of a package its name and `from "package"`.',
  "Write the name there, and any other text on the lines before the tag.",
]);

export const ruleNotAFunction = error("ADC1031", (tag: string) => [
  `\`@${tag}\` stands on something that cannot be a rule.`,
  "A rule is a function declaration at the top of a file, a `const` that is initialised with one function, or a static method, and has a name.",
  "Move the tag to the function that is the rule.",
]);

export const ruleTargetMissing = error("ADC1032", (tag: string, name: string, where: string) => [
  `\`@${tag}\` gives a rule for \`${name}\`, which is not there.`,
  `${where}.`,
  "Correct the name; a function of another file is imported where its rule stands.",
]);

export const ruleTwice = error("ADC1033", (tag: string, name: string, place: string) => [
  `\`${name}\` has a second \`@${tag}\` rule.`,
  `The first one stands at ${place}; only one can hold.`,
  "Remove one of the two.",
]);

export const ruleSignature = error("ADC1034", (tag: string, name: string, why: string, expected: string) => [
  `This is no \`@${tag}\` rule for \`${name}\`.`,
  `${why}.`,
  `Give it the signature of the generated \`${name.replaceAll(".", "_")}_${tag}\`: ${expected}.`,
]);

export const ruleSaysNothingOf = error("ADC1035", (rule: string, func: string, param: string) => [
  `The rule \`${rule}\` gives no derivative with respect to \`${param}\`.`,
  `What is passed to \`${func}\` here depends on a differentiated parameter.`,
  `Return its gradient from the rule as well, or pass \`stopGradient(…)\`.`,
]);

export const ruleOfWriter = error("ADC1036", (func: string, rule: string) => [
  `\`${func}\` has a custom rule, \`${rule}\`, and writes to what it is given.`,
  "A rule speaks of the value a function returns; it cannot say what becomes of the derivatives of an argument that is overwritten.",
  "Return a new value instead, or remove the rule.",
]);

export const ruleMissing = error("ADC1037", (func: string, has: string, mode: string, needed: string) => [
  `\`${func}\` has a \`@${has}\` rule only, and \`${mode}\` needs more.`,
  `The derivative that the rule replaces must not be used, and ${has === "vjp" ? "tangents follow from a pullback only where no number may be missing" : "gradients follow from tangents only for functions of numbers that return a number"}.`,
  `Write a \`@${needed} ${func}\` rule as well, or ask for other modes.`,
]);

export const ruleOfShared = error("ADC1038", (func: string) => [
  `\`${func}\` has a custom rule and returns something it was given, which is written to afterwards.`,
  "With a rule, what a function returns is a value of its own: a write through one name would not be seen through the other.",
  "Return a copy (`x.slice()`), or write to a copy.",
]);

export const ruleNotCalled = error("ADC1039", (func: string) => [
  `\`${func}\`, a function of a package that has a custom rule, is used as a value.`,
  "Its rule holds where it is called by its name.",
  `Write \`(x) => ${func}(x)\`.`,
]);

export const ruleCallsItself = error("ADC1040", (func: string, rule: string) => [
  `The rule \`${rule}\` calls \`${func}\`, whose code cannot be read.`,
  "In generated code, which imports only your source file, it is the rule that says what the function returns.",
  "Export the rule from the file whose functions are differentiated, so that it is called there, or compute the value in the rule itself.",
]);

export const hookWrites = error("ADC1041", () => [
  "The hook of `tapGradient` writes to a variable or an object of the function it stands in.",
  "It runs in the reverse sweep, when the function has returned, and nobody would see what it wrote.",
  "Write to a constant that this file exports (`export const gradients: { h?: number } = {}`), or to a `Map` that is passed as a parameter.",
]);

export const derivativeCall = error("ADC1049", (name: string, why: string) => [
  `The generated function \`${name}\` cannot be called here.`,
  `${why}.`,
  "In a differentiated function, generated functions can be called with all their arguments, of functions that take and return numbers, arrays, tuples and objects with fixed members.",
]);
