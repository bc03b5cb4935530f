/**
 * Code that goes through a whole structure, made from its type: zeros in its shape, copies, sums, what a gradient is given
 * away as. Short structures are written in place; large or recursive ones get a helper, declared once in the file.
 */
import type { Type } from "../ir/ir.js";
import {
  isDifferentiable,
  isReference,
  sameType,
  shadowType,
  typeText as irTypeText,
  type Records,
} from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { printStatements, type Stmt } from "./code.js";
import { member, propertyName } from "./expression.js";
import type { ModuleNames } from "./module-names.js";
import { freeName } from "./names.js";
import type { TypeNames } from "./type-names.js";

/** A structure whose code is longer than this is made by a helper. */
const longestInline = 90;

export class Structures {
  private readonly helpers = new Map<string, string>();
  /** The declared helpers, in order of first need. */
  readonly declarations: string[] = [];

  constructor(
    private readonly records: Records,
    private readonly types: TypeNames,
    private readonly module: ModuleNames,
  ) {}

  typeText(type: Type): string {
    return this.types.text(type);
  }

  resultText(types: readonly Type[]): string {
    return this.types.result(types);
  }

  /** The annotation a variable needs because its initial value does not say enough. */
  annotation(type: Type, init: string): string | undefined {
    if (init.startsWith("undefined") || init === "null" || /^\[\s*\]$/.test(init)) return this.types.text(type);
    if (/^[[{]/.test(init) && hasTuple(type, this.types)) return this.types.text(type);
    // `new Float64Array(n)` is a `Float64Array<ArrayBuffer>`; a place that gets another array later must be wider.
    const isMade = /^[[{]/.test(init) || init.includes(".map(");
    return isMade && type.kind !== "typed" && this.holdsTypedArrays(type, new Set())
      ? this.types.text(type)
      : undefined;
  }

  private holdsTypedArrays(type: Type, seen: Set<string>): boolean {
    if (type.kind === "typed") return true;
    if (type.kind === "array") return this.holdsTypedArrays(type.elem, seen);
    if (type.kind === "tuple") return type.elems.some((elem) => this.holdsTypedArrays(elem, seen));
    if (type.kind !== "record" || seen.has(type.name)) return false;
    seen.add(type.name);
    return this.types.decl(type.name).fields.some((field) => this.holdsTypedArrays(field.type, seen));
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

  zeros(like: Type, from: string): string {
    switch (like.kind) {
      case "typed":
        return `new Float64Array(${from}.length)`;
      case "array":
        if (!isReference(like.elem)) return `new Array<number>(${from}.length).fill(0)`;
        return this.map(from, like.elem, shadowType(like.elem, this.records), (row) => this.zeros(like.elem, row));
      case "tuple":
        return this.named(
          "zerosOf",
          like,
          shadowType(like, this.records),
          from,
          (p) => `[${like.elems.map((elem, k) => this.zeros(elem, `${p}[${k}]`)).join(", ")}]`,
        );
      case "record": {
        const fields = this.types
          .decl(like.name)
          .fields.filter((f) => f.noDiff !== true && isDifferentiable(f.type, this.records));
        return this.named("zerosOf", like, shadowType(like, this.records), from, (p) =>
          object(fields.map((f) => [f.name, this.zeros(f.type, p + member(f.name))])),
        );
      }
      default:
        return "0";
    }
  }

  copy(type: Type, from: string): string {
    return this.convert(type, type, from, "copyOf");
  }

  /** A shadow as a gradient. */
  export(from: Type, to: Type, source: string, take: boolean): string {
    if (take && this.isSame(from, to)) return source;
    return this.convert(from, to, source, "gradientOf");
  }

  private isSame(a: Type, b: Type): boolean {
    if (sameType(a, b)) return true;
    if (a.kind === "array" && b.kind === "array") return this.isSame(a.elem, b.elem);
    if (a.kind === "tuple" && b.kind === "tuple")
      return a.elems.every((elem, k) => this.isSame(elem, b.elems[k] ?? elem));
    if (a.kind !== "record" || b.kind !== "record" || this.types.isRecursive(a.name)) return false;
    const [x, y] = [this.types.decl(a.name).fields, this.types.decl(b.name).fields];
    return (
      x.length === y.length && x.every((f, k) => f.name === y[k]?.name && this.isSame(f.type, y[k]?.type ?? f.type))
    );
  }

  /** A deep copy, with the number types of `to`. */
  private convert(from: Type, to: Type, source: string, helper: string): string {
    if (from.kind === "typed" && to.kind === "typed") {
      return from.name === to.name ? `${source}.slice()` : `new ${to.name}(${source})`;
    }
    if (from.kind === "array" && to.kind === "array") {
      if (!isReference(from.elem)) return `${source}.slice()`;
      return this.map(source, from.elem, to.elem, (row) => this.convert(from.elem, to.elem, row, helper));
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
      const source_ = new Map(this.types.decl(from.name).fields.map((f) => [f.name, f.type]));
      return this.named(helper, from, to, source, (p) =>
        object(
          this.types
            .decl(to.name)
            .fields.map((f) => [
              f.name,
              this.convert(source_.get(f.name) ?? f.type, f.type, p + member(f.name), helper),
            ]),
        ),
      );
    }
    return source;
  }

  private map(from: string, elem: Type, result: Type, each: (row: string) => string): string {
    const row = /\brow\b/.test(from) ? "item" : "row";
    const body = each(row);
    const shown = body.startsWith("{") ? `(${body})` : body;
    const annotation = hasTuple(result, this.types) ? `: ${this.types.text(result)}` : "";
    if (body === row && !isReference(elem)) return `${from}.slice()`;
    return `${from}.map((${row})${annotation} => ${shown})`;
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
      `${verb}${type.kind === "record" ? capital(this.types.plainName(type.name)) : "Tuple"}`,
    );
    this.helpers.set(key, name);
    const lines = [
      `function ${name}(p: ${this.types.text(type)}): ${this.types.text(result)} {`,
      `  return ${body("p")};`,
      "}",
    ];
    this.declarations.push(lines.join("\n"));
    return `${name}(${from})`;
  }

  // ---------------------------------------------------------------------------------------------------- in their place

  /** `target += source` through the structure. */
  addInto(type: Type, target: string, source: string, taken: ReadonlySet<string>): Stmt[] {
    switch (type.kind) {
      case "typed":
      case "array": {
        const i = freeName("i", (name) => taken.has(name));
        const elem: Type = type.kind === "array" ? type.elem : { kind: "num" };
        const inner = this.addInto(elem, `${target}[${i}]!`, `${source}[${i}]!`, new Set([...taken, i]));
        return [
          { kind: "block", open: `for (let ${i} = 0; ${i} < ${target}.length; ${i}++) {`, body: inner, close: "}" },
        ];
      }
      case "tuple":
        return type.elems.flatMap((elem, k) => this.addInto(elem, `${target}[${k}]`, `${source}[${k}]`, taken));
      case "record":
        return this.throughRecord("addInto", type.name, [target, source], taken, (field, [t, s], names) =>
          this.addInto(field, t ?? target, s ?? source, names),
        );
      default:
        return [{ kind: "line", text: `${target} += ${source};` }];
    }
  }

  /** Every number of the structure set to zero. */
  clear(type: Type, target: string, taken: ReadonlySet<string>): Stmt[] {
    switch (type.kind) {
      case "typed":
        return [{ kind: "line", text: `${target}.fill(0);` }];
      case "array": {
        if (!isReference(type.elem)) return [{ kind: "line", text: `${target}.fill(0);` }];
        const i = freeName("i", (name) => taken.has(name));
        const inner = this.clear(type.elem, `${target}[${i}]!`, new Set([...taken, i]));
        return [
          { kind: "block", open: `for (let ${i} = 0; ${i} < ${target}.length; ${i}++) {`, body: inner, close: "}" },
        ];
      }
      case "tuple":
        return type.elems.flatMap((elem, k) => this.clear(elem, `${target}[${k}]`, taken));
      case "record":
        return this.throughRecord("clear", type.name, [target], taken, (field, [t], names) =>
          this.clear(field, t ?? target, names),
        );
      default:
        return [{ kind: "line", text: `${target} = 0;` }];
    }
  }

  private throughRecord(
    verb: "addInto" | "clear",
    name: string,
    roots: readonly string[],
    taken: ReadonlySet<string>,
    each: (field: Type, places: readonly string[], taken: ReadonlySet<string>) => Stmt[],
  ): Stmt[] {
    const { fields } = this.types.decl(name);
    const through = (places: readonly string[], names: ReadonlySet<string>): Stmt[] =>
      fields.flatMap((f) =>
        each(
          f.type,
          places.map((place) => place + member(f.name)),
          names,
        ),
      );
    if (!this.types.isRecursive(name)) return through(roots, taken);
    const key = `${verb} ${name}`;
    let helper = this.helpers.get(key);
    if (helper === undefined) {
      helper = this.module.own(`${verb}${capital(this.types.plainName(name))}`);
      this.helpers.set(key, helper);
      const params = verb === "clear" ? ["target"] : ["target", "source"];
      const type = this.types.text({ kind: "record", name });
      const lines = [`function ${helper}(${params.map((p) => `${p}: ${type}`).join(", ")}): void {`];
      printStatements(through(params, new Set(params)), "  ", lines);
      this.declarations.push([...lines, "}"].join("\n"));
    }
    return [{ kind: "line", text: `${helper}(${roots.join(", ")});` }];
  }
}

function object(fields: readonly (readonly [string, string])[]): string {
  if (fields.length === 0) return "{}";
  return `{ ${fields.map(([name, text]) => `${propertyName(name)}: ${text}`).join(", ")} }`;
}

function hasTuple(type: Type, types: TypeNames): boolean {
  const seen = new Set<string>();
  const search = (inner: Type): boolean => {
    if (inner.kind === "tuple") return true;
    if (inner.kind === "array") return search(inner.elem);
    if (inner.kind !== "record" || seen.has(inner.name)) return false;
    seen.add(inner.name);
    return types.decl(inner.name).fields.some((f) => search(f.type));
  };
  return search(type);
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
