/** Calls of generated functions: `loss_grad(x)` stands for the derivative itself, which is made when the program is. */
import type { ts } from "ts-morph";
import { rule as said } from "../../diagnostics.js";
import { Builder, elem, field, value } from "../../ir/build.js";
import type { Derivative, Func, Type, Value } from "../../ir/ir.js";
import { arrayOf, holds, isDifferentiable, isReference, num, tupleOf } from "../../ir/types.js";
import type { FileContext, Signature } from "../file-context.js";
import { accumulates, type GeneratedCallee } from "../generated.js";
import type { Instance } from "../instance.js";
import { resultOf, signatureOf } from "../signature.js";
import { locOf, spanOf } from "../source.js";
import { noBindings } from "../types.js";
import { standInFor } from "./access.js";
import { addInto, fits } from "./accumulate.js";
import type { Bound } from "./closure.js";
import type { FunctionContext } from "./context.js";
import {
  type About,
  differentiated,
  gradientOf,
  hasOneShape,
  hasShape,
  leftOut,
  returnedBy,
  together,
} from "./derivative-types.js";

type Arguments = readonly (Value | undefined | { readonly all: Value })[];

/** A function whose derivative is called, for arguments of some types. */
interface Reached {
  readonly context: FunctionContext;
  readonly node: ts.Node;
  readonly callee: GeneratedCallee;
  readonly signature: Signature;
  readonly about: About;
  /** What the function takes, `this` first. */
  readonly own: readonly { readonly name: string; readonly type: Type }[];
  /** Positions of what is differentiated by, among these. */
  readonly wrt: readonly number[];
}

const wrongArguments = "Its arguments are not those it takes";

/** `bound` is what a function value holds: for a pullback, the arguments that the function was given. */
export function lowerDerivative(
  context: FunctionContext,
  node: ts.Expression,
  callee: GeneratedCallee,
  args: Arguments,
  hint: string | undefined,
  bound?: Bound,
): Value {
  const { request, mode, pullback } = callee;
  const refuse = (why: string): Value => {
    context.report(said.derivativeCall(spanOf(node), callee.name, why));
    return standInFor(context, node);
  };
  const all = args.map((a) => (a === undefined || "all" in a ? undefined : a));
  if (all.some((v) => v !== undefined && context.isRefused(v))) return standInFor(context, node);
  // The object of a method comes first.
  const isOfInstance = request.owner !== undefined && request.isStatic !== true;
  const self = isOfInstance && pullback === undefined ? all[0] : undefined;
  if (isOfInstance && pullback === undefined && self?.type.kind !== "record") return refuse(wrongArguments);
  const values = self === undefined ? all : all.slice(1);
  const { parameters } = request.node;
  const types = pullback ?? { self: self?.type, given: parameters.map((_, i) => values[i]?.type) };
  const file = context.file.of(request.node);
  if (file.running.some((s) => s.node === request.node))
    return refuse("It is the derivative of a function that leads to this call");
  if (context.exits.thrown(node) !== undefined && (accumulates(callee) || mayThrow(file, request.node)))
    return refuse("It may throw, which is caught here");
  const instance = { bindings: noBindings, captures: [], ...types };
  const found = reach(context, node, callee, instance);
  if (found === undefined) return standInFor(context, node);
  if (typeof found === "string") return refuse(found);
  const { signature, own, wrt, about } = found;
  const passed =
    bound !== undefined && pullback !== undefined
      ? bound.values
      : [
          ...(self === undefined ? [] : [self]),
          ...signature.params.flatMap((p) => values[parameters.indexOf(p.node)] ?? []),
        ];
  // As a callback it may be passed more than it takes.
  const extra = pullback === undefined ? values.slice(parameters.length) : values;
  if (wrt.length === 0 || passed.length < own.length) return refuse(wrongArguments);
  const call = (order: Derivative["mode"], given: readonly Value[], name?: string, b = context.at(node)): Value =>
    callOf(found, order, [...passed, ...given], name, b);
  if (pullback !== undefined) {
    const [seed] = extra;
    return seed === undefined
      ? refuse(wrongArguments)
      : call("pullback", [context.coerce(seed, gradientOf(file, about.result), node)], hint);
  }
  switch (mode) {
    case "vjp":
      return withPullback(found, passed, instance, call("value", []), hint) ?? refuse(outOfReach);
    case "accumulate": {
      const [into] = extra;
      const gradient = together(about.gradients);
      if (into === undefined || !fits(into.type, gradient, file.types.records)) return refuse(wrongArguments);
      const made = call("value_and_grad", []);
      const b = context.at(node);
      const primal = b.load(field(made, "0"), num, hint);
      const params = wrt.flatMap((i) => own[i] ?? []);
      addInto(b, into, b.load(field(made, "1"), gradient), params, file.types.records);
      return primal;
    }
    case "jvp":
    case "hvp": {
      if (extra.length < wrt.length) return refuse(wrongArguments);
      const directions = about.gradients.flatMap((type, k) => {
        const tangent = extra[k];
        return tangent === undefined ? [] : [context.coerce(tangent, type, node)];
      });
      return call(mode, directions, hint);
    }
    case "jacobian": {
      const [index, ...others] = wrt;
      const x = passed[index ?? 0];
      if (about.result.kind === "num") return call("grad", [], hint);
      const isByColumns = others.length === 0 && isList(about.result) && (x?.type.kind === "num" || isList(x?.type));
      return x === undefined || !isByColumns ? call(mode, [], hint) : byColumns(found, x, call);
    }
    case "hessian":
      return call(together(about.gradients).kind === "num" ? "d2" : mode, [], hint);
    default:
      return call(mode, [], hint);
  }
}

