/** Classes: fields, constructors, methods of every kind, accessors, static members, and classes that extend others. */
import { affordable, methodCall } from "./class-values.js";
import { Context, type Outcome, type Plug, type Whole } from "./context.js";
import { returnValue } from "./exits.js";
import { number, store } from "./expressions.js";
import { numberLeaf } from "./places.js";
import { build } from "./values.js";
import { anyShape, declareConstants } from "./parameters.js";
import {
  type ClassInfo,
  float64,
  type Method,
  num,
  numbers,
  type Parameter,
  type RecordField,
  type Shape,
  typeText,
  voidShape,
} from "./shapes.js";
import { statements } from "./statements.js";

export const classes: Plug = {
  module: (whole) => {
    const texts: string[] = [];
    for (let i = whole.random.integer(1, 2); i > 0; i--) texts.push(...family(whole));
    return texts;
  },
  shapes: ({ classes: known }) => known.map((info) => [2.5, { kind: "class", info }]),
  statements: [
    [3, callMethod],
    [0.8, setProperty],
  ],
};

/** A class by itself, or with classes that extend it. */
function family(whole: Whole): readonly string[] {
  const { random } = whole;
  if (!whole.features.has("inheritance")) return [writeClass(whole, undefined)];
  if (random.chance(0.3)) return implementations(whole);
  const first = writeClass(whole, undefined);
  const base = whole.classes.at(-1);
  return [first, ...Array.from({ length: random.integer(1, 2) }, () => writeClass(whole, base))];
}

interface Own extends RecordField {
  readonly how: "parameter" | "assigned" | "initialised";
  /** `private`, `protected` … or nothing. */
  readonly access: string;
}

function ownFields(whole: Whole, base: ClassInfo | undefined): Own[] {
  const { random } = whole;
  // Fields of one name and two types among the classes of a family are seldom written.
  const siblings = random.chance(0.9) ? (base?.subclasses ?? []).flatMap(({ fieldNames }) => fieldNames) : [];
  const taken = new Set([...(base?.fieldNames ?? []), ...siblings]);
  const names = random
    .shuffle(["x", "y", "k", "mass", "rate", "data", "origin", "bias", "state"])
    .filter((name) => !taken.has(name));
  return names.slice(0, random.integer(base === undefined ? 1 : 0, 3)).map((name, position) => {
    const earlier = whole.classes.filter(({ isAbstract, isPrivate }) => !isAbstract && !isPrivate);
    const shape = random.weighted<Shape>([
      [position === 0 ? 10 : 3, num],
      [0.8, float64],
      [0.8, numbers],
      [0.5, { kind: "tuple", elems: [num, num] }],
      [earlier.length > 0 && base === undefined ? 0.8 : 0, { kind: "class", info: random.pick([...earlier, ...whole.classes, never]) }],
      [whole.records.length > 0 ? 0.5 : 0, whole.records[0] ?? num],
    ]);
    const how = random.weighted<Own["how"]>([
      [3, "parameter"],
      [2, "assigned"],
      [shape.kind === "num" ? 0.6 : 0, "initialised"],
    ]);
    const readonly = random.chance(0.15);
    const access = random.weighted([
      [8, how === "parameter" && !readonly ? "public " : ""],
      [random.chance(0.3) && position > 0 ? 3 : 0, "private "],
    ]);
    return { name, shape, how, access, ...(readonly ? { readonly } : {}) };
  });
}

const never: ClassInfo = {
  name: "Never",
  fields: [],
  constructorParameters: [],
  methods: [],
  getters: [],
  setters: [],
  makers: [],
  subclasses: [],
  fieldNames: [],
  isAbstract: false,
  isPrivate: false,
};

