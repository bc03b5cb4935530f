/** Does a rule have the signature it must have? If so, with respect to which parameters it gives derivatives. */
import { ts } from "ts-morph";
import { type Diagnostic, rule as said } from "../../diagnostics.js";
import type { Type } from "../../ir/ir.js";
import { isDifferentiable, isNumber, present, type Records } from "../../ir/types.js";
import { instanceTypeOf } from "../class-types.js";
import type { FileContext } from "../file-context.js";
import { isPlainTuple, typeArguments } from "../source.js";
import type { Ruled, RuleFunction } from "./table.js";

/** A rule that fits. Positions count the parameters as they are declared, after `self` for an instance method. */
export interface Fit {
  readonly rule: RuleFunction;
  readonly wrt: readonly number[];
  /** The names of the parameters that could be differentiated and that the rule is silent about, by position. */
  readonly silent: ReadonlyMap<number, string>;
  /** What the pullback takes. */
  readonly seed?: Type;
  /** The type of the tangent, or of the pullback. */
  readonly second: Type;
  /** What the pullback returns; the tangents that a `@jvp` rule takes. */
  readonly gradients: readonly Type[];
}

interface Input {
  readonly name: string;
  readonly type: ts.Type;
  readonly mapped: Type;
  readonly isConstant: boolean;
}

/** The fit of a rule, or the diagnostic that says why it has none. `marked` names the parameters of `wrt=`. */
export function fitOf(
  file: FileContext,
  ruled: Ruled,
  rule: RuleFunction,
  marked: readonly string[] | undefined,
): Fit | Diagnostic {
  const signatures = signaturesOf(file, ruled);
  let first: Diagnostic | undefined;
  for (const signature of signatures) {
    const fit = fitTo(file, ruled, rule, signature, marked);
    if ("wrt" in fit) return fit;
    first ??= fit;
  }
  return first ?? said.ruleTargetMissing(rule.place, rule.tag, ruled.name, "It has no signature");
}

function signaturesOf(file: FileContext, ruled: Ruled): readonly ts.Signature[] {
  const own = ruled.node === undefined ? undefined : file.checker.getSignatureFromDeclaration(ruled.node);
  return own === undefined ? file.checker.getTypeOfSymbol(ruled.symbol).getCallSignatures() : [own];
}

