/** Calls of generated functions: `loss_grad(x)` stands for the derivative itself, which is made when the program is. */
import type { ts } from "ts-morph";
import { rule as said } from "../../diagnostics.js";
import { Builder, value } from "../../ir/build.js";
import type { Derivative, Func, Type, Value } from "../../ir/ir.js";
import { isDifferentiable, isFloatArray, maybe, num, tupleOf } from "../../ir/types.js";
import type { FileContext, Signature } from "../file-context.js";
import type { GeneratedCallee } from "../generated.js";
import type { Mode } from "../lowered.js";
import { resultOf, signatureOf } from "../signature.js";
import { locOf, spanOf } from "../source.js";
import { noBindings } from "../types.js";
import { standInFor } from "./access.js";
import type { FunctionContext } from "./context.js";
import { argumentsOf } from "./follow.js";

export function lowerDerivative(
  context: FunctionContext,
  node: ts.CallExpression,
  { request, mode, name }: GeneratedCallee,
  hint: string | undefined,
): Value {
  const args = argumentsOf(context, node.arguments);
  if (args === undefined) return standInFor(context, node);
  const refuse = (why: string): Value => {
    context.report(said.derivativeCall(spanOf(node), name, why));
    return standInFor(context, node);
  };
  const kind = mode === "value_and_grad" ? "grad" : mode;
  if (!isCallable(kind)) return refuse(`Of generated functions, those of the mode \`${mode}\` are not followed`);
  if (request.owner !== undefined) return refuse("It is the derivative of a method");
  const values = args.map((a) => (a === undefined || "all" in a ? undefined : a));
  const { parameters } = request.node;
  const given = parameters.map((_, i) => values[i]?.type);
  const file = context.file.of(request.node);
  if (file.running.some((s) => s.node === request.node))
    return refuse("It is the derivative of a function that leads to this call");
  const instance = { bindings: noBindings, self: undefined, captures: [], given };
  const reached = { call: node, caller: context.signature };
  const signature = signatureOf(file, request.node, reached, (d) => context.report(d), instance);
  const result = signature === undefined ? undefined : resultOf(signature);
  if (signature === undefined || result === undefined) return standInFor(context, node);
  context.calls.add(signature);
  if (result.kind !== "num") return refuse("It is the derivative of a function that does not return a number");
  const wrt = differentiated(
    file,
    signature,
    request.wrt?.map((w) => w.name),
  );
  const gradients = wrt.map((i) => gradientOf(file, signature.params[i]?.type ?? num));
  const tangents = values.slice(parameters.length);
  const passed = signature.params.flatMap((p) => values[parameters.indexOf(p.node)] ?? []);
  const takesTangents = kind === "jvp" || kind === "hvp";
  if (
    wrt.length === 0 ||
    passed.length < signature.params.length ||
    (takesTangents ? tangents.length < wrt.length : tangents.length > 0)
  )
    return refuse("Its arguments are not those it takes");
  const directions = tangents.flatMap((t, k) => {
    const type = gradients[k];
    return t === undefined || type === undefined ? [] : [context.coerce(t, type, node)];
  });
  const gradient = gradients.length === 1 ? (gradients[0] ?? num) : tupleOf(gradients);
  const returned =
    kind === "grad"
      ? gradient
      : kind === "jvp"
        ? tupleOf([num, num])
        : kind === "hvp"
          ? tupleOf([gradient, gradient])
          : num;
  const callee = derivativeOf(context, signature, { of: signature.name, mode: kind, wrt }, returned, gradients);
  const all = [...passed, ...directions];
  const made = value(returned, hint);
  context.at(node).push({ kind: "call", callee, args: all, results: [made] });
  if (mode !== "value_and_grad") return made;
  const own = value(num);
  context.at(node).push({ kind: "call", callee: signature.name, args: passed, results: [own] });
  return context.at(node).aggregate(tupleOf([num, returned]), [own, made], hint);
}

const isCallable = (mode: Mode): mode is Derivative["mode"] =>
  mode === "grad" || mode === "jvp" || mode === "hvp" || /^d\d+$/.test(mode);

/** Positions of the differentiated parameters among those that something is passed for. */
function differentiated(
  file: FileContext,
  signature: Signature,
  named: readonly string[] | undefined,
): readonly number[] {
  return signature.params.flatMap((p, i) => {
    const type = file.checker.getTypeAtLocation(p.node.name);
    const isFree = isDifferentiable(p.type, file.types.records) && !file.types.isNoDiff(p.node.type, type);
    return isFree && (named === undefined || named.includes(p.name)) ? [i] : [];
  });
}

/** `Gradient<P>`. */
function gradientOf(file: FileContext, type: Type): Type {
  const { records } = file.types;
  switch (type.kind) {
    case "array":
      return { kind: "array", elem: gradientOf(file, type.elem) };
    case "typed":
      return isFloatArray(type) ? type : { kind: "typed", name: "Float64Array" };
    case "tuple":
      return tupleOf(type.elems.map((e) => gradientOf(file, e)));
    case "maybe":
      return maybe(gradientOf(file, type.of), type.absent);
    case "record": {
      const fields = (records.get(type.name)?.fields ?? []).filter(
        (f) => f.noDiff !== true && isDifferentiable(f.type, records),
      );
      return file.types.recordOf(fields.map((f) => ({ ...f, type: gradientOf(file, f.type) })));
    }
    default:
      return num;
  }
}

/** The function that stands for a derivative, without a body that says anything. */
function derivativeOf(
  { file }: FunctionContext,
  signature: Signature,
  derivative: Derivative,
  returned: Type,
  gradients: readonly Type[],
): string {
  const name = `${signature.name}.${derivative.mode}`;
  if (file.funcs.has(name)) return name;
  const b = new Builder(locOf(signature.node));
  const own = signature.params.map((p) => value(p.type, p.name));
  const takesTangents = derivative.mode === "jvp" || derivative.mode === "hvp";
  const tangents = takesTangents
    ? gradients.map((type, k) => value(type, `${own[derivative.wrt[k] ?? 0]?.hint ?? "x"}Dot`))
    : [];
  const params = [...own, ...tangents];
  const func: Func = {
    name,
    source: `${signature.source}_${derivative.mode}`,
    body: b.region(params, [sample(file, b, returned)]),
    results: [returned],
    loc: locOf(signature.node),
    rule: { wrt: params.flatMap((p, i) => (isDifferentiable(p.type, file.types.records) ? [i] : [])) },
    derivative,
  };
  file.funcs.set(name, func);
  return name;
}

/** Some value of a type. */
function sample(file: FileContext, b: Builder, type: Type): Value {
  switch (type.kind) {
    case "num":
      return b.const(0);
    case "array":
    case "typed": {
      const result = value(type);
      b.push({ kind: "alloc", length: b.const(0), ...(type.kind === "array" ? { fill: 0 } : {}), result });
      return result;
    }
    case "tuple":
      return b.aggregate(
        type,
        type.elems.map((e) => sample(file, b, e)),
      );
    case "record": {
      const fields = file.types.records.get(type.name)?.fields ?? [];
      return b.aggregate(
        type,
        fields.map((f) => sample(file, b, f.type)),
      );
    }
    default:
      return b.absent(type, undefined);
  }
}
