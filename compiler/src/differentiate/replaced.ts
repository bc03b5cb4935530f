/**
 * Structures in which each number is replaced by something: the Jacobian is the result with each number replaced by its
 * gradient, a block of the Hessian is an argument with each number replaced by a gradient.
 *
 * Code that makes one goes through *sources*, structures of the right shape side by side, and has what belongs in the place of a
 * number made by a `Filling`. Several structures of one shape are made together, a *sheet* for each thing that a filling makes.
 */
import { leadsTo } from "../analysis/recursive.js";
import { Builder, elem, field, like, value } from "../ir/build.js";
import type { Func, Place, RecordDecl, Type, Value } from "../ir/ir.js";
import {
  arrayOf,
  gradientType,
  isDifferentiable,
  isReference,
  maybe,
  num,
  record,
  str,
  tupleOf,
  typeText,
  type Records,
} from "../ir/types.js";
import { invariant } from "../support/invariant.js";

/** Where what is made on the way goes. */
export interface Stock {
  readonly funcs: Map<string, Func>;
  readonly records: Map<string, RecordDecl>;
}

/** What a filling needs besides the sources; a helper for a recursive type is passed it. */
export type Environment = readonly Value[];

export interface Filling {
  /** What takes the place of a number, on each sheet. */
  readonly leaves: readonly Type[];
  /** The type of what the sources have where the primal has this type. */
  readonly sourceType: (type: Type) => Type;
  /** Makes what replaces the number that is at this place of each source; `held` is the type of what is there. */
  readonly fill: (b: Builder, places: readonly Place[], held: Type, environment: Environment) => readonly Value[];
  /** Makes what replaces several numbers at once, each at a place of a source of its own; there are `width` sources then. */
  readonly several?: {
    readonly width: number;
    readonly fill: (
      b: Builder,
      numbers: readonly Numbered[],
      environment: Environment,
    ) => readonly (readonly Value[])[];
  };
}

/** The place of a number in a source, and whether there is one. */
export interface Numbered {
  readonly place: Place;
  readonly isThere?: Value;
}

/** `type` with each number replaced by a `leaf`. What a number replaces has the type of a gradient. */
export function replacedType(type: Type, leaf: Type, primal: Records, stock: Stock): Type {
  if (leaf.kind === "num") return gradientType(type, primal);
  switch (type.kind) {
    case "typed":
      return arrayOf(leaf);
    case "array":
      return arrayOf(replacedType(type.elem, leaf, primal, stock));
    case "dict":
      return { ...type, elem: replacedType(type.elem, leaf, primal, stock) };
    case "maybe":
      return maybe(replacedType(type.of, leaf, primal, stock), type.absent);
    case "tuple":
      return tupleOf(type.elems.map((e) => (isDifferentiable(e, primal) ? replacedType(e, leaf, primal, stock) : num)));
    case "record":
      return record(replacedRecord(type.name, leaf, primal, stock));
    default:
      return leaf;
  }
}

function replacedRecord(of: string, leaf: Type, primal: Records, stock: Stock): string {
  const decl = primal.get(of);
  invariant(decl !== undefined, `unknown record ${of}`);
  const name = `${of}.by.${typeText(leaf)}`;
  if (stock.records.has(name)) return name;
  // A record that contains itself is asked for again while its fields are made.
  stock.records.set(name, { name, fields: [] });
  const isWide = decl.variants !== undefined;
  const fields = differentiableFields(decl, primal).map((f) => {
    const type = replacedType(f.type, leaf, primal, stock);
    const mayBeLeftOut = f.optional === true || (isWide && type.kind === "maybe" && type.absent !== "null");
    return mayBeLeftOut ? { name: f.name, type, optional: true as const } : { name: f.name, type };
  });
  const variants = decl.variants?.map((v) => replacedRecord(v, leaf, primal, stock));
  stock.records.set(name, variants === undefined ? { name, fields } : { name, fields, variants });
  return name;
}

const differentiableFields = (decl: RecordDecl, primal: Records): RecordDecl["fields"] =>
  decl.fields.filter((f) => f.noDiff !== true && isDifferentiable(f.type, primal));

export class Replacement {
  readonly #helpers = new Map<string, string>();

  constructor(
    private readonly primal: Records,
    private readonly stock: Stock,
    private readonly filling: Filling,
    /** The function for which structures are made. */
    private readonly owner: Func,
    private readonly mode: string,
  ) {}

