/** Calls of functions of packages that have custom rules: the rule stands for the function, whose code is not read. */
import type { ts } from "ts-morph";
import { meaning } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { typeText } from "../../ir/types.js";
import type { Ruled } from "../custom-rules/table.js";
import type { Signature } from "../file-context.js";
import { spanOf } from "../source.js";
import { noBindings } from "../types.js";
import { standInFor } from "./access.js";
import type { FunctionContext } from "./context.js";
import { argumentsOf } from "./arguments.js";

export function callWithRule(
  context: FunctionContext,
  node: ts.CallExpression,
  ruled: Ruled,
  hint: string | undefined,
): Value {
  const { file } = context;
  const args = argumentsOf(context, node.arguments);
  const rule = ruled.vjp ?? ruled.jvp;
  if (args === undefined || rule === undefined) return standInFor(context, node);
  const declared = file.checker.getResolvedSignature(node)?.getReturnType();
  const mapped = declared === undefined ? undefined : file.types.map(declared);
  const values = args.flatMap((a) => (a === undefined || "all" in a ? [] : [a]));
  if (mapped === undefined || !("type" in mapped) || mapped.type.kind === "void" || values.length < args.length) {
    context.report(meaning.unknownResult(spanOf(node), ruled.name));
    return standInFor(context, node);
  }
  const passed = values.map((v, i) => {
    const param = rule.node.parameters[i];
    const own = param === undefined ? undefined : file.types.map(file.checker.getTypeAtLocation(param.name));
    return own !== undefined && "type" in own ? context.coerce(v, own.type, node) : v;
  });
  const signature = signatureFor(context, ruled, rule.node, passed, mapped.type);
  const result = value(mapped.type, hint);
  context.at(node).push({ kind: "call", callee: signature.name, args: passed, results: [result] });
  context.calls.add(signature);
  return result;
}

/** One for each choice of the types of what is passed. */
function signatureFor(
  context: FunctionContext,
  ruled: Ruled,
  node: Signature["node"],
  args: readonly Value[],
  result: Value["type"],
): Signature {
  const file = context.file.user ?? context.file;
  const base = `${file.packages.packageOf(ruled.symbol) ?? ""}#${ruled.name}`;
  const key = `${base}(${args.map((a) => typeText(a.type)).join()})`;
  const known = file.ruledCalls.get(key);
  if (known !== undefined) return known;
  let name = base;
  for (let i = 2; file.names.has(name); i++) name = `${base}.${i}`;
  file.names.add(name);
  const given = args.map((a) => a.type);
  const made: Signature = {
    name,
    source: ruled.name.replaceAll(".", "_"),
    node,
    file,
    instance: { bindings: noBindings, self: undefined, captures: [], given },
    key,
    ruled,
    params: [],
    bindings: noBindings,
    result,
    resultIs: "fixed",
    state: "done",
    variables: new Map(),
    opens: new Map(),
    elements: new Map(),
    dependents: new Set(),
    calls: [],
    diagnostics: [],
    ...(context.signature === undefined ? {} : { from: { caller: context.signature, call: node } }),
  };
  file.ruledCalls.set(key, made);
  return made;
}
