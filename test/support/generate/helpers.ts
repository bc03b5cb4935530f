/** Functions that others call: of the module or inside another function, recursive or not. */
import { Context, type Helper, type Outcome, type Whole } from "./context.js";
import { returnValue } from "./exits.js";
import { argumentsText } from "./calls.js";
import { number, store } from "./expressions.js";
import { descend, readFrom } from "./places.js";
import { build } from "./values.js";
import { anyShape, declareParameters, optionalParameters, parameterText } from "./parameters.js";
import {
  float64,
  isReference,
  loose,
  num,
  numbers,
  type Parameter,
  type Shape,
  typeText,
  voidShape,
} from "./shapes.js";
import { statements } from "./statements.js";

export function functionText(
  prefix: string,
  name: string,
  params: readonly Parameter[],
  returns: Shape,
  lines: readonly string[],
  arrow = false,
): string {
  const list = params.map(parameterText).join(", ");
  if (arrow) return `${prefix}const ${name} = (${list}): ${typeText(returns)} => {\n${lines.join("\n")}\n};`;
  return `${prefix}function ${name}(${list}): ${typeText(returns)} {\n${lines.join("\n")}\n}`;
}

/** Statements, then the return of everything there is. */
export function body(context: Context): void {
  const { returns, random } = context;
  if (isReference(returns)) {
    context.line(`const out: ${typeText(returns)} = ${build(context, returns, 2)};`);
    // The declared type of a union is narrowed by what it is initialised with.
    context.declare("out", returns);
  }
  if (random.chance(context.main ? 0.85 : 0.5)) {
    context.line(`let total = ${random.chance(0.5) ? "0" : store(context, number(context, 2))};`);
    context.declare("total", num, { assignable: true });
  }
  if (context.main && random.chance(0.4)) {
    const shape = random.chance(0.7) ? float64 : numbers;
    context.line(`const work = ${build(context, shape, 2)};`);
    context.declare("work", shape);
    context.favourites.add("work");
  }
  while (context.budget > 0) statements(context, context.budget);
  const total = context.main && random.chance(0.85) ? sumUp(context) : undefined;
  if (returns.kind === "void") return;
  if (total === undefined) context.line(`return${returnValue(context)};`);
  else if (returns.kind === "num") context.line(`return${returnValue(context)} + ${total};`);
  else {
    const place = descend(context, "out", returns);
    if (place !== undefined) context.line(`${place} += ${total};`);
    context.line("return out;");
  }
}

/** Reads back what there is, so that what was computed and written counts; where the sum is. */
function sumUp(context: Context): string | undefined {
  const { random } = context;
  const total = context.visible().find(({ name, assignable }) => name === "total" && assignable);
  if (total === undefined) return undefined;
  for (const { name, shape } of random.shuffle(context.visible()).slice(0, 8)) {
    if (name === "total") continue;
    if (shape.kind === "floats" || ((shape.kind === "array" || shape.kind === "grown") && shape.elem.kind === "num")) {
      context.line(
        random.pick([
          `for (const v of ${name}) total += v * v;`,
          `for (let i = 0; i < ${name}.length; i++) total = 0.5 * total + Math.sin(${name}[i]! + i);`,
          `for (let i = ${name}.length - 1; i >= 0; i--) total += ${name}[i]! * (i + 1);`,
        ]),
      );
    } else {
      const place = readFrom(context, name, shape);
      if (place !== undefined)
        context.line(
          random.pick([
            `total += Math.sin(${place});`,
            `total -= ${place} * ${place};`,
            `total = total * 0.7 + ${place};`,
          ]),
        );
    }
  }
  return "total";
}

/** A function of the module; one in four calls itself. */
export function helperText(whole: Whole): string {
  const { random } = whole;
  const name =
    random.pick(["step", "mix", "scale", "energy", "update", "norm", "blend", "visit"]) + String(++whole.nextName);
  const recursive = random.chance(0.25);
  const rest = Array.from(
    { length: random.integer(1, 3) },
    (_, i): Parameter => ({ name: ["p", "q", "r"][i] ?? "s", shape: anyShape(whole) }),
  );
  const params: Parameter[] = [
    ...(recursive ? [{ name: "depth", shape: loose }] : []),
    ...rest,
    ...optionalParameters(whole, !recursive),
  ];
  const returns = helperResult(whole);
  const context = new Context(whole, returns, random.integer(1, Math.max(2, Math.ceil(whole.options.size / 4))), false);
  declareParameters(context, params);
  if (recursive) {
    context.line(`if (depth <= 0) return${returnValue(context)};`);
    const self = { name, params, returns, recursive: false, cost: 20, writes: true };
    context.line(selfCall(context, self));
  }
  body(context);
  const writes = context.writesParameters || recursive;
  whole.helpers.push({ name, params, returns, recursive, cost: (context.cost + 1) * (recursive ? 6 : 1), writes });
  return functionText(random.chance(0.3) ? "export " : "", name, params, returns, context.lines, random.chance(0.2));
}

