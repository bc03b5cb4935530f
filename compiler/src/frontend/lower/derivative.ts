/** Calls of generated functions: `loss_grad(x)` stands for the derivative itself, which is made when the program is. */
import type { ts } from "ts-morph";
import { rule as said } from "../../diagnostics.js";
import { Builder, elem, field, value } from "../../ir/build.js";
import type { Derivative, Func, Type, Value } from "../../ir/ir.js";
import { arrayOf, isDifferentiable, isFloatArray, maybe, num, tupleOf } from "../../ir/types.js";
import type { FileContext, Signature } from "../file-context.js";
import type { GeneratedCallee } from "../generated.js";
import type { Mode } from "../lowered.js";
import { resultOf, signatureOf } from "../signature.js";
import { locOf, spanOf } from "../source.js";
import { noBindings } from "../types.js";
import { standInFor } from "./access.js";
import type { FunctionContext } from "./context.js";

export function lowerDerivative(
  context: FunctionContext,
  node: ts.Expression,
  { request, mode, name }: GeneratedCallee,
  args: readonly (Value | undefined | { readonly all: Value })[],
  hint: string | undefined,
): Value {
  const refuse = (why: string): Value => {
    context.report(said.derivativeCall(spanOf(node), name, why));
    return standInFor(context, node);
  };
  // The Jacobian of a number is its gradient.
  const plain = mode === "value_and_grad" || mode === "jacobian" ? "grad" : mode === "hessian" ? "hvp" : mode;
  if (mode === "vjp")
    return refuse("Its pullback is a function; `f_value_and_grad` gives what a seed is multiplied with");
  if (!isCallable(plain)) return refuse(`Of generated functions, those of the mode \`${mode}\` are not followed`);
  const all = args.map((a) => (a === undefined || "all" in a ? undefined : a));
  // The object of a method comes first.
  const isOfInstance = request.owner !== undefined && request.isStatic !== true;
  const self = isOfInstance ? all[0] : undefined;
  if (isOfInstance && self?.type.kind !== "record") return refuse("Its arguments are not those it takes");
  const values = isOfInstance ? all.slice(1) : all;
  const { parameters } = request.node;
  const given = parameters.map((_, i) => values[i]?.type);
  const file = context.file.of(request.node);
  if (file.running.some((s) => s.node === request.node))
    return refuse("It is the derivative of a function that leads to this call");
  const instance = { bindings: noBindings, self: self?.type, captures: [], given };
  const reached = { call: node, caller: context.signature };
  const signature = signatureOf(file, request.node, reached, (d) => context.report(d), instance);
  const result = signature === undefined ? undefined : resultOf(signature);
  if (signature === undefined || result === undefined) return standInFor(context, node);
  context.calls.add(signature);
  const isOfList = isList(result) && (mode === "jvp" || mode === "jacobian");
  if (result.kind !== "num" && !isOfList)
    return refuse("It is the derivative of a function that does not return a number");
  const kind = isOfList ? "jvp" : plain;
  const own = [
    ...(self === undefined ? [] : [{ name: "self", type: self.type }]),
    ...signature.params.map((p) => ({ name: p.name, type: p.type })),
  ];
  const named = request.wrt?.map((w) => w.name);
  const ofParams = differentiated(file, signature, named).map((i) => (self === undefined ? i : i + 1));
  const wrt = self !== undefined && named?.includes("this") === true ? [0, ...ofParams] : ofParams;
  const gradients = wrt.map((i) => gradientOf(file, own[i]?.type ?? num));
  const takesTangents = mode === "jvp" || mode === "hvp";
  // As a callback it may be passed more than it takes.
  const tangents = takesTangents ? values.slice(parameters.length) : [];
  const passed = [
    ...(self === undefined ? [] : [self]),
    ...signature.params.flatMap((p) => values[parameters.indexOf(p.node)] ?? []),
  ];
  if (wrt.length === 0 || passed.length < own.length || (takesTangents && tangents.length < wrt.length))
    return refuse("Its arguments are not those it takes");
  const directions = tangents.flatMap((t, k) => {
    const type = gradients[k];
    return t === undefined || type === undefined ? [] : [context.coerce(t, type, node)];
  });
  const gradient = gradients.length === 1 ? (gradients[0] ?? num) : tupleOf(gradients);
  const at = context.at(node);
  const derivative = (order: Derivative["mode"], directed: readonly Value[], name?: string, b: Builder = at): Value => {
    const returned = returnedBy(order, gradient, result, gradientOf(file, result));
    const made = value(returned, name);
    const callee = derivativeOf(context, signature, { of: signature.name, mode: order, wrt }, returned, own, gradients);
    b.push({ kind: "call", callee, args: [...passed, ...directed], results: [made] });
    return made;
  };
  if (mode === "hessian") {
    const [index, ...others] = wrt;
    const x = passed[index ?? 0];
    if (gradient.kind === "num") return derivative("d2", [], hint);
    if (x === undefined || others.length > 0 || !isList(gradient) || !isList(x.type))
      return refuse("Of Hessians, those by one number or one array of numbers are followed");
    return hessianRows(at, x, gradient, (b, unit) =>
      b.load(field(derivative("hvp", [unit], undefined, b), "1"), gradient, "row"),
    );
  }
  if (mode === "jacobian" && isOfList) {
    const [index, ...others] = wrt;
    const x = passed[index ?? 0];
    const type = gradientOf(file, result);
    if (x === undefined || others.length > 0 || !(gradient.kind === "num" || (isList(gradient) && isList(x.type))))
      return refuse("Of Jacobians, those by one number or one array of numbers are followed");
    const column = (b: Builder, unit: Value): Value =>
      b.load(field(derivative("jvp", [unit], undefined, b), "1"), type, "column");
    if (gradient.kind === "num") return column(at, at.const(1));
    const y = value(result);
    at.push({ kind: "call", callee: signature.name, args: passed, results: [y] });
    return jacobianRows(at, x, at.length(y), gradient, column);
  }
  const made = derivative(kind, directions, hint);
  if (mode !== "value_and_grad") return made;
  const primal = value(num);
  at.push({ kind: "call", callee: signature.name, args: passed, results: [primal] });
  return at.aggregate(tupleOf([num, made.type]), [primal, made], hint);
}

