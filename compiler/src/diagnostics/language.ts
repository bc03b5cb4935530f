/** ADC2xxx: what is outside the language of this release. */
import { error } from "./define.js";

export const notInLanguage = error("ADC2001", (what: string) => [
  `${what} cannot be differentiated.`,
  "It is outside the language that adc understands.",
  "Rewrite this place with variables, arithmetic, arrays, objects, conditions, loops and calls of functions.",
]);

export const classForm = error("ADC2002", (what: string, why: string, rewrite: string) => [
  `${what} cannot be differentiated.`,
  `${why}.`,
  `${rewrite}.`,
]);

export const closuresNotYet = error("ADC2003", (name: string) => [
  `The function that is used here reads \`${name}\`, which it cannot share with the functions around it.`,
  "It has no value yet at this place, or it is a counter that the body of its loop changes and a function in the head of the loop reads.",
  "Declare the variable before the function is used, or write the loop with `while`.",
]);

export const functionValuesNotYet = error("ADC2004", (name: string) => [
  `Which function \`${name}\` is, is not known here.`,
  "A function can be passed, returned and stored as long as every function it may be stands in the source.",
  "Pass the function itself from a function that adc reads, not as a parameter of the marked function.",
]);

export const arrayMethodNotYet = error("ADC2005", (name: string) => [
  `The array method \`${name}\` cannot be differentiated here.`,
  "There is no rule for it, or none for such arguments and elements.",
  "Write a loop over the index.",
]);

export const arrayGrows = error("ADC2006", () => [
  "This makes a tuple longer or shorter.",
  "How many members a tuple has is part of its type.",
  "Declare it as an array, `number[]`.",
]);

export const spreadNotYet = error("ADC2007", (where: string) => [
  `A spread ${where} cannot be differentiated in this release.`,
  "How many values it stands for is not known here.",
  "Name the members one by one, or write a loop.",
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
  "What a value may be must be told apart by `typeof`, `Array.isArray`, or its members.",
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

export const destructuringForm = error("ADC2026", (what: string) => [
  `${what} cannot be differentiated in this release.`,
  "Destructuring takes arrays, tuples and objects apart into plain names and places.",
  "Read the members one by one.",
]);

export const thrownValue = error("ADC2027", () => [
  "What is thrown here is not in the language.",
  "The generated function throws the same, and must be able to write it down.",
  "Throw `new Error(…)`, another error class of JavaScript or one that is exported, or an object of numbers, booleans and text.",
]);

export const errorNotExported = error("ADC2027", (name: string) => [
  `\`${name}\` is caught here, and the file does not export it.`,
  "The generated file does what the handler does, so it must be able to name the class.",
  `Export \`${name}\`.`,
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

export const dynamicKeys = error("ADC2052", (name: string) => [
  `\`${name}\` is applied to an object whose members it cannot tell apart.`,
  "Which members there are, in which order, must be known when adc runs, and all of them must have one type.",
  "Name the members one by one, or use an array.",
]);

export const opaqueMember = error("ADC2050", (type: string) => [
  `A value of type \`${type}\` is taken out of something adc cannot look into.`,
  "Out of a `Map`, a `Set` or an object with arbitrary keys come text, numbers, booleans, and arrays and objects of these, all of them constants.",
  "Keep such values in arrays and objects with named fields.",
]);

export const takenWritten = error("ADC2053", (text: string) => [
  `This changes what \`${text}\` gives, which belongs to a map, a set or an object with arbitrary keys.`,
  "Who else holds it is not known, so it is only read.",
  "Copy it into a local array or object first.",
]);

export const constantChanges = error("ADC2054", (name: string, by: string) => [
  `\`${name}\` is changed by ${by}.`,
  "The file does not export it, so the generated file would make one of its own, and never see the change.",
  "Export it, or pass it as a parameter.",
]);

export const memberUndefined = error("ADC2057", (name: string) => [
  `\`${name}\` may be there and hold \`undefined\`, which JavaScript tells here from a member that is left out.`,
  "adc takes a member that holds `undefined` for one that is left out.",
  "Leave it out where it is made, `...(x === undefined ? {} : { x })`, or write `??` where it is read.",
]);

export const opaqueCallback = error("ADC2051", (name: string) => [
  `A function is passed to \`${name}\`, whose source is not at hand.`,
  "When and how often it runs is not known to adc.",
  "Write a loop that does what the function would do.",
]);

export const lostThis = error("ADC2040", (name: string) => [
  `\`${name}\` is called without the object it belongs to.`,
  "It reads its object through `this` or by name, and here the two are apart.",
  "Call it as a method of its object, `object.method(…)`, or write an arrow function that does.",
]);

export const functionCompared = error("ADC2041", () => [
  "Functions, or objects that hold functions, are compared.",
  "adc knows which code a function runs, not which object it is.",
  "Compare a name or a number that is stored beside the function.",
]);

export const functionMethod = error("ADC2042", (name: string) => [
  `\`${name}\` of a function cannot be differentiated.`,
  "It calls the function with another `this`, or with arguments that are not counted.",
  "Call the function itself, or write an arrow function that does.",
]);

export const endlessType = error("ADC2043", () => [
  "What this place may hold has no end.",
  "Each function that is put here captures the one before it, so that there is no end of functions it may be.",
  "Keep the numbers that the functions would capture in an array, and one function that goes over them.",
]);

export const functionEscapes = error("ADC2044", () => [
  "A function is handed to something outside of the language.",
  "adc knows the code of a function, not the object, so that what receives it would not receive the same.",
  "Keep functions in arrays and objects with named fields; hand out a name instead.",
]);

export const tupleLength = error("ADC2056", (what: string) => [
  `${what} of a tuple with members that may be left out cannot be differentiated.`,
  "How many members there are is not known here, and they have several types.",
  "Ask for a member by its place: `t[2] === undefined`.",
]);

export const stoppedWritten = error("ADC2055", () => [
  "`stopGradient` is given an array or object here that is overwritten while its result may be in use, or its result is overwritten.",
  "The result holds the same numbers as constants, so in generated code it is a copy, and a write to one of the two would not be seen in the other.",
  "Pass a copy, `stopGradient(x.slice())`, or call `stopGradient` on the numbers where they are read.",
]);
