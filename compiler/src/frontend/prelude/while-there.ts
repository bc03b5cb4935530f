/**
 * Array methods whose callback may make the array shorter: an element that is gone when its turn comes is passed over, as
 * JavaScript does (`map` would leave a hole there). The functions of the prelude with a test in front of each call; all others do without.
 */
import { invariant } from "../../support/invariant.js";

export const whileThere: ReadonlySet<string> = new Set([
  "reduce",
  "reduceFrom",
  "reduceRight",
  "reduceRightFrom",
  "forEach",
  "filter",
  "some",
  "every",
]);

export const whileThereName = (name: string): string => `${name}WhileThere`;

/** Their source, made from that of the plain functions. */
export function whileThereSource(prelude: string): string {
  return [...whileThere]
    .map((name) => {
      const plain = new RegExp(`^export function ${name}<[\\s\\S]*?\\n}\\n`, "m").exec(prelude)?.[0];
      invariant(plain !== undefined, `the prelude has ${name}`);
      return plain.replace(name, whileThereName(name)).replace(/(?<=i(\+\+|--)\) )/, "if (i < xs.length) ");
    })
    .join("\n");
}
