/** How a type is written in a generated file: plainly, with imports for the names that other files can see. */
import { ts } from "ts-morph";
import type { TypeImport, TypeText } from "../ir/ir.js";
import { packageOf } from "./packages/resolve.js";
import { isMarkedNoDiff, isNoDiffMark, withoutNoDiff } from "./no-diff.js";
import {
  elementFlags,
  hasModifier,
  isLibrary,
  isReadonlyList,
  memberTypes,
  original,
  propertiesOf,
  typeArguments,
} from "./source.js";

const { TypeFlags, SymbolFlags } = ts;

/** What a branded type, `number & { unit: "m" }`, is a value of. */
const primitiveFlags = TypeFlags.NumberLike | TypeFlags.StringLike | TypeFlags.BooleanLike;

export const plain = (text: string): TypeText => ({ text, imports: [] });

/** Merges texts into one through `join`. */
export function combine(parts: readonly TypeText[], join: (texts: readonly string[]) => string): TypeText {
  const imports = new Map<string, TypeImport>();
  for (const part of parts) for (const i of part.imports) imports.set(`${i.from}#${i.name}`, i);
  return {
    text: join(parts.map((p) => p.text)),
    imports: [...imports.values()],
    ...(parts.some((p) => p.isOpen === true) ? { isOpen: true } : {}),
  };
}

/** `T[]`, with parentheses where they are needed. */
export function arrayText(element: TypeText, readonly = false): TypeText {
  const simple = /^[\w$.]+(<[^|&=]*>)?(\[\])*$|^\[[^|&=]*\](\[\])*$|^\{[^{}]*\}$/.test(element.text);
  return combine([element], ([text]) => `${readonly ? "readonly " : ""}${simple ? (text ?? "") : `(${text ?? ""})`}[]`);
}

/** The members of a tuple type, with the marks of those that may be left out. */
function membersText(tuple: ts.Type, texts: readonly string[]): string {
  const flags = elementFlags(tuple) ?? [];
  const members = texts.map((text, i) => {
    const own = /^[\w$.]+(\[\])*$/.test(text) ? text : `(${text})`;
    if (flags[i] === ts.ElementFlags.Optional) return `${own}?`;
    return flags[i] === ts.ElementFlags.Rest ? `...${own}[]` : text;
  });
  return members.join(", ");
}

/** A type of another file that is longer than this is not spelled out. */
const longestSpelled = 60;

export class TypeTexts {
  #withoutConstants = false;
  readonly #exports = new Map<ts.SourceFile, Map<ts.Symbol, string>>();

  constructor(
    readonly program: ts.Program,
    readonly checker: ts.TypeChecker,
  ) {}

  text(type: ts.Type): TypeText | undefined {
    return this.#text(type, new Set());
  }

  /** The type without the members that are marked `NoDiff`, as far as it is spelled out. */
  variableText(type: ts.Type): TypeText | undefined {
    this.#withoutConstants = true;
    const text = this.text(type);
    this.#withoutConstants = false;
    return text;
  }

  #text(type: ts.Type, seen: ReadonlySet<ts.Type>): TypeText | undefined {
    const inner = withoutNoDiff(this.checker, type);
    if (inner !== undefined) return this.#text(inner, seen);
    const named = this.#named(type);
    if (named !== undefined) return named;
    if (type.flags & TypeFlags.EnumLike) return enumText(type);
    const branded = type.isIntersection() ? type.types.find((t) => t.flags & primitiveFlags) : undefined;
    if (branded !== undefined) return this.#text(branded, seen);
    if (type.flags & (TypeFlags.Object | TypeFlags.Intersection)) {
      if (seen.has(type)) return undefined;
      const spelled = this.#object(type, new Set(seen).add(type));
      return this.#isBetterNamed(type, spelled) ? undefined : spelled;
    }
    if (type.isUnion() && !(type.flags & TypeFlags.Boolean)) {
      const spelled = this.#union(type.types, seen);
      return this.#isBetterNamed(type, spelled) ? undefined : spelled;
    }
    return plain(this.#show(type));
  }

