/**
 * The records of a program: by name, by what tells them apart, and united where objects of several types meet. Programs
 * whose values meet (the user's, that of the prelude) have one table.
 */
import type { Field, InstanceOf, RecordDecl, Type, TypeText } from "../ir/ir.js";
import { maybe, present, record, sameType, tupleOf, typeText } from "../ir/types.js";
import type { ClassInstance } from "./class-types.js";
import { className, type ClassNode } from "./classes.js";
import { ChoiceTypes } from "./choice-types.js";
import { CollectionTypes } from "./collection-types.js";
import { FunctionTypes } from "./function-types.js";
import { TypeContents } from "./type-contents.js";
import type { Mapped } from "./types.js";

/** What tells records apart. */
const shapeOf = (fields: readonly Field[]): string =>
  fields
    .map((f) => `${f.name}${f.optional === true ? "?" : ""}${f.noDiff === true ? "!" : ""}:${typeText(f.type)}`)
    .toSorted()
    .join(";");

const ownName = (name: string): RegExp => {
  const text = typeText(record(name)).replaceAll("$", String.raw`\$`);
  return new RegExp(`${text}(?![\\w$])`, "g");
};

export const mentions = (text: string, name: string): boolean => ownName(name).test(text);

/** The shape of a record that leads back to itself, whatever it is called; absent where it does not. */
function selfShape(fields: readonly Field[], name: string): string | undefined {
  const shape = shapeOf(fields);
  return mentions(shape, name) ? shape.replaceAll(ownName(name), "%itself") : undefined;
}

export class RecordTable {
  readonly records = new Map<string, RecordDecl>();
  /** The classes that records stand for, by the name of the record. */
  readonly classes = new Map<string, ClassInstance>();
  /** The classes that records of static methods stand for. */
  readonly classObjects = new Map<string, ClassNode>();
  readonly functions = new FunctionTypes(this.records);
  /** Values of several types. */
  readonly choices = new ChoiceTypes(this.records, this.functions);
  readonly collections = new CollectionTypes(this.records);
  readonly contents = new TypeContents(this.records, this.functions, this.collections);
  readonly #byShape = new Map<string, string>();
  readonly #byVariants = new Map<string, string>();

  /** Records of classes whose fields are not known yet, and the wide records that were made meanwhile. */
  readonly #unsettled = new Set<string>();
  readonly #early = new Map<string, readonly { name: string; text: TypeText | undefined }[]>();

  /** The wide record of some records; the same for the same ones in whatever order. */
  unite(names: readonly string[]): Mapped {
    const all = [...new Set(names.flatMap((n) => this.records.get(n)?.variants ?? [n]))];
    const [first] = all;
    if (first !== undefined && all.length === 1) return { type: record(first) };
    return this.wide(
      this.freeName(all.join("Or").slice(0, 40)),
      all.map((name) => ({ name, text: this.records.get(name)?.text })),
      false,
    );
  }

