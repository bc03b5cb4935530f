/**
 * TypeScript types as IR types. Object types become records, which are told apart by their fields alone (as TypeScript
 * does): an interface and a literal with the same fields are one record. What cannot be mapped comes back with the reason.
 */
import { ts } from "ts-morph";
import type { Field, Type, TypeImport, TypeText, TypedArrayName } from "../ir/ir.js";
import {
  arrayOf,
  bool,
  isTypedArrayName,
  maybe,
  num,
  opaque,
  record,
  sameType,
  str,
  typeText,
  voidType,
} from "../ir/types.js";
import { type ClassHost, classType, familyType } from "./class-types.js";
import { ClassTable } from "./classes.js";
import { keyedType } from "./keyed-type.js";
import { isMarkedNoDiff, isNoDiffMark, noDiffReason, withoutNoDiff } from "./no-diff.js";
import { mentions } from "./record-table.js";
import { isLibrary, isReadonlyList, isRuntimeSymbol, original, propertiesOf, typeArguments } from "./source.js";
import { isWrittenTable, listOf, tupleType } from "./tuple-type.js";
import { FunctionPlaces, Outside } from "./type-places.js";
import { asLiteral, hasMethods, hasOpenTuple, isClosed, wideName } from "./type-questions.js";
import { TypeRecords } from "./type-records.js";
import { TypeTexts } from "./type-text.js";

export type Mapped = { readonly type: Type } | { readonly why: string };

const { TypeFlags, SymbolFlags } = ts;

/** What the type parameters of a generic function stand for in one instance of it. */
export type Bindings = ReadonlyMap<ts.Type, Type>;
export const noBindings: Bindings = new Map();

export const unionReason = "Which of its types a value has is not known";

const absentFlags = TypeFlags.Undefined | TypeFlags.Null | TypeFlags.Void;

export class TypeMapper extends TypeRecords implements ClassHost {
  readonly table: ClassTable;
  readonly #texts: TypeTexts;
  /** What is mapped already, for each set of bindings. */
  readonly #known = new Map<Bindings, Map<ts.Type, Mapped>>();
  #bindings: Bindings = noBindings;
  /** Places of functions, and what comes from outside. */
  readonly places: FunctionPlaces;
  /** The order in which the program writes the members of objects, by record, where that of the type is another. */
  memberOrders: ReadonlyMap<string, readonly string[]> = new Map();
  /** Records whose members are in no order by their type: `Record<"a" | "b", number>`. */
  readonly unordered = new Set<string>();
  readonly outside: Outside;
  /** Wide records whose variants are being mapped. */
  readonly #open = new Map<string, { used: boolean }>();
  /** Unions that are being mapped. */
  readonly #entered = new Set<ts.Type>();

  constructor(
    readonly program: ts.Program,
    readonly checker: ts.TypeChecker,
    /** Maps the types of another program to the same records. */
    beside?: TypeMapper,
  ) {
    super(beside?.recordTable);
    this.#texts = new TypeTexts(program, checker);
    this.table = new ClassTable(program, checker);
    this.places = beside === undefined ? new FunctionPlaces(this.recordTable) : beside.places;
    this.outside = beside === undefined ? new Outside(this.recordTable.records) : beside.outside;
  }