  /** The structures for a reference of this type. */
  inside(b: Builder, type: Type, sources: readonly Value[], environment: Environment, hint?: string): readonly Value[] {
    switch (type.kind) {
      case "typed":
      case "array":
        return this.array(b, type, sources, environment, hint);
      case "dict":
        return this.dictionary(b, type, sources, environment, hint);
      case "tuple": {
        const held = type.elems.map((e, k) => ({ name: String(k), type: e }));
        const made = this.members(
          b,
          held.filter((m) => isDifferentiable(m.type, this.primal)),
          sources,
          environment,
        );
        const nothing = this.filling.leaves.map(() => b.const(0));
        const all = held.map((m) => made.get(m.name) ?? nothing);
        return this.made(b, type, all, hint);
      }
      case "record":
        return this.isRecursive(type.name)
          ? this.call(b, type, sources, environment)
          : this.record(b, type, sources, environment, hint);
      case "maybe":
        return this.ifPresent(b, type, sources, (there) => {
          const inner = this.filling.sourceType(type.of);
          return this.inside(
            there,
            type.of,
            sources.map((s) => there.cast(s, inner)),
            environment,
          );
        });
      default:
        invariant(false, `nothing is replaced in a ${typeText(type)}`);
    }
  }

  /** The structures for what is at a place of each source. */
  private at(b: Builder, type: Type, at: readonly Place[], environment: Environment): readonly Value[] {
    if (type.kind === "num") return this.filling.fill(b, at, num, environment);
    const held = this.filling.sourceType(type);
    const sources = at.map((place) => b.load(place, held));
    if (isReference(type)) return this.inside(b, type, sources, environment);
    invariant(type.kind === "maybe", "a number, or its absence");
    return this.ifPresent(b, type, sources, (there) => this.filling.fill(there, at, held, environment));
  }

  private types(type: Type): readonly Type[] {
    return this.filling.leaves.map((leaf) => replacedType(type, leaf, this.primal, this.stock));
  }

  private made(
    b: Builder,
    type: Type,
    members: readonly (readonly Value[])[],
    hint: string | undefined,
  ): readonly Value[] {
    return this.types(type).map((made, sheet) =>
      b.aggregate(
        made,
        members.map((m) => {
          const member = m[sheet];
          invariant(member !== undefined, "a member on each sheet");
          return member;
        }),
        hint,
      ),
    );
  }

  private array(
    b: Builder,
    type: Type & { kind: "typed" | "array" },
    sources: readonly Value[],
    environment: Environment,
    hint: string | undefined,
  ): readonly Value[] {
    const [first] = sources;
    invariant(first !== undefined, "a source");
    const length = b.length(first);
    const sheets = this.types(type).map((made) => {
      const result = value(made, hint);
      b.push({ kind: "alloc", length, result });
      return result;
    });
    const element: Type = type.kind === "array" ? type.elem : num;
    if (element.kind === "num" && this.filling.several !== undefined) {
      this.numbers(b, this.filling.several, sources, length, sheets, environment);
      return sheets;
    }
    b.each(length, (body, index) => this.member(body, element, sources, index, sheets, environment));
    return sheets;
  }

  /** Puts what belongs to the numbers of arrays in its place on each sheet, several at once. */
  private numbers(
    b: Builder,
    several: NonNullable<Filling["several"]>,
    sources: readonly Value[],
    length: Value,
    sheets: readonly Value[],
    environment: Environment,
  ): void {
    const index = value(num, "i");
    const body = b.nested();
    const positions = sources.map((_, k) => (k === 0 ? index : body.prim("add", [index, body.const(k)])));
    const numbers = sources.map((source, k): Numbered => {
      const at = positions[k] ?? index;
      const place = elem(source, at);
      return k === 0 ? { place } : { place, isThere: body.prim("lt", [at, length]) };
    });
    several.fill(body, numbers, environment).forEach((elements, k) => {
      whereThere(body, numbers[k]?.isThere, (at) => {
        sheets.forEach((sheet, s) => {
          const made = elements[s];
          if (made !== undefined) at.store(elem(sheet, positions[k] ?? index), made);
        });
      });
    });
    const loop = { test: "<", to: length, step: several.width, inits: [], breaks: false, results: [] } as const;
    b.push({ kind: "for", from: b.const(0), ...loop, body: body.region([index], []) });
  }

  /** What belongs to these members of tuples or objects, by name. */
  private members(
    b: Builder,
    held: readonly { readonly name: string; readonly type: Type }[],
    sources: readonly Value[],
    environment: Environment,
  ): ReadonlyMap<string, readonly Value[]> {
    const { several } = this.filling;
    const made = new Map<string, readonly Value[]>();
    const together = several === undefined ? [] : held.filter((m) => m.type.kind === "num");
    const width = several?.width ?? 1;
    for (let from = 0; from < together.length; from += width) {
      const some = together.slice(from, from + width);
      const numbers = sources.flatMap((source, k): readonly Numbered[] => {
        const member = some[k];
        return member === undefined ? [] : [{ place: field(source, member.name) }];
      });
      several?.fill(b, numbers, environment).forEach((elements, k) => {
        const member = some[k];
        if (member !== undefined) made.set(member.name, elements);
      });
    }
    for (const m of held)
      if (!together.includes(m)) made.set(m.name, this.at(b, m.type, places(sources, m.name), environment));
    return made;
  }

