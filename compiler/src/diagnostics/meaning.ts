/** ADC3xxx: derivatives that would be lost. ADC4xxx: calls that cannot be followed. */
import { error, warning } from "./define.js";

export const lostThroughText = error("ADC3001", (name: string) => [
  "The derivative is lost through text.",
  `\`${name}\` makes a number from text that was made from a number, and no derivative can pass through text.`,
  "Compute with the number itself; to cut the derivative on purpose, use `stopGradient`.",
]);

export const lostInContainer = error("ADC3002", (place: string) => [
  `The derivative is lost in \`${place}\`.`,
  "A number that depends on what is differentiated is put where adc cannot follow it, and what is read there later counts as a constant.",
  "Keep such numbers in variables, arrays or objects with named fields; to cut the derivative on purpose, use `stopGradient`.",
]);

export const cannotInfluence = warning("ADC3003", (name: string) => [
  `The parameter \`${name}\` cannot influence the result.`,
  "Its derivative is zero whatever the arguments are.",
  "Leave it out of `wrt=`, or give it the type `NoDiff<…>`.",
]);

export const onlyInSteps = warning("ADC3004", (name: string) => [
  `The parameter \`${name}\` reaches the result only through steps such as \`Math.floor\`, conditions and indices.`,
  "The derivative of a step is zero, and so is that of the result.",
  "Leave it out of `wrt=`, give it the type `NoDiff<…>`, or use `stopGradient` to say that this is meant.",
]);

export const truncated = warning("ADC3005", (operator: string) => [
  `\`${operator}\` makes an integer of a number that depends on what is differentiated.`,
  "Its derivative is zero.",
  "Use `stopGradient` to say that this is meant.",
]);

export const uncaught = warning("ADC3006", (name: string) => [
  `What \`${name}\` throws is not caught by generated code.`,
  "It cannot be written down there (its class is neither exported nor can it be copied), or is thrown by a function with a rule of its own: it leaves the generated function, past the handler.",
  "Export the class, test for the bad case before the call, or let the function return what went wrong.",
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

export const packageCode = error("ADC4006", (call: string, where: string, why: string) => [
  `\`${call}\` cannot be followed into its package.`,
  `${where}: ${why}`,
  `Give it a derivative of your own, in a function marked \`@vjp ${call.split(".").at(-1) ?? call} from "…"\`; or write it in TypeScript; or call it outside and pass the result as a parameter.`,
]);

export const unknownResult = error("ADC4010", (name: string) => [
  `What \`${name}\` returns is not known where it calls itself.`,
  "Its result type is neither declared nor said by a `return` before this call.",
  "Declare the result type of the function.",
]);
