/**
 * Instances of a function. A function is lowered once for each choice of its type parameters, and once more where it is
 * passed something more specific than it declares: an object with more fields, a tuple for an array.
 */
import { ts } from "ts-morph";
import type { Type } from "../ir/ir.js";
import { sameType, typeText } from "../ir/types.js";
import type { FileContext } from "./file-context.js";
import type { FunctionNode } from "./source.js";
import { type Bindings, noBindings } from "./types.js";

export interface Instance {
  readonly bindings: Bindings;
  /** Types of what is passed. */
  readonly given: readonly (Type | undefined)[];
}

export const plainInstance: Instance = { bindings: noBindings, given: [] };

/** Equal for calls that one lowered function serves. */
export function keyOf(file: FileContext, node: FunctionNode, instance: Instance): string {
  const bound = [...instance.bindings.values()].map(typeText);
  const given = file.types.withBindings(instance.bindings, () =>
    node.parameters.map((param, i) => {
      const chosen = givenType(file, file.checker.getTypeAtLocation(param.name), instance.given[i]);
      return chosen === undefined ? "" : typeText(chosen);
    }),
  );
  return [...bound, "|", ...given].join(";");
}

/** The type of what is passed, where it takes the place of the declared one. */
export function givenType(file: FileContext, declared: ts.Type, given: Type | undefined): Type | undefined {
  if (given === undefined) return undefined;
  // `function assertNever(x: never): never`
  if (declared.flags & ts.TypeFlags.Never) return given;
  const mapped = file.types.map(declared);
  if (!("type" in mapped) || sameType(mapped.type, given)) return undefined;
  return isMoreSpecific(file, given, mapped.type) ? given : undefined;
}

function isMoreSpecific(file: FileContext, given: Type, declared: Type): boolean {
  if (declared.kind === "array" && given.kind === "tuple")
    return given.elems.length > 0 && given.elems.every((e) => sameType(e, declared.elem));
  if (declared.kind !== "record" || given.kind !== "record") return false;
  const { records } = file.types;
  const fields = records.get(given.name)?.fields ?? [];
  return (records.get(declared.name)?.fields ?? []).every((wanted) =>
    fields.some((f) => f.name === wanted.name && f.noDiff === wanted.noDiff && sameType(f.type, wanted.type)),
  );
}

/** What the type parameters of a called function stand for; `undefined` where it cannot be told. */
export function bindingsOf(file: FileContext, call: ts.CallExpression, target: FunctionNode): Bindings | undefined {
  const parameters = target.typeParameters ?? [];
  if (parameters.length === 0) return noBindings;
  const resolved = file.checker.getResolvedSignature(call);
  // Another overload has type parameters of its own.
  if (resolved === undefined || resolved.declaration !== target) return undefined;
  const chosen = file.checker.getTypeArgumentsForResolvedSignature(resolved);
  if (chosen === undefined || chosen.length !== parameters.length) return undefined;
  const bindings = new Map<ts.Type, Type>();
  for (const [i, parameter] of parameters.entries()) {
    const type = chosen[i];
    const mapped = type === undefined ? undefined : file.types.map(type);
    if (mapped === undefined || !("type" in mapped) || mapped.type.kind === "void") return undefined;
    bindings.set(file.checker.getTypeAtLocation(parameter), mapped.type);
  }
  return bindings;
}
