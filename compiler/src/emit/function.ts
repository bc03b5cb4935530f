/** One function of a generated file: doc comment, signature, body. */
import type { Func, GlobalDecl, Program, Value, ValueId } from "../ir/ir.js";
import { throwsBySource } from "../ir/thrown.js";
import { operands, regions, walk } from "../ir/walk.js";
import { printStatements } from "./code.js";
import { Expressions } from "./expression.js";
import { planFolding } from "./fold.js";
import type { GeneratedFunction } from "./generated.js";
import type { Mark } from "./places.js";
import { layOut } from "./layout.js";
import type { ModuleNames } from "./module-names.js";
import { freeName, identifier, nameVariables, neverNames } from "./names.js";
import type { ReadOnlyParams } from "./read-only.js";
import { Statements } from "./statement.js";
import type { Annotations } from "./annotations.js";
import type { Structures } from "./structures.js";
import { tapeLocals } from "./tape-code.js";
import type { TypeNames } from "./type-names.js";
import { markUnused } from "./unused.js";
import { assignVariables } from "./variables.js";

export interface ModuleContext {
  /** Says at the ends of lines where they come from. */
  readonly mark?: Mark;
  readonly program: Program;
  readonly names: ModuleNames;
  readonly types: TypeNames;
  readonly structures: Structures;
  readonly annotations: Annotations;
  readonly readOnly: ReadOnlyParams;
}

/** Longest signature on one line. */
const widest = 120;

export function exportedFunction(generated: GeneratedFunction, context: ModuleContext): string {
  const { func, params } = generated;
  const names = parameterNames(
    params.map((p) => p.name),
    context,
  );
  const fixed = new Map<ValueId, string>();
  // What has private members is seen as a plain object through another name, a gradient of a union as one of all its variants,
  // a `readonly` array that goes elsewhere as an array.
  const others: { readonly name: string; readonly inner: string; readonly value: Value }[] = [];
  func.body.params.forEach((v, k) => {
    const name = names[k];
    if (name === undefined) return;
    fixed.set(v.id, name);
    const isReadonly = params[k]?.type.text.startsWith("readonly ") === true && isGivenAway(func, v, context);
    const isEither = v.type.kind === "array" && v.type.or !== undefined;
    const isOpen = params[k]?.type.isOpen === true;
    const isOtherwise =
      isEither || isOpen || context.types.isGuarded(v.type) || context.types.isUnionOfGradients(v.type);
    if ((!isOtherwise && !isReadonly) || !isUsed(func, v)) return;
    const inner = freeName(
      `${name}${v.type.kind === "array" ? "Values" : "Fields"}`,
      (n) => neverNames.has(n) || names.includes(n) || context.names.all.has(n),
    );
    others.push({ name, inner, value: v });
    fixed.set(v.id, inner);
  });
  const isGuarded = [...func.body.params.map((v) => v.type), ...func.results].some((t) => context.types.isGuarded(t));
  const isPlain = func.results.every((t) => t.kind === "num" || t.kind === "typed");
  const isUnion = func.results.some((t) => context.types.isUnion(t));
  const isSeen = (isGuarded && !isPlain) || isUnion || generated.returns.isOpen === true;
  const returnsAs = isSeen ? context.names.type(generated.returns) : undefined;
  const throws = throwsBySource(func, context.program);
  const original = throws.own || throws.called ? originalCall(generated, names, context) : undefined;
  const { lines: own, isWritten } = bodyOf(func, fixed, context, { reserved: names, returnsAs, original });
  const seen = others.map(({ name, inner, value }) => {
    const type = context.types.text(value.type);
    return `  ${isWritten(value) ? "let" : "const"} ${inner} = ${name} as unknown as ${type};`;
  });
  const lines = throws.called && original !== undefined ? catching([...seen, ...own], names, original, context) : own;
  const code = [...seen, ...lines, ...params.flatMap((p) => p.default ?? [])];
  const shownNames = context.names.marksUnused ? markUnused(names, code, (n) => context.names.all.has(n)) : names;
  const shown = params.map(
    (p, k) =>
      `${p.rest === true ? "..." : ""}${shownNames[k]}${p.optional === true ? "?" : ""}: ${context.names.type(p.type)}${p.default === undefined ? "" : ` = ${p.default}`}`,
  );
  const head = signature(`export function ${generated.exportName}`, shown, context.names.type(generated.returns));
  if (context.mark !== undefined) head[0] += context.mark(func.loc);
  return [...docComment(generated.doc), ...head, ...(lines === own ? seen : []), ...lines, "}"].join("\n");
}

