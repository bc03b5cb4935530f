/** Classes: fields, constructors, methods of every kind, accessors, static members, and classes that extend others. */
import { inside, member, methodText, type Own } from "./class-members.js";
import { affordable, methodCall } from "./class-values.js";
import { Context, type Outcome, type Plug, type Whole } from "./context.js";
import { returnValue } from "./exits.js";
import { number, store } from "./expressions.js";
import { numberLeaf } from "./places.js";
import { build } from "./values.js";
import {
  type ClassInfo,
  float64,
  type Method,
  num,
  numbers,
  type Parameter,
  type Shape,
  typeText,
  voidShape,
} from "./shapes.js";

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
      [
        earlier.length > 0 && base === undefined ? 0.8 : 0,
        { kind: "class", info: random.pick([...earlier, ...whole.classes, never]) },
      ],
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
    context.line(
      `if (!(${checked.name} > -${random.pick([50, 100])})) throw new RangeError("${checked.name} is too small");`,
    );
  const body = context.lines.length === 0 ? "{}" : `{\n${context.lines.join("\n")}\n  }`;
  return `  constructor(${list.join(", ")}) ${body}`;
}

/** An interface or an abstract class with a method of numbers, and two classes that have it. */
function implementations(whole: Whole): readonly string[] {
  const { random } = whole;
  const isInterface = random.chance(0.5);
  const name = `${random.pick(["Force", "Potential", "Kernel"])}${++whole.nextName}`;
  const called = `at${++whole.nextName}`;
  const params: Parameter[] = [{ name: "p", shape: num }];
  const abstraction: ClassInfo = {
    ...never,
    name,
    methods: [],
    getters: [],
    setters: [],
    makers: [],
    subclasses: [],
    isAbstract: true,
  };
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
  context.line(
    `${name}.${random.pick(shape.info.setters)} = ${random.chance(0.5) ? numberLeaf(context).text : build(context, num, 2)};`,
  );
  return undefined;
}
