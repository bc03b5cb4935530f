/**
 * What a random program may use beyond numbers, arrays, plain objects and helpers. Each can be asked for alone; with many
 * allowed, a program gets a few of them, so that it is dense in what it has and different from the next.
 */
import type { Random } from "../random.js";

export const featureNames = [
  "objects",
  "classes",
  "inheritance",
  "closures",
  "functionValues",
  "callbacks",
  "growing",
  "destructuring",
  "optional",
  "linked",
  "unions",
  "several",
  "sharing",
  "exceptions",
  "control",
  "steering",
  "parameters",
  "generics",
  "dictionaries",
  "rules",
  "derivatives",
] as const;

export type Feature = (typeof featureNames)[number];

const isFeature = (name: string): name is Feature => featureNames.some((known) => known === name);

/** `classes,closures`, `all` or nothing; throws on a name that is none. */
export function parseFeatures(text: string): readonly Feature[] {
  if (text === "all") return featureNames;
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((name) => {
      if (!isFeature(name)) throw new Error(`no feature ${name}; there are ${featureNames.join(", ")}`);
      return name;
    });
}

/** The features of one program. What needs another feature brings it along. */
export function chooseFeatures(random: Random, allowed: readonly Feature[]): ReadonlySet<Feature> {
  const chosen = new Set<Feature>();
  if (allowed.length === 0) return chosen;
  const share = random.pick([0, 0.15, 0.3, 0.3, 0.6, 1]);
  for (const feature of allowed) if (random.chance(share)) chosen.add(feature);
  if (chosen.size === 0) chosen.add(random.pick(allowed));
  if (chosen.has("inheritance")) chosen.add("classes");
  return chosen;
}
