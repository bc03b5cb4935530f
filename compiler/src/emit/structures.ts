/**
 * Code that goes through a whole structure, made from its type: zeros in its shape, copies, sums, what a gradient is given
 * away as. Short structures are written in place; large or recursive ones get a helper, declared once in the file.
 */
import type { Field, Share, Type } from "../ir/ir.js";
import {
  isDifferentiable,
  isReference,
  present,
  sameType,
  shadowType,
  typeText as irTypeText,
  type Records,
} from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { hasTuple } from "./annotations.js";
import { absenceTest, absentText, presentText } from "./casts.js";
import { precedence, printStatements, type Stmt } from "./code.js";
import { member, propertyName } from "./property.js";
import type { ModuleNames } from "./module-names.js";
import { freeName } from "./names.js";
import { keepsOrder, memoText, SharedStructures } from "./shared.js";
import { capital, matched, memberOf, object, once } from "./structure-text.js";
import type { TypeNames } from "./type-names.js";

/** A structure whose code is longer than this is made by a helper. */
const longestInline = 90;

/** What an optional member holds where it is there: null, if the type has it. */
function heldIn(type: Type): Type {
  if (type.kind !== "maybe") return type;
  return type.absent === "both" ? { ...type, absent: "null" } : type.of;
}

export class Structures {
  private readonly helpers = new Map<string, string>();
  /** The declared helpers, in order of first need. */
  readonly declarations: string[] = [];
  private readonly shared: SharedStructures;

  constructor(
    readonly records: Records,
    private readonly types: TypeNames,
    private readonly module: ModuleNames,
  ) {
    this.shared = new SharedStructures(
      types,
      module,
      {
        read: (base, record, field) => this.read(base, record, field),
        member: (field, place, make) => this.member(field, place, make),
        unlessAbsent: (type, place, make) => this.unlessAbsent(type, place, make),
        object,
      },
      this.declarations,
    );
  }

  /** A fresh array. */
  alloc(type: Type, length: string, fill: number | undefined): string {
    if (type.kind === "typed")
      return `new ${type.name}(${length})${fill === undefined || Object.is(fill, 0) ? "" : `.fill(${fill})`}`;
    invariant(type.kind === "array", `an array of type ${irTypeText(type)}`);
    const made = `new Array<${this.types.text(type.elem)}>(${length})`;
    if (fill === undefined) return made;
    return `${made}.fill(${type.elem.kind === "bool" ? fill !== 0 : Object.is(fill, -0) ? "-0" : fill})`;
  }

  // ------------------------------------------------------------------------------------------------- fresh structures

  /** With `shown`, TypeScript knows that what is there is of this type, one variant of the union that `like` is. */
  zeros(like: Type, from: string, shown: Type = like): string {
    switch (like.kind) {
      case "typed":
        return `new Float64Array(${from}.length)`;
      case "array":
        if (!isReference(like.elem) && like.elem.kind !== "maybe") return `new Array<number>(${from}.length).fill(0)`;
        return this.map(from, like.elem, shadowType(like.elem, this.records), (row) => this.zeros(like.elem, row));
      case "dict": {
        const elem = like.loose === true ? like.elem : present(like.elem);
        const shadow = shadowType(like, this.records);
        if (!isReference(elem) && elem.kind !== "maybe")
          return this.named(
            "zerosOf",
            like,
            shadow,
            from,
            (p) => `Object.fromEntries(Object.keys(${p}).map((key) => [key, 0]))`,
          );
        return this.named("zerosOf", like, shadow, from, (p) =>
          this.mapEntries(p, memberOf(shadow), (item) => this.zeros(elem, item)),
        );
      }
      case "tuple":
        return this.named(
          "zerosOf",
          like,
          shadowType(like, this.records),
          from,
          (p) => `[${like.elems.map((elem, k) => this.zeros(elem, `${p}[${k}]`)).join(", ")}]`,
        );
      case "record": {
        const zero = (record: string, p: string): string => {
          const fields = this.types
            .whole(record)
            .fields.filter((f) => f.noDiff !== true && isDifferentiable(f.type, this.records));
          return object(
            fields.map((f) => this.member(f, this.read(p, record, f), (type, place) => this.zeros(type, place))),
          );
        };
        if (shown.kind === "record" && this.types.decl(like.name).variants?.includes(shown.name) === true) {
          const text = zero(shown.name, from);
          if (text.length <= longestInline) return text;
        }
        return this.named("zerosOf", like, shadowType(like, this.records), from, (p) => zero(like.name, p));
      }
      case "maybe":
        if (!isDifferentiable(like, this.records)) return "0";
        return this.unlessAbsent(like, from, (place) => this.zeros(like.of, place));
      default:
        return "0";
    }
  }

