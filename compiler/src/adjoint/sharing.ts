/**
 * Typed arrays of arguments that lie over each other in one buffer. What a function overwrites of its arguments it overwrites in
 * copies made on entry. The copies share objects as the arguments do, but not buffers, so the generated function looks, and throws.
 *
 * Only where typed arrays are overwritten of which there may be two: in two arguments, two fields, or two elements of an array.
 */
import { heldTypes } from "../analysis/aliases.js";
import type { MemoryClass } from "../analysis/memory.js";
import { Builder, elem, field, like, value } from "../ir/build.js";
import type { Func, Op, RecordDecl, Type, Value } from "../ir/ir.js";
import { arrayOf, isReference, opaque, present, typeText } from "../ir/types.js";
import type { Context } from "./context.js";
import { append } from "../support/append.js";

interface Found {
  isOverwritten: boolean;
  count: number;
  /** All that were found are arguments themselves, and there. */
  areArguments: boolean;
}

/** Throws at run time if typed arrays lie over each other in `given`, the arguments, and it matters. */
export function refuseOverlap(context: Context, func: Func, given: readonly Value[]): readonly Op[] {
  const found: Found = { isOverwritten: false, count: 0, areArguments: true };
  func.body.params.forEach((p) => {
    if (isReference(p.type) && !context.isOwn(p))
      collect(context, found, p.type, context.memory.classOf(p), 1, true, new Set());
  });
  if (!found.isOverwritten || found.count < 2) return [];
  const b = new Builder(func.loc);
  if (found.areArguments) refusePairs(context, func, given, b);
  else
    new Walk(context, func, b).arguments(
      given.filter((_, i) => !func.body.params.some((p, k) => k === i && context.isOwn(p))),
      b,
    );
  return b.ops;
}

function collect(
  context: Context,
  found: Found,
  type: Type,
  owner: MemoryClass,
  count: number,
  isArgument: boolean,
  around: ReadonlySet<string>,
): void {
  const shape = present(type);
  if (shape.kind === "typed") {
    found.isOverwritten ||= context.stability(context.entry).isGivenWrittenItself(owner);
    found.count += count;
    // One that may be absent is not asked before it is looked at.
    found.areArguments &&= isArgument && type.kind === "typed";
    return;
  }
  const key = typeText(shape);
  if (around.has(key)) return;
  const inside = new Set(around).add(key);
  const many = shape.kind === "array" || shape.kind === "dict" || isRecursive(shape, context.program.records);
  for (const [name, member] of heldTypes(shape, context.program.records)) {
    if (isReference(member)) collect(context, found, member, owner.member(name), many ? 2 : count, false, inside);
  }
}

/** Does a type hold itself? */
function isRecursive(type: Type, records: ReadonlyMap<string, RecordDecl>): boolean {
  const seen = new Set<string>();
  const pending = heldTypes(type, records).map(([, member]) => present(member));
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const key = typeText(at);
    if (key === typeText(type)) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    append(
      pending,
      heldTypes(at, records).map(([, member]) => present(member)),
    );
  }
  return false;
}

/** Arguments compared one with another. */
function refusePairs(context: Context, func: Func, given: readonly Value[], b: Builder): void {
  const { params } = func.body;
  const stability = context.stability(context.entry);
  const isOverwritten = (p: Value): boolean => stability.isGivenWrittenItself(context.memory.classOf(p));
  params.forEach((p, i) => {
    params.slice(0, i).forEach((q, j) => {
      if (context.isOwn(p) || context.isOwn(q)) return;
      const [first, second] = [given[j], given[i]];
      if (first === undefined || second === undefined) return;
      if (p.type.kind !== "typed" || q.type.kind !== "typed") return;
      if (!isOverwritten(p) && !isOverwritten(q)) return;
      const names = `${q.hint ?? "one"} and ${p.hint ?? "another"}`;
      const message = `${func.source} overwrites an argument, so ${names} must not be views of the same memory`;
      ifPresent(first, b, (x, there) =>
        ifPresent(second, there, (y, both) => refuseIf(overlap(both, x, y), message, both)),
      );
    });
  });
}

/** Does something with a value where it is not absent. */
function ifPresent(v: Value, b: Builder, then: (inner: Value, there: Builder) => void): void {
  const { type } = v;
  if (type.kind !== "maybe") {
    then(v, b);
    return;
  }
  const inner = value(type.of, v.hint);
  b.if(
    b.prim("isNullish", [v]),
    [],
    () => [],
    (there) => {
      there.push({ kind: "cast", value: v, result: inner });
      then(inner, there);
      return [];
    },
  );
}

/** Throws where the test holds. */
export function refuseIf(
  test: Value,
  message: string,
  b: Builder,
  error: "TypeError" | "RangeError" = "TypeError",
): void {
  b.if(
    test,
    [],
    (then) => {
      then.push({ kind: "throw", text: [`new ${error}(${JSON.stringify(message)})`], args: [] });
      return null;
    },
    () => [],
  );
}