  private dictionary(
    b: Builder,
    type: Type & { kind: "dict" },
    sources: readonly Value[],
    environment: Environment,
    hint: string | undefined,
  ): readonly Value[] {
    const [first] = sources;
    invariant(first !== undefined, "a source");
    const sheets = this.types(type).map((made) => b.aggregate(made, [], hint));
    const isByNumber = type.key === "num";
    const keys = value(arrayOf(isByNumber ? num : str), "keys");
    const text = ["Object.keys(", isByNumber ? ").map(Number)" : ")"];
    b.push({ kind: "foreign", text, args: [first], pure: false, result: keys });
    b.each(b.length(keys), (body, index) => {
      const key = body.load(elem(keys, index), isByNumber ? num : str, "key");
      this.member(body, type.elem, sources, key, sheets, environment);
    });
    return sheets;
  }

  /** Puts what belongs to one element of the sources in its place on each sheet. */
  private member(
    b: Builder,
    type: Type,
    sources: readonly Value[],
    key: Value,
    sheets: readonly Value[],
    environment: Environment,
  ): void {
    const elements = this.at(
      b,
      type,
      sources.map((s) => elem(s, key)),
      environment,
    );
    sheets.forEach((sheet, k) => {
      const made = elements[k];
      if (made !== undefined) b.store(elem(sheet, key), made);
    });
  }

  private record(
    b: Builder,
    type: Type & { kind: "record" },
    sources: readonly Value[],
    environment: Environment,
    hint: string | undefined,
  ): readonly Value[] {
    const decl = this.primal.get(type.name);
    invariant(decl !== undefined, `unknown record ${type.name}`);
    const fields = differentiableFields(decl, this.primal);
    const made = this.members(b, fields, sources, environment);
    const all = fields.map((f) => {
      const member = made.get(f.name);
      invariant(member !== undefined, `nothing for ${f.name}`);
      return member;
    });
    return this.made(b, type, all, hint);
  }

  private ifPresent(
    b: Builder,
    type: Type & { kind: "maybe" },
    [held]: readonly Value[],
    inner: (there: Builder) => readonly Value[],
  ): readonly Value[] {
    invariant(held !== undefined, "a source");
    const results = this.types(type).map((t) => value(t));
    absentOr(b, held, results, inner);
    return results;
  }

  /** Objects of a recursive type are made by a function that calls itself. */
  private call(
    b: Builder,
    type: Type & { kind: "record" },
    sources: readonly Value[],
    environment: Environment,
  ): readonly Value[] {
    const types = this.types(type);
    let name = this.#helpers.get(type.name);
    if (name === undefined) {
      name = `${this.owner.name}.${this.mode}.${type.name}`;
      this.#helpers.set(type.name, name);
      const body = new Builder(this.owner.loc);
      const items = sources.map(like);
      const own = environment.map(like);
      const made = this.record(body, type, items, own, undefined);
      this.stock.funcs.set(name, {
        name,
        source: `${this.owner.source}_${this.mode}_of_${type.name}`,
        body: body.region([...items, ...own], made),
        results: types,
        doc: [`The part of the ${this.mode} that belongs to one object.`],
      });
    }
    const results = types.map((t) => value(t));
    b.push({ kind: "call", callee: name, args: [...sources, ...environment], results });
    return results;
  }

  private isRecursive(name: string): boolean {
    const decl = this.primal.get(name);
    return decl?.fields.some((f) => leadsTo(f.type, this.primal, (held) => held === name)) === true;
  }
}

/** What is done where something is there; always, where nothing says whether it is. */
export function whereThere(b: Builder, isThere: Value | undefined, run: (at: Builder) => void): void {
  if (isThere === undefined) {
    run(b);
    return;
  }
  b.if(
    isThere,
    [],
    (at) => {
      run(at);
      return [];
    },
    () => [],
  );
}

const places = (sources: readonly Value[], name: string): readonly Place[] => sources.map((s) => field(s, name));

/** `results` are absent as `held` is, and where that is present what is made there. */
export function absentOr(
  b: Builder,
  held: Value,
  results: readonly Value[],
  make: (there: Builder) => readonly Value[],
): void {
  b.if(
    b.prim("isNullish", [held]),
    results,
    (at) => results.map((result) => absence(at, held, result.type)),
    (there) => make(there).map((made, k) => there.cast(made, results[k]?.type ?? made.type)),
  );
}

/** The absence of a value that is known to be absent, in another type that may be so. */
function absence(b: Builder, held: Value, type: Type): Value {
  invariant(type.kind === "maybe" && held.type.kind === "maybe", "what may be absent has a type that says so");
  if (type.absent !== "both") return b.absent(type, type.absent === "null" ? null : undefined);
  const result = value(type);
  b.if(
    b.prim("eq", [held, b.absent(held.type, null)]),
    [result],
    (isNull) => [isNull.absent(type, null)],
    (isUndefined) => [isUndefined.absent(type, undefined)],
  );
  return result;
}