  /** A field of an object, where the object may have to be seen as one variant of a union. */
  private read(base: string, record: string, f: Field): string {
    const through = this.types.through(record, f);
    return through === undefined ? base + member(f.name) : `(${base} as ${through})${member(f.name)}`;
  }

  /** A member of a literal, made from what is at `place`; an optional one is left out where it is absent. */
  private member(f: Field, place: string, make: (type: Type, place: string) => string): readonly [string, string] {
    if (f.optional !== true || f.type.kind !== "maybe") return [f.name, make(f.type, place)];
    const written = `${propertyName(f.name)}: ${make(heldIn(f.type), presentText(place))}`;
    return ["", `...(${place} === undefined ? {} : { ${written} })`];
  }

  private unlessAbsent(type: Type & { kind: "maybe" }, place: string, make: (place: string) => string): string {
    return `${absenceTest(place, type.absent)} ? ${absentText(place, type.absent)} : ${make(presentText(place))}`;
  }

  /** With `instances`, objects of classes get their prototypes. */
  copy(type: Type, from: string, instances = false): string {
    return this.convert(type, type, from, instances ? "instanceOf" : "copyOf");
  }

  /** An object as an instance of its class, where it has one. */
  instance(record: string, literal: string): string {
    const made = this.types.decl(record).instance?.exportedFrom;
    if (made === undefined) return literal;
    this.module.need([made]);
    return `Object.assign(Object.create(${made.name}.prototype), ${literal})`;
  }

  /** A structure with the sharing of what it is made from. */
  share(make: Share["make"], from: Type, to: Type, source: string, memo: string): string {
    return this.shared.make(make, from, to, source, memo);
  }

  /** A shadow as a gradient. */
  export(from: Type, to: Type, source: string, take: boolean): string {
    if (take && this.isSame(from, to)) return source;
    return this.convert(from, to, source, "gradientOf");
  }

  private isSame(a: Type, b: Type): boolean {
    if (sameType(a, b)) return true;
    if (a.kind === "array" && b.kind === "array") return this.isSame(a.elem, b.elem);
    if (a.kind === "maybe" && b.kind === "maybe") return a.absent === b.absent && this.isSame(a.of, b.of);
    if (a.kind === "dict" && b.kind === "dict") return this.isSame(a.elem, b.elem);
    if (a.kind === "tuple" && b.kind === "tuple")
      return a.elems.every((elem, k) => this.isSame(elem, b.elems[k] ?? elem));
    if (a.kind !== "record" || b.kind !== "record" || this.types.isRecursive(a.name)) return false;
    const [x, y] = [this.types.whole(a.name).fields, this.types.whole(b.name).fields];
    return (
      x.length === y.length && x.every((f, k) => f.name === y[k]?.name && this.isSame(f.type, y[k]?.type ?? f.type))
    );
  }

  /** A deep copy, with the number types of `to`. */
  private convert(from: Type, to: Type, source: string, helper: string): string {
    if (from.kind === "typed" && to.kind === "typed") {
      return from.name === to.name ? `${source}.slice()` : `new ${to.name}(${source})`;
    }
    if (from.kind === "maybe" && to.kind === "maybe") {
      if (!isReference(from.of)) return source;
      return this.unlessAbsent(from, source, (place) => this.convert(from.of, to.of, place, helper));
    }
    if (from.kind === "array" && to.kind === "array") {
      if (!isReference(from.elem)) return `${source}.slice()`;
      return this.map(source, from.elem, to.elem, (row) => this.convert(from.elem, to.elem, row, helper));
    }
    if (from.kind === "dict" && to.kind === "dict") {
      const [held, made] = [memberOf(from), memberOf(to)];
      if (!isReference(held)) return `{ ...${source} }`;
      return this.named(helper, from, to, source, (p) =>
        this.mapEntries(p, made, (item) => this.convert(held, made, item, helper)),
      );
    }
    if (from.kind === "tuple" && to.kind === "tuple") {
      return this.named(
        helper,
        from,
        to,
        source,
        (p) =>
          `[${from.elems.map((elem, k) => this.convert(elem, to.elems[k] ?? elem, `${p}[${k}]`, helper)).join(", ")}]`,
      );
    }
    if (from.kind === "record" && to.kind === "record") {
      const source_ = new Map(this.types.whole(from.name).fields.map((f) => [f.name, f]));
      const decl = this.types.decl(to.name);
      return this.named(helper, from, to, source, (p) => {
        const isSpread = helper === "copyOf" && from.name === to.name && keepsOrder(decl);
        const isGiven = (f: Field): boolean =>
          isSpread ? isReference(present(f.type)) : helper !== "instanceOf" || f.name !== "constructor";
        const given = decl.fields.filter(isGiven);
        const fields = given.map((f) => {
          const read = source_.get(f.name) ?? f;
          const content = f.optional === true ? heldIn(read.type) : read.type;
          return this.member(f, this.read(p, from.name, read), (type, place) =>
            this.convert(matched(content, type), type, place, helper),
          );
        });
        const made = object(isSpread ? [["", `...${p}`], ...fields] : fields);
        if (helper === "instanceOf") return this.instance(to.name, made);
        // TypeScript does not see which of its variants an object is that is made for all of them.
        return decl.variants !== undefined && decl.text !== undefined ? `${made} as ${this.types.text(to)}` : made;
      });
    }
    return source;
  }

