/** IR types as TypeScript types in the generated file. Record types that contain themselves become local interfaces. */
import type { Field, RecordDecl, Type } from "../ir/ir.js";
import { present, primalName, shadowName, shadowRecord, type Records } from "../ir/types.js";
import { assertNever, invariant } from "../support/invariant.js";
import { identifier } from "./names.js";
import { propertyName } from "./property.js";
import type { ModuleNames } from "./module-names.js";

/** Structures with more text than this get a name. */
const longestInline = 70;

export class TypeNames {
  private readonly interfaces = new Map<string, string>();
  /** The declared interfaces, in order of first need. */
  readonly declarations: string[] = [];

  constructor(
    readonly records: Records,
    private readonly module: ModuleNames,
  ) {}

  text(type: Type): string {
    switch (type.kind) {
      case "num":
        return "number";
      case "bool":
        return "boolean";
      case "str":
        return "string";
      case "void":
        return "undefined";
      case "typed":
        return type.name;
      case "opaque":
        return type.text;
      case "tape":
        return this.module.runtime("Tape", true);
      case "array": {
        const elem = this.text(type.elem);
        return /^[\w$.<>]+(\[\])*$/.test(elem) ? `${elem}[]` : `(${elem})[]`;
      }
      case "dict": {
        // That there may be nothing at a key goes without saying.
        const { elem } = type;
        const isNullable = elem.kind === "maybe" && elem.absent === "both";
        const held = type.loose === true ? elem : isNullable ? { ...elem, absent: "null" as const } : present(elem);
        return `Record<${type.key === "num" ? "number" : "string"}, ${this.text(held)}>`;
      }
      case "tuple":
        return `[${type.elems.map((elem) => this.text(elem)).join(", ")}]`;
      case "closure": {
        const params = type.params.map(
          (param, k) => `${type.params.length === 1 ? "seed" : `seed${k + 1}`}: ${this.text(param)}`,
        );
        return `(${params.join(", ")}) => ${this.result(type.results)}`;
      }
      case "record":
        return this.record(type.name);
      case "maybe":
        return `${this.text(type.of)} | ${type.absent === "both" ? "null | undefined" : type.absent}`;
      default:
        return assertNever(type, "type");
    }
  }

  /** The type of what is only read: arrays and tuples that the user declared `readonly` can be passed too. */
  readable(type: Type): string {
    switch (type.kind) {
      case "array": {
        const elem = this.readable(type.elem);
        return /^[\w$.<>]+$/.test(elem) ? `readonly ${elem}[]` : `readonly (${elem})[]`;
      }
      case "tuple":
        return `readonly [${type.elems.map((elem) => this.readable(elem)).join(", ")}]`;
      case "maybe":
        return this.text(type).replace(this.text(type.of), () => this.readable(type.of));
      default:
        return this.text(type);
    }
  }

  /** The type to see an object of a union as where a field is read that only some variants have. */
  through(record: string, field: Field): string | undefined {
    if (field.through !== undefined) return this.module.type(field.through);
    const { variants, text } = this.decl(record);
    const isEverywhere = variants?.every((name) => this.decl(name).fields.some((f) => f.name === field.name));
    return isEverywhere === false && text !== undefined ? `{ ${this.field(field)} }` : undefined;
  }

  /** What a function with these results returns. */
  result(types: readonly Type[]): string {
    const [only] = types;
    if (only === undefined) return "void";
    return types.length === 1 ? this.text(only) : `[${types.map((type) => this.text(type)).join(", ")}]`;
  }

  /** The declaration of a record; a shadow that nobody declared is made from its primal. */
  decl(name: string): RecordDecl {
    const found = this.records.get(name);
    if (found !== undefined) return found;
    for (const decl of this.records.values())
      if (shadowName(decl.name) === name) return shadowRecord(decl, this.records);
    invariant(false, `record ${name} is not declared`);
  }

  /** That of a record whose objects are gone through as a whole: it tells all of their fields. */
  whole(name: string): RecordDecl {
    const decl = this.decl(name);
    invariant(decl.apart === undefined, `${name} does not tell all fields of its objects`);
    return decl;
  }

