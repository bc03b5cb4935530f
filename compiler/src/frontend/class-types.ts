/**
 * Instances of classes as IR types. A class is a record of its own, told apart by the class and the types of its fields:
 * which method a name stands for follows from the record. A class with type parameters is a record for each choice of them.
 */
import { ts } from "ts-morph";
import type { Field, InstanceOf, RecordDecl, Type, TypeImport } from "../ir/ir.js";
import { maybe, opaque, record, typeText } from "../ir/types.js";
import { className, type ClassNode, type ClassTable, type FieldMember } from "./classes.js";
import { hasModifier, isReadonlyList, typeArguments } from "./source.js";
import type { Bindings, Mapped } from "./types.js";

/** The hidden field of objects that may be of one of several classes. */
export const constructorField = "constructor";

/** The class a record stands for. */
export interface ClassInstance {
  readonly node: ClassNode;
  /** What the type parameters of the class and of those it extends stand for, and `this` in them. */
  readonly bindings: Bindings;
}

/** What class types need of the mapping of types. */
export interface ClassHost {
  readonly checker: ts.TypeChecker;
  readonly table: ClassTable;
  readonly bindings: Bindings;
  readonly records: ReadonlyMap<string, RecordDecl>;
  map(type: ts.Type): Mapped;
  show(type: ts.Type): string;
  isNoDiff(node: ts.TypeNode | undefined, type: ts.Type): boolean;
  withBindings<R>(bindings: Bindings, run: () => R): R;
  /** The name of the record that is told apart by `identity`, if there is one. */
  classRecord(identity: string): string | undefined;
  /** Enters a name before the fields are known, so that a type may mention itself. */
  reserve(base: string, identity: string): string;
  /** The union of the records of some classes. */
  family(base: string, identity: string, variants: () => readonly Mapped[]): Mapped;
  settle(name: string, fields: readonly Field[], instance: ClassInstance, about: InstanceOf): void;
  release(name: string, identity: string): void;
  exportOf(symbol: ts.Symbol, file: ts.SourceFile): TypeImport | undefined;
  /** The type of a field, with places that any function given to it anywhere fits into, where the host asks for that. */
  placesOf(type: Type, name: string, shown: string): Type;
}

export const ownConstructor: Field = { name: constructorField, type: opaque("unknown"), noDiff: true };

/** The record of what is declared as a class: of its subclasses, where there are any, or of an interface some classes implement. */
export function familyType(host: ClassHost, type: ts.Type, symbol: ts.Symbol, classes: readonly ClassNode[]): Mapped {
  const { table } = host;
  const own = table.classOfSymbol(symbol);
  const concrete = classes.filter((c) => !hasModifier(c, ts.SyntaxKind.AbstractKeyword));
  const [only, ...others] = concrete;
  if (only === undefined) return own === undefined ? { why: "No class implements it" } : classType(host, type, symbol);
  const exact = (node: ClassNode): Mapped => {
    if (node === own) return classType(host, type, symbol);
    if (node.typeParameters !== undefined)
      return { why: `\`${className(node)}\`, which has type parameters, is one of the classes it may be` };
    const instance = instanceTypeOf(host, node);
    const named = instance.getSymbol();
    return named === undefined ? { why: `\`${className(node)}\` has no type` } : classType(host, instance, named);
  };
  if (others.length === 0) return exact(only);
  const identity = `family ${concrete.map(identityOf).join("|")}<${typeArguments(host.checker, type)
    .map((t) => host.show(t))
    .join(";")}>`;
  return host.family(symbol.name, identity, () => concrete.map(exact));
}

