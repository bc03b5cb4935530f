/** ADC3xxx: derivatives that would be lost. ADC4xxx: calls that cannot be followed. */
import { error } from "./define.js";

export const lostThroughText = error("ADC3001", (name: string) => [
  "The derivative is lost through text.",
  `\`${name}\` makes a number from text that was made from a number, and no derivative can pass through text.`,
  "Compute with the number itself; to cut the derivative on purpose, use `stopGradient`.",
]);

export const noSource = error("ADC4001", (name: string) => [
  `The source of \`${name}\` is not at hand.`,
  "Only its declaration is known, and adc has no derivative rule for it.",
  "Write the function in TypeScript, or call it outside and pass the result as a parameter.",
]);

export const notAFunctionName = error("ADC4002", (name: string) => [
  `Which function \`${name}\` calls is not known.`,
  "A called function must be a function declaration, or a `const` initialised with a function.",
  "Call such a function by its name.",
]);

export const genericCall = error("ADC4003", (name: string) => [
  `What the type parameters of \`${name}\` stand for cannot be told.`,
  "A generic function is read once for each choice of types, which must be types of the language and come to an end.",
  "Write the concrete types instead.",
]);

export const calledParameter = error("ADC4004", (name: string, what: string) => [
  `\`${name}\` cannot be called here: ${what}.`,
  "Every parameter must receive one value of its type.",
  "Give every parameter a value in the call.",
]);

export const builtinArguments = error("ADC4005", (name: string, what: string) => [
  `\`${name}\` is called with ${what}.`,
  "This form of it is not in the language.",
  "Call it with the arguments that its documentation names.",
]);
