/** What a function takes and returns, in IR types; asked once per function, when it is first reached. */
import { ts } from "ts-morph";
import { annotation, type Diagnostic, language, meaning } from "../diagnostics.js";
import type { Type } from "../ir/ir.js";
import type { FileContext, Signature } from "./file-context.js";
import { givenType, type Instance, keyOf, plainInstance } from "./instance.js";
import { type FunctionNode, hasModifier, spanOf } from "./source.js";

/** A generic function that calls itself with ever larger types has no end. */
const mostInstances = 50;

/** How a function was reached. */
export interface Reached {
  readonly call: ts.Node;
  readonly caller: Signature | undefined;
}

/** The signature of a function; `undefined` after a report where it cannot be lowered. It is queued to be lowered. */
export function signatureOf(
  file: FileContext,
  node: FunctionNode,
  reached: Reached | undefined,
  report: (d: Diagnostic) => void,
  instance: Instance = plainInstance,
): Signature | undefined {
  const key = keyOf(file, node, instance);
  const known = file.signatures.get(node) ?? new Map<string, Signature | undefined>();
  file.signatures.set(node, known);
  if (known.has(key)) return known.get(key);
  file.touch(node.getSourceFile());
  const reportHere = (d: Diagnostic): void =>
    report(reached === undefined ? d : { ...d, related: [...steps(reached), ...d.related] });
  const signature = file.types.withBindings(instance.bindings, () =>
    compute(file, node, reached, reportHere, instance, known.size),
  );
  known.set(key, signature);
  if (signature !== undefined) file.queue.push(signature);
  return signature;
}

/** The calls that lead to a function, innermost first. */
export function callPath(signature: Signature): Diagnostic["related"] {
  return signature.from === undefined ? [] : steps(signature.from);
}

function steps(reached: Reached): Diagnostic["related"] {
  const { caller, call } = reached;
  if (caller === undefined) return [];
  return [{ span: spanOf(call), message: `Called from \`${caller.source}\`.` }, ...callPath(caller)];
}

function compute(
  file: FileContext,
  node: FunctionNode,
  reached: Reached | undefined,
  report: (d: Diagnostic) => void,
  instance: Instance,
  number: number,
): Signature | undefined {
  const source = sourceName(node);
  let ok = true;
  const fail = (d: Diagnostic): undefined => {
    ok = false;
    report(d);
  };
  if (hasModifier(node, ts.SyntaxKind.AsyncKeyword))
    fail(language.asyncOrGenerator(spanOf(node.name ?? node), "An async function"));
  if (node.asteriskToken !== undefined) fail(language.asyncOrGenerator(spanOf(node.name ?? node), "A generator"));
  const [generic] = node.typeParameters ?? [];
  if (generic !== undefined && (instance.bindings.size === 0 || number > mostInstances)) {
    // The parameters would only say the same again.
    return fail((reached === undefined ? annotation.genericFunction : meaning.genericCall)(spanOf(generic), source));
  }
  if (!isAtTopLevel(node)) return fail(language.closuresNotYet(spanOf(node.name ?? node)));
  const params: Signature["params"][number][] = [];
  for (const [i, param] of node.parameters.entries()) {
    const form = parameterForm(param, reached !== undefined);
    if (form !== undefined) {
      fail(annotation.parameterForm(spanOf(param), form));
      continue;
    }
    const name = ts.isIdentifier(param.name) ? param.name.text : `arg${i}`;
    const type = file.checker.getTypeAtLocation(param.name);
    const given = givenType(file, type, instance.given[i]);
    const mapped = given === undefined ? file.types.map(type) : { type: given };
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
  const result = resultType(file, node, fail);
  if (!ok || result === undefined) return undefined;
  const suffix = number === 0 ? "" : `.${number + 1}`;
  const name = `${file.nameOf(node.getSourceFile())}#${source}${suffix}`;
  const signature: Signature = { name, source, node, params, result, bindings: instance.bindings };
  return reached?.caller === undefined
    ? signature
    : { ...signature, from: { caller: reached.caller, call: reached.call } };
}

function resultType(file: FileContext, node: FunctionNode, fail: (d: Diagnostic) => undefined): Type | undefined {
  const declared = file.checker.getSignatureFromDeclaration(node)?.getReturnType();
  if (declared === undefined) return undefined;
  const mapped = file.types.map(declared);
  if ("type" in mapped) return mapped.type;
  if (hasModifier(node, ts.SyntaxKind.AsyncKeyword) || node.asteriskToken !== undefined) return undefined;
  return fail(
    annotation.signatureType(
      spanOf(node.type ?? node.name ?? node),
      "the result",
      file.types.show(declared),
      mapped.why,
    ),
  );
}

function parameterForm(param: ts.ParameterDeclaration, isHelper: boolean): string | undefined {
  if (param.dotDotDotToken !== undefined && !isHelper) return "A rest parameter";
  if (param.questionToken !== undefined) return "An optional parameter";
  if (ts.isIdentifier(param.name) && param.name.text === "this") return "A `this` parameter";
  return undefined;
}

function isAtTopLevel(node: FunctionNode): boolean {
  for (let at: ts.Node = node.parent; at !== undefined; at = at.parent) {
    if (ts.isSourceFile(at)) return true;
    if (ts.isFunctionLike(at) || ts.isClassLike(at) || ts.isBlock(at)) return false;
  }
  return false;
}

/** The function's own name, or that of the constant it initialises. */
function sourceName(node: FunctionNode): string {
  let at: ts.Node = node;
  while (!ts.isSourceFile(at.parent)) {
    at = at.parent;
    if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) return at.name.text;
    if (ts.isFunctionLike(at)) break;
  }
  return node.name?.text ?? "default";
}