  /** Does a type mention a wide record, whose objects TypeScript sees as a union? */
  isUnion(type: Type, seen: Set<string> = new Set()): boolean {
    if (type.kind === "array" || type.kind === "dict") return this.isUnion(type.elem, seen);
    if (type.kind === "maybe") return this.isUnion(type.of, seen);
    if (type.kind === "tuple") return type.elems.some((elem) => this.isUnion(elem, seen));
    if (type.kind === "closure") return [...type.params, ...type.results].some((t) => this.isUnion(t, seen));
    if (type.kind !== "record" || seen.has(type.name)) return false;
    seen.add(type.name);
    const decl = this.decl(type.name);
    return decl.variants !== undefined || decl.fields.some((f) => this.isUnion(f.type, seen));
  }

  /** Does a type mention gradients of a wide record? TypeScript sees a union of theirs; here they have the fields of all. */
  isUnionOfGradients(type: Type, seen: Set<string> = new Set()): boolean {
    if (type.kind === "array") return this.isUnionOfGradients(type.elem, seen);
    if (type.kind === "maybe") return this.isUnionOfGradients(type.of, seen);
    if (type.kind === "tuple") return type.elems.some((elem) => this.isUnionOfGradients(elem, seen));
    if (type.kind !== "record" || seen.has(type.name)) return false;
    seen.add(type.name);
    const decl = this.decl(type.name);
    if (decl.text !== undefined) return false;
    return decl.variants !== undefined || decl.fields.some((f) => this.isUnionOfGradients(f.type, seen));
  }

  /** What a record is called in the names of interfaces and helpers: `dTree` for the shadow of `Tree`. */
  plainName(name: string): string {
    for (const decl of this.records.values()) if (shadowName(decl.name) === name) return `d${identifier(decl.name)}`;
    return identifier(name);
  }

  /** Does a record contain itself? */
  isRecursive(name: string): boolean {
    const reaches = (type: Type, seen: Set<string>): boolean => {
      if (type.kind === "array" || type.kind === "dict") return reaches(type.elem, seen);
      if (type.kind === "maybe") return reaches(type.of, seen);
      if (type.kind === "tuple") return type.elems.some((elem) => reaches(elem, seen));
      if (type.kind !== "record") return false;
      if (type.name === name) return true;
      if (seen.has(type.name)) return false;
      seen.add(type.name);
      return this.decl(type.name).fields.some((field) => reaches(field.type, seen));
    };
    return this.decl(name).fields.some((field) => reaches(field.type, new Set()));
  }

  /**
   * Do values of this type hold what generated code sees otherwise than TypeScript: instances with members that only their
   * class may name, or the derivatives of such members; `readonly` arrays in an object whose type is spelled out here?
   */
  isGuarded(type: Type, seen: Set<string> = new Set()): boolean {
    if (type.kind === "array" || type.kind === "dict") return this.isGuarded(type.elem, seen);
    if (type.kind === "maybe") return this.isGuarded(type.of, seen);
    if (type.kind === "tuple") return type.elems.some((elem) => this.isGuarded(elem, seen));
    if (type.kind !== "record" || seen.has(type.name)) return false;
    seen.add(type.name);
    const decl = this.decl(type.name);
    if (decl.instance?.isGuarded === true || this.records.get(primalName(type.name))?.instance?.isGuarded === true)
      return true;
    return decl.fields.some((f) => (f.isReadonly === true && decl.text === undefined) || this.isGuarded(f.type, seen));
  }

  private record(name: string): string {
    const decl = this.decl(name);
    if (decl.text !== undefined) return this.module.type(decl.text);
    const known = this.interfaces.get(name);
    if (known !== undefined) return known;
    if (!this.isRecursive(name)) {
      const fields = decl.fields.map((field) => this.field(field));
      const text = fields.length === 0 ? "object" : `{ ${fields.join("; ")} }`;
      if (text.length <= longestInline) return text;
    }
    const own = this.module.own(this.plainName(name));
    this.interfaces.set(name, own);
    const lines = decl.fields.map((field) => `  ${this.field(field)};`);
    this.declarations.push([`interface ${own} {`, ...lines, "}"].join("\n"));
    return own;
  }

  private field({ name, type, optional }: Field): string {
    if (optional !== true || type.kind !== "maybe") return `${propertyName(name)}: ${this.text(type)}`;
    const held: Type = type.absent === "both" ? { ...type, absent: "null" } : type.of;
    return `${propertyName(name)}?: ${this.text(held)}`;
  }
}