  /** The wide record of some members under a name of its own. */
  wide(name: string, members: readonly { name: string; text: TypeText | undefined }[], isFixed: boolean): Mapped {
    const variants: { name: string; text: TypeText | undefined }[] = [];
    for (const member of members) {
      const decl = this.records.get(member.name);
      for (const v of decl?.variants ?? [member.name])
        if (!variants.some((known) => known.name === v))
          variants.push({ name: v, text: v === member.name ? member.text : this.records.get(v)?.text });
    }
    const key = variants
      .map((v) => v.name)
      .toSorted()
      .join("|");
    const known = this.#byVariants.get(key);
    if (known !== undefined && !isFixed) return { type: record(known) };
    // Known before its fields are united: they may lead to the same union.
    if (known === undefined) this.#byVariants.set(key, name);
    this.records.set(name, { name, fields: [], variants: variants.map((v) => v.name) });
    const made = this.#wideFields(variants);
    if ("why" in made) {
      this.records.delete(name);
      if (known === undefined) this.#byVariants.delete(key);
      return made;
    }
    this.records.set(name, { name, ...made, variants: variants.map((v) => v.name) });
    if (variants.some((v) => this.#unsettled.has(v.name))) this.#early.set(name, variants);
    return { type: record(name) };
  }

  #wideFields(
    variants: readonly { name: string; text: TypeText | undefined }[],
  ): Pick<RecordDecl, "fields" | "apart"> | { readonly why: string } {
    const names = new Set(variants.flatMap((v) => this.records.get(v.name)?.fields.map((f) => f.name) ?? []));
    const fields: Field[] = [];
    const apart: string[] = [];
    for (const name of names) {
      const having = variants.flatMap((v) => {
        const found = this.records.get(v.name)?.fields.find((f) => f.name === name);
        return found === undefined ? [] : [{ found, text: v.text }];
      });
      const [first, ...rest] = having;
      if (first === undefined) continue;
      let type: Type | undefined = first.found.type;
      for (const { found } of rest) {
        // Objects with different functions are told apart by a number, not by what they look like.
        const isOther: boolean =
          type !== undefined && !sameType(type, found.type) && this.contents.holdsFunction(found.type);
        if (isOther) return { why: `The objects of the union have fields \`${name}\` of different types` };
        type = type === undefined || isOther ? undefined : this.join(type, found.type, false);
      }
      if (type === undefined) {
        apart.push(name);
        continue;
      }
      const isEverywhere = having.length === variants.length;
      const noDiff = having.every(({ found }) => found.noDiff === true) ? { noDiff: true } : {};
      const isOptional = !isEverywhere || having.some(({ found }) => found.optional === true);
      const optional = isOptional ? { optional: true as const } : {};
      const readonly = having.some(({ found }) => found.isReadonly === true) ? { isReadonly: true as const } : {};
      const through = isEverywhere ? {} : throughAny(having.map(({ text }) => text));
      fields.push({ name, type: isEverywhere ? type : maybe(type), ...noDiff, ...optional, ...through, ...readonly });
    }
    return apart.length === 0 ? { fields } : { fields, apart };
  }

  /** A field that objects of a type in this one have with types that no value has both of. */
  apartIn(type: Type, seen: ReadonlySet<string> = new Set()): string | undefined {
    if (type.kind === "array" || type.kind === "dict") return this.apartIn(type.elem, seen);
    if (type.kind === "maybe") return this.apartIn(type.of, seen);
    const members = type.kind === "tuple" ? type.elems : [];
    const decl = type.kind === "record" && !seen.has(type.name) ? this.records.get(type.name) : undefined;
    const inside = decl === undefined ? seen : new Set(seen).add(decl.name);
    if (decl?.apart !== undefined) return decl.apart[0];
    const held = [...members, ...(decl?.fields ?? []).map((f) => f.type)];
    return held.map((t) => this.apartIn(t, inside)).find((name) => name !== undefined);
  }

  /** The type of a place that is declared one way and given a value of another: which functions it holds, the value says. */
  given(declared: Type, value: Type): Type {
    if (value.kind === "void" || !this.contents.isOpen(declared)) return declared;
    if (declared.kind !== "maybe") return value;
    return maybe(this.given(declared.of, present(value)), declared.absent);
  }

  /**
   * The narrowest type that values of both types have after a cast; absent where there is none.
   *
   * @param mayChoose Values of different kinds have one type too: a choice
   */
  join(a: Type, b: Type, mayChoose = true): Type | undefined {
    if (sameType(a, b)) return a;
    const either = this.functions.join(a, b);
    if (either !== undefined) return either;
    if (a.kind === "maybe" || b.kind === "maybe") {
      const of = this.join(present(a), present(b), mayChoose);
      if (of === undefined) return undefined;
      const once = a.kind === "maybe" ? maybe(of, a.absent) : of;
      return b.kind === "maybe" ? maybe(once, b.absent) : once;
    }
    if (a.kind === "tuple" && b.kind === "tuple" && a.elems.length === b.elems.length) {
      // What holds functions is not the same value under the wider type.
      if (this.contents.holdsOwn(a) || this.contents.holdsOwn(b)) return undefined;
      const elems = a.elems.map((t, i) => this.join(t, b.elems[i] ?? t, mayChoose)).filter((t) => t !== undefined);
      return elems.length === a.elems.length ? tupleOf(elems) : undefined;
    }
    // What has no members may be given any.
    if (a.kind === "dict" && this.#isEmpty(b)) return a;
    if (b.kind === "dict" && this.#isEmpty(a)) return b;
    const united = this.#united(a, b);
    if (united !== undefined) return united;
    // Two lists have one type, or none.
    if (this.choices.kindOf(a) === "list" && this.choices.kindOf(b) === "list") return undefined;
    const isOfObjects = this.choices.kindOf(a) === "object" && this.choices.kindOf(b) === "object";
    if (!mayChoose && !isOfObjects) return undefined;
    return this.#choice([a, b].flatMap((t) => this.choices.of(t)?.members.map((m) => m.type) ?? [t]));
  }

  #united(a: Type, b: Type): Type | undefined {
    const isPlain = (t: Type): t is Type & { kind: "record" } =>
      this.choices.kindOf(t) === "object" && t.kind === "record" && this.choices.of(t) === undefined;
    const made = isPlain(a) && isPlain(b) ? this.unite([a.name, b.name]) : undefined;
    return made !== undefined && "type" in made ? made.type : undefined;
  }

  /** The type of values of any of these types; absent where two of one kind of value have no type together. */
  #choice(types: readonly Type[]): Type | undefined {
    const { choices, contents } = this;
    const all: Type[] = [];
    for (const type of types) {
      const kind = choices.kindOf(type);
      if (kind === undefined) return undefined;
      const at = all.findIndex((other) => choices.kindOf(other) === kind);
      const before = all[at];
      if (before === undefined) all.push(type);
      else if (kind === "object") {
        if (all.some((other) => sameType(other, type))) continue;
        const united = this.#united(before, type);
        if (united !== undefined) all[at] = united;
        // Which functions an object has, the object says.
        else if (contents.holdsFunction(before) || contents.holdsFunction(type)) all.push(type);
        else return undefined;
      } else if (kind === "call" || kind === "list") {
        const joined = this.join(before, type);
        if (joined === undefined) return undefined;
        all[at] = joined;
      }
    }
    return choices.among(all);
  }

  #isEmpty(type: Type): boolean {
    return type.kind === "record" && this.records.get(type.name)?.fields.length === 0 && !this.classes.has(type.name);
  }