/** The call of the source's function with what the generated function was passed. */
function originalCall(
  { original, params }: GeneratedFunction,
  names: readonly string[],
  context: ModuleContext,
): string | undefined {
  if (original === undefined) return undefined;
  const args = names.slice(0, original.params).map((name, k) => (params[k]?.rest === true ? `...${name}` : name));
  const { imported, method } = original;
  if (imported === undefined) return `${args[0]}.${method}(${args.slice(1).join(", ")})`;
  context.names.need([imported]);
  return `${imported.name}${method === undefined ? "" : `.${method}`}(${args.join(", ")})`;
}

/** The body of a function, where a helper may throw what only the source can make. */
function catching(
  lines: readonly string[],
  names: readonly string[],
  original: string,
  context: ModuleContext,
): readonly string[] {
  const error = freeName("error", (n) => names.includes(n) || context.names.all.has(n));
  const [thrownBy, marker] = [context.names.runtime("thrownBy"), context.names.runtime("ThrownBySource")];
  return [
    "  try {",
    ...lines.map((l) => (l === "" ? l : `  ${l}`)),
    `  } catch (${error}) {`,
    `    throw ${error} instanceof ${marker} ? ${thrownBy}(() => ${original}) : ${error};`,
    "  }",
  ];
}

/** Does it go where its type must not be `readonly`: into an object, round a loop, to a function that does not say so? */
function isGivenAway(func: Func, v: Value, context: ModuleContext): boolean {
  let found = func.body.yields?.some((y) => y.id === v.id) === true;
  walk(func.body, (op) => {
    if (op.kind === "call") found ||= op.args.some((arg, k) => arg.id === v.id && !context.readOnly.has(op.callee, k));
    else if (op.kind === "store") found ||= op.value.id === v.id;
    else if (op.kind === "new") found ||= op.members.some((m) => m.id === v.id);
    else if (op.kind === "for" || op.kind === "while") found ||= op.inits.some((init) => init.id === v.id);
    found ||= regions(op).some((r) => r.yields?.some((y) => y.id === v.id));
  });
  return found;
}

function isUsed(func: Func, v: Value): boolean {
  let used = func.body.yields?.some((y) => y.id === v.id) === true;
  walk(func.body, (op) => {
    used ||=
      operands(op).some((arg) => arg.id === v.id) || regions(op).some((r) => r.yields?.some((y) => y.id === v.id));
  });
  return used;
}

/** The user's names, but for those that would hide what the body needs (a parameter called `Array`). */
function parameterNames(names: readonly string[], context: ModuleContext): readonly string[] {
  const own = new Set(names);
  const { all } = context.names;
  return names.map((name) => {
    if (!neverNames.has(name) && !all.has(name)) return name;
    const free = freeName(name, (n) => neverNames.has(n) || own.has(n) || all.has(n));
    own.add(free);
    return free;
  });
}

export function helperFunction(func: Func, context: ModuleContext): string {
  const { lines, names } = bodyOf(func, new Map(), context);
  const own = func.body.params.map(names);
  const shownNames = context.names.marksUnused ? markUnused(own, lines, (n) => context.names.all.has(n)) : own;
  const shown = func.body.params.map((v, k) => `${shownNames[k]}: ${paramType(func, v, k, context)}`);
  const head = signature(
    `function ${context.names.functionName(func.name)}`,
    shown,
    context.types.result(func.results),
  );
  if (context.mark !== undefined) head[0] += context.mark(func.loc);
  return [...docComment(func.doc ?? [helperDoc(func)]), ...head, ...lines, "}"].join("\n");
}

function helperDoc(func: Func): string {
  const place = func.loc === undefined ? "" : ` (${fileName(func.loc.file)}:${func.loc.line})`;
  const half = /^(.*)_(forward|reverse)$/.exec(func.source);
  if (half === null) return `As ${func.source}${place}.`;
  return `${half[2] === "forward" ? "Forward" : "Reverse"} half of ${half[1]}${place}.`;
}

