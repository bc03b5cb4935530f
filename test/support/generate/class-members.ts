/** What a class of a random program has besides its fields: methods of every kind, accessors, static functions. */
import { Context, type Whole } from "./context.js";
import { returnValue } from "./exits.js";
import { number, store } from "./expressions.js";
import { anyShape, declareConstants } from "./parameters.js";
import { type ClassInfo, num, type Parameter, type RecordField, type Shape, typeText, voidShape } from "./shapes.js";
import { statements } from "./statements.js";
import { build } from "./values.js";

/** A field that a class declares itself. */
export interface Own extends RecordField {
  readonly how: "parameter" | "assigned" | "initialised";
  /** `private`, `protected` … or nothing. */
  readonly access: string;
}

/** Where a method is written: its fields, its parameters, and `this`. */
export function inside(
  whole: Whole,
  info: ClassInfo,
  own: readonly Own[],
  params: readonly Parameter[],
  returns: Shape,
  budget: number,
): Context {
  const context = new Context(whole, returns, budget, false);
  context.indent = 2;
  declareConstants(context);
  const fields = [...info.fields, ...own.filter(({ access }) => access === "private ")];
  for (const { name, shape, readonly } of fields)
    context.declare(`this.${name}`, shape, { assignable: shape.kind === "num" && readonly !== true, local: false });
  for (const { name } of fields) context.favourites.add(`this.${name}`);
  if (info.methods.length > 0) context.declare("this", { kind: "class", info }, { local: false, writable: false });
  for (const { name, shape } of params)
    context.declare(name, shape, { assignable: shape.kind === "num", local: false });
  return context;
}

function methodParameters(whole: Whole): Parameter[] {
  const { random } = whole;
  return Array.from(
    { length: random.pick([0, 1, 1, 2]) },
    (_, i): Parameter => ({ name: ["p", "q"][i] ?? "r", shape: random.chance(0.7) ? num : anyShape(whole) }),
  );
}

/** One method, accessor or static function. */
export function member(whole: Whole, info: ClassInfo, own: readonly Own[], base: ClassInfo | undefined): string {
  const { random } = whole;
  const shape: Shape = { kind: "class", info };
  const write = random.weighted<() => string>([
    [3, () => method(whole, info, own, num)],
    [2, () => method(whole, info, own, voidShape)],
    [1.5, () => method(whole, info, own, shape)],
    [0.6, () => method(whole, info, own, shape, true)],
    [0.5, () => method(whole, info, own, anyShape(whole))],
    [1, () => getter(whole, info, own)],
    [0.5, () => setter(whole, info, own)],
    [0.7, () => maker(whole, info)],
    [0.5, () => staticHelper(whole, info)],
    ...(base === undefined ? [] : [[4, () => override(whole, info, own, base)] as const]),
  ]);
  return write();
}

function method(whole: Whole, info: ClassInfo, own: readonly Own[], returns: Shape, fluent = false): string {
  const { random } = whole;
  const name = `${random.pick(["step", "energy", "apply", "scaled", "plus", "norm", "update"])}${++whole.nextName}`;
  const params = methodParameters(whole);
  const context = inside(whole, info, own, params, returns, random.integer(0, 3));
  if (returns.kind === "void" || fluent) context.budget++;
  const simple = context.budget === 0;
  while (context.budget > 0) statements(context, context.budget);
  if (fluent) context.line("return this;");
  else if (returns.kind !== "void") context.line(`return${returnValue(context)};`);
  const cost = context.cost + 1;
  const returnsOnce = context.lines.filter((line) => /\breturn\b/.test(line)).length === 1;
  info.methods.push({ name, params, returns, cost, mutates: !simple, fluent });
  return methodText(name, params, fluent && returnsOnce && random.chance(0.5) ? "this" : typeText(returns), context);
}

