/** Types of what the derivatives that a function calls take and return, as `Gradient<T>` says them. */
import type { FileContext, Signature } from "../file-context.js";
import type { Derivative, Type } from "../../ir/ir.js";
import { arrayOf, isDifferentiable, isFloatArray, maybe, num, type Records, tupleOf } from "../../ir/types.js";

/** The types that a derivative is about: its function's result, and the gradients by each differentiated parameter. */
export interface About {
  readonly result: Type;
  readonly params: readonly Type[];
  readonly gradients: readonly Type[];
}

/** One as it is, several as a tuple. */
export const together = (types: readonly Type[]): Type => (types.length === 1 ? (types[0] ?? num) : tupleOf(types));

/** What a derivative returns. */
export function returnedBy(file: FileContext, mode: Derivative["mode"], { result, params, gradients }: About): Type {
  const gradient = together(gradients);
  switch (mode) {
    case "value":
      return result;
    case "grad":
    case "pullback":
      return gradient;
    case "value_and_grad":
      return tupleOf([result, gradient]);
    case "jvp":
      return tupleOf([result, gradientOf(file, result)]);
    case "hvp":
      return tupleOf([gradient, gradient]);
    case "jacobian":
      return replacedOf(file, result, gradient);
    case "hessian":
      return together(params.map((p) => together(gradients.map((g) => replacedOf(file, p, g)))));
    default:
      return num;
  }
}

/** Positions of the differentiated parameters among those that something is passed for. */
export function differentiated(
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

/** A parameter that is differentiated by, and that nothing is passed for. */
export function leftOut(
  file: FileContext,
  { node, params }: Signature,
  named: readonly string[] | undefined,
): string | undefined {
  const found = node.parameters.find((p) => {
    const name = p.name.getText();
    if (params.some((q) => q.node === p) || (named !== undefined && !named.includes(name))) return false;
    const type = file.checker.getTypeAtLocation(p.name);
    const mapped = file.types.map(type);
    return "type" in mapped && isDifferentiable(mapped.type, file.types.records) && !file.types.isNoDiff(p.type, type);
  });
  return found?.name.getText();
}

/** `Gradient<P>`. */
export function gradientOf(file: FileContext, type: Type): Type {
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

/** `T` with each number replaced by another type. */
function replacedOf(file: FileContext, type: Type, leaf: Type): Type {
  if (leaf.kind === "num") return gradientOf(file, type);
  const { records } = file.types;
  switch (type.kind) {
    case "array":
      return arrayOf(replacedOf(file, type.elem, leaf));
    case "typed":
      return arrayOf(leaf);
    case "tuple":
      return tupleOf(type.elems.map((e) => replacedOf(file, e, leaf)));
    case "maybe":
      return maybe(replacedOf(file, type.of, leaf), type.absent);
    case "record":
      return file.types.recordOf(
        differentiableFields(type.name, records).map((f) => ({ ...f, type: replacedOf(file, f.type, leaf) })),
      );
    default:
      return leaf;
  }
}

const differentiableFields = (name: string, records: Records) =>
  (records.get(name)?.fields ?? []).filter((f) => f.noDiff !== true && isDifferentiable(f.type, records));

/** Is it made of numbers at places that its type says: no keys that only the values know, nothing that may hold itself? */
export function hasShape(type: Type, records: Records, around: ReadonlySet<string> = new Set()): boolean {
  switch (type.kind) {
    case "dict":
      return false;
    case "array":
      return hasShape(type.elem, records, around);
    case "maybe":
      return hasShape(type.of, records, around);
    case "tuple":
      return type.elems.every((e) => hasShape(e, records, around));
    case "record": {
      if (around.has(type.name)) return false;
      const inside = new Set(around).add(type.name);
      return differentiableFields(type.name, records).every((f) => hasShape(f.type, records, inside));
    }
    default:
      return true;
  }
}

/** Are the numbers of every value of this type at the same places, up to absence and lengths: no union, no text among the elements of a tuple? */
export function hasOneShape(type: Type, records: Records): boolean {
  return hasShape(type, records) && isUniform(type, records);
}

function isUniform(type: Type, records: Records): boolean {
  switch (type.kind) {
    case "array":
      return isUniform(type.elem, records);
    case "maybe":
      return isUniform(type.of, records);
    case "tuple":
      return type.elems.every((e) => isDifferentiable(e, records) && isUniform(e, records));
    case "record":
      return (
        records.get(type.name)?.variants === undefined &&
        differentiableFields(type.name, records).every((f) => isUniform(f.type, records))
      );
    default:
      return isDifferentiable(type, records);
  }
}
