/** Parameters: their shapes, how they are declared, and what a function knows of them. */
import type { Context, Whole } from "./context.js";
import { float64, num, numbers, type Parameter, type Shape, typeText } from "./shapes.js";

/** A shape for a parameter, a field or a result. */
export function anyShape(whole: Whole): Shape {
  const { random, records } = whole;
  return random.weighted<Shape>([
    [6, num],
    [3, float64],
    [0.4, { kind: "floats", name: "Float32Array" }],
    [2.5, numbers],
    [0.4, { kind: "array", elem: num, readonly: true }],
    [1.2, { kind: "array", elem: numbers }],
    [0.6, { kind: "array", elem: float64 }],
    [0.8, { kind: "tuple", elems: [num, num] }],
    [0.3, { kind: "tuple", elems: [num, { kind: "tuple", elems: [num, num, num] }] }],
    [records.length > 0 ? 2 : 0, random.pick(records.length > 0 ? records : [num])],
    [records.length > 0 ? 0.8 : 0, { kind: "array", elem: random.pick(records.length > 0 ? records : [num]) }],
    ...pluggedShapes(whole),
  ]);
}

/** The shapes of the features, alone and as elements. */
export function pluggedShapes(whole: Whole): readonly (readonly [number, Shape])[] {
  const own = whole.plugs.flatMap(({ shapes }) => shapes?.(whole) ?? []);
  return own.flatMap(([weight, shape]): readonly (readonly [number, Shape])[] =>
    shape.kind === "grown" || shape.kind === "text"
      ? [[weight, shape]]
      : [
          [weight, shape],
          [weight * 0.4, { kind: "array", elem: shape }],
        ],
  );
}

/** May a value of this shape be an argument of the differentiated function? */
export function isData(shape: Shape): boolean {
  switch (shape.kind) {
    case "func":
      return false;
    case "class":
      return (
        !shape.info.isPrivate &&
        shape.info.subclasses.every(({ isPrivate }) => !isPrivate) &&
        shape.info.fields.every((field) => isData(field.shape))
      );
    case "array":
    case "grown":
    case "dict":
      return isData(shape.elem);
    case "tuple":
      return shape.elems.every(isData);
    case "record":
      return shape.fields.every((field) => isData(field.shape));
    case "maybe":
      return isData(shape.of);
    case "union":
      return shape.variants.every(({ fields }) => fields.every((field) => isData(field.shape)));
    default:
      return true;
  }
}

export function declareConstants(context: Context): void {
  for (const { name, shape } of context.whole.constants)
    context.declare(name, shape, { writable: false, local: false });
}

export function declareParameters(context: Context, params: readonly Parameter[]): void {
  declareConstants(context);
  for (const { name, shape } of params) {
    const frozen = shape.kind === "array" && shape.readonly === true;
    context.declare(name, shape, { assignable: shape.kind === "num", writable: !frozen, local: false });
  }
}

/** `x: number`, `x?: number`, `x = 0.5` or `...x: number[]`. */
export function parameterText({ name, shape, given }: Parameter): string {
  switch (given?.as) {
    case "optional":
      return `${name}?: ${typeText(shape.kind === "maybe" ? shape.of : shape)}`;
    case "default":
      return `${name} = ${given.value}`;
    case "rest":
      return `...${name}: ${typeText(shape)}`;
    default:
      return `${name}: ${typeText(shape)}`;
  }
}

/** Parameters a call may leave out, after those it may not. */
export function optionalParameters(whole: Whole, rest: boolean): readonly Parameter[] {
  const { random } = whole;
  if (!whole.features.has("parameters")) return [];
  const found: Parameter[] = [];
  for (let i = random.pick([0, 0, 1, 2]); i > 0; i--) {
    const name = ["gain", "shift"][i - 1] ?? "more";
    found.push(
      random.chance(0.5)
        ? { name, shape: { kind: "maybe", of: num, absent: "undefined" }, given: { as: "optional" } }
        : { name, shape: num, given: { as: "default", value: String(random.integer(1, 15) / 10) } },
    );
  }
  if (rest && random.chance(0.25))
    found.push({ name: "others", shape: { kind: "grown", elem: num, filled: false }, given: { as: "rest" } });
  return found;
}