export const methodText = (name: string, params: readonly Parameter[], returns: string, context: Context): string =>
  `  ${name}(${params.map((param) => `${param.name}: ${typeText(param.shape)}`).join(", ")}): ${returns} {\n${context.lines.join("\n")}\n  }`;

function getter(whole: Whole, info: ClassInfo, own: readonly Own[]): string {
  const name = `size${++whole.nextName}`;
  const context = inside(whole, info, own, [], num, 0);
  context.line(`return${returnValue(context)};`);
  info.getters.push({ name, cost: 2 });
  return `  get ${name}(): number {\n${context.lines.join("\n")}\n  }`;
}

function setter(whole: Whole, info: ClassInfo, own: readonly Own[]): string {
  const name = `level${++whole.nextName}`;
  const context = inside(whole, info, own, [{ name: "to", shape: num }], voidShape, 1);
  const target = context.visible().find(({ assignable, name: field }) => assignable && field.startsWith("this."));
  if (target === undefined) return getter(whole, info, own);
  context.line(`${target.name} = ${store(context, number(context, 1))} * 0.5 + to;`);
  info.setters.push(name);
  return `  set ${name}(to: number) {\n${context.lines.join("\n")}\n  }`;
}

function maker(whole: Whole, info: ClassInfo): string {
  const name = `of${++whole.nextName}`;
  const context = new Context(whole, { kind: "class", info }, 0, false);
  declareConstants(context);
  context.declare("s", num);
  const args = info.constructorParameters.map((shape) => build(context, shape, 1));
  info.makers.push({ name, params: [num] });
  return `  static ${name}(s: number): ${info.name} {\n    return new ${info.name}(${args.join(", ")});\n  }`;
}

function staticHelper(whole: Whole, info: ClassInfo): string {
  const name = `blend${++whole.nextName}`;
  const params: Parameter[] = [
    { name: "one", shape: { kind: "class", info } },
    { name: "w", shape: num },
  ];
  const context = new Context(whole, num, whole.random.integer(0, 2), false);
  context.indent = 2;
  declareConstants(context);
  for (const param of params) context.declare(param.name, param.shape, { local: false });
  while (context.budget > 0) statements(context, context.budget);
  context.line(`return${returnValue(context)};`);
  whole.helpers.push({
    name: `${info.name}.${name}`,
    params,
    returns: num,
    recursive: false,
    cost: context.cost + 1,
    writes: true,
  });
  return `  static${methodText(name, params, "number", context).slice(1)}`;
}

/** A method of the base written anew, by way of `super` or not. */
function override(whole: Whole, info: ClassInfo, own: readonly Own[], base: ClassInfo): string {
  const { random } = whole;
  const overridden = new Set(info.methods.filter((known) => !base.methods.includes(known)).map(({ name }) => name));
  const candidates = base.methods.filter(
    ({ name, returns, fluent }) => returns.kind === "num" && !fluent && !overridden.has(name),
  );
  if (candidates.length === 0) return method(whole, info, own, num);
  const { name, params, cost } = random.pick(candidates);
  const context = inside(whole, info, own, params, num, random.integer(0, 2));
  context.variables.splice(
    0,
    context.variables.length,
    ...context.variables.filter((variable) => variable.name !== "this"),
  );
  while (context.budget > 0) statements(context, context.budget);
  const inherited = random.chance(0.5) ? ` + 0.5 * super.${name}(${params.map((param) => param.name).join(", ")})` : "";
  context.line(`return${returnValue(context)}${inherited};`);
  const position = info.methods.findIndex((known) => known.name === name);
  info.methods[position] = { name, params, returns: num, cost: cost + context.cost + 1, mutates: true, fluent: false };
  const basePosition = base.methods.findIndex((known) => known.name === name);
  const inBase = base.methods[basePosition];
  if (inBase !== undefined) base.methods[basePosition] = { ...inBase, cost: inBase.cost + context.cost + 1 };
  return `  override${methodText(name, params, "number", context).slice(1)}`;
}