/** Do two typed arrays lie over each other, without being one? Those of different kinds never are, and TypeScript lets nobody ask. */
function overlap(b: Builder, x: Value, y: Value): Value {
  const result = value({ kind: "bool" });
  const mayBeOne = typeText(x.type) === typeText(y.type);
  const text = [".buffer === ", ".buffer && ", ".byteOffset < ", ".byteOffset + "];
  b.push({
    kind: "foreign",
    text: [
      ...(mayBeOne ? ["", " !== ", " && "] : [""]),
      ...text,
      ".byteLength && ",
      ".byteOffset < ",
      ".byteOffset + ",
      ".byteLength",
    ],
    args: [...(mayBeOne ? [x, y] : []), x, y, x, y, y, y, x, x],
    pure: true,
    result,
  });
  return result;
}

/** A walk through all arguments that remembers the objects it has seen. */
class Walk {
  private readonly records: ReadonlyMap<string, RecordDecl>;
  /** What has been seen: objects, and the ends of views by buffer. */
  private seen: Value;
  private ends: Value;
  private readonly leads = new Map<string, boolean>();
  private readonly walks = new Map<string, string>();

  constructor(
    private readonly context: Context,
    private readonly func: Func,
    b: Builder,
  ) {
    this.records = context.program.records;
    const make = (text: string, type: string, hint: string): Value => {
      const result = value(opaque(type), hint);
      b.push({ kind: "foreign", text: [text], args: [], pure: false, result });
      return result;
    };
    this.seen = make("new Set()", "Set<unknown>", "seen");
    this.ends = make("new Map()", "Map<unknown, number>", "ends");
  }

  arguments(given: readonly Value[], b: Builder): void {
    for (const v of given) if (isReference(v.type) && this.leadsTo(v.type)) this.visit(v, v.hint ?? "an argument", b);
  }

  /** Is there a typed array in a value of this type? */
  private leadsTo(type: Type): boolean {
    const shape = present(type);
    if (shape.kind === "typed") return true;
    const key = typeText(shape);
    const known = this.leads.get(key);
    if (known !== undefined) return known;
    this.leads.set(key, false);
    const found = heldTypes(shape, this.records).some(([, member]) => isReference(member) && this.leadsTo(member));
    this.leads.set(key, found);
    return found;
  }

  private visit(v: Value, path: string, b: Builder): void {
    const { type } = v;
    if (type.kind === "maybe") ifPresent(v, b, (inner, there) => this.visit(inner, path, there));
    else if (type.kind === "typed") this.once(v, b, (then) => this.note(v, path, then));
    else if (type.kind === "record" && isRecursive(type, this.records))
      this.once(v, b, (then) => this.callWalk(v, type, path, then));
    else this.inside(v, path, b);
  }

  /** Does something with an object the first time it is met. */
  private once(v: Value, b: Builder, then: (b: Builder) => void): void {
    const test = value({ kind: "bool" });
    b.push({ kind: "foreign", text: ["", ".has(", ")"], args: [this.seen, v], pure: false, result: test });
    b.if(
      test,
      [],
      () => [],
      (first) => {
        first.push({ kind: "foreign", text: ["", ".add(", ")"], args: [this.seen, v], pure: false });
        then(first);
        return [];
      },
    );
  }

  private inside(v: Value, path: string, b: Builder): void {
    for (const [name, member] of heldTypes(v.type, this.records)) {
      if (!isReference(member) || !this.leadsTo(member)) continue;
      if (v.type.kind === "dict") {
        const list = value(arrayOf(present(member)), "members");
        b.push({ kind: "foreign", text: ["Object.values(", ")"], args: [v], pure: false, result: list });
        this.inside(list, path, b);
        continue;
      }
      if (v.type.kind !== "array") {
        this.visit(b.load(field(v, name), member, name), `${path}.${name}`, b);
        continue;
      }
      b.each(b.length(v), (body, i) => this.visit(body.load(elem(v, i), member, "item"), `${path}[i]`, body), "i");
    }
  }

  /** Views of one buffer are told apart by where they lie; they must come in order. */
  private note(v: Value, path: string, b: Builder): void {
    const test = value({ kind: "bool" });
    b.push({
      kind: "foreign",
      text: ["(", ".get(", ".buffer) ?? 0) > ", ".byteOffset"],
      args: [this.ends, v, v],
      pure: false,
      result: test,
    });
    const message = `${this.func.source} overwrites what its arguments hold, so ${path} must not lie over another view`;
    refuseIf(test, message, b);
    b.push({
      kind: "foreign",
      text: ["", ".set(", ".buffer, ", ".byteOffset + ", ".byteLength)"],
      args: [this.ends, v, v, v],
      pure: false,
    });
  }

  /** Objects of a recursive type are walked by a function that calls itself. */
  private callWalk(v: Value, type: Type & { kind: "record" }, path: string, b: Builder): void {
    const { seen, ends } = this;
    let name = this.walks.get(type.name);
    if (name === undefined) {
      name = `${this.context.entry}.apart.${type.name}`;
      this.walks.set(type.name, name);
      const body = new Builder(this.func.loc);
      const item = value(type, "item");
      [this.seen, this.ends] = [like(seen), like(ends)];
      const params = [item, this.seen, this.ends];
      this.inside(item, `an object inside ${path}`, body);
      [this.seen, this.ends] = [seen, ends];
      this.context.made.set(name, {
        name,
        source: "refuseOverlap",
        body: body.region(params, []),
        results: [],
        doc: ["Throws if typed arrays lie over each other."],
      });
    }
    b.push({ kind: "call", callee: name, args: [v, seen, ends], results: [] });
  }
}