function writeClass(whole: Whole, base: ClassInfo | undefined): string {
  const { random } = whole;
  const name = `${random.pick(["Body", "Vec", "Spring", "Filter", "Layer", "Account"])}${++whole.nextName}`;
  const own = ownFields(whole, base).filter(({ shape }) => shape.kind !== "class" || shape.info !== never);
  const given = own.filter(({ how }) => how !== "initialised");
  const isPublic = ({ access }: Own): boolean => access.trim() !== "private";
  const info: ClassInfo = {
    name,
    fields: [...(base?.fields ?? []), ...own.filter(isPublic)],
    constructorParameters: [...(base?.constructorParameters ?? []), ...given.map(({ shape }) => shape)],
    methods: [...(base?.methods ?? [])],
    getters: [...(base?.getters ?? [])],
    setters: [...(base?.setters ?? [])],
    makers: [],
    subclasses: [],
    fieldNames: [...(base?.fieldNames ?? []), ...own.map(({ name: field }) => field)],
    isAbstract: false,
    isPrivate: own.some((field) => !isPublic(field)) || base?.isPrivate === true,
  };
  const lines = own
    .filter(({ how }) => how !== "parameter")
    .map(
      ({ name: field, shape, how, access, readonly }) =>
        `  ${access.replace("public ", "")}${readonly === true ? "readonly " : ""}${field}${how === "initialised" ? `${random.chance(0.5) ? ": number" : ""} = ${random.integer(1, 20) / 10 + 0.03}` : `: ${typeText(shape)}`};`,
    );
  if (random.chance(0.25)) {
    lines.push(`  static readonly gain${whole.nextName} = ${random.integer(2, 19) / 10};`);
    whole.constants.push({ name: `${name}.gain${whole.nextName}`, shape: num });
  }
  if (base === undefined || given.length > 0) lines.push(constructorText(whole, own, base));
  const methods = random.integer(1, 4);
  for (let i = 0; i < methods; i++) lines.push(member(whole, info, own, base));
  whole.classes.push(info);
  base?.subclasses.push(info);
  const heritage = base === undefined ? "" : ` extends ${base.name}`;
  return `export class ${name}${heritage} {\n${lines.join("\n")}\n}`;
}

function constructorText(whole: Whole, own: readonly Own[], base: ClassInfo | undefined): string {
  const { random } = whole;
  const context = new Context(whole, voidShape, 0, false);
  context.indent = 2;
  const inherited = (base?.constructorParameters ?? []).map((shape, i) => ({ name: `a${i}`, shape }));
  const given = own.filter(({ how }) => how !== "initialised");
  if (base !== undefined) context.line(`super(${inherited.map(({ name }) => name).join(", ")});`);
  const list = [
    ...inherited.map(({ name, shape }) => `${name}: ${typeText(shape)}`),
    ...given.map(({ name, shape, how, access, readonly }) =>
      how === "parameter"
        ? `${access === "" && readonly !== true ? "public " : access}${readonly === true ? "readonly " : ""}${name}: ${typeText(shape)}`
        : `${name}: ${typeText(shape)}`,
    ),
  ];
  for (const { name, shape } of given) context.declare(name, shape, { local: false });
  for (const { name, shape, how } of given) {
    if (how === "assigned")
      context.line(
        `this.${name} = ${shape.kind === "num" && random.chance(0.4) ? store(context, number(context, 1)) : name};`,
      );
  }
  const checked = given.find(({ shape }) => shape.kind === "num");
  if (whole.features.has("exceptions") && checked !== undefined && random.chance(0.4))
    context.line(`if (!(${checked.name} > -${random.pick([50, 100])})) throw new RangeError("${checked.name} is too small");`);
  const body = context.lines.length === 0 ? "{}" : `{\n${context.lines.join("\n")}\n  }`;
  return `  constructor(${list.join(", ")}) ${body}`;
}

