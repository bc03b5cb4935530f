/**
 * Instances of a function. A function is lowered once for each choice of the IR types of what it is given: `this`, the
 * variables it captures, its arguments.
 */
import { ts } from "ts-morph";
import type { Type } from "../ir/ir.js";
import { present, typeText } from "../ir/types.js";
import type { FileContext } from "./file-context.js";
import type { Captured } from "./function-types.js";
import { type FunctionNode, typeArguments } from "./source.js";
import { type Bindings, noBindings } from "./types.js";

export interface Instance {
  readonly bindings: Bindings;
  /** The type of `this`, where one is passed. */
  readonly self: Type | undefined;
  readonly captures: readonly Captured[];
  /** For each parameter the type of what is passed; `"declared"` where no value is at hand; absent where nothing is passed. */
  readonly given: readonly (Type | "declared" | undefined)[];
  /** The caller catches what it throws: it returns that, and whether it threw anything. */
  readonly isCaught?: true;
  /** Of the prelude: what the elements of the list are to be that it makes. */
  readonly making?: Type;
}

/** The instance of an annotated function: nothing is known but what it declares. */
export const declaredInstance = (node: FunctionNode): Instance => ({
  bindings: noBindings,
  self: undefined,
  captures: [],
  given: node.parameters.map(() => "declared" as const),
});

/** Equal for calls that one lowered function serves. `types` are those of its parameters. */
export function keyOf(instance: Instance, types: readonly (Type | undefined)[]): string {
  const text = (type: Type | undefined): string => (type === undefined ? "" : typeText(type));
  return [
    [...instance.bindings.values()].map(text).join(";"),
    text(instance.self),
    instance.captures.map((c) => text(c.type)).join(";"),
    types.map(text).join(";"),
    ...(instance.isCaught === true ? ["caught"] : []),
    ...(instance.making === undefined ? [] : [`making ${text(instance.making)}`]),
  ].join("|");
}

/**
 * What the type parameters of a function stand for, as far as the values tell; the checker is asked for the others.
 * `resultOf` says what a function value returns for arguments of some types.
 */
export function bindingsOf(
  file: FileContext,
  target: FunctionNode,
  around: Bindings,
  given: readonly (Type | undefined)[],
  call: ts.CallExpression | ts.NewExpression | undefined,
  resultOf: (type: Type, given: readonly Type[]) => Type | undefined,
): Bindings {
  const parameters = target.typeParameters ?? [];
  if (parameters.length === 0) return around;
  const { checker } = file;
  const own = new Set(parameters.map((p) => checker.getTypeAtLocation(p)));
  const bindings = new Map<ts.Type, Type>(around);
  const later: (() => void)[] = [];
  const match = (declared: ts.Type, type: Type, depth: number): void => {
    if (depth > 4 || type.kind === "void") return;
    if (own.has(declared)) {
      const known = bindings.get(declared);
      const joined = known === undefined ? type : file.types.join(known, type);
      if (joined !== undefined) bindings.set(declared, joined);
      return;
    }
    if (declared.isUnionOrIntersection()) {
      for (const member of declared.types) match(member, present(type), depth + 1);
      return;
    }
    const [signature] = declared.getCallSignatures();
    if (signature !== undefined) {
      later.push(() => {
        const args = signature.parameters.map((p) =>
          file.types.withBindings(bindings, () => file.types.map(checker.getTypeOfSymbol(p))),
        );
        const types = args.flatMap((a) => ("type" in a ? [a.type] : []));
        const result = types.length === args.length ? resultOf(type, types) : undefined;
        if (result !== undefined) match(signature.getReturnType(), result, depth + 1);
      });
      return;
    }
    if (type.kind === "array" || type.kind === "typed" || type.kind === "tuple") {
      const args =
        checker.isArrayType(declared) || checker.isTupleType(declared) ? typeArguments(checker, declared) : [];
      const elem = (i: number): Type | undefined =>
        type.kind === "array" ? type.elem : type.kind === "typed" ? { kind: "num" } : type.elems[i];
      args.forEach((arg, i) => {
        const inner = elem(i);
        if (inner !== undefined) match(arg, inner, depth + 1);
      });
      return;
    }
    if (type.kind === "dict") {
      const [info] = checker.getIndexInfosOfType(declared);
      if (info !== undefined) match(info.type, present(type.elem), depth + 1);
      return;
    }
    if (type.kind !== "record") return;
    for (const field of file.types.records.get(type.name)?.fields ?? []) {
      const property = checker.getPropertyOfType(declared, field.name);
      if (property !== undefined) match(checker.getTypeOfSymbol(property), field.type, depth + 1);
    }
  };
  target.parameters.forEach((parameter, i) => {
    const type = given[i];
    if (type !== undefined) match(checker.getTypeAtLocation(parameter.name), type, 0);
  });
  for (const run of later) run();
  const resolved = call === undefined ? undefined : checker.getResolvedSignature(call);
  if (resolved !== undefined && (resolved.declaration === target || isOverridden(resolved.declaration, target))) {
    const chosen = checker.getTypeArgumentsForResolvedSignature(resolved) ?? [];
    parameters.forEach((parameter, i) => {
      const type = chosen[i];
      const at = checker.getTypeAtLocation(parameter);
      const mapped = type === undefined || bindings.has(at) ? undefined : file.types.map(type);
      if (mapped !== undefined && "type" in mapped && mapped.type.kind !== "void") bindings.set(at, mapped.type);
    });
  }
  return bindings;
}

/** Is a method of a class called by what an interface, or a class it extends, declares of it, with the same type parameters? */
function isOverridden(declared: ts.Node | undefined, target: FunctionNode): boolean {
  if (declared === undefined || !ts.isMethodDeclaration(target)) return false;
  if (!ts.isMethodDeclaration(declared) && !ts.isMethodSignature(declared)) return false;
  const names = (node: ts.SignatureDeclaration): readonly string[] =>
    (node.typeParameters ?? []).map((p) => p.name.text);
  const [own, other] = [names(target), names(declared)];
  const isAlike = own.length === other.length && (own.length === 1 || own.every((name, i) => name === other[i]));
  return isAlike && target.name.getText() === declared.name.getText();
}
