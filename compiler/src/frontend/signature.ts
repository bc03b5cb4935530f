/** What a function takes and returns, in IR types; asked once for each instance of it, when that is first reached. */
import { ts } from "ts-morph";
import { annotation, type Diagnostic, language, meaning } from "../diagnostics.js";
import type { Type } from "../ir/ir.js";
import { instanceTypeOf } from "./class-types.js";
import type { Asked, FileContext, Param, Signature } from "./file-context.js";
import { nameOfFunction } from "./function-types.js";
import { declaredInstance, type Instance, keyOf } from "./instance.js";
import { isPrelude } from "./prelude.js";
import { type FunctionNode, hasModifier, holdsNever, spanOf } from "./source.js";
import { type Mapped, unionReason } from "./types.js";

/** A function that calls itself with ever larger types has no end. */
const mostNested = 20;
/** Deeper calls take the declared result for granted, so that the compiler's own stack is enough. */
export const deepest = 60;

/** How a function was reached. */
export interface Reached {
  readonly call: ts.Node;
  readonly caller: Signature | undefined;
}

/** The signature of a function; `undefined` after a report where it cannot be lowered. `file` is that of the node. */
export function signatureOf(
  file: FileContext,
  node: FunctionNode,
  reached: Reached | undefined,
  report: (d: Diagnostic) => void,
  instance: Instance = declaredInstance(node),
): Signature | undefined {
  file.touch(node);
  return file.types.withBindings(instance.bindings, () => {
    const problems: Diagnostic[] = [];
    const [generic] = reached === undefined ? (node.typeParameters ?? []) : [];
    if (generic !== undefined) problems.push(annotation.genericFunction(spanOf(generic), nameOfFunction(node)));
    // Its parameters would only say the same again.
    const params = generic === undefined ? paramsOf(file, node, (d) => problems.push(d), instance) : [];
    const types = node.parameters.map((p) => params.find((q) => q.node === p)?.type);
    const key = keyOf(instance, types);
    const known = file.signatures.get(node) ?? new Map<string, Asked>();
    file.signatures.set(node, known);
    let asked = known.get(key);
    if (asked === undefined) {
      const signature =
        generic === undefined
          ? compute(file, node, reached, (d) => problems.push(d), instance, params, key)
          : undefined;
      asked = { signature: problems.length === 0 ? signature : undefined, problems };
      known.set(key, asked);
    }
    for (const d of asked.problems)
      report(reached === undefined ? d : { ...d, related: [...steps(reached), ...d.related] });
    return asked.signature;
  });
}

/** The type of what the function returns; its body is lowered where the declaration does not say it. */
export function resultOf(signature: Signature): Type | undefined {
  const { running } = signature.file;
  if (signature.state === "new" && signature.resultIs !== "fixed") {
    if (running.length > deepest && signature.result !== undefined) signature.resultIs = "fixed";
    else signature.file.lower(signature);
  }
  if (signature.state === "running" && signature.resultIs !== "fixed") {
    for (const inner of running.slice(running.lastIndexOf(signature) + 1)) signature.dependents.add(inner);
  }
  return signature.result;
}

/** The calls that lead to a function, innermost first. */
export function callPath(signature: Signature): Diagnostic["related"] {
  return signature.from === undefined ? [] : steps(signature.from);
}

function steps(reached: Reached): Diagnostic["related"] {
  const { caller, call } = reached;
  if (caller === undefined) return [];
  // The prelude is no place the user knows.
  if (isPrelude(call)) return callPath(caller);
  return [{ span: spanOf(call), message: `Called from \`${caller.source}\`.` }, ...callPath(caller)];
}

function paramsOf(file: FileContext, node: FunctionNode, fail: (d: Diagnostic) => void, instance: Instance): Param[] {
  const params: Param[] = [];
  for (const [i, param] of node.parameters.entries()) {
    const given = instance.given[i];
    const name = ts.isIdentifier(param.name) ? param.name.text : `arg${i}`;
    if (given === undefined) continue;
    if (given !== "declared") {
      params.push({ name, type: given, node: param });
      continue;
    }
    const form = parameterForm(param);
    if (form !== undefined) {
      fail(annotation.parameterForm(spanOf(param), form));
      continue;
    }
    const type = file.checker.getTypeAtLocation(param.name);
    const mapped = withoutApart(file, file.types.map(type));
    if ("type" in mapped) params.push({ name, type: mapped.type, node: param });
    else if (file.types.isNoDiff(param.type, type))
      params.push({ name, type: { kind: "opaque", text: file.types.show(type) }, node: param });
    else
      fail(
        annotation.signatureType(
          spanOf(param.type ?? param),
          `the parameter \`${name}\``,
          file.types.show(type),
          mapped.why,
        ),
      );
  }
  return params;
}