  #union(types: readonly ts.Type[], seen: ReadonlySet<ts.Type>): TypeText | undefined {
    if (types.every((t) => (t.flags & (TypeFlags.Object | TypeFlags.Intersection | TypeFlags.Enum)) === 0))
      return plain(this.#literals(types));
    const parts = types.map((t) => this.#text(t, seen));
    const known = parts.filter((p) => p !== undefined);
    return known.length === parts.length ? combine(known, (texts) => texts.join(" | ")) : undefined;
  }

  /** The type of a property. That an optional one may be `undefined` too is said only where its declaration says so. */
  #propertyText(property: ts.Symbol, seen: ReadonlySet<ts.Type>): TypeText | undefined {
    const type = this.checker.getTypeOfSymbol(property);
    const isOptional = (property.flags & SymbolFlags.Optional) !== 0;
    if (!isOptional || !type.isUnion() || this.#saysUndefined(property, type)) return this.#text(type, seen);
    const others = type.types.filter((t) => (t.flags & TypeFlags.Undefined) === 0);
    const [only] = others;
    // An alias of the union with `undefined` is no name for what is left of it.
    return only !== undefined && others.length === 1 ? this.#text(only, seen) : this.#union(others, seen);
  }

  /** Is `undefined` among what an optional property is declared to hold, so that it is no other word for its absence? */
  #saysUndefined(property: ts.Symbol, type: ts.UnionType): boolean {
    // With this setting a property that is absent has a type of its own, also where types are mapped (`Partial`, `Pick`).
    if (this.program.getCompilerOptions().exactOptionalPropertyTypes === true)
      return type.types.includes(this.checker.getUndefinedType());
    const declaration = property.valueDeclaration;
    const node = declaration !== undefined && ts.isPropertySignature(declaration) ? declaration.type : undefined;
    return node !== undefined && /\bundefined\b/.test(node.getText());
  }