  private map(from: string, elem: Type, result: Type, each: (row: string) => string): string {
    const row = /\brow\b/.test(from) ? "item" : "row";
    const body = each(row);
    const shown = body.startsWith("{") ? `(${body})` : body;
    const annotation = hasTuple(result, this.types) || result.kind === "maybe" ? `: ${this.types.text(result)}` : "";
    if (body === row && !isReference(elem)) return `${from}.slice()`;
    return `${from}.map((${row})${annotation} => ${shown})`;
  }

  /** An object with the same keys, each of its members made from the one it has there. */
  private mapEntries(from: string, result: Type, each: (item: string) => string): string {
    const text = `[key, ${each("item")}]`;
    return `Object.fromEntries(Object.entries(${from}).map(([key, item]): [string, ${this.types.text(result)}] => ${text}))`;
  }

  /** The code for one structure: in place when short, else a call of a helper. */
  private named(verb: string, type: Type, result: Type, from: string, body: (p: string) => string): string {
    const key = `${verb} ${irTypeText(type)} ${irTypeText(result)}`;
    const known = this.helpers.get(key);
    if (known !== undefined) return `${known}(${from})`;
    const isRecursive = type.kind === "record" && this.types.isRecursive(type.name);
    if (!isRecursive) {
      const text = body(from);
      if (text.length <= longestInline) return text;
    }
    const name = this.module.own(
      `${verb}${type.kind === "record" ? capital(this.types.plainName(type.name)) : type.kind === "dict" ? "Table" : "Tuple"}`,
    );
    this.helpers.set(key, name);
    const isOnlyRead = verb === "copyOf" || verb === "zerosOf";
    const lines = [
      `function ${name}(p: ${isOnlyRead ? this.types.readable(type) : this.types.text(type)}): ${this.types.text(result)} {`,
      `  return ${body("p")};`,
      "}",
    ];
    this.declarations.push(lines.join("\n"));
    return `${name}(${from})`;
  }

  // ---------------------------------------------------------------------------------------------------- in their place

  /** `target += source` through the structure; with `common`, as far as both arrays go; with `memo`, to each object once. */
  addInto(
    type: Type,
    target: string,
    source: string,
    taken: ReadonlySet<string>,
    common = false,
    memo?: string,
  ): Stmt[] {
    const statements = this.addMembers(type, target, source, taken, common, memo);
    return memo === undefined || !isReference(type) || type.kind === "maybe"
      ? statements
      : once(target, memo, statements);
  }

  private addMembers(
    type: Type,
    target: string,
    source: string,
    taken: ReadonlySet<string>,
    common: boolean,
    memo: string | undefined,
  ): Stmt[] {
    switch (type.kind) {
      case "typed":
      case "array": {
        const i = freeName("i", (name) => taken.has(name));
        const elem: Type = type.kind === "array" ? type.elem : { kind: "num" };
        const inner = this.addInto(elem, `${target}[${i}]!`, `${source}[${i}]!`, new Set([...taken, i]), common, memo);
        const end = common ? `Math.min(${target}.length, ${source}.length)` : `${target}.length`;
        return [{ kind: "block", open: `for (let ${i} = 0; ${i} < ${end}; ${i}++) {`, body: inner, close: "}" }];
      }
      case "dict": {
        const key = freeName("key", (name) => taken.has(name));
        const [into, from] = [`${target}[${key}]`, `${source}[${key}]`];
        const body = this.addInto(type.elem, into, from, new Set([...taken, key]), common, memo);
        return [{ kind: "block", open: `for (const ${key} of Object.keys(${target})) {`, body, close: "}" }];
      }
      case "tuple":
        return type.elems.flatMap((elem, k) =>
          this.addInto(elem, `${target}[${k}]`, `${source}[${k}]`, taken, common, memo),
        );
      case "maybe":
        return this.ifPresent(type, [target, source], ([t = target, s = source]) =>
          isReference(type.of)
            ? this.addInto(type.of, t, s, taken, common, memo)
            : [{ kind: "line", text: `${target} = (${target} ?? 0) + ${s};` }],
        );
      case "record":
        return this.throughRecord(
          common ? "addCommonInto" : "addInto",
          type.name,
          [target, source],
          taken,
          (field, [t, s], names, inner) => this.addInto(field, t ?? target, s ?? source, names, common, inner),
          memo,
        );
      default:
        return [{ kind: "line", text: `${target} += ${source};` }];
    }
  }