function compute(
  file: FileContext,
  node: FunctionNode,
  reached: Reached | undefined,
  fail: (d: Diagnostic) => void,
  instance: Instance,
  params: readonly Param[],
  key: string,
): Signature | undefined {
  const source = nameOfFunction(node);
  if (hasModifier(node, ts.SyntaxKind.AsyncKeyword))
    fail(language.asyncOrGenerator(spanOf(node.name ?? node), "An async function"));
  if (!ts.isArrowFunction(node) && node.asteriskToken !== undefined)
    fail(language.asyncOrGenerator(spanOf(node.name ?? node), "A generator"));
  if (nestingOf(node, reached?.caller) > mostNested) {
    fail(meaning.genericCall(spanOf(node.name ?? node), source));
    return undefined;
  }
  const result = resultType(file, node, reached, fail);
  const name = freeName(file, `${file.nameOf(node.getSourceFile())}#${source}`);
  const base = {
    name,
    source,
    node,
    file,
    instance,
    key,
    params,
    bindings: instance.bindings,
    result: result.type,
    resultIs: result.is,
    state: "new" as const,
    variables: new Map(),
    opens: new Map(),
    elements: new Map(),
    dependents: new Set<Signature>(),
    calls: [],
    diagnostics: [],
  };
  return reached?.caller === undefined ? base : { ...base, from: { caller: reached.caller, call: reached.call } };
}

/** How often the function stands among those that lead to it, each time with other types. */
function nestingOf(node: FunctionNode, from: Signature | undefined): number {
  let count = 0;
  for (let at = from; at !== undefined; at = at.from?.caller) if (at.node === node) count++;
  return count;
}

function freeName(file: FileContext, base: string): string {
  let name = base;
  for (let i = 2; file.names.has(name); i++) name = `${base}.${i}`;
  file.names.add(name);
  return name;
}

function resultType(
  file: FileContext,
  node: FunctionNode,
  reached: Reached | undefined,
  fail: (d: Diagnostic) => void,
): { readonly type: Type | undefined; readonly is: Signature["resultIs"] } {
  if (ts.isConstructorDeclaration(node)) {
    // What is put into its fields may say more than their declarations.
    const own = file.types.map(instanceTypeOf(file.types, node.parent));
    return { type: "type" in own ? own.type : undefined, is: "guess" };
  }
  if (ts.isSetAccessor(node)) return { type: { kind: "void" }, is: "fixed" };
  const declared = file.checker.getSignatureFromDeclaration(node)?.getReturnType();
  if (declared === undefined) return { type: undefined, is: "guess" };
  const mapped = reached === undefined ? withoutApart(file, file.types.map(declared)) : file.types.map(declared);
  if ("type" in mapped) {
    // `() => []`: the place of the list says what it holds.
    const isOfNothing = node.type === undefined && holdsNever(file.checker, declared);
    const isCertain =
      reached === undefined ||
      (isSettled(mapped.type) && !isOfNothing && file.types.bindings.size === 0 && file.user === undefined);
    return { type: mapped.type, is: isCertain ? "fixed" : "guess" };
  }
  if (reached !== undefined || hasModifier(node, ts.SyntaxKind.AsyncKeyword)) return { type: undefined, is: "guess" };
  fail(
    annotation.signatureType(
      spanOf(node.type ?? node.name ?? node),
      "the result",
      file.types.show(declared),
      mapped.why,
    ),
  );
  return { type: undefined, is: "guess" };
}

/** Of an object that comes from outside. */
export const unknownFunctions = "Which functions it holds is not known";

/** What comes from outside, or goes there, is gone through as a whole. */
function withoutApart(file: FileContext, mapped: Mapped): Mapped {
  if ("type" in mapped && file.types.choices.isIn(mapped.type)) return { why: unionReason };
  if ("type" in mapped && file.types.places.isUnder(mapped.type)) return { why: unknownFunctions };
  const name = "type" in mapped ? file.types.apartIn(mapped.type) : undefined;
  return name === undefined ? mapped : { why: `The objects of the union have fields \`${name}\` of different types` };
}

/** Says the declaration everything there is to say? */
function isSettled(type: Type): boolean {
  switch (type.kind) {
    case "num":
    case "bool":
    case "str":
    case "void":
    case "typed":
      return true;
    case "array":
      return isSettled(type.elem);
    case "tuple":
      return type.elems.every(isSettled);
    default:
      return false;
  }
}

function parameterForm(param: ts.ParameterDeclaration): string | undefined {
  if (ts.isIdentifier(param.name) && param.name.text === "this") return "A `this` parameter";
  return undefined;
}