function helperResult(whole: Whole): Shape {
  const { random, records } = whole;
  const any = whole.plugs.length > 0 ? anyShape(whole) : num;
  const richer: Shape = any.kind === "array" ? { kind: "array", elem: any.elem } : any;
  return random.weighted<Shape>([
    [5, num],
    [2, voidShape],
    [1, { kind: "tuple", elems: [num, num] }],
    [0.7, float64],
    [0.7, numbers],
    [records.length > 0 ? 1 : 0, random.pick(records.length > 0 ? records : [num])],
    [whole.plugs.length > 0 ? 3 : 0, richer.kind === "func" ? num : richer],
  ]);
}

/** `const deeper = visit(depth - 1, …);` with arguments of its own. */
function selfCall(context: Context, self: Helper): string {
  const used = new Set<string>();
  const args = self.params
    .filter(({ given }) => given === undefined)
    .map(({ name, shape }, position) => {
      if (position === 0) return "depth - 1";
      if (isReference(shape) && !used.has(name) && context.random.chance(0.7)) {
        used.add(name);
        return name;
      }
      // A function made anew in every call would be of another type each time.
      return shape.kind === "floats" || shape.kind === "ints" || shape.kind === "func"
        ? name
        : build(context, shape, 2);
    });
  const call = `${self.name}(${args.join(", ")})`;
  if (self.returns.kind === "void") return `${call};`;
  context.declare("deeper", self.returns, { root: "deeper", local: !isReference(self.returns) });
  return `const deeper = ${call};`;
}

/** A function inside the one being written, which reads and writes what is around it. */
export function localFunction(context: Context): Outcome {
  const { random, whole } = context;
  const name = context.fresh(random.pick(["go", "rate", "local", "add", "get"]));
  const recursive = random.chance(0.15);
  const params: Parameter[] = [
    ...(recursive ? [{ name: context.fresh("left"), shape: loose }] : []),
    ...Array.from({ length: random.pick([0, 1, 1, 2]) }, (): Parameter => {
      const shape = random.chance(0.75) ? num : anyShape(whole);
      return { name: context.fresh(random.pick(["z", "v", "p"])), shape };
    }),
  ];
  const returns = random.weighted<Shape>([
    [5, num],
    [3, voidShape],
    [1, helperResult(whole)],
  ]);
  const keepsThis = random.chance(0.6);
  const inside = context.inner(returns, random.integer(0, context.depth > 1 ? 1 : 3), keepsThis);
  for (const { name: param, shape } of params)
    inside.declare(param, shape, { assignable: shape.kind === "num", local: false });
  const [left] = params;
  if (recursive && left !== undefined) {
    inside.line(`if (${left.name} <= 0) return${returnValue(inside)};`);
    const rest = argumentsText(inside, params.slice(1), 1);
    const call = `${name}(${left.name} - 1${rest === "" ? "" : `, ${rest}`})`;
    const value = inside.fresh("deeper");
    inside.line(returns.kind === "void" ? `${call};` : `const ${value} = ${call};`);
    if (returns.kind !== "void") inside.declare(value, returns, { local: false });
  }
  if (returns.kind === "void") inside.budget++;
  while (inside.budget > 0) statements(inside, inside.budget);
  const short = inside.lines.length === 0 && returns.kind !== "void" && !recursive && keepsThis;
  if (returns.kind !== "void") inside.line(`return${returnValue(inside)};`);
  const list = params.map(parameterText).join(", ");
  const pad = "  ".repeat(context.indent);
  const text = inside.lines.join("\n");
  const value = (inside.lines[0] ?? "").trim().replace(/^return |;$/g, "");
  if (short && random.chance(0.7) && !value.startsWith("{"))
    context.line(`const ${name} = (${list})${random.chance(0.5) ? `: ${typeText(returns)}` : ""} => ${value};`);
  else if (keepsThis) context.line(`const ${name} = (${list}): ${typeText(returns)} => {\n${text}\n${pad}};`);
  else context.line(`function ${name}(${list}): ${typeText(returns)} {\n${text}\n${pad}}`);
  const cost = ((inside.cost + 1) * (recursive ? 5 : 1)) / Math.max(1, context.trips);
  context.locals.push({ name, params, returns, recursive, cost, writes: true });
  return undefined;
}

/** A function called where it stands: `const v = (() => { … return …; })();`. */
export function immediate(context: Context): Outcome {
  const { random } = context;
  const returns = random.chance(0.8) ? num : voidShape;
  const inside = context.inner(returns, random.integer(1, 3), true);
  while (inside.budget > 0) statements(inside, inside.budget);
  if (returns.kind !== "void") inside.line(`return${returnValue(inside)};`);
  const call = `(() => {\n${inside.lines.join("\n")}\n${"  ".repeat(context.indent)}})()`;
  context.cost += inside.cost;
  if (returns.kind === "void") {
    context.line(`${call};`);
    return undefined;
  }
  const name = context.fresh("now");
  context.line(`const ${name} = ${call};`);
  context.declare(name, num);
  return undefined;
}