  /** The record with these fields, if there is one. */
  ofShape(fields: readonly Field[]): string | undefined {
    return this.#byShape.get(shapeOf(fields));
  }

  /** The record that leads back to itself just as the record `name` with these fields does, if there is one. */
  ofSelf(fields: readonly Field[], name: string): string | undefined {
    const own = selfShape(fields, name);
    const known = own === undefined ? undefined : this.#byShape.get(own);
    const isMentioned = (type: Type): boolean => mentions(typeText(type), name);
    const isElsewhere = [...this.records.values()].some((decl) => decl.fields.some((f) => isMentioned(f.type)));
    return known === undefined || isElsewhere ? undefined : known;
  }

  /** From now on this is the record with these fields. */
  setShape(fields: readonly Field[], name: string): void {
    this.#byShape.set(shapeOf(fields), name);
    const own = selfShape(fields, name);
    if (own !== undefined) this.#byShape.set(own, name);
  }

  /** The record with these fields. */
  recordOf(fields: readonly Field[]): Type {
    const known = this.ofShape(fields);
    if (known !== undefined) return record(known);
    const name = this.nameFrom(fields.map((f) => f.name).join("_") || "Empty");
    this.setShape(fields, name);
    this.records.set(name, { name, fields });
    return record(name);
  }

  /** A record with these fields that stands for no type of the source. */
  undeclaredOf(fields: readonly Field[]): Type {
    const identity = `undeclared ${shapeOf(fields)}`;
    const known = this.#byShape.get(identity);
    if (known !== undefined) return record(known);
    const name = this.nameFrom(fields.map((f) => f.name).join("_") || "Empty");
    this.#byShape.set(identity, name);
    this.records.set(name, { name, fields });
    return record(name);
  }

  /** The record of an instance of a class, by what tells it apart. */
  classRecord(identity: string): string | undefined {
    return this.#byShape.get(identity);
  }

  reserve(base: string, identity: string): string {
    const name = this.nameFrom(base);
    this.records.set(name, { name, fields: [] });
    this.#byShape.set(identity, name);
    this.#unsettled.add(name);
    return name;
  }

  settle(name: string, fields: readonly Field[], instance: ClassInstance, about: InstanceOf): void {
    this.records.set(name, { name, fields, instance: about });
    this.classes.set(name, instance);
    this.#unsettled.delete(name);
    for (const [wide, variants] of this.#early) {
      if (variants.some((v) => this.#unsettled.has(v.name))) continue;
      this.#early.delete(wide);
      const decl = this.records.get(wide);
      const all = decl === undefined ? undefined : this.#wideFields(variants);
      if (decl !== undefined && all !== undefined && "fields" in all) this.records.set(wide, { ...decl, ...all });
    }
  }

  /** What `this` is in a static method: a record without fields that says which class it is. */
  classObject(node: ClassNode): Type {
    for (const [name, known] of this.classObjects) if (known === node) return record(name);
    const name = this.freeName(`${className(node)}Class`);
    this.records.set(name, { name, fields: [] });
    this.classObjects.set(name, node);
    return record(name);
  }

  family(base: string, identity: string, variants: () => readonly Mapped[]): Mapped {
    const known = this.#byShape.get(identity);
    if (known !== undefined) return { type: record(known) };
    const name = this.reserve(base, identity);
    const mapped = variants();
    const failed = mapped.find((m) => "why" in m);
    if (failed !== undefined) {
      this.release(name, identity);
      return failed;
    }
    const members = mapped.flatMap((m) =>
      "type" in m && m.type.kind === "record" ? [{ name: m.type.name, text: undefined }] : [],
    );
    const wide = this.wide(name, members, true);
    this.#unsettled.delete(name);
    const decl = this.records.get(name);
    // What only some of the classes have is not seen through the class that is declared.
    if (decl !== undefined) this.records.set(name, { ...decl, instance: { isGuarded: true } });
    if ("why" in wide) this.release(name, identity);
    return wide;
  }

  release(name: string, identity: string): void {
    this.records.delete(name);
    this.#unsettled.delete(name);
    this.#byShape.delete(identity);
  }

  /** A new name for a record, after something that may be no name. */
  nameFrom(base: string): string {
    return this.freeName(/^[A-Za-z_$][\w$]*$/.test(base) ? base : "Fields");
  }

  freeName(base: string): string {
    let name = base;
    for (let i = 2; this.records.has(name); i++) name = `${base}${i}`;
    return name;
  }
}

/** A field that only these variants have is read through their union; not said where one of them has no name. */
function throughAny(texts: readonly (TypeText | undefined)[]): { readonly through?: TypeText } {
  const known = texts.flatMap((text) => (text === undefined ? [] : [text]));
  if (known.length < texts.length) return {};
  const text = [...new Set(known.map((t) => t.text))].join(" | ");
  return { through: { text, imports: known.flatMap((t) => t.imports) } };
}
