/** ADC2xxx: what is outside the language of this release. */
import { error } from "./define.js";

export const notInLanguage = error("ADC2001", (what: string) => [
  `${what} cannot be differentiated.`,
  "It is outside the language that adc understands.",
  "Rewrite this place with variables, arithmetic, arrays, objects, conditions, loops and calls of functions.",
]);

export const classesNotYet = error("ADC2002", (what: string) => [
  `${what} cannot be differentiated in this release.`,
  "Classes, their instances and `this` are not yet in the language.",
  "Use an object type, and functions that take the object as a parameter.",
]);

export const closuresNotYet = error("ADC2003", () => [
  "A function inside a function cannot be differentiated in this release.",
  "It could read and write the variables around it, which adc does not follow yet.",
  "Move it to the top level of the file and pass what it reads as parameters.",
]);

export const functionValuesNotYet = error("ADC2004", (name: string) => [
  `\`${name}\` is a function used as a value.`,
  "Which function runs is not known where it is called, and adc does not follow that yet.",
  "Call a function of a file by its name.",
]);

export const arrayMethodNotYet = error("ADC2005", (name: string) => [
  `The array method \`${name}\` cannot be differentiated in this release.`,
  "Array methods other than `fill`, `slice`, `set` and `entries` are not yet in the language.",
  "Write a loop over the index.",
]);

export const arrayGrows = error("ADC2006", () => [
  "This makes an array longer or shorter.",
  "In this release the length of an array is fixed when it is made.",
  "Make it with its final length, as `new Array<number>(n).fill(0)` or `new Float64Array(n)`, and assign its elements.",
]);

export const spreadNotYet = error("ADC2007", (where: string) => [
  `A spread ${where} cannot be differentiated in this release.`,
  "How many values it stands for is not known here.",
  "Name the members one by one, or write a loop.",
]);

export const tryNotYet = error("ADC2008", () => [
  "`try` cannot be differentiated in this release.",
  "Which part of it ran is not known when the derivative is taken.",
  "Test for the bad case with `if` before it happens.",
]);

export const asyncOrGenerator = error("ADC2009", (what: string) => [
  `${what} cannot be differentiated.`,
  "It does not run from its start to its end in one go.",
  "Await what is needed outside, and pass the values to an ordinary function.",
]);

export const constructorNotYet = error("ADC2010", (name: string) => [
  `\`new ${name}\` cannot be differentiated in this release.`,
  "Of all constructors, those of arrays and typed arrays are in the language.",
  "Use an object literal or an array.",
]);

export const reflection = error("ADC2011", (operator: string) => [
  `The operator \`${operator}\` cannot be differentiated.`,
  "It asks about the form of a value, or changes it, and the form of every value must be known when adc runs.",
  "Decide with a number, a boolean or a string instead.",
]);

export const unsupportedLiteral = error("ADC2012", (what: string) => [
  `${what} cannot be differentiated.`,
  "The language has numbers, booleans, strings, arrays and objects.",
  "Use an ordinary number, or do this outside of the differentiated function.",
]);

export const notANumber = error("ADC2013", (operator: string, type: string) => [
  `\`${operator}\` is applied to a value of type \`${type}\`.`,
  "Arithmetic in a differentiated function is on numbers only.",
  "Convert the value to a number first, outside of the differentiated function.",
]);

export const mixedTypes = error("ADC2014", (operator: string, left: string, right: string) => [
  `The two sides of \`${operator}\` have different types, \`${left}\` and \`${right}\`.`,
  "Every value must have one type.",
  "Write an `if`, or make both sides of one type.",
]);

export const unsupportedType = error("ADC2015", (type: string, why: string) => [
  `A value of type \`${type}\` cannot be used here.`,
  `${why}.`,
  "Use numbers, booleans, strings, arrays, typed arrays, tuples, and object types made of them.",
]);

export const typeMismatch = error("ADC2016", (from: string, to: string) => [
  `A value of type \`${from}\` is used where \`${to}\` is expected.`,
  "TypeScript allows it, but the two have different shapes, and so would their gradients.",
  "Declare the variable with the type that is expected, or copy the members into a new value.",
]);

export const moduleVariable = error("ADC2017", (name: string) => [
  `\`${name}\` is a variable of the module.`,
  "Its value can change between two calls, and a derivative through it would be lost.",
  "Declare it `const`, or pass it as a parameter.",
]);

export const moduleConstantWritten = error("ADC2018", (name: string) => [
  `This changes \`${name}\`, a constant of the module.`,
  "A value stored there outlives the call, and a derivative through it would be lost.",
  "Copy it into a local array or object first.",
]);

export const tupleIndex = error("ADC2019", () => [
  "A tuple with members of several types is indexed by something that is not a literal.",
  "The type of what is read must be known when adc runs.",
  "Use an array type such as `number[]`, or a literal index.",
]);

export const iteration = error("ADC2020", (what: string) => [
  `${what} cannot be differentiated.`,
  "`for…of` goes over arrays, typed arrays and tuples of one type, and over `entries()` and `keys()` of arrays.",
  "Write a loop over the index of an array.",
]);

export const objectMember = error("ADC2021", (what: string) => [
  `${what} in an object literal cannot be differentiated in this release.`,
  "The members of an object are its named fields.",
  "Write `name: value` for every field of the type.",
]);

export const dynamicProperty = error("ADC2022", () => [
  "A field is chosen by something that is not a literal name.",
  "Which field it is must be known when adc runs.",
  "Use an array, or a `switch` over the name.",
]);

export const varDeclaration = error("ADC2023", () => [
  "`var` cannot be used in a differentiated function.",
  "Such a variable exists before its declaration and outside of its block.",
  "Write `let` or `const`.",
]);

export const optionalChain = error("ADC2024", () => [
  "`?.` cannot be differentiated in this release.",
  "A value that may be missing is not yet in the language.",
  "Test for it before the call of the differentiated function, and pass a value that is present.",
]);

export const stringMethod = error("ADC2025", (name: string) => [
  `\`${name}\` cannot be used in this place of a differentiated function.`,
  "Of what strings can do, adc follows comparison, `length`, concatenation, templates and conversion from a number.",
  "Prepare the text outside and pass it, or pass a number in its place.",
]);

export const destructuringForm = error("ADC2026", (what: string) => [
  `${what} cannot be differentiated in this release.`,
  "Destructuring takes arrays, tuples and objects apart into plain names and places.",
  "Read the members one by one.",
]);

export const thrownValue = error("ADC2027", () => [
  "What is thrown here is not in the language.",
  "The generated function throws the same, and must be able to write it down.",
  "Throw `new Error(…)` or another error class of JavaScript.",
]);

export const moduleConstantInit = error("ADC2028", (name: string) => [
  `The initialiser of \`${name}\` cannot be read.`,
  "A module constant that a differentiated function uses is made of literals, arithmetic, arrays and objects.",
  "Pass the value as a parameter.",
]);

export const missingValue = error("ADC2029", (name: string) => [
  `\`${name}\` may be \`undefined\` or \`null\`.`,
  "A value that may be missing is not yet in the language.",
  "Start with a value, and keep a separate boolean if one must know whether it was set.",
]);

export const sparseArray = error("ADC2030", () => [
  "This array has elements that are never set.",
  "Every element must have a value from the start.",
  "Add `.fill(0)`, or use `Float64Array`.",
]);

export const ambiguousCallback = error("ADC2031", (name: string) => [
  `What is passed to \`${name}\` cannot be read here.`,
  "It must be an arrow function of at most two parameters that is an expression, written in this place.",
  "Write a loop instead.",
]);