/** The record of an instance of a class. */
export function classType(host: ClassHost, type: ts.Type, symbol: ts.Symbol): Mapped {
  const { checker, table } = host;
  const node = table.classOfSymbol(symbol);
  if (node === undefined || node.getSourceFile().isDeclarationFile)
    return { why: `The source of the class \`${symbol.name}\` is not at hand` };
  const bad = unreadable(table, node);
  if (bad !== undefined) return { why: bad };
  const args: string[] = [];
  const parameters = parametersOf(checker, symbol);
  for (const argument of typeArguments(checker, type).slice(0, parameters.length)) {
    const mapped = host.map(argument);
    if ("why" in mapped) return mapped;
    args.push(typeText(mapped.type));
  }
  const identity = `${identityOf(node)}<${args.join(";")}>`;
  const known = host.classRecord(identity);
  if (known !== undefined) return { type: record(known) };
  const name = host.reserve(className(node), identity);
  const fields: Field[] = [];
  for (const declared of declaredFields(host, node, type)) {
    if ("why" in declared.field) {
      host.release(name, identity);
      return { why: `${declared.field.why} (field \`${declared.member.name}\` of \`${className(node)}\`)` };
    }
    const field = endingField(host, declared.field, name);
    const isAsked = field.type.kind !== "maybe" && table.isAskedIfThere(declared.member.node);
    fields.push(isAsked ? { ...field, type: maybe(field.type) } : field);
  }
  if (table.isOneOfSeveral(node)) fields.push(ownConstructor);
  const bindings = new Map<ts.Type, Type>(host.bindings);
  bindTypes(host, node, type, name, bindings);
  host.settle(name, fields, { node, bindings }, aboutInstances(host, node));
  return { type: record(name) };
}

/**
 * `next: Ring` in a class `Ring`: such an object leads to others of its class without end, in a circle that the constructor closes, or
 * what makes the object. Until then there is nothing in the field, whatever its type says.
 */
function endingField({ records }: ClassHost, f: Field, own: string): Field {
  const seen = new Set<string>();
  const leadsBack = ({ type }: Field): boolean => {
    if (type.kind !== "record" || seen.has(type.name)) return false;
    if (type.name === own) return true;
    seen.add(type.name);
    const decl = records.get(type.name);
    return decl !== undefined && decl.variants === undefined && decl.fields.some(leadsBack);
  };
  return leadsBack(f) ? { ...f, type: maybe(f.type) } : f;
}

export interface DeclaredField {
  readonly member: FieldMember;
  readonly field: Field | { readonly why: string };
}

/** The fields of instances of a class, in the types that are declared. */
export function declaredFields(host: ClassHost, node: ClassNode, type: ts.Type): DeclaredField[] {
  const { checker, table } = host;
  const declared = new Map(
    checker
      .getPropertiesOfType(type)
      .flatMap((p) => (p.valueDeclaration === undefined ? [] : [[p.valueDeclaration, p]])),
  );
  const own = instanceTypeOf(host, node);
  return table.fields(node).map((member) => {
    const property = ts.isPropertyAccessExpression(member.node)
      ? (checker.getPropertyOfType(type, member.name) ?? checker.getPropertyOfType(own, member.name))
      : declared.get(member.node);
    const given = property === undefined ? checker.getTypeAtLocation(member.node) : checker.getTypeOfSymbol(property);
    return { member, field: fieldOf(host, member, given) };
  });
}

/** The type of an instance of a class, as the class itself sees it. */
export function instanceTypeOf(host: ClassHost, node: ClassNode): ts.Type {
  const own = host.checker.getTypeAtLocation(node);
  return own.getConstructSignatures()[0]?.getReturnType() ?? own;
}

function parametersOf(checker: ts.TypeChecker, symbol: ts.Symbol): readonly ts.Type[] {
  const declared = checker.getDeclaredTypeOfSymbol(symbol);
  return declared.isClassOrInterface() ? (declared.typeParameters ?? []) : [];
}

/** What the type parameters of the class of `type` stand for, whatever its fields are. */
export function bindingsOfClass(host: ClassHost, node: ClassNode, type: ts.Type): Bindings {
  const bindings = new Map<ts.Type, Type>(host.bindings);
  bindTypes(host, node, type, undefined, bindings);
  return bindings;
}

/** The class as generated code sees it from outside. */
function aboutInstances(host: ClassHost, node: ClassNode): InstanceOf {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  const symbol = named === undefined ? undefined : host.checker.getSymbolAtLocation(named);
  const file = node.getSourceFile();
  const exportedFrom = symbol === undefined ? undefined : host.exportOf(symbol, file);
  const isGuarded = host.table
    .fields(node)
    .some(
      (f) =>
        ts.isPrivateIdentifier(f.node.name) ||
        hasModifier(f.node, ts.SyntaxKind.PrivateKeyword) ||
        hasModifier(f.node, ts.SyntaxKind.ProtectedKeyword),
    );
  const about: InstanceOf = isGuarded ? { isGuarded: true } : {};
  return exportedFrom === undefined ? about : { ...about, exportedFrom };
}