  /** What type parameters stand for at the moment. */
  get bindings(): Bindings {
    return this.#bindings;
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
  exportOf(symbol: ts.Symbol, file: ts.SourceFile): TypeImport | undefined {
    return this.#texts.exportOf(symbol, file);
  }

  /** Says which file is lowered, and what runs where a package declares something. */
  setEntry(entry: ts.SourceFile, codeOf: (symbol: ts.Symbol) => ts.Symbol | undefined): void {
    this.#texts.entry = entry;
    this.#texts.codeOf = codeOf;
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
    // What mentions no type parameter is the same everywhere, and must be the same record.
    if (this.#bindings.size > 0 && isClosed(type)) return this.withBindings(noBindings, () => this.map(type));
    const known = this.#cache().get(type);
    if (known !== undefined) {
      const open = "type" in known && known.type.kind === "record" ? this.#open.get(known.type.name) : undefined;
      if (open !== undefined) open.used = true;
      return known;
    }
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
    if (flags & TypeFlags.NumberLike) return { type: asLiteral([type]) ?? num };
    if (flags & TypeFlags.BooleanLike) return { type: bool };
    if (flags & TypeFlags.StringLike) return { type: asLiteral([type]) ?? str };
    if (flags & (TypeFlags.Void | TypeFlags.Undefined | TypeFlags.Null | TypeFlags.Never)) return { type: voidType };
    if (flags & TypeFlags.TypeParameter) return { why: "What the type parameter stands for is not known here" };
    if (flags & TypeFlags.BigIntLike) return { why: "A BigInt cannot carry a derivative" };
    if (flags & TypeFlags.ESSymbolLike) return { type: opaque("symbol") };
    if (type.isUnion()) return this.#union(type);
    if (type.isIntersection()) return this.#intersection(type);
    if (flags & TypeFlags.Object) return this.#object(type);
    return { why: unionReason };
  }

  /** Members that may be missing make a maybe; members of one IR type are that; several objects are one wide record. */
  #union(type: ts.UnionType): Mapped {
    const absent = type.types.filter((t) => t.flags & absentFlags);
    const others = type.types.filter((t) => (t.flags & absentFlags) === 0);
    const of = this.#present(type, others);
    if ("why" in of || absent.length === 0) return of;
    if (of.type.kind === "void") return of;
    const isNull = absent.some((t) => t.flags & TypeFlags.Null);
    const isUndefined = absent.some((t) => t.flags & (TypeFlags.Undefined | TypeFlags.Void));
    return { type: maybe(of.type, isNull ? (isUndefined ? "both" : "null") : "undefined") };
  }

  /** The members of a union other than `undefined` and `null`. */
  #present(union: ts.UnionType, types: readonly ts.Type[]): Mapped {
    if (this.#isEitherList(types)) return { type: { kind: "array", elem: num, or: "Float64Array" } };
    const [first] = types;
    if (first === undefined) return { type: voidType };
    if (types.length === 1) return this.map(first);
    const name = types.every((t) => this.#isObjectLike(t))
      ? this.recordTable.freeName(wideName(union, types))
      : undefined;
    // Entered before its members are mapped, so that they may mention the union.
    const open = { used: false };
    if (name !== undefined && union.types.length === types.length) {
      this.records.set(name, { name, fields: [] });
      this.#cache().set(union, { type: record(name) });
      this.#open.set(name, open);
    }
    // `type Nested = number | Nested[]`
    if (name === undefined && this.#entered.has(union)) return { why: unionReason };
    this.#entered.add(union);
    const members = types.map((t) => this.map(t));
    this.#entered.delete(union);
    if (name !== undefined) this.#open.delete(name);
    const failed = members.find((m) => "why" in m);
    const known = members.flatMap((m) => ("type" in m ? [m.type] : []));
    const [one] = known;
    const same = failed === undefined && one !== undefined && known.every((t) => sameType(t, one));
    if (name !== undefined && !open.used) this.records.delete(name);
    if (same && !open.used) return { type: asLiteral(types) ?? one };
    if (failed !== undefined) return failed;
    const list = types.every(isReadonlyList) ? listOf(known) : undefined;
    if (list !== undefined) return { type: list };
    if (name === undefined || !known.every((t) => t.kind === "record")) return this.#severalKinds(known);
    // Instances are seen as the objects they are, whatever their classes hide.
    const isOfClasses = known.some((t) => t.kind === "record" && this.classes.has(t.name));
    const through = types.map((t) => (isOfClasses || this.#bindings.size > 0 ? undefined : this.text(t)));
    const wide = this.recordTable.wide(
      name,
      known.map((t, i) => ({ name: t.kind === "record" ? t.name : "", text: through[i] })),
      open.used,
    );
    if ("type" in wide && wide.type.kind === "record") {
      const decl = this.records.get(wide.type.name);
      if (isOfClasses && decl !== undefined)
        this.records.set(wide.type.name, { ...decl, instance: { isGuarded: true } });
      const text = isOfClasses || !this.#isAsWritten(decl?.fields ?? []) ? undefined : this.#recordText(union);
      if (decl !== undefined && decl.text === undefined && text !== undefined && types.length === union.types.length)
        this.records.set(wide.type.name, { ...decl, text });
    }
    return wide;
  }

  /** `number | "auto"`, `number | number[]`: told apart by what JavaScript says of them, lists by what they hold. */
  #severalKinds(known: readonly Type[]): Mapped {
    const isObject = (t: Type): t is Type & { kind: "record" } =>
      t.kind === "record" && this.choices.kindOf(t) === "object";
    const objects = known.filter(isObject);
    const united = objects.length < 2 ? undefined : this.recordTable.unite(objects.map((t) => t.name));
    if (united !== undefined && "why" in united) return united;
    const all = united === undefined ? known : [...known.filter((t) => !isObject(t)), united.type];
    const lists = all.filter((t) => this.choices.kindOf(t) === "list");
    const isOpen =
      all.some((t) => this.choices.kindOf(t) === undefined || this.isOpen(t)) ||
      (lists.length > 1 && lists.some((t) => t.kind === "tuple"));
    return isOpen ? { why: unionReason } : { type: this.choices.among(all) };
  }

  /** `number[] | Float64Array`. */
  #isEitherList(types: readonly ts.Type[]): boolean {
    const lists = types.filter((t) => this.checker.isArrayType(t));
    const others = types.filter((t) => !lists.includes(t));
    return (
      lists.length > 0 &&
      others.length === 1 &&
      others.every((t) => this.#typedArray(t) === "Float64Array") &&
      lists.every((t) => typeArguments(this.checker, t).every((e) => (e.flags & TypeFlags.Number) !== 0))
    );
  }

  #isObjectLike(type: ts.Type): boolean {
    return (
      (type.flags & (TypeFlags.Object | TypeFlags.Intersection)) !== 0 &&
      !this.checker.isArrayType(type) &&
      !this.checker.isTupleType(type) &&
      this.#typedArray(type) === undefined &&
      type.getCallSignatures().length === 0
    );
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
    if (checker.isTupleType(type)) return tupleType(this, type);
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
      symbol.name !== "__type" &&
      (symbol.flags & (SymbolFlags.Method | SymbolFlags.Function)) === 0
    ) {
      if (symbol.name === "Float16Array" || symbol.name === "ArrayLike" || symbol.name === "Iterable") {
        return { why: `\`${symbol.name}\` is not in the language; an array type says how it is stored` };
      }
      return { type: opaque(this.show(type)) };
    }
    if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0) {
      const text = this.show(type);
      this.recordTable.contents.addUnknownFunction(text);
      return { type: opaque(text) };
    }
    if (symbol !== undefined && symbol.flags & SymbolFlags.Class) {
      const node = this.table.classOfSymbol(symbol);
      const others = node === undefined ? [] : this.table.subclasses(node);
      return node === undefined || others.length === 0
        ? classType(this, type, symbol)
        : familyType(this, type, symbol, [node, ...others]);
    }
    const implementers =
      symbol !== undefined && symbol.flags & SymbolFlags.Interface ? this.table.implementers(symbol) : [];
    if (symbol !== undefined && implementers.length > 0 && hasMethods(this.checker, type))
      return familyType(this, type, symbol, implementers);
    return keyedType(this, type) ?? this.#record(type);
  }

  #record(type: ts.Type): Mapped {
    const { checker } = this;
    const named = type.aliasSymbol ?? type.getSymbol();
    const properties = propertiesOf(checker, type).filter((p) => !isNoDiffMark(p));
    const plain = named === undefined || named.name.startsWith("__") || (type.aliasTypeArguments ?? []).length > 0;
    const base = plain ? properties.map((p) => p.name).join("_") || "Empty" : named.name;
    const name = this.recordTable.nameFrom(base);
    if (properties.some((p) => p.valueDeclaration === undefined)) this.unordered.add(name);
    const order = this.memberOrders.get(name);
    const ordered =
      order === undefined ? properties : properties.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    this.records.set(name, { name, fields: [] });
    // Entered before its fields are mapped, so that a type may mention itself.
    this.#cache().set(type, { type: record(name) });
    const fields: Field[] = [];
    for (const property of ordered) {
      const declaration = property.valueDeclaration ?? property.declarations?.[0];
      const fieldType = checker.getTypeOfSymbol(property);
      const optional = (property.flags & SymbolFlags.Optional) !== 0;
      const typeNode = declaration !== undefined && ts.isPropertySignature(declaration) ? declaration.type : undefined;
      const noDiff = this.isNoDiff(typeNode, fieldType);
      const mapped = this.map(fieldType);
      if ("why" in mapped && !noDiff) {
        this.records.delete(name);
        return { why: `${mapped.why} (field \`${property.name}\`)` };
      }
      const shown = (): string => this.show(this.checker.getNonNullableType(fieldType));
      const own =
        "why" in mapped
          ? opaque(shown())
          : noDiff
            ? mapped.type
            : this.places.declared(mapped.type, property.name, shown());
      // `k?: undefined`, as TypeScript has it of literals beside others that have a `k`: there is none.
      if (optional && own.kind === "void") continue;
      const kind = { ...(noDiff ? { noDiff: true } : {}), ...(optional ? { optional: true as const } : {}) };
      const readonly = isReadonlyList(this.checker.getNonNullableType(fieldType)) ? { isReadonly: true as const } : {};
      fields.push({ name: property.name, type: optional ? maybe(own) : own, ...kind, ...readonly });
    }
    const same = this.recordTable.ofShape(fields);
    const known = same ?? this.recordTable.ofSelf(fields, name);
    if (known !== undefined) {
      this.records.delete(name);
      if (same === undefined) this.#forget(name);
      this.#addReadonly(known, fields);
      this.#addText(known, type);
      return { type: record(known) };
    }
    this.recordTable.setShape(fields, name);
    const text = this.#isAsWritten(fields) ? this.#recordText(type) : undefined;
    this.records.set(name, text === undefined ? { name, fields } : { name, fields, text });
    return { type: record(name) };
  }