function fitTo(
  file: FileContext,
  ruled: Ruled,
  rule: RuleFunction,
  signature: ts.Signature,
  marked: readonly string[] | undefined,
): Fit | Diagnostic {
  const { checker, types } = file;
  const { records } = types;
  const map = (type: ts.Type): Type => {
    const mapped = types.map(type);
    return "type" in mapped ? mapped.type : { kind: "opaque", text: types.show(type) };
  };
  const inputs = inputsOf(file, ruled, signature, map);
  const result = signature.getReturnType();
  const own = checker.getSignatureFromDeclaration(rule.node);
  const refuse = (why: string): Diagnostic =>
    said.ruleSignature(rule.place, rule.tag, ruled.name, why, expected(file, rule, inputs, result, records));
  if (own === undefined) return refuse("It has no signature");
  const params = own.getParameters().map((p) => checker.getTypeOfSymbol(p));
  const returned = own.getReturnType();
  const pair = isPlainTuple(returned) ? typeArguments(checker, returned) : [];
  const [value, second] = pair;
  if (value === undefined || second === undefined || pair.length > 2)
    return refuse(`It returns \`${types.show(returned)}\`, not a pair`);
  if (!checker.isTypeAssignableTo(value, result))
    return refuse(
      `Its value has the type \`${types.show(value)}\`, and \`${ruled.name}\` returns \`${types.show(result)}\``,
    );
  for (const [i, input] of inputs.entries()) {
    const param = params[i];
    if (param === undefined) return refuse(`It has no parameter for \`${input.name}\``);
    if (!checker.isTypeAssignableTo(input.type, param))
      return refuse(`Its parameter for \`${input.name}\` has the type \`${types.show(param)}\``);
  }
  const rest = params.slice(inputs.length);
  const candidates = candidatesOf(ruled, inputs, marked);
  const finish = (wrt: readonly number[], gradients: readonly Type[], seed?: Type): Fit => {
    const silent = inputs.flatMap((p, i) => (p.isConstant || wrt.includes(i) ? [] : [[i, p.name] as const]));
    return {
      rule,
      wrt,
      silent: new Map(silent),
      gradients,
      second: map(second),
      ...(seed === undefined ? {} : { seed }),
    };
  };
  const typeAt = (i: number): Type => inputs[i]?.mapped ?? { kind: "void" };
  const resultType = map(result);
  if (rule.tag === "jvp") {
    const tangents = rest.map(map);
    if (!fits(map(second), resultType, records)) return refuse(`Its tangent has the type \`${types.show(second)}\``);
    for (const wrt of candidates)
      if (wrt.length === tangents.length && wrt.every((at, k) => fitsAt(tangents[k], typeAt(at), records)))
        return finish(wrt, tangents);
    return refuse("After the parameters it must take one tangent for each that is differentiated");
  }
  if (rest.length > 0) return refuse("It has more parameters");
  const [pullback] = second.getCallSignatures();
  if (pullback === undefined) return refuse("The second thing it returns is not a function");
  const [seed, ...more] = pullback.getParameters().map((p) => checker.getTypeOfSymbol(p));
  const seedType = seed === undefined ? undefined : map(seed);
  const canTake =
    seedType === undefined || (fits(seedType, resultType, records) && isCovered(seedType, resultType, records));
  if (more.length > 0 || !canTake)
    return refuse("Its pullback does not take one seed, with the type of the gradient of the result");
  const given = pullback.getReturnType();
  for (const wrt of candidates) {
    const [only, ...others] = wrt;
    if (only === undefined) continue;
    const parts =
      others.length === 0 ? [given] : isPlainTuple(given) ? typeArguments(checker, given) : ([] as readonly ts.Type[]);
    const gradients = parts.map(map);
    if (parts.length === wrt.length && wrt.every((at, k) => fitsAt(gradients[k], typeAt(at), records)))
      return finish(wrt, gradients, seedType);
  }
  return refuse(`Its pullback returns \`${types.show(given)}\``);
}

function inputsOf(
  file: FileContext,
  ruled: Ruled,
  signature: ts.Signature,
  map: (type: ts.Type) => Type,
): readonly Input[] {
  const { checker, types } = file;
  const inputs = signature.getParameters().map((p): Input => {
    const type = checker.getTypeOfSymbol(p);
    const declaration = p.valueDeclaration;
    const node = declaration !== undefined && ts.isParameter(declaration) ? declaration.type : undefined;
    const mapped = map(type);
    const isConstant = types.isNoDiff(node, type) || !isDifferentiable(mapped, types.records);
    return { name: p.name, type, mapped, isConstant };
  });
  if (ruled.owner === undefined) return inputs;
  const { owner } = ruled;
  const type = "kind" in owner ? instanceTypeOf(types, owner) : checker.getDeclaredTypeOfSymbol(owner);
  return [
    { name: "self", type, mapped: map(type), isConstant: !isDifferentiable(map(type), types.records) },
    ...inputs,
  ];
}

/** The choices of parameters a rule may be about: those of `wrt=`, all of them, all with the object of a method. */
function candidatesOf(ruled: Ruled, inputs: readonly Input[], marked: readonly string[] | undefined): number[][] {
  const all = inputs.flatMap((p, i) => (p.isConstant ? [] : [i]));
  const asked = inputs.flatMap((p, i) =>
    marked?.includes(ruled.owner !== undefined && i === 0 ? "this" : p.name) === true ? [i] : [],
  );
  const withoutSelf = ruled.owner === undefined ? [] : [all.filter((i) => i > 0)];
  return [...(marked === undefined ? [] : [asked]), ...withoutSelf, all];
}

const fitsAt = (gradient: Type | undefined, primal: Type, records: Records): boolean =>
  gradient !== undefined && fits(gradient, primal, records);

