/**
 * Structures made with the sharing of what they are made from. Each object is made by a helper for its type, which looks first
 * whether the memo has one for the same object. Where objects may lead back to themselves, an object is noted before its members are made.
 */
import type { Field, RecordDecl, Share, Type } from "../ir/ir.js";
import { isDifferentiable, isReference, present, sameType, typeText as irTypeText } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import type { ModuleNames } from "./module-names.js";
import type { TypeNames } from "./type-names.js";
import { append } from "../support/append.js";

/** The type of a memo. */
export const memoText = "Map<object, object>";

/** How members are read and written, whatever is made of them. */
export interface MemberText {
  read(base: string, record: string, f: Field): string;
  member(f: Field, place: string, make: (type: Type, place: string) => string): readonly [string, string];
  unlessAbsent(type: Type & { kind: "maybe" }, place: string, make: (place: string) => string): string;
  object(fields: readonly (readonly [string, string])[]): string;
}

/** Members that may be absent come in the caller's order, which listing them shows: a copy is a spread, which keeps it. */
export const keepsOrder = ({ variants, instance, fields }: RecordDecl): boolean =>
  variants === undefined && instance === undefined && fields.some((f) => f.optional === true);

const verbs = { copy: "copyOf", zeros: "zerosOf", export: "gradientOf" } as const;

export class SharedStructures {
  private readonly helpers = new Map<string, string>();

  constructor(
    private readonly types: TypeNames,
    private readonly module: ModuleNames,
    private readonly text: MemberText,
    private readonly declarations: string[],
  ) {}

  /** The code for what is at `place`: `from` is its type, `to` the type of what is made. */
  make(make: Share["make"], from: Type, to: Type, place: string, memo: string): string {
    if (make === "zeros" && !isDifferentiable(from, this.types.records)) return "0";
    if (from.kind === "maybe") {
      const of = present(to);
      if (!isReference(from) && make !== "zeros") return place;
      return this.text.unlessAbsent(from, place, (inner) => this.make(make, from.of, of, inner, memo));
    }
    if (!isReference(from)) return make === "zeros" ? "0" : place;
    return `${this.helper(make, from, to)}(${place}, ${memo})`;
  }

  private helper(asked: Share["make"], from: Type, to: Type): string {
    const make = asked === "export" && sameType(from, to) ? "copy" : asked;
    const key = `${make} ${irTypeText(from)} ${irTypeText(to)}`;
    const known = this.helpers.get(key);
    if (known !== undefined) return known;
    const name = this.module.own(`${verbs[make]}Shared${this.nameOf(from)}`);
    this.helpers.set(key, name);
    const made = this.types.text(to);
    // The place is kept among the declarations: helpers that this one calls stand after it.
    const at = this.declarations.push("") - 1;
    const lines = [
      `function ${name}(p: ${this.types.readable(from)}, memo: ${memoText}): ${made} {`,
      "  const known = memo.get(p);",
      `  if (known !== undefined) return known as ${made};`,
      ...this.body(make, from, to, made).map((line) => `  ${line}`),
      "}",
    ];
    this.declarations[at] = lines.join("\n");
    return name;
  }

  /** Makes `made` from `p`, notes it, and returns it. */
  private body(make: Share["make"], from: Type, to: Type, type: string): readonly string[] {
    const whole = (text: string): string[] => [`const made = ${text};`, "memo.set(p, made);", "return made;"];
    const inner = (a: Type, b: Type, place: string): string => this.make(make, a, b, place, "memo");
    if (from.kind === "typed" && to.kind === "typed") {
      if (make === "zeros") return whole("new Float64Array(p.length)");
      return whole(from.name === to.name ? "p.slice()" : `new ${to.name}(p)`);
    }
    if (from.kind === "array" && to.kind === "array") {
      if (!isReference(from.elem)) {
        if (make !== "zeros") return whole("p.slice()");
        if (from.elem.kind !== "maybe") return whole("new Array<number>(p.length).fill(0)");
      }
      return [
        `const made: ${type} = [];`,
        "memo.set(p, made);",
        `for (const item of p) made.push(${inner(from.elem, to.elem, "item")});`,
        "return made;",
      ];
    }
    if (from.kind === "dict" && to.kind === "dict") {
      const [held, result] = from.loose === true ? [from.elem, to.elem] : [present(from.elem), present(to.elem)];
      const item = inner(held, result, "item");
      return [
        `const made: ${type} = {};`,
        "memo.set(p, made);",
        `for (const [key, item] of Object.entries(p)) made[key] = ${item};`,
        "return made;",
      ];
    }
    if (from.kind === "tuple" && to.kind === "tuple") {
      const members = from.elems.map((elem, k) => inner(elem, to.elems[k] ?? elem, `p[${k}]`)).join(", ");
      return this.aggregate(`[${members}]`, type, this.leadsBack(from) ? `[] as unknown[] as ${type}` : undefined);
    }
    invariant(from.kind === "record" && to.kind === "record", "what is shared is an aggregate");
    const source = new Map(this.types.whole(from.name).fields.map((f) => [f.name, f]));
    const isSpread = make === "copy" && keepsOrder(this.types.decl(to.name));
    const copied = this.types.decl(to.name).fields.filter((f) => !isSpread || isReference(present(f.type)));
    const fields = copied.map((f) => {
      const given = source.get(f.name) ?? f;
      return this.text.member(f, this.text.read("p", from.name, given), (held, place) =>
        inner(this.found(given.type, held), held, place),
      );
    });
    const made = this.text.object(isSpread ? [["", "...p"], ...fields] : fields);
    const decl = this.types.decl(to.name);
    const shown = decl.variants !== undefined && decl.text !== undefined ? `${made} as ${type}` : made;
    return this.aggregate(shown, type, this.leadsBack(from) ? `{} as ${type}` : undefined);
  }

  private aggregate(made: string, type: string, start: string | undefined): readonly string[] {
    return start === undefined
      ? [`const made: ${type} = ${made};`, "memo.set(p, made);", "return made;"]
      : [`const made = ${start};`, "memo.set(p, made);", `return Object.assign(made, ${made});`];
  }

  /** The type of a field as it is where what is made of it is of type `held`: present where that is. */
  private found(type: Type, held: Type): Type {
    return held.kind === "maybe" ? (type.kind === "maybe" ? { ...type, absent: held.absent } : type) : present(type);
  }

  /** May an object of this type hold itself, at some depth? */
  private leadsBack(type: Type): boolean {
    const key = irTypeText(type);
    const seen = new Set<string>();
    const pending = this.members(type);
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const text = irTypeText(at);
      if (text === key) return true;
      if (seen.has(text)) continue;
      seen.add(text);
      append(pending, this.members(at));
    }
    return false;
  }

  private members(type: Type): Type[] {
    switch (type.kind) {
      case "array":
      case "dict":
        return [present(type.elem)];
      case "tuple":
        return type.elems.map(present);
      case "record":
        return this.types.decl(type.name).fields.map((f) => present(f.type));
      default:
        return [];
    }
  }

  private nameOf(type: Type): string {
    switch (type.kind) {
      case "record": {
        const name = this.types.plainName(type.name);
        return name.slice(0, 1).toUpperCase() + name.slice(1);
      }
      case "typed":
        return type.name;
      case "tuple":
        return "Tuple";
      case "dict":
        return "Table";
      default:
        return "Array";
    }
  }
}