/** The record of the same class with other types in some fields: what was given is more than what was declared. */
export function refinedType(host: ClassHost, instance: ClassInstance, fields: readonly Field[], type: ts.Type): Type {
  const { node } = instance;
  const symbol = type.getSymbol();
  const declared = symbol === undefined ? undefined : classType(host, type, symbol);
  if (declared !== undefined && "type" in declared && declared.type.kind === "record") {
    const own = host.records.get(declared.type.name);
    if (own !== undefined && shapeOf(own.fields) === shapeOf(fields)) return declared.type;
  }
  const identity = `${identityOf(node)}|${shapeOf(fields)}`;
  const known = host.classRecord(identity);
  if (known !== undefined) return record(known);
  const name = host.reserve(className(node), identity);
  const bindings = withThis(host, instance.bindings, node, name);
  host.settle(name, fields, { node, bindings }, aboutInstances(host, node));
  return record(name);
}

/** A class is told apart by where it stands. */
const identityOf = (node: ClassNode): string => `class ${node.getSourceFile().fileName}@${node.pos}`;

function unreadable(table: ClassTable, node: ClassNode): string | undefined {
  for (const at of table.chain(node)) {
    const extended = table.heritage(at);
    if (extended === undefined) continue;
    const base = table.base(at);
    if (base === undefined || base.getSourceFile().isDeclarationFile)
      return `\`${className(at)}\` extends \`${extended.expression.getText().split("\n")[0] ?? ""}\`, which is not a class whose source is at hand`;
  }
  return undefined;
}

function fieldOf(host: ClassHost, { name, node }: FieldMember, type: ts.Type): Field | { why: string } {
  const noDiff = host.isNoDiff("type" in node ? node.type : undefined, type);
  const mapped = host.map(type);
  if ("why" in mapped && !noDiff) return mapped;
  const shown = host.show(host.checker.getNonNullableType(type));
  const own = "why" in mapped ? opaque(shown) : noDiff ? mapped.type : host.placesOf(mapped.type, name, shown);
  const optional = "questionToken" in node && node.questionToken !== undefined;
  const kind = { ...(noDiff ? { noDiff: true } : {}), ...(optional ? { optional: true as const } : {}) };
  const readonly = isReadonlyList(host.checker.getNonNullableType(type)) ? { isReadonly: true as const } : {};
  return { name, type: optional ? maybe(own) : own, ...kind, ...readonly };
}

/** Binds the type parameters of a class to the arguments of `type`, those of its bases to what it says of them, and `this`. */
function bindTypes(
  host: ClassHost,
  node: ClassNode,
  type: ts.Type,
  own: string | undefined,
  into: Map<ts.Type, Type>,
): void {
  const { checker } = host;
  const symbol = type.getSymbol();
  const declared = symbol === undefined ? undefined : checker.getDeclaredTypeOfSymbol(symbol);
  if (declared === undefined || !declared.isClassOrInterface()) return;
  const given = typeArguments(checker, type);
  for (const [i, parameter] of (declared.typeParameters ?? []).entries()) {
    const argument = given[i];
    if (argument === undefined || argument === parameter) continue;
    const mapped = host.withBindings(new Map(into), () => host.map(argument));
    if ("type" in mapped) into.set(parameter, mapped.type);
  }
  if (declared.thisType !== undefined && own !== undefined) into.set(declared.thisType, record(own));
  const base = host.table.base(node);
  const [extended] = checker.getBaseTypes(declared);
  if (base !== undefined && extended !== undefined) bindTypes(host, base, extended, own, into);
}

function withThis(host: ClassHost, before: Bindings, node: ClassNode, own: string): Bindings {
  const bindings = new Map<ts.Type, Type>(before);
  for (const at of host.table.chain(node)) {
    const symbol = at.name === undefined ? undefined : host.checker.getSymbolAtLocation(at.name);
    const declared = symbol === undefined ? undefined : host.checker.getDeclaredTypeOfSymbol(symbol);
    if (declared?.isClassOrInterface() === true && declared.thisType !== undefined)
      bindings.set(declared.thisType, record(own));
  }
  return bindings;
}

/** The text of a shape, by which records are found again. */
const shapeOf = (fields: readonly Field[]): string =>
  fields
    .map((f) => `${f.name}${f.optional === true ? "?" : ""}${f.noDiff === true ? "!" : ""}:${typeText(f.type)}`)
    .join(";");
