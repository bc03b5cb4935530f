/** Values to call a random program with. */
import { Made } from "../data.js";
import type { Random } from "../random.js";
import { dictionaryKeys, type Shape } from "./shapes.js";

/** Reals are kept away from 0 and from round numbers, where branches might tie. Instances are described, not made. */
export function sample(shape: Shape, random: Random, length: number, depth = 3): unknown {
  const inside = (of: Shape): unknown => sample(of, random, length, depth - 1);
  const members = (fields: readonly { readonly name: string; readonly shape: Shape }[]): [string, unknown][] =>
    fields.map((field): [string, unknown] => [field.name, inside(field.shape)]);
  switch (shape.kind) {
    case "num":
      return sampleReal(random);
    case "int":
      return shape.range === "index" ? random.integer(0, length - 1) : random.integer(0, length + 2);
    case "bool":
      return random.chance(0.5);
    case "floats": {
      const values = Array.from({ length }, () => sampleReal(random));
      return shape.name === "Float64Array" ? new Float64Array(values) : new Float32Array(values);
    }
    case "ints":
      return new Int32Array(Array.from({ length }, () => random.integer(0, length - 1)));
    case "array":
      return Array.from({ length }, () => inside(shape.elem));
    case "grown":
      return Array.from({ length: random.integer(shape.filled ? 1 : 0, 4) }, () => inside(shape.elem));
    case "tuple":
      return shape.elems.map(inside);
    case "record":
      return Object.fromEntries(
        shape.fields.flatMap(({ name, shape: of, optional }) => {
          const value = inside(of);
          return optional === true && value === undefined ? [] : [[name, value]];
        }),
      );
    case "class": {
      const choices = shape.info.isAbstract ? shape.info.subclasses : [shape.info, ...shape.info.subclasses];
      const info = random.pick(choices);
      return new Made(info.name, info.constructorParameters.map(inside));
    }
    case "maybe":
      return random.chance(0.4) ? (shape.absent === "null" ? null : undefined) : inside(shape.of);
    case "node": {
      const node: Record<string, unknown> = { value: sampleReal(random) };
      for (const link of shape.links) {
        if (depth > 0 && random.chance(0.7)) node[link] = inside(shape);
        else if (shape.absent === "null") node[link] = null;
      }
      return node;
    }
    case "union": {
      const variant = random.pick(shape.variants);
      return { kind: variant.tag, ...Object.fromEntries(members(variant.fields)) };
    }
    case "dict":
      return Object.fromEntries(
        dictionaryKeys.flatMap((key) => (random.chance(0.45) ? [[key, inside(shape.elem)]] : [])),
      );
    case "func":
      throw new Error("a function is no argument of a differentiated function");
    case "text":
      return random.pick(shape.values);
    case "void":
      return undefined;
  }
}

function sampleReal(random: Random): number {
  const magnitude = (random.integer(1000, 19000) * 10 + 3) / 1e5;
  return random.chance(0.6) ? magnitude : -magnitude;
}