  /** Every number of the structure set to zero. */
  clear(type: Type, target: string, taken: ReadonlySet<string>, memo?: string): Stmt[] {
    switch (type.kind) {
      case "typed":
        return [{ kind: "line", text: `${target}.fill(0);` }];
      case "array": {
        if (!isReference(type.elem) && type.elem.kind !== "maybe")
          return [{ kind: "line", text: `${target}.fill(0);` }];
        const i = freeName("i", (name) => taken.has(name));
        const inner = this.clear(type.elem, `${target}[${i}]!`, new Set([...taken, i]), memo);
        return [
          { kind: "block", open: `for (let ${i} = 0; ${i} < ${target}.length; ${i}++) {`, body: inner, close: "}" },
        ];
      }
      case "dict": {
        const key = freeName("key", (name) => taken.has(name));
        const place = `${target}[${key}]${isReference(type.elem) && type.loose !== true ? "!" : ""}`;
        const body = this.clear(memberOf(type), place, new Set([...taken, key]), memo);
        return [{ kind: "block", open: `for (const ${key} of Object.keys(${target})) {`, body, close: "}" }];
      }
      case "tuple":
        return type.elems.flatMap((elem, k) => this.clear(elem, `${target}[${k}]`, taken, memo));
      case "maybe":
        return this.ifPresent(type, [target], ([t = target]) => this.clear(type.of, t, taken, memo));
      case "record":
        return this.throughRecord(
          "clear",
          type.name,
          [target],
          taken,
          (field, [t], names, inner) => this.clear(field, t ?? target, names, inner),
          memo,
        );
      default:
        return [{ kind: "line", text: `${target} = 0;` }];
    }
  }

  /** What is done to places that may hold nothing, where they hold something. An absent number counts as 0 where it is added to. */
  private ifPresent(
    type: Type & { kind: "maybe" },
    places: readonly string[],
    then: (places: readonly string[]) => Stmt[],
  ): Stmt[] {
    const tested = isReference(type.of) ? places : places.slice(-1);
    const text = tested.map((p) => (type.absent === "both" ? `${p} != null` : `${p} !== ${type.absent}`)).join(" && ");
    const level = tested.length > 1 ? precedence.and : precedence.equality;
    return [{ kind: "if", cond: { text, level }, then: then(places.map(presentText)), else: [] }];
  }

  private throughRecord(
    verb: "addInto" | "addCommonInto" | "clear",
    name: string,
    roots: readonly string[],
    taken: ReadonlySet<string>,
    each: (field: Type, places: readonly string[], taken: ReadonlySet<string>, memo: string | undefined) => Stmt[],
    memo: string | undefined,
  ): Stmt[] {
    const { fields } = this.types.decl(name);
    const through = (places: readonly string[], names: ReadonlySet<string>, inner = memo): Stmt[] =>
      fields.flatMap((f) =>
        each(
          f.type,
          places.map((place) => place + member(f.name)),
          names,
          inner,
        ),
      );
    if (!this.types.isRecursive(name)) return through(roots, taken);
    const key = `${verb} ${name}${memo === undefined ? "" : " once"}`;
    let helper = this.helpers.get(key);
    if (helper === undefined) {
      helper = this.module.own(`${verb}${memo === undefined ? "" : "Shared"}${capital(this.types.plainName(name))}`);
      this.helpers.set(key, helper);
      const params = verb === "clear" ? ["target"] : ["target", "source"];
      const type = this.types.text({ kind: "record", name });
      const own = memo === undefined ? [] : ["memo"];
      const given = [...params.map((p) => `${p}: ${type}`), ...own.map((p) => `${p}: ${memoText}`)];
      const lines = [`function ${helper}(${given.join(", ")}): void {`];
      const statements = through(params, new Set([...params, ...own]), own[0]);
      // What is added to is noted where it is passed.
      printStatements(
        verb === "clear" && memo !== undefined ? once("target", "memo", statements) : statements,
        "  ",
        lines,
      );
      this.declarations.push([...lines, "}"].join("\n"));
    }
    const places = memo === undefined ? roots : [...roots, memo];
    return [{ kind: "line", text: `${helper}(${places.join(", ")});` }];
  }
}
