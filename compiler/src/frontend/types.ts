/**
 * TypeScript types as IR types. Object types become records, which are told apart by their fields alone (as TypeScript
 * does): an interface and a literal with the same fields are one record. What cannot be mapped comes back with the reason.
 */
import { ts } from "ts-morph";
import type { Field, RecordDecl, Type, TypedArrayName, TypeText } from "../ir/ir.js";
import { arrayOf, bool, num, opaque, record, sameType, str, tupleOf, typeText, voidType } from "../ir/types.js";
import { isMarkedNoDiff, isNoDiffMark, withoutNoDiff } from "./no-diff.js";
import { isLibrary, isPlainTuple, isRuntimeSymbol, original, typeArguments } from "./source.js";
import { TypeTexts } from "./type-text.js";

export type Mapped = { readonly type: Type } | { readonly why: string };

const typedArrays: ReadonlySet<string> = new Set<TypedArrayName>([
  "Float64Array",
  "Float32Array",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
]);

export const isTypedArrayName = (name: string): name is TypedArrayName => typedArrays.has(name);

const { TypeFlags, SymbolFlags } = ts;

/** What the type parameters of a generic function stand for in one instance of it. */
export type Bindings = ReadonlyMap<ts.Type, Type>;
export const noBindings: Bindings = new Map();

const noDiffReason = "`NoDiff` marks a whole parameter or field, not the members of an array or tuple";
const unionReason = "A value of several types, or one that may be missing, is not yet in the language";

export class TypeMapper {
  readonly records = new Map<string, RecordDecl>();
  readonly #texts: TypeTexts;
  /** What is mapped already, for each set of bindings. */
  readonly #known = new Map<Bindings, Map<ts.Type, Mapped>>();
  #bindings: Bindings = noBindings;
  readonly #byShape = new Map<string, string>();

  constructor(
    readonly program: ts.Program,
    readonly checker: ts.TypeChecker,
  ) {
    this.#texts = new TypeTexts(program, checker);
  }

  /** How the type is written in a generated file; absent where no other file can write it. */
  text(type: ts.Type): TypeText | undefined {
    return this.#texts.text(type);
  }

  /** How it is written without the members that are marked `NoDiff`, as far as it is spelled out. */
  variableText(type: ts.Type): TypeText | undefined {
    return this.#texts.variableText(type);
  }

  /** The name under which a file exports a symbol. */
  exportedName(symbol: ts.Symbol, file: ts.SourceFile): string | undefined {
    return this.#texts.exportedName(symbol, file);
  }

  show(type: ts.Type): string {
    return this.checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  }

  /** Is a declaration marked `NoDiff<…>`? */
  isNoDiff(node: ts.TypeNode | undefined, type: ts.Type): boolean {
    if (isMarkedNoDiff(this.checker, type)) return true;
    if (node === undefined || !ts.isTypeReferenceNode(node)) return false;
    const symbol = this.checker.getSymbolAtLocation(node.typeName);
    return symbol !== undefined && isRuntimeSymbol(original(this.checker, symbol), "NoDiff");
  }

  /** Maps in one instance of a generic function. */
  withBindings<R>(bindings: Bindings, run: () => R): R {
    const before = this.#bindings;
    this.#bindings = bindings;
    try {
      return run();
    } finally {
      this.#bindings = before;
    }
  }

  /** Arrays of different kinds are never the same array; absent where nothing is known. */
  kindOf(type: ts.Type): string | undefined {
    const mapped = this.withBindings(noBindings, () => this.map(type));
    if (!("type" in mapped)) return undefined;
    if (mapped.type.kind !== "tuple") return typeText(mapped.type);
    // A tuple can be passed for an array of its members.
    const [first] = mapped.type.elems;
    return first !== undefined && mapped.type.elems.every((e) => sameType(e, first))
      ? typeText(arrayOf(first))
      : undefined;
  }

  map(type: ts.Type): Mapped {
    const bound = this.#bindings.get(type);
    if (bound !== undefined) return { type: bound };
    const known = this.#cache().get(type);
    if (known !== undefined) return known;
    const mapped = this.#map(type);
    this.#cache().set(type, mapped);
    return mapped;
  }