const shapeless = "does not say by its type at which places its numbers are";
const outOfReach = "What it is given may have changed when the pullback is called";

const mayThrow = (file: FileContext, node: Signature["node"]): boolean =>
  node.body !== undefined && file.effects.mayThrow(node.body);

/** The function and its types; else why its derivative cannot be called, or nothing where that has been said. */
function reach(
  context: FunctionContext,
  node: ts.Node,
  callee: GeneratedCallee,
  instance: Instance,
  report = true,
): Reached | string | undefined {
  const { request, mode } = callee;
  const file = context.file.of(request.node);
  const { records } = file.types;
  const reached = { call: node, caller: context.signature };
  const say = (d: Parameters<FunctionContext["report"]>[0]): void => {
    if (report) context.report(d);
  };
  const signature = signatureOf(file, request.node, reached, say, instance);
  const result = signature === undefined ? undefined : resultOf(signature);
  if (signature === undefined || result === undefined) return undefined;
  context.calls.add(signature);
  const { self } = instance;
  const isOfAny = mode === "jvp" || mode === "jacobian" || mode === "vjp";
  if (result.kind !== "num" && !isOfAny) return "It is the derivative of a function that does not return a number";
  if (!hasOneShape(result, records)) return `What it returns, \`${context.show(result)}\`, ${shapeless}`;
  const named = request.wrt?.map((w) => w.name);
  const missing = leftOut(file, signature, named);
  if (missing !== undefined) return `It is differentiated by \`${missing}\`, for which nothing is passed`;
  const own = [
    ...(self === undefined ? [] : [{ name: "self", type: self }]),
    ...signature.params.map((p) => ({ name: p.name, type: p.type })),
  ];
  const ofParams = differentiated(file, signature, named).map((i) => (self === undefined ? i : i + 1));
  const wrt = self !== undefined && named?.includes("this") === true ? [0, ...ofParams] : ofParams;
  const params = wrt.map((i) => own[i]?.type ?? num);
  const isPlain = mode === "hessian" || mode === "accumulate";
  const other = params.find((p) => (isPlain ? !hasOneShape(p, records) || p.kind === "maybe" : !hasShape(p, records)));
  if (other !== undefined) return `What it is differentiated by, \`${context.show(other)}\`, ${shapeless}`;
  const about = { result, params, gradients: params.map((p) => gradientOf(file, p)) };
  return { context, node, callee, signature, about, own, wrt };
}

/** Calls a derivative. */
function callOf(
  { context, signature, about, own, wrt }: Reached,
  mode: Derivative["mode"],
  args: readonly Value[],
  name: string | undefined,
  b: Builder,
): Value {
  const made = value(returnedBy(context.file, mode, about), name);
  const derivative = { of: signature.name, mode, wrt };
  b.push({ kind: "call", callee: derivativeOf(context, signature, derivative, about, own), args, results: [made] });
  return made;
}