  #object(type: ts.Type, seen: ReadonlySet<ts.Type>): TypeText | undefined {
    const { checker } = this;
    if (checker.isTupleType(type) || checker.isArrayType(type)) {
      const readonly = isReadonlyList(type);
      const parts = memberTypes(checker, type).map((t) => this.#text(t, seen));
      const known = parts.filter((p) => p !== undefined);
      if (known.length !== parts.length) return undefined;
      if (checker.isTupleType(type))
        return combine(known, (texts) => `${readonly ? "readonly " : ""}[${membersText(type, texts)}]`);
      const element = known[0];
      return element === undefined ? undefined : arrayText(element, readonly);
    }
    const symbol = type.getSymbol();
    const declaration = symbol?.declarations?.[0];
    if (
      symbol !== undefined &&
      declaration !== undefined &&
      symbol.name !== "__type" &&
      isLibrary(this.program, declaration)
    ) {
      return plain(
        /^(Float|Int|Uint|BigInt|BigUint)\d+(Clamped)?Array$/.test(symbol.name) ? symbol.name : this.#show(type),
      );
    }
    if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0) return plain(this.#show(type));
    const isClass = symbol !== undefined && (symbol.flags & SymbolFlags.Class) !== 0;
    if (isClass) {
      const generic = this.#genericClass(type, symbol, seen);
      if (generic !== undefined) return generic;
    }
    const names: string[] = [];
    const parts: TypeText[] = [];
    for (const property of propertiesOf(checker, type)) {
      if (isNoDiffMark(property)) continue;
      if (isClass) {
        // The object need not have the methods; what only the class may name cannot be written here.
        if ((property.flags & SymbolFlags.Property) === 0) continue;
        const { valueDeclaration } = property;
        const isHidden =
          valueDeclaration !== undefined &&
          (hasModifier(valueDeclaration, ts.SyntaxKind.PrivateKeyword) ||
            hasModifier(valueDeclaration, ts.SyntaxKind.ProtectedKeyword));
        if (isHidden || property.name.startsWith("__#")) return undefined;
      }
      if (this.#withoutConstants && isMarkedNoDiff(checker, checker.getTypeOfSymbol(property))) continue;
      const part = this.#propertyText(property, seen);
      if (part === undefined) return undefined;
      const key = /^[A-Za-z_$][\w$]*$/.test(property.name) ? property.name : JSON.stringify(property.name);
      names.push(`${key}${property.flags & SymbolFlags.Optional ? "?" : ""}`);
      parts.push(part);
    }
    for (const info of isClass ? [] : checker.getIndexInfosOfType(type)) {
      const part = this.#text(info.type, seen);
      if (part === undefined) return undefined;
      names.push(`${info.isReadonly ? "readonly " : ""}[key: ${this.#show(info.keyType)}]`);
      parts.push(part);
    }
    if (parts.length === 0) return plain("{}");
    return combine(parts, (texts) => `{ ${texts.map((t, i) => `${names[i] ?? ""}: ${t}`).join("; ")} }`);
  }

  /** `Box<number>` of a class that is visible from other files. */
  #genericClass(type: ts.Type, symbol: ts.Symbol, seen: ReadonlySet<ts.Type>): TypeText | undefined {
    const declared = this.checker.getDeclaredTypeOfSymbol(symbol);
    const count = declared.isClassOrInterface() ? (declared.typeParameters ?? []).length : 0;
    const args = typeArguments(this.checker, type).slice(0, count);
    const file = symbol.declarations?.[0]?.getSourceFile();
    const name = file === undefined ? undefined : this.exportedName(symbol, file);
    if (args.length === 0 || name === undefined || file === undefined) return undefined;
    const parts = args.map((t) => this.#text(t, seen));
    const known = parts.filter((p) => p !== undefined);
    if (known.length !== parts.length) return undefined;
    const own: TypeText = { text: name, imports: [{ name, from: file.fileName }] };
    return combine([own, ...known], ([first, ...rest]) => `${first ?? name}<${rest.join(", ")}>`);
  }

  /** A named type that is visible from other files. */
  #named(type: ts.Type): TypeText | undefined {
    const symbol =
      type.aliasSymbol ??
      (type.flags & (TypeFlags.Object | TypeFlags.Enum | TypeFlags.EnumLiteral) ? type.getSymbol() : undefined);
    if (symbol === undefined || symbol.name.startsWith("__") || (type.aliasTypeArguments ?? []).length > 0)
      return undefined;
    if (!(symbol.flags & (SymbolFlags.Interface | SymbolFlags.TypeAlias | SymbolFlags.Enum | SymbolFlags.Class)))
      return undefined;
    if (type.aliasSymbol === undefined && typeArguments(this.checker, type).length > 0) return undefined;
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined || isLibrary(this.program, declaration)) return undefined;
    const exported = this.#visible(symbol, declaration.getSourceFile());
    return exported === undefined ? undefined : { text: exported.name, imports: [exported] };
  }

  /** The name of a type where the generated file can import it from: its source file alone, which may pass it on. */
  #visible(symbol: ts.Symbol, file: ts.SourceFile): TypeImport | undefined {
    const { entry } = this;
    if (entry === undefined || file === entry) return this.exportOf(symbol, file);
    const name = this.exportedName(symbol, entry);
    return name === undefined ? undefined : { name, from: entry.fileName };
  }

  /** A class or a large type of another file is that of a parameter or of the result of the function: it is not spelled out. */
  #isBetterNamed(type: ts.Type, spelled: TypeText | undefined): boolean {
    const symbol = type.aliasSymbol ?? (type.flags & TypeFlags.Object ? type.getSymbol() : undefined);
    const declaration = symbol?.declarations?.[0];
    if (symbol === undefined || declaration === undefined || this.entry === undefined) return false;
    const file = declaration.getSourceFile();
    if (file === this.entry || isLibrary(this.program, declaration) || this.exportedName(symbol, file) === undefined)
      return false;
    return (symbol.flags & SymbolFlags.Class) !== 0 || (spelled?.text.length ?? 0) > longestSpelled;
  }

  #exportsOf(file: ts.SourceFile): Map<ts.Symbol, string> {
    let names = this.#exports.get(file);
    if (names === undefined) {
      names = new Map();
      const module = this.checker.getSymbolAtLocation(file);
      for (const exported of module === undefined ? [] : this.checker.getExportsOfModule(module)) {
        names.set(original(this.checker, exported), exported.name);
      }
      this.#exports.set(file, names);
    }
    return names;
  }

  /** The file that is being lowered, and the code of what a package declares. */
  entry: ts.SourceFile | undefined;
  codeOf: (symbol: ts.Symbol) => ts.Symbol | undefined = () => undefined;

  /** Where generated code can import a class from: its file, or for one of a package the file itself, where that exports it. */
  exportOf(symbol: ts.Symbol, file: ts.SourceFile): TypeImport | undefined {
    const name = this.exportedName(symbol, file);
    if (name !== undefined) return { name, from: file.fileName };
    if (this.entry === undefined || packageOf(file.fileName) === undefined) return undefined;
    for (const [exported, shown] of this.#exportsOf(this.entry))
      if (shown !== "default" && (exported === symbol || this.codeOf(exported) === symbol))
        return { name: shown, from: this.entry.fileName };
    return undefined;
  }

  /** The name under which a file exports a symbol. */
  exportedName(symbol: ts.Symbol, file: ts.SourceFile): string | undefined {
    // Generated code imports nothing from packages.
    if (packageOf(file.fileName) !== undefined) return undefined;
    const name = this.#exportsOf(file).get(symbol);
    return name === "default" ? undefined : name;
  }

  /** A union of literals, in an order that does not depend on what else was compiled. */
  #literals(types: readonly ts.Type[]): string {
    const texts = types.map((t) => (t.flags & TypeFlags.BooleanLiteral ? "boolean" : this.#show(t)));
    const compare = (a: string, b: string): number => Number(a) - Number(b) || (a < b ? -1 : a > b ? 1 : 0);
    return [...new Set(texts)].toSorted(compare).join(" | ");
  }

  #show(type: ts.Type): string {
    return this.checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  }
}

/** An enum that other files cannot name: its members are passed as what they are. */
function enumText(type: ts.Type): TypeText | undefined {
  const members = type.isUnion() ? type.types : [type];
  if (members.every((m) => m.flags & TypeFlags.NumberLike)) return plain("number");
  return members.every((m) => m.flags & TypeFlags.StringLike) ? plain("string") : undefined;
}