/** A module constant that the source file does not export. */
export function globalConstant(global: GlobalDecl, context: ModuleContext): string {
  const func: Func = { name: global.name, body: global.init, results: [global.type], source: global.name };
  const { mark: _mark, ...unmarked } = context;
  const lines = returnedAtOnce(bodyOf(func, new Map(), unmarked).lines);
  const name = context.names.globalName(global.name, context.program);
  const type = context.types.text(global.type);
  const [only] = lines;
  const simple = lines.length === 1 && only !== undefined ? /^ {2}return (.*);$/.exec(only)?.[1] : undefined;
  if (simple !== undefined) return `const ${name}: ${type} = ${simple};`;
  return [`const ${name}: ${type} = ((): ${type} => {`, ...lines, "})();"].join("\n");
}

function paramType(func: Func, v: Value, k: number, context: ModuleContext): string {
  return context.readOnly.has(func.name, k) ? context.types.readable(v.type) : context.types.text(v.type);
}

function bodyOf(
  func: Func,
  fixed: ReadonlyMap<ValueId, string>,
  context: ModuleContext,
  outside: {
    readonly reserved: readonly string[];
    readonly returnsAs?: string | undefined;
    readonly original?: string | undefined;
  } = { reserved: [] },
): { lines: string[]; names: (v: Value) => string; isWritten: (v: Value) => boolean } {
  const layout = layOut(func.body, context.program.records);
  const folding = planFolding(layout);
  const variables = assignVariables(layout, folding);
  const around = new Set([...takenNames(func, fixed, context), ...outside.reserved]);
  const taken = usesTape(func) ? new Set([...around, ...tapeLocals]) : new Set(around);
  nameVariables(layout, variables, fixed, taken);
  const expressions = new Expressions(
    layout,
    folding,
    variables,
    (name) => context.names.globalName(name, context.program),
    context.types,
    (name, literal) => context.structures.instance(name, literal),
    (name) => context.names.importedFunction(name),
  );
  const { names: module, structures, types, annotations } = context;
  const plan = { layout, folding, variables, expressions, module, structures, types, annotations, taken, around };
  const { returnsAs, original } = outside;
  const statements = new Statements({
    ...plan,
    ...(returnsAs === undefined ? {} : { returnsAs }),
    ...(original === undefined ? {} : { original }),
  });
  const lines: string[] = [];
  printStatements(statements.body(), "  ", lines, context.mark);
  return { lines, names: (v) => variables.of(v).name, isWritten: (v) => variables.of(v).writes > 0 };
}

/** Names that variables of a function must not hide: the module's, its parameters', those in foreign text. */
function takenNames(func: Func, fixed: ReadonlyMap<ValueId, string>, context: ModuleContext): Set<string> {
  const taken = new Set([...context.names.all, ...fixed.values(), "Tape", "borrowTape", "returnTape"]);
  for (const { instance } of context.program.records.values())
    if (instance?.exportedFrom !== undefined) taken.add(instance.exportedFrom.name);
  walk(func.body, (op) => {
    if (op.kind === "foreign" || op.kind === "throw") {
      for (const word of op.text.join(" ").match(/[A-Za-z_$][\w$]*/g) ?? []) taken.add(word);
    } else if (op.kind === "global") {
      taken.add(identifier(op.name));
    }
  });
  return taken;
}

function usesTape(func: Func): boolean {
  let found = false;
  walk(func.body, (op) => {
    found ||= op.kind === "save" || op.kind === "restore" || op.kind === "reserve";
  });
  return found;
}

function signature(start: string, params: readonly string[], returns: string): string[] {
  const oneLine = `${start}(${params.join(", ")}): ${returns} {`;
  if (oneLine.length <= widest) return [oneLine];
  return [`${start}(`, ...params.map((p) => (p.startsWith("...") ? `  ${p}` : `  ${p},`)), `): ${returns} {`];
}

function docComment(lines: readonly string[]): string[] {
  const safe = lines.map((text) => text.replaceAll("*/", "*\\/"));
  const [only] = safe;
  if (only === undefined) return [];
  if (safe.length === 1) return [`/** ${only} */`];
  return ["/**", ...safe.map((text) => ` * ${text}`.trimEnd()), " */"];
}

const fileName = (path: string): string => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);

/** `const a = made(); return a;` as `return made();`. */
function returnedAtOnce(lines: readonly string[]): readonly string[] {
  const [made, last] = lines.slice(-2);
  const named = made === undefined ? null : /^ {2}const (\w+)(?:: [^=]*)? = (.*);$/.exec(made);
  return named === null || last !== `  return ${named[1]};` ? lines : [...lines.slice(0, -2), `  return ${named[2]};`];
}
