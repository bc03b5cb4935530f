/** ADC1xxx: what is asked for with `@differentiable`. */
import { error } from "./define.js";

const keys = "`wrt=`, `modes=` and `sparse=`";
const available =
  "`grad`, `value_and_grad`, `vjp`, `jvp`, `accumulate`, `jacobian`, `hvp`, `hessian`, `d2`, `d3` and so on";

export const unknownKey = error("ADC1001", (key: string) => [
  `\`${key}\` is not a key of \`@differentiable\`.`,
  `The keys are ${keys}.`,
  `Remove \`${key}=\`, or write it outside the tag.`,
]);

export const unknownMode = error("ADC1002", (mode: string) => [
  `\`${mode}\` is not a mode.`,
  `The modes are ${available}.`,
  `Name one of them in \`modes=\`, or leave \`modes=\` out to get what the return type allows.`,
]);

export const unknownParameter = error("ADC1004", (name: string, func: string, params: readonly string[]) => [
  `\`${func}\` has no parameter \`${name}\`.`,
  params.length === 0
    ? "It has no parameters at all."
    : `Its parameters are ${params.map((p) => `\`${p}\``).join(", ")}.`,
  "Name one of them in `wrt=`.",
]);

export const parameterNotDifferentiable = error("ADC1005", (name: string, type: string) => [
  `The parameter \`${name}\` cannot be differentiated.`,
  `No derivative can live in its type \`${type}\`.`,
  "Remove it from `wrt=`, or give it a type made of numbers.",
]);

export const modeNeedsNumber = error("ADC1006", (mode: string, type: string) => [
  `The mode \`${mode}\` needs a function that returns \`number\`.`,
  `This one returns \`${type}\`.`,
  "Return a number, or ask for `modes=vjp`.",
]);

export const returnNotDifferentiable = error("ADC1007", (type: string) => [
  "The function has no derivative.",
  `It returns \`${type}\`, in which no derivative can live.`,
  "Return a number, or an array or object of numbers.",
]);

export const nothingToDifferentiate = error("ADC1008", (func: string) => [
  `\`${func}\` has no parameter to differentiate.`,
  "None of its parameters has a type in which a derivative can live.",
  "Give it a parameter of type `number`, `number[]`, `Float64Array` or an object of these.",
]);

export const malformedPair = error("ADC1009", (token: string) => [
  `\`${token}\` cannot be read after \`@differentiable\`.`,
  `What follows the tag is pairs \`key=value\` with the keys ${keys} (\`true\` or \`false\`); each key, each name and the tag itself stand there at most once.`,
  "Move other text to the lines before the tag.",
]);

export const notAFunction = error("ADC1010", () => [
  "`@differentiable` stands on something that is not a function.",
  "It marks a function declaration, a method of a class, or a `const` that is initialised with one function.",
  "Move the tag to the function.",
]);

export const notAtTopLevel = error("ADC1012", (func: string) => [
  `\`${func}\` is marked \`@differentiable\` inside another function.`,
  "What is generated lives in a module of its own and could not see the variables around it.",
  "Move the function to the top level of the file and pass what it reads as parameters.",
]);

export const parameterForm = error("ADC1013", (form: string) => [
  `${form} cannot be used in a differentiated function in this release.`,
  "Every parameter must be present, with a name and a type.",
  "Write an ordinary parameter, with a literal default if one is needed.",
]);

export const signatureType = error("ADC1014", (name: string, type: string, why: string) => [
  `The type \`${type}\` of ${name} is not supported.`,
  `${why}.`,
  "Use numbers, booleans, strings, arrays, typed arrays, tuples, and object types or interfaces made of them.",
]);

export const parameterDefault = error("ADC1015", (name: string) => [
  `The default of the parameter \`${name}\` is not a literal.`,
  "A default is repeated in the signature of the generated functions, where the names of this file are not visible.",
  "Write a number, boolean or string, or compute the default inside the function's callers.",
]);

export const needsName = error("ADC1016", () => [
  "A function without a name is marked `@differentiable`.",
  "The generated functions are named after it.",
  "Give it a name.",
]);

export const genericFunction = error("ADC1017", (func: string) => [
  `\`${func}\` has type parameters.`,
  "Generic functions are not yet differentiated.",
  "Write the concrete types instead.",
]);

export const accumulateNeedsStructure = error("ADC1018", (name: string) => [
  "The mode `accumulate` has nothing to add into.",
  `The gradient is that of \`${name}\`, a plain number, which cannot be changed in place.`,
  "Ask for `modes=value_and_grad` and add what it returns, or differentiate with respect to an array or an object too.",
]);

export const modeNeedsOneNumber = error("ADC1019", (mode: string, names: readonly string[]) => [
  `The mode \`${mode}\` needs one differentiated parameter, of type \`number\`.`,
  `Here what is differentiated is ${names.map((n) => `\`${n}\``).join(", ")}.`,
  "Name one number in `wrt=`, or ask for `modes=hessian` or `modes=hvp`.",
]);

export const nothingSparse = error("ADC1020", () => [
  "`sparse=true` says nothing here.",
  "It is about the modes `jacobian` and `hessian`, and neither is asked for.",
  "Ask for one of them in `modes=`, or remove `sparse=true`.",
]);

export const modeRunsOften = error("ADC1021", (mode: string, func: string) => [
  `The mode \`${mode}\` cannot be made of \`${func}\`, which is given something else each time it runs.`,
  "It runs many times, and each part of the result would belong to another random number or another time of day.",
  "Pass what is drawn as a parameter.",
]);
