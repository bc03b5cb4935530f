/**
 * `tapGradient(x, hook)`: the identity with a rule, whose pullback is the hook. A hook that can stand in the generated file
 * as it is written stands there, with its names imported; another one is lowered, and then it may only compute.
 */
import { ts } from "ts-morph";
import { language, meaning, rule as said } from "../../diagnostics.js";
import { Builder, value } from "../../ir/build.js";
import type { Func, Type, TypeImport, Value } from "../../ir/ir.js";
import { isDifferentiable, num } from "../../ir/types.js";
import { eachChild } from "../chains.js";
import { functionCode } from "../custom-rules/rule-code.js";
import { bare, type FunctionNode, isFunctionLike, isLibrary, locOf, original, spanOf } from "../source.js";
import { standInFor } from "./access.js";
import type { FunctionContext } from "./context.js";

export function lowerTap(context: FunctionContext, node: ts.CallExpression, hint: string | undefined): Value {
  const [argument, hook] = node.arguments;
  if (argument === undefined || hook === undefined) return standInFor(context, node);
  const x = context.expression(argument, hint);
  if (context.isRefused(x)) return x;
  const seed = seedType(context, node, x.type);
  if (seed === undefined || x.type.kind === "maybe") {
    const shown = `a value of type \`${context.show(x.type)}\``;
    context.report(meaning.builtinArguments(spanOf(argument), "tapGradient", shown));
    return x;
  }
  const name = freeName(context, "tapGradient");
  const code = hookText(context, hook) ?? lowered(context, hook, seed);
  if (code === undefined) return x;
  const { kept, pull } = code;
  const back = new Builder(locOf(node));
  const held = kept.map((v) => value(v.type, v.hint));
  const adjoint = value(seed, "seed");
  const pullback: Func = {
    name: `${name}.pullback`,
    source: "tapGradient_pullback",
    body: back.region([...held, adjoint], [pull(back, held, adjoint)]),
    results: [seed],
    loc: locOf(node),
  };
  const taken = [value(x.type, x.hint), ...kept.map((v) => value(v.type, v.hint))];
  const forward: Func = {
    name: `${name}.forward`,
    source: "tapGradient_forward",
    body: { params: taken, ops: [], yields: taken },
    results: taken.map((v) => v.type),
    loc: locOf(node),
  };
  const own = [value(x.type, x.hint), ...kept.map((v) => value(v.type, v.hint))];
  const vjp = { forward: forward.name, pullback: pullback.name };
  const func: Func = {
    name,
    source: "tapGradient",
    body: { params: own, ops: [], yields: own.slice(0, 1) },
    results: [x.type],
    loc: locOf(node),
    rule: { wrt: [0], vjp, returns: 0, isIdentity: true, ...(onlyLooks(context, hook) ? {} : { replaces: true }) },
  };
  for (const f of [func, forward, pullback]) context.file.funcs.set(f.name, f);
  const result = value(x.type, hint);
  context.at(node).push({ kind: "call", callee: name, args: [x, ...kept], results: [result] });
  return context.isInteger(x) ? context.integer(result) : result;
}

/** Does a hook return nothing, so that the adjoint stays? */
function onlyLooks({ file: { checker } }: FunctionContext, hook: ts.Expression): boolean {
  const returned = checker
    .getTypeAtLocation(hook)
    .getCallSignatures()
    .map((s) => s.getReturnType());
  return returned.every((type) => (type.flags & (ts.TypeFlags.VoidLike | ts.TypeFlags.Never)) !== 0);
}

function freeName({ file }: FunctionContext, base: string): string {
  let name = `${base}#1`;
  for (let i = 2; file.names.has(name); i++) name = `${base}#${i}`;
  file.names.add(name);
  return name;
}

/** The type of what the hook is given; absent where there is no gradient. */
function seedType({ file }: FunctionContext, node: ts.CallExpression, type: Type): Type | undefined {
  if (!isDifferentiable(type, file.types.records)) return undefined;
  if (type.kind === "num") return num;
  const hook = file.checker.getResolvedSignature(node)?.getParameters()[1];
  const [signature] = hook === undefined ? [] : file.checker.getTypeOfSymbol(hook).getCallSignatures();
  const [gradient] = signature?.getParameters() ?? [];
  const mapped = gradient === undefined ? undefined : file.types.map(file.checker.getTypeOfSymbol(gradient));
  return mapped !== undefined && "type" in mapped ? mapped.type : undefined;
}

/** How a hook is called in reverse. */
interface Hook {
  /** What it needs of the forward sweep. */
  readonly kept: readonly Value[];
  readonly pull: (b: Builder, kept: readonly Value[], seed: Value) => Value;
}

// --------------------------------------------------------------------------------------------------- as it is written