  #cache(): Map<ts.Type, Mapped> {
    let cache = this.#known.get(this.#bindings);
    if (cache === undefined) {
      cache = new Map();
      this.#known.set(this.#bindings, cache);
    }
    return cache;
  }

  #map(type: ts.Type): Mapped {
    const inner = withoutNoDiff(this.checker, type);
    if (inner !== undefined) return this.map(inner);
    const flags = type.flags;
    if (flags & TypeFlags.Any) return { why: "Its type is `any`, so nothing is known about it" };
    if (flags & TypeFlags.Unknown) return { why: "Its type is `unknown`, so nothing is known about it" };
    if (flags & TypeFlags.NumberLike) return { type: num };
    if (flags & TypeFlags.BooleanLike) return { type: bool };
    if (flags & TypeFlags.StringLike) return { type: str };
    if (flags & (TypeFlags.Void | TypeFlags.Undefined | TypeFlags.Never)) return { type: voidType };
    if (flags & TypeFlags.TypeParameter) return { why: "What the type parameter stands for is not known here" };
    if (flags & TypeFlags.BigIntLike) return { why: "A BigInt cannot carry a derivative" };
    if (flags & TypeFlags.ESSymbolLike) return { type: opaque("symbol") };
    if (type.isUnion()) return this.#union(type);
    if (type.isIntersection()) return this.#intersection(type);
    if (flags & TypeFlags.Object) return this.#object(type);
    return { why: unionReason };
  }

  #union(type: ts.UnionType): Mapped {
    const members = type.types.map((t) => this.map(t));
    const first = members[0];
    if (first !== undefined && "type" in first && first.type.kind !== "void") {
      const same = members.every((m) => "type" in m && typeText(m.type) === typeText(first.type));
      if (same) return first;
    }
    return { why: unionReason };
  }

  #intersection(type: ts.IntersectionType): Mapped {
    for (const member of type.types) {
      if (this.#bindings.has(member)) return this.map(member);
      if (member.flags & (TypeFlags.NumberLike | TypeFlags.BooleanLike | TypeFlags.StringLike)) return this.map(member);
      if (
        this.checker.isArrayType(member) ||
        this.checker.isTupleType(member) ||
        this.#typedArray(member) !== undefined
      )
        return this.map(member);
    }
    return this.#record(type);
  }

  #typedArray(type: ts.Type): TypedArrayName | undefined {
    const name = type.getSymbol()?.name;
    const declaration = type.getSymbol()?.declarations?.[0];
    if (name === undefined || declaration === undefined || !isTypedArrayName(name)) return undefined;
    return isLibrary(this.program, declaration) ? name : undefined;
  }

  #object(type: ts.Type): Mapped {
    const { checker } = this;
    if (checker.isTupleType(type)) {
      if (!isPlainTuple(type)) {
        return { why: "Tuples with optional or rest members are not yet in the language" };
      }
      const elements = typeArguments(checker, type);
      if (elements.some((t) => isMarkedNoDiff(checker, t))) return { why: noDiffReason };
      // A long tuple is a table that was declared `as const`.
      if (elements.length > 4 && elements.every((t) => t.flags & TypeFlags.NumberLiteral))
        return { type: arrayOf(num) };
      const members = elements.map((t) => this.map(t));
      const failed = members.find((m) => "why" in m);
      if (failed !== undefined) return failed;
      return { type: tupleOf(members.flatMap((m) => ("type" in m ? [m.type] : []))) };
    }
    if (checker.isArrayType(type)) {
      const element = typeArguments(checker, type)[0];
      if (element === undefined) return { why: "The type of its elements is not known" };
      if (element.flags & TypeFlags.Never) return { type: arrayOf(num) };
      if (isMarkedNoDiff(checker, element)) return { why: noDiffReason };
      const mapped = this.map(element);
      return "type" in mapped ? { type: arrayOf(mapped.type) } : mapped;
    }
    const name = this.#typedArray(type);
    if (name !== undefined) return { type: { kind: "typed", name } };
    const symbol = type.getSymbol();
    const declaration = symbol?.declarations?.[0];
    if (
      declaration !== undefined &&
      isLibrary(this.program, declaration) &&
      symbol !== undefined &&
      symbol.name !== "__type"
    ) {
      if (symbol.name === "Float16Array" || symbol.name === "ArrayLike" || symbol.name === "Iterable") {
        return { why: `\`${symbol.name}\` is not in the language; an array type says how it is stored` };
      }
      return { type: opaque(this.show(type)) };
    }
    if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0)
      return { type: opaque(this.show(type)) };
    if (symbol !== undefined && symbol.flags & SymbolFlags.Class) return { why: "Classes are not yet in the language" };
    if (checker.getIndexInfosOfType(type).length > 0)
      return { why: "Objects with arbitrary keys are not in the language" };
    return this.#record(type);
  }

  #record(type: ts.Type): Mapped {
    const { checker } = this;
    const named = type.aliasSymbol ?? type.getSymbol();
    const properties = checker.getPropertiesOfType(type).filter((p) => !isNoDiffMark(p));
    const plain = named === undefined || named.name.startsWith("__") || (type.aliasTypeArguments ?? []).length > 0;
    const base = plain ? properties.map((p) => p.name).join("_") || "Empty" : named.name;
    const name = this.#freeName(/^[A-Za-z_$][\w$]*$/.test(base) ? base : "Fields");
    this.records.set(name, { name, fields: [] });
    // Entered before its fields are mapped, so that a type may mention itself.
    this.#cache().set(type, { type: record(name) });
    const fields: Field[] = [];
    for (const property of properties) {
      const declaration = property.valueDeclaration ?? property.declarations?.[0];
      const fieldType = checker.getTypeOfSymbol(property);
      const optional = (property.flags & SymbolFlags.Optional) !== 0;
      const typeNode = declaration !== undefined && ts.isPropertySignature(declaration) ? declaration.type : undefined;
      const noDiff = this.isNoDiff(typeNode, fieldType);
      const mapped = optional
        ? { why: `The field \`${property.name}\` is optional, which is not yet in the language` }
        : this.map(fieldType);
      if ("why" in mapped) {
        if (!noDiff || optional) {
          this.records.delete(name);
          return { why: `${mapped.why} (field \`${property.name}\`)` };
        }
        fields.push({ name: property.name, type: opaque(this.show(fieldType)), noDiff: true });
        continue;
      }
      fields.push(
        noDiff ? { name: property.name, type: mapped.type, noDiff: true } : { name: property.name, type: mapped.type },
      );
    }
    const shape = fields
      .map((f) => `${f.name}${f.noDiff === true ? "!" : ""}:${typeText(f.type)}`)
      .toSorted()
      .join(";");
    const known = this.#byShape.get(shape);
    if (known !== undefined) {
      this.records.delete(name);
      this.#addText(known, type);
      return { type: record(known) };
    }
    this.#byShape.set(shape, name);
    const text = this.#recordText(type);
    this.records.set(name, text === undefined ? { name, fields } : { name, fields, text });
    return { type: record(name) };
  }

  /** How a record is written, where every object of its shape can be written so. */
  #recordText(type: ts.Type): TypeText | undefined {
    // In an instance of a generic function the type may mention a parameter of that function.
    if (this.#bindings.size > 0) return undefined;
    // `{ readonly rate: 0.1 }`, from `as const`, is the type of one object only.
    const isOne = this.checker.getPropertiesOfType(type).some((p) => this.checker.getTypeOfSymbol(p).isLiteral());
    return isOne ? undefined : this.text(type);
  }

  /** A record that was first met in a generic function gets its text where it is met with one. */
  #addText(name: string, type: ts.Type): void {
    const decl = this.records.get(name);
    if (decl === undefined || decl.text !== undefined) return;
    const text = this.#recordText(type);
    if (text !== undefined) this.records.set(name, { ...decl, text });
  }

  #freeName(base: string): string {
    let name = base;
    for (let i = 2; this.records.has(name); i++) name = `${base}${i}`;
    return name;
  }
}