/** Has a type the shape of `Gradient<P>`? */
function fits(gradient: Type, primal: Type, records: Records, seen: ReadonlySet<string> = new Set()): boolean {
  if (primal.kind === "maybe") return fits(present(gradient), primal.of, records, seen);
  switch (primal.kind) {
    case "num":
      return isNumber(gradient);
    case "typed":
      return gradient.kind === "typed" && (gradient.name === primal.name || gradient.name === "Float64Array");
    case "array":
      return gradient.kind === "array" && fits(gradient.elem, primal.elem, records, seen);
    case "tuple":
      return (
        gradient.kind === "tuple" &&
        gradient.elems.length === primal.elems.length &&
        primal.elems.every((e, i) => !isDifferentiable(e, records) || fitsAt(gradient.elems[i], e, records))
      );
    case "record": {
      if (seen.has(primal.name)) return gradient.kind === "record";
      const inside = new Set(seen).add(primal.name);
      const own = gradient.kind === "record" ? (records.get(gradient.name)?.fields ?? []) : [];
      const wanted = records.get(primal.name)?.fields ?? [];
      return (
        gradient.kind === "record" &&
        wanted.every((f) => {
          if (f.noDiff === true || !isDifferentiable(f.type, records)) return true;
          const found = own.find((g) => g.name === f.name);
          return found !== undefined && fits(found.type, f.type, records, inside);
        })
      );
    }
    default:
      return false;
  }
}

/** Has a type no member that `Gradient<P>` lacks? */
function isCovered(gradient: Type, primal: Type, records: Records, seen: ReadonlySet<string> = new Set()): boolean {
  const [own, type] = [present(gradient), present(primal)];
  if (own.kind === "array" && type.kind === "array") return isCovered(own.elem, type.elem, records, seen);
  if (own.kind === "tuple" && type.kind === "tuple")
    return own.elems.every((e, i) => isCovered(e, type.elems[i] ?? e, records, seen));
  if (own.kind !== "record" || type.kind !== "record" || seen.has(own.name)) return true;
  const inside = new Set(seen).add(own.name);
  const wanted = records.get(type.name)?.fields ?? [];
  return (records.get(own.name)?.fields ?? []).every((f) => {
    const found = wanted.find((g) => g.name === f.name && g.noDiff !== true && isDifferentiable(g.type, records));
    return found === undefined ? f.optional === true : isCovered(f.type, found.type, records, inside);
  });
}

/** The signature a rule must have, as text. */
function expected(
  file: FileContext,
  rule: RuleFunction,
  inputs: readonly Input[],
  result: ts.Type,
  records: Records,
): string {
  const show = (type: ts.Type): string => file.types.show(type).replaceAll("<ArrayBufferLike>", "");
  const { types } = file;
  const shown = (type: ts.Type, mapped: Type): string =>
    mapped.kind === "num" || mapped.kind === "typed" || (mapped.kind === "array" && mapped.elem.kind === "num")
      ? show(type)
      : `Gradient<${show(type)}>`;
  const mapped = types.map(result);
  const own: Type = "type" in mapped ? mapped.type : { kind: "void" };
  const params = inputs.map((p) => `${p.name}: ${show(p.type)}`);
  const wanted = inputs.filter((p) => !p.isConstant && isDifferentiable(p.mapped, records));
  const value = show(result);
  if (rule.tag === "jvp") {
    const tangents = wanted.map((p) => `${p.name}Tangent: ${shown(p.type, p.mapped)}`);
    return `\`(${[...params, ...tangents].join(", ")}) => [value: ${value}, tangent: ${shown(result, own)}]\``;
  }
  const gradients = wanted.map((p) => shown(p.type, p.mapped));
  const returned =
    gradients.length === 1 ? gradients[0] : `[${wanted.map((p, i) => `${p.name}: ${gradients[i] ?? ""}`).join(", ")}]`;
  return `\`(${params.join(", ")}) => [value: ${value}, pullback: (seed: ${shown(result, own)}) => ${returned ?? ""}]\``;
}