/** Where a method is written: its fields, its parameters, and `this`. */
function inside(
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
  for (const { name, shape } of params) context.declare(name, shape, { assignable: shape.kind === "num", local: false });
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
function member(whole: Whole, info: ClassInfo, own: readonly Own[], base: ClassInfo | undefined): string {
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

const methodText = (name: string, params: readonly Parameter[], returns: string, context: Context): string =>
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
  context.variables.splice(0, context.variables.length, ...context.variables.filter((variable) => variable.name !== "this"));
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

/** An interface or an abstract class with a method of numbers, and two classes that have it. */
function implementations(whole: Whole): readonly string[] {
  const { random } = whole;
  const isInterface = random.chance(0.5);
  const name = `${random.pick(["Force", "Potential", "Kernel"])}${++whole.nextName}`;
  const called = `at${++whole.nextName}`;
  const params: Parameter[] = [{ name: "p", shape: num }];
  const abstraction: ClassInfo = { ...never, name, methods: [], getters: [], setters: [], makers: [], subclasses: [], isAbstract: true };
  const method: Method = { name: called, params, returns: num, cost: 4, mutates: false, fluent: false };
  const texts = [
    isInterface
      ? `export interface ${name} { ${called}(p: number): number }`
      : `export abstract class ${name} {\n  abstract ${called}(p: number): number;\n  twice${called}(p: number): number {\n    return this.${called}(p) + 0.5 * this.${called}(0.3 * p);\n  }\n}`,
  ];
  abstraction.methods.push(method);
  if (!isInterface) abstraction.methods.push({ ...method, name: `twice${called}`, cost: 9 });
  for (let i = random.integer(2, 3); i > 0; i--) {
    const field = random.pick(["k", "r", "depth"]);
    const info: ClassInfo = {
      ...never,
      name: `${random.pick(["Linear", "Wave", "Well"])}${++whole.nextName}`,
      fields: [{ name: field, shape: num }],
      constructorParameters: [num],
      methods: [...abstraction.methods],
      getters: [],
      setters: [],
      makers: [],
      subclasses: [],
    };
    const context = inside(whole, { ...info, methods: [] }, [], params, num, 0);
    context.line(`return${returnValue(context)};`);
    texts.push(
      `export class ${info.name} ${isInterface ? "implements" : "extends"} ${name} {\n  constructor(public ${field}: number) {${isInterface ? "" : " super(); "}}\n${methodText(called, params, "number", context)}\n}`,
    );
    abstraction.subclasses.push(info);
    whole.classes.push(info);
  }
  whole.classes.push(abstraction);
  return texts;
}

function callMethod(context: Context): Outcome | "nothing" {
  const { random } = context;
  const holders = context.ofKind("class").filter(({ name }) => name !== "this");
  if (holders.length === 0) return "nothing";
  const holder = random.pick(holders.slice(-4));
  const { info } = holder.shape;
  const methods = info.methods.filter((candidate) => affordable(context, candidate));
  if (methods.length === 0) return "nothing";
  const chosen = random.pick(methods);
  let call = methodCall(context, holder.name, chosen, 2);
  if (chosen.returns.kind === "void") context.line(`${call};`);
  else if (chosen.fluent) {
    const next = methods.filter(({ fluent, returns }) => fluent || returns.kind === "void");
    if (next.length > 0 && random.chance(0.5)) call = methodCall(context, call, random.pick(next), 1);
    context.line(`${call};`);
  } else {
    const name = context.fresh("got");
    const keyword = random.chance(0.3) ? "let" : "const";
    context.line(`${keyword} ${name} = ${call};`);
    // What comes back may be something the instance holds.
    context.declare(name, chosen.returns, { assignable: keyword === "let", root: holder.root, local: false });
  }
  return undefined;
}

function setProperty(context: Context): Outcome | "nothing" {
  const { random } = context;
  const holders = context.ofKind("class").filter(({ shape }) => shape.info.setters.length > 0);
  if (holders.length === 0) return "nothing";
  const { name, shape } = random.pick(holders);
  context.writesParameters = true;
  context.line(`${name}.${random.pick(shape.info.setters)} = ${random.chance(0.5) ? numberLeaf(context).text : build(context, num, 2)};`);
  return undefined;
}
