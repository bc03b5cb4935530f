/**
 * Arguments that share memory. What a function overwrites of its arguments it overwrites in copies made on entry, and the
 * copies share nothing: not with each other, nor inside. Where an object is held twice and overwritten, that would hide the
 * writing through one name from the reading through the other. So the generated function looks, and throws.
 *
 * Only objects of a type are looked at of which some are overwritten and which may be held twice: by two arguments, two
 * fields, or two elements of an array. A function that overwrites nothing looks at nothing.
 */
import type { MemoryClass } from "../analysis/memory.js";
import { Builder, field, like, value } from "../ir/build.js";
import type { Func, Op, RecordDecl, Type, Value } from "../ir/ir.js";
import { isReference, num, opaque, present, typeText } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import type { Context } from "./context.js";

/** Typed arrays of all kinds may be views of one buffer. */
const sharedKey = (type: Type): string => (type.kind === "typed" ? "typed" : typeText(type));

/** Something that arguments hold. */
interface Held {
  readonly type: Type;
  readonly isOverwritten: boolean;
  /** More than one such object is held at this position. */
  readonly many: boolean;
  /** It is an argument itself. */
  readonly isArgument: boolean;
}

/** Throws at run time if an object is held twice in `given`, the arguments, and it matters. */
export function refuseSharing(context: Context, func: Func, given: readonly Value[]): readonly Op[] {
  const held = new Map<string, Held[]>();
  func.body.params.forEach((p) => {
    if (isReference(p.type)) collect(context, held, p.type, context.memory.classOf(p), false, true, new Set());
  });
  const contested = new Map([...held].filter(([, all]) => isContested(all)));
  if (contested.size === 0) return [];
  const b = new Builder(func.loc);
  const nested = new Set<string>();
  for (const [key, all] of contested) {
    if (all.every((one) => one.isArgument)) refusePairs(context, func, given, key, b);
    else nested.add(key);
  }
  if (nested.size > 0) new Walk(context, func, nested).arguments(given, b);
  return b.ops;
}

const isContested = (all: readonly Held[]): boolean =>
  all.some((one) => one.isOverwritten) && (all.length > 1 || all.some((one) => one.many));

/** The types that an object holds, each with its key as a slot and how to say where it is. */
function members(type: Type, records: ReadonlyMap<string, RecordDecl>): readonly (readonly [key: string, Type])[] {
  switch (type.kind) {
    case "array":
      return [["[]", type.elem]];
    case "tuple":
      return type.elems.map((elem, k) => [String(k), elem] as const);
    case "record":
      return (records.get(type.name)?.fields ?? []).map((f) => [f.name, f.type] as const);
    default:
      return [];
  }
}

function collect(
  context: Context,
  held: Map<string, Held[]>,
  type: Type,
  owner: MemoryClass,
  many: boolean,
  isArgument: boolean,
  around: ReadonlySet<string>,
): void {
  const shape = present(type);
  const key = sharedKey(shape);
  const isRecursive = around.has(key);
  const isOverwritten = context.stability(context.entry).isWrittenItself(owner);
  const all = held.get(key) ?? [];
  held.set(key, all);
  all.push({ type: shape, isOverwritten, many: many || isRecursive, isArgument });
  if (isRecursive) return;
  const inside = new Set(around).add(key);
  for (const [name, member] of members(shape, context.program.records)) {
    if (!isReference(member)) continue;
    collect(context, held, member, owner.member(name), many || shape.kind === "array", false, inside);
  }
}

/** Arguments of one type, compared one with another. */
function refusePairs(context: Context, func: Func, given: readonly Value[], key: string, b: Builder): void {
  const { params } = func.body;
  const stability = context.stability(context.entry);
  const isOverwritten = (p: Value): boolean => stability.isWrittenItself(context.memory.classOf(p));
  params.forEach((p, i) => {
    params.slice(0, i).forEach((q, j) => {
      const [first, second] = [given[j], given[i]];
      if (first === undefined || second === undefined || !isReference(p.type) || !isReference(q.type)) return;
      if (sharedKey(present(p.type)) !== key || sharedKey(present(q.type)) !== key) return;
      if (!isOverwritten(p) && !isOverwritten(q)) return;
      const names = `${q.hint ?? "one"} and ${p.hint ?? "another"}`;
      const message = `${func.source} overwrites an argument, so ${names} must not ${key === "typed" ? "share memory" : "be the same object"}`;
      refuseIf(key === "typed" ? overlap(b, first, second) : b.prim("eq", [first, second]), message, b);
    });
  });
}

function refuseIf(test: Value, message: string, b: Builder): void {
  b.if(
    test,
    [],
    (then) => {
      then.push({ kind: "throw", text: [`new TypeError(${JSON.stringify(message)})`], args: [] });
      return null;
    },
    () => [],
  );
}

/** Do two typed arrays lie over each other? */
function overlap(b: Builder, x: Value, y: Value): Value {
  const result = value({ kind: "bool" });
  const text = ["", ".buffer === ", ".buffer && ", ".byteOffset < ", ".byteOffset + ", ".byteLength && "];
  b.push({
    kind: "foreign",
    text: [...text, ".byteOffset < ", ".byteOffset + ", ".byteLength"],
    args: [x, y, x, y, y, y, x, x],
    pure: true,
    result,
  });
  return result;
}

/** A walk through all arguments that remembers the objects it has seen. */
class Walk {
  private readonly records: ReadonlyMap<string, RecordDecl>;
  /** What has been seen: objects, and the ends of views by buffer. */
  private seen: Value | undefined;
  private ends: Value | undefined;
  private readonly leads = new Map<string, boolean>();
  private readonly walks = new Map<string, string>();