  /** What was mapped while the record was being made leads to another one. */
  #forget(name: string): void {
    for (const cache of this.#known.values())
      for (const [type, mapped] of cache)
        if ("type" in mapped && mentions(typeText(mapped.type), name)) cache.delete(type);
  }

  /** Do the members hold what the source says? Functions that are found in the program, and values of several types, are records. */
  #isAsWritten(fields: readonly Field[]): boolean {
    return !fields.some(({ type }) => this.choices.isIn(type) || this.places.isUnder(type));
  }

  /** How a record is written, where every object of its shape can be written so. */
  #recordText(type: ts.Type): TypeText | undefined {
    // In an instance of a generic function the type may mention a parameter of that function.
    if (this.#bindings.size > 0) return undefined;
    // `{ readonly rate: 0.1 }`, from `as const`, is the type of one object only.
    const isOne = this.checker.getPropertiesOfType(type).some((p) => this.checker.getTypeOfSymbol(p).isLiteral());
    return isOne || isWrittenTable(this.checker, type) || hasOpenTuple(this.checker, type)
      ? undefined
      : this.text(type);
  }

  /** Records of one shape are one: what is `readonly` in one declaration counts for all. */
  #addReadonly(name: string, fields: readonly Field[]): void {
    const decl = this.records.get(name);
    const marked = new Set(fields.flatMap((f) => (f.isReadonly === true ? [f.name] : [])));
    if (decl === undefined || marked.size === 0) return;
    const both = decl.fields.map((f) => (marked.has(f.name) ? { ...f, isReadonly: true as const } : f));
    this.records.set(name, { ...decl, fields: both });
  }

  /** A record that was first met in a generic function gets its text where it is met with one. */
  #addText(name: string, type: ts.Type): void {
    const decl = this.records.get(name);
    if (decl === undefined || decl.text !== undefined || !this.#isAsWritten(decl.fields)) return;
    const text = this.#recordText(type);
    if (text !== undefined) this.records.set(name, { ...decl, text });
  }

  placesOf(type: Type, name: string, shown: string): Type {
    return this.places.of(type, name, shown);
  }
}
