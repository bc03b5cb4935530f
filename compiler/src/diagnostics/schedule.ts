/** ADC106x: what is asked for with `@checkpoint` and `@implicit`. */
import { error } from "./define.js";

const keysOf = (tag: string): string =>
  tag === "checkpoint" ? "`schedule=`, `snapshots=` and `memory=`" : "`tol=` and `max=`";

export const unknownKey = error("ADC1060", (tag: string, key: string) => [
  `\`${key}\` is not a key of \`@${tag}\`.`,
  `The keys are ${keysOf(tag)}.`,
  `Remove \`${key}=\`, or write it outside the tag.`,
]);

export const badValue = error("ADC1061", (key: string, value: string, expected: string) => [
  `\`${value}\` is not a value of \`${key}=\`.`,
  `It is ${expected}.`,
  `Correct it, or leave \`${key}=\` out.`,
]);

export const malformed = error("ADC1062", (token: string, tag: string) => [
  `\`${token}\` cannot be read after \`@${tag}\`.`,
  `What follows the tag is pairs \`key=value\` with the keys ${keysOf(tag)}; each key stands there at most once, and there is one such tag.`,
  "Move other text to the lines before the tag.",
]);

export const neitherLoopNorFunction = error("ADC1063", (tag: string) => [
  `\`@${tag}\` stands on something that is neither a loop nor a function.`,
  "It is about the loop, or the function, that begins directly after the comment.",
  "Move the comment to the line before the loop or the function.",
]);

export const needsKnownTrips = error("ADC1064", (asked: string) => [
  `\`${asked}\` needs a loop whose number of iterations is known when it begins.`,
  "The iterations are divided among the snapshots before the first of them runs; this loop does not count whole numbers up or down to a bound, or something leaves it.",
  "Write a counted `for` that nothing leaves, or leave the key out: segments then grow as the loop goes on.",
]);

export const keysOnFunction = error("ADC1065", (key: string) => [
  `\`${key}=\` has no meaning on a function.`,
  "A checkpointed function keeps what it is given, once for each call.",
  "Remove it, or put the tag on the loop inside the function.",
]);

export const effectOutside = error("ADC1066", (what: string) => [
  `What is tagged runs again in the reverse sweep, and ${what}.`,
  "That would happen twice, or come out another time in another way.",
  "Move it out of the tagged loop or function, or remove the tag.",
]);

export const needsOneLoop = error("ADC1067", (count: number) => [
  `The function with \`@implicit\` has ${count === 0 ? "no loop" : `${count} loops`}.`,
  "The tag is about the one loop that goes to a fixed point.",
  "Put the tag on that loop.",
]);

export const noFixedPoint = error("ADC1068", (reason: string) => [
  "The loop has no fixed point that could be differentiated.",
  `${reason}.`,
  "Write the iteration as a smooth function of its state and of what it depends on, or remove the tag.",
]);