  constructor(
    private readonly context: Context,
    private readonly func: Func,
    private readonly contested: ReadonlySet<string>,
  ) {
    this.records = context.program.records;
  }

  arguments(given: readonly Value[], b: Builder): void {
    const make = (text: string, type: string, hint: string): Value => {
      const result = value(opaque(type), hint);
      b.push({ kind: "foreign", text: [text], args: [], pure: false, result });
      return result;
    };
    if ([...this.contested].some((key) => key !== "typed")) this.seen = make("new Set()", "Set<unknown>", "seen");
    if (this.contested.has("typed")) this.ends = make("new Map()", "Map<unknown, number>", "ends");
    for (const v of given) if (isReference(v.type) && this.leadsTo(v.type)) this.visit(v, v.hint ?? "an argument", b);
  }

  /** Is there a contested object in a value of this type? */
  private leadsTo(type: Type): boolean {
    const shape = present(type);
    const key = sharedKey(shape);
    if (this.contested.has(key)) return true;
    const known = this.leads.get(key);
    if (known !== undefined) return known;
    this.leads.set(key, false);
    const found = members(shape, this.records).some(([, member]) => isReference(member) && this.leadsTo(member));
    this.leads.set(key, found);
    return found;
  }

  private visit(v: Value, path: string, b: Builder): void {
    if (v.type.kind === "maybe") {
      const inner = value(v.type.of, v.hint);
      b.if(
        b.prim("isNullish", [v]),
        [],
        () => [],
        (there) => {
          there.push({ kind: "cast", value: v, result: inner });
          this.visit(inner, path, there);
          return [];
        },
      );
      return;
    }
    if (this.contested.has(sharedKey(v.type))) this.note(v, path, b);
    const { type } = v;
    const inner = members(type, this.records).filter(([, member]) => isReference(member) && this.leadsTo(member));
    if (inner.length === 0) return;
    if (type.kind === "record" && this.isRecursive(type)) {
      this.callWalk(v, type, path, b);
      return;
    }
    this.inside(v, inner, path, b);
  }

  private inside(v: Value, inner: readonly (readonly [string, Type])[], path: string, b: Builder): void {
    for (const [name, member] of inner) {
      if (v.type.kind !== "array") {
        this.visit(b.load(field(v, name), member, name), `${path}.${name}`, b);
        continue;
      }
      const body = b.nested();
      const index = value(num, "i");
      const item = body.load({ kind: "elem", base: v, index }, member, "item");
      this.visit(item, `${path}[i]`, body);
      b.push({
        kind: "for",
        from: b.const(0),
        test: "<",
        to: b.length(v),
        step: 1,
        inits: [],
        body: body.region([index], []),
        breaks: false,
        results: [],
      });
    }
  }

  /** Throws if the object has been seen, and remembers it. */
  private note(v: Value, path: string, b: Builder): void {
    const message = `${this.func.source} overwrites what its arguments hold, so ${path} must not be held a second time`;
    const test = value({ kind: "bool" });
    if (v.type.kind === "typed") {
      const { ends } = this;
      invariant(ends !== undefined, "there is something to remember views with");
      // Views of one buffer are told apart by where they lie; they must come in order.
      b.push({
        kind: "foreign",
        text: ["(", ".get(", ".buffer) ?? 0) > ", ".byteOffset"],
        args: [ends, v, v],
        pure: false,
        result: test,
      });
      refuseIf(test, message, b);
      b.push({
        kind: "foreign",
        text: ["", ".set(", ".buffer, ", ".byteOffset + ", ".byteLength)"],
        args: [ends, v, v, v],
        pure: false,
      });
      return;
    }
    const { seen } = this;
    invariant(seen !== undefined, "there is something to remember objects with");
    b.push({ kind: "foreign", text: ["", ".has(", ")"], args: [seen, v], pure: false, result: test });
    refuseIf(test, message, b);
    b.push({ kind: "foreign", text: ["", ".add(", ")"], args: [seen, v], pure: false });
  }

  private isRecursive(type: Type): boolean {
    const seen = new Set<string>();
    const pending = members(type, this.records).map(([, member]) => present(member));
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const key = typeText(at);
      if (key === typeText(type)) return true;
      if (seen.has(key)) continue;
      seen.add(key);
      pending.push(...members(at, this.records).map(([, member]) => present(member)));
    }
    return false;
  }

  /** Objects of a recursive type are walked by a function that calls itself. */
  private callWalk(v: Value, type: Type & { kind: "record" }, path: string, b: Builder): void {
    const { seen, ends } = this;
    const memory = [seen, ends].flatMap((one) => one ?? []);
    let name = this.walks.get(type.name);
    if (name === undefined) {
      name = `${this.context.entry}.unshared.${type.name}`;
      this.walks.set(type.name, name);
      const body = new Builder(this.func.loc);
      const item = value(type, "item");
      if (seen !== undefined) this.seen = like(seen);
      if (ends !== undefined) this.ends = like(ends);
      const params = [item, ...[this.seen, this.ends].flatMap((one) => one ?? [])];
      const inner = members(type, this.records).filter(([, member]) => isReference(member) && this.leadsTo(member));
      this.inside(item, inner, `an object inside ${path}`, body);
      [this.seen, this.ends] = [seen, ends];
      this.context.made.set(name, {
        name,
        source: "refuseShared",
        body: body.region(params, []),
        results: [],
        doc: ["Throws if an object is held twice."],
      });
    }
    b.push({ kind: "call", callee: name, args: [v, ...memory], results: [] });
  }
}