/** A hook as text: absent where it mentions what the generated file cannot. */
function hookText(context: FunctionContext, node: ts.Expression): Hook | undefined {
  const inner = bare(node);
  const file = inner.getSourceFile();
  const holes: { readonly start: number; readonly end: number; readonly isAlone: boolean; readonly value: Value }[] =
    [];
  const imports = new Map<string, TypeImport>();
  const isFine = (at: ts.Node): boolean => {
    if (at.kind === ts.SyntaxKind.ThisKeyword || ts.isAwaitExpression(at)) return false;
    if (ts.isIdentifier(at) && isReference(at)) {
      const found = nameIn(context, at, inner);
      if (found === undefined) return false;
      if (found !== "own" && "from" in found) imports.set(at.text, found);
      if (found !== "own" && "id" in found) {
        if (ts.isShorthandPropertyAssignment(at.parent)) return false;
        const isAlone = ts.isCallExpression(at.parent) && at.parent.expression !== at;
        holes.push({ start: at.getStart(file), end: at.getEnd(), isAlone, value: found });
      }
      return true;
    }
    return eachChild(at, (child) => (isFine(child) ? undefined : true)) !== true;
  };
  if (!(isFunctionLike(inner) || ts.isIdentifier(inner)) || !isFine(inner)) return undefined;
  const kept = [...new Set(holes.map((h) => h.value))];
  return {
    kept,
    pull: (b, held, seed) => {
      const written = (from: number, to: number): string => inOneLine(file.text.slice(from, to));
      const text = ["throughHook("];
      const args = [seed];
      let from = inner.getStart(file);
      let before = ", ";
      for (const { start, end, isAlone, value: captured } of holes) {
        const arg = held[kept.indexOf(captured)];
        if (arg === undefined) continue;
        text.push(`${before}${written(from, start)}${isAlone ? "" : "("}`);
        args.push(arg);
        before = isAlone ? "" : ")";
        from = end;
      }
      text.push(`${before}${written(from, inner.getEnd())})`);
      const result = value(seed.type);
      const used = [{ name: "throughHook", from: "@adc/runtime" }, ...imports.values()];
      b.push({ kind: "foreign", text, args, pure: false, result, imports: used });
      return result;
    },
  };
}

/** Text without its line breaks, where they mean nothing. */
const inOneLine = (text: string): string => (/[`]|\/[/*]/.test(text) ? text : text.replaceAll(/\s*\n\s*/g, " "));

/** Does an identifier stand for something that is declared elsewhere? */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if (ts.isQualifiedName(parent) && parent.right === node) return false;
  return !(ts.isPropertyAssignment(parent) && parent.name === node);
}

/** What a name in a hook is: its own or JavaScript's, an import, or the value of a variable around it. */
function nameIn(context: FunctionContext, node: ts.Identifier, hook: ts.Node): "own" | TypeImport | Value | undefined {
  const { checker, program, types } = context.file;
  const shorthand = ts.isShorthandPropertyAssignment(node.parent);
  const symbol = shorthand ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node);
  if (symbol === undefined) return undefined;
  const target = original(checker, symbol);
  const declarations = target.declarations ?? [];
  const isInside = (d: ts.Node): boolean =>
    d.getSourceFile() === hook.getSourceFile() && hook.pos <= d.pos && d.end <= hook.end;
  if (declarations.every((d) => isInside(d) || isLibrary(program, d))) return "own";
  const slot = context.env.slot(target);
  if (slot !== undefined) {
    const v = slot.boxed === undefined ? context.env.get(target) : undefined;
    const isPlain = v !== undefined && ["num", "bool", "str", "opaque"].includes(v.type.kind);
    return isPlain && !context.isRefused(v) ? v : undefined;
  }
  // Types are only checked: one that has to be imported is not worth it.
  if ((target.flags & ts.SymbolFlags.Value) === 0) return undefined;
  const from = declarations[0]?.getSourceFile();
  if (from === undefined) return undefined;
  const runtime = /@adc\/runtime\/|\/runtime\/(src|dist)\//.test(from.fileName);
  const name = runtime ? target.name : from === hook.getSourceFile() ? types.exportedName(target, from) : undefined;
  if (name === undefined) return undefined;
  const own = { name, from: runtime ? "@adc/runtime" : from.fileName };
  return node.text === name ? own : { ...own, as: node.text };
}

// ------------------------------------------------------------------------------------------------------- as code

/** A hook as code of the program; absent after a report. */
function lowered(context: FunctionContext, node: ts.Expression, seed: Type): Hook | undefined {
  const f = context.expression(node);
  const { file, signature } = context;
  if (context.isRefused(f) || signature === undefined) return undefined;
  const code = functionCode(file, f.type, seed, signature, orSeed, (d) => context.report(d));
  if (code === undefined) {
    context.report(language.functionValuesNotYet(spanOf(node), node.getText().split("\n")[0] ?? ""));
    return undefined;
  }
  for (const target of hooksOf(context, f.type)) {
    const effects = file.of(target).effects.of(target);
    if (file.of(target).effects.isReadOnly(target) && effects.assigned.size === 0 && effects.outer.size === 0) continue;
    context.report(said.hookWrites(spanOf(node)));
    return undefined;
  }
  for (const called of code.calls) context.calls.add(called);
  return { kept: code.keep(context.at(node), f), pull: (b, kept, given) => code.pull(b, kept, given) };
}

function hooksOf({ file }: FunctionContext, type: Type): readonly FunctionNode[] {
  const known = file.types.functions.of(type);
  if (known === undefined) return [];
  return known.kind === "one" ? [known.node] : known.members.map((m) => m.node);
}

/** What a hook returns, or what it was given. */
const orSeed: Parameters<typeof functionCode>[4] = (b, made, seed) => {
  if (made === undefined || made.type.kind === "void") return seed;
  if (made.type.kind !== "maybe") return made;
  const { of } = made.type;
  const result = value(seed.type);
  b.if(
    b.prim("isNullish", [made]),
    [result],
    () => [seed],
    (there) => [there.cast(made, of)],
  );
  return result;
};