/** What a generated function returns for arguments of these types, where that is a gradient. */
export function derivativeResult(
  context: FunctionContext,
  node: ts.Node,
  { request, mode }: GeneratedCallee,
  given: readonly (Type | undefined)[],
): Type | undefined {
  if (mode !== "grad" && mode !== "value_and_grad") return undefined;
  const file = context.file.of(request.node);
  const instance = {
    bindings: noBindings,
    self: undefined,
    captures: [],
    given: request.node.parameters.map((_, i) => given[i]),
  };
  const signature = signatureOf(file, request.node, { call: node, caller: context.signature }, () => {}, instance);
  if (signature === undefined) return undefined;
  const named = request.wrt?.map((w) => w.name);
  const gradients = differentiated(file, signature, named).map((i) =>
    gradientOf(file, signature.params[i]?.type ?? num),
  );
  const gradient = gradients.length === 1 ? (gradients[0] ?? num) : tupleOf(gradients);
  return mode === "grad" ? gradient : tupleOf([num, gradient]);
}

const isList = (type: Type): boolean => type.kind === "typed" || (type.kind === "array" && type.elem.kind === "num");

/** The rows of a Hessian: products with the unit vectors. */
function hessianRows(b: Builder, x: Value, gradient: Type, row: (b: Builder, unit: Value) => Value): Value {
  const length = b.length(x);
  const rows = value(arrayOf(gradient), "hessian");
  b.push({ kind: "alloc", length, result: rows });
  eachUnit(b, length, gradient, (body, unit, index) => body.store(elem(rows, index), row(body, unit)));
  return rows;
}

/** The rows of a Jacobian, from its columns: the derivatives along the unit vectors. */
function jacobianRows(
  b: Builder,
  x: Value,
  count: Value,
  gradient: Type,
  column: (b: Builder, unit: Value) => Value,
): Value {
  const length = b.length(x);
  const rows = value(arrayOf(gradient), "jacobian");
  b.push({ kind: "alloc", length: count, result: rows });
  b.each(count, (body, i) => body.store(elem(rows, i), zeros(body, length, gradient)));
  eachUnit(b, length, gradient, (body, unit, j) => {
    const made = column(body, unit);
    body.each(count, (inner, i) =>
      inner.store(elem(inner.load(elem(rows, i), gradient), j), inner.load(elem(made, i), num)),
    );
  });
  return rows;
}

function eachUnit(
  b: Builder,
  length: Value,
  gradient: Type,
  run: (body: Builder, unit: Value, index: Value) => void,
): void {
  const unit = zeros(b, length, gradient, "unit");
  b.each(length, (body, index) => {
    body.store(elem(unit, index), body.const(1));
    run(body, unit, index);
    body.store(elem(unit, index), body.const(0));
  });
}

function zeros(b: Builder, length: Value, type: Type, hint?: string): Value {
  const result = value(type, hint);
  b.push({ kind: "alloc", length, ...(type.kind === "array" ? { fill: 0 } : {}), result });
  return result;
}

/** What a derivative returns: `change` is the type of the gradient of what the function does. */
function returnedBy(mode: Derivative["mode"], gradient: Type, result: Type, change: Type): Type {
  if (mode === "grad") return gradient;
  if (mode === "jvp") return tupleOf([result, change]);
  return mode === "hvp" ? tupleOf([gradient, gradient]) : num;
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
  params: readonly { readonly name: string; readonly type: Type }[],
  gradients: readonly Type[],
): string {
  const name = `${signature.name}.inside.${derivative.mode}`;
  if (file.funcs.has(name)) return name;
  const b = new Builder(locOf(signature.node));
  const own = params.map((p) => value(p.type, p.name));
  const takesTangents = derivative.mode === "jvp" || derivative.mode === "hvp";
  const tangents = takesTangents
    ? gradients.map((type, k) => value(type, `${own[derivative.wrt[k] ?? 0]?.hint ?? "x"}Dot`))
    : [];
  const all = [...own, ...tangents];
  const func: Func = {
    name,
    source: `${signature.source}_${derivative.mode}`,
    body: b.region(all, [sample(file, b, returned)]),
    results: [returned],
    loc: locOf(signature.node),
    rule: { wrt: all.flatMap((p, i) => (isDifferentiable(p.type, file.types.records) ? [i] : [])) },
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