/**
 * What `f_vjp` returns: the value, and a function value that holds the arguments as they are now; absent where they cannot be held.
 * Called with a seed, it computes the function and the gradient from these.
 */
function withPullback(
  { context, node, callee, signature, own }: Reached,
  passed: readonly Value[],
  instance: Instance,
  primal: Value,
  hint: string | undefined,
): Value | undefined {
  const { functions, records } = context.file.types;
  if (own.some((p) => holds(p.type, records, (t) => (t.kind === "opaque" ? true : undefined)))) return undefined;
  const type = functions.typeOf(
    signature.file,
    signature.node,
    noBindings,
    captured(own),
    pullbackOf(callee, instance),
  );
  const b = context.at(node);
  const held = passed.map((v) => {
    if (!isReference(v.type)) return v;
    const copy = value(v.type, v.hint);
    b.push({ kind: "copy", source: v, result: copy });
    return copy;
  });
  const pullback = b.aggregate(type, held, "pullback");
  return b.aggregate(tupleOf([primal.type, type]), [primal, pullback], hint);
}

const captured = (own: Reached["own"]) =>
  own.map(({ name, type }) => ({ key: { hidden: "argument" } as const, name, type, boxed: undefined }));

function pullbackOf(callee: GeneratedCallee, { self, given }: Instance): GeneratedCallee {
  const types = given.map((t) => (t === "declared" ? undefined : t));
  // Which of its parameters something is passed for is part of what a function value is.
  const left = types.flatMap((t, i) => (t === undefined ? [i] : []));
  return { ...callee, name: [`${callee.name}_pullback`, ...left].join("_"), pullback: { self, given: types } };
}

/** What a generated function returns for arguments of these types, where that can be said without values. */
export function derivativeResult(
  context: FunctionContext,
  node: ts.Node,
  callee: GeneratedCallee,
  given: readonly (Type | undefined)[],
): Type | undefined {
  const { request, mode, pullback } = callee;
  if (pullback === undefined && mode !== "grad" && mode !== "value_and_grad") return undefined;
  const types = pullback ?? { self: undefined, given: request.node.parameters.map((_, i) => given[i]) };
  const found = reach(context, node, callee, { bindings: noBindings, captures: [], ...types }, false);
  if (found === undefined || typeof found === "string") return undefined;
  return returnedBy(context.file, pullback === undefined && mode === "value_and_grad" ? mode : "grad", found.about);
}

const isList = (type: Type | undefined): boolean =>
  type?.kind === "typed" || (type?.kind === "array" && type.elem.kind === "num");

/** The Jacobian of a list by a number or a list, from its columns: the derivatives along the unit vectors. */
function byColumns(
  { context, node, about }: Reached,
  x: Value,
  call: (mode: Derivative["mode"], given: readonly Value[], name?: string, b?: Builder) => Value,
): Value {
  const at = context.at(node);
  const gradient = together(about.gradients);
  const type = gradientOf(context.file, about.result);
  const column = (b: Builder, unit: Value): Value =>
    b.load(field(call("jvp", [unit], undefined, b), "1"), type, "column");
  return gradient.kind === "num"
    ? column(at, at.const(1))
    : jacobianRows(at, x, at.length(call("value", [])), gradient, column);
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

/** The function that stands for a derivative, without a body that says anything. */
function derivativeOf(
  { file }: FunctionContext,
  signature: Signature,
  derivative: Derivative,
  about: About,
  params: Reached["own"],
): string {
  const name = `${signature.name}.inside.${derivative.mode}`;
  if (file.funcs.has(name)) return name;
  const b = new Builder(locOf(signature.node));
  const own = params.map((p) => value(p.type, p.name));
  const { mode } = derivative;
  const tangents =
    mode === "jvp" || mode === "hvp"
      ? about.gradients.map((type, k) => value(type, `${own[derivative.wrt[k] ?? 0]?.hint ?? "x"}Dot`))
      : [];
  const seed = mode === "pullback" ? [value(gradientOf(file, about.result), "seed")] : [];
  const all = [...own, ...tangents, ...seed];
  const returned = returnedBy(file, mode, about);
  const func: Func = {
    name,
    source: `${signature.source}_${mode}`,
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
      const fill = type.kind === "array" && type.elem.kind === "num" ? { fill: 0 } : {};
      b.push({ kind: "alloc", length: b.const(0), ...fill, result });
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
