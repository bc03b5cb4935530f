/** Reads the text form of the IR (see `print.ts`) back. Used by tests; a mistake in the text is an `InvariantError` with its line. */
import { value } from "./build.js";
import { derivedTypes, neverEnds } from "./derive.js";
import type {
  Const,
  Field,
  Func,
  GlobalDecl,
  Op,
  Place,
  Program,
  RecordDecl,
  Region,
  Type,
  TypeImport,
  TypeText,
  Value,
} from "./ir.js";
import { Tokens } from "./lexer.js";
import { type PrimName, primitives } from "./primitives.js";
import {
  arrayOf,
  bool,
  isTypedArrayName,
  maybe,
  num,
  opaque,
  record,
  str,
  tapeType,
  tupleOf,
  voidType,
} from "./types.js";
import { mapResults, results } from "./walk.js";

const isPrimName = (name: string): name is PrimName => Object.hasOwn(primitives, name);
const simpleTypes: Readonly<Record<string, Type>> = { num, bool, str, void: voidType, tape: tapeType };

export function parseProgram(text: string): Program {
  return new Parser(text).program();
}

/** A result as it is written: its name, and its type where that is written. */
interface Written {
  readonly name: string;
  readonly type: Type | undefined;
  readonly line: number;
}

class Parser {
  private readonly tokens: Tokens;
  private readonly records = new Map<string, RecordDecl>();
  private readonly globals = new Map<string, GlobalDecl>();
  private readonly funcs = new Map<string, Func>();
  /** The values of the function being read. Names are unique in what we print; a name defined again hides the former. */
  private scope = new Map<string, Value>();

  constructor(text: string) {
    this.tokens = new Tokens(text);
  }

  program(): Program {
    const { tokens } = this;
    while (tokens.peek().kind !== "end") {
      this.scope = new Map();
      if (tokens.eat("record")) this.record();
      else if (tokens.eat("global")) this.global();
      else if (tokens.eat("func")) this.func();
      else tokens.fail(`expected "record", "global" or "func", found ${JSON.stringify(tokens.peek().text)}`);
    }
    return { funcs: this.funcs, records: this.records, globals: this.globals };
  }

  // ------------------------------------------------------------------------------------------------- declarations

  private record(): void {
    const { tokens } = this;
    const name = tokens.name();
    const fields = this.list("(", ")", (): Field => {
      const field = tokens.name("a field");
      tokens.expect(":");
      const type = this.type();
      const optional = tokens.eat("optional") ? ({ optional: true } as const) : {};
      const noDiff = tokens.eat("nodiff") ? { noDiff: true } : {};
      if (!tokens.eat("through")) return { name: field, type, ...optional, ...noDiff };
      tokens.expect("(");
      const through = this.typeText();
      tokens.expect(")");
      return { name: field, type, ...optional, ...noDiff, through };
    });
    const variants = tokens.eat("variants") ? { variants: this.list("(", ")", () => tokens.name()) } : {};
    const apart = tokens.eat("apart") ? { apart: this.list("(", ")", () => tokens.name()) } : {};
    const text = tokens.eat("text") ? { text: this.typeText() } : {};
    this.records.set(name, { name, fields, ...variants, ...apart, ...text });
  }

  private typeText(): TypeText {
    const text = this.tokens.take("string", "the text of the type").text;
    return { text, imports: this.imports() ?? [] };
  }

  private global(): void {
    const { tokens } = this;
    const name = tokens.name();
    tokens.expect(":");
    const type = this.type();
    const exportedFrom = this.imports()?.[0];
    const init = this.block([]);
    this.globals.set(name, exportedFrom === undefined ? { name, type, init } : { name, type, init, exportedFrom });
  }

  private func(): void {
    const { tokens } = this;
    const name = tokens.name();
    const params = this.params();
    tokens.expect("->");
    const types = this.list("(", ")", () => this.type());
    const source = tokens.eat("of") ? tokens.name() : name;
    this.funcs.set(name, { name, body: this.block(params), results: types, source });
  }

  private imports(): readonly TypeImport[] | undefined {
    const { tokens } = this;
    if (!tokens.eat("import")) return undefined;
    const found: TypeImport[] = [];
    do {
      const item = { name: tokens.name(), from: tokens.take("string", "where it is imported from").text };
      found.push(tokens.eat("copy") ? { ...item, copy: tokens.take("string", "the declaration").text } : item);
    } while (tokens.eat(","));
    return found;
  }

  private list<T>(open: string, close: string, item: () => T): T[] {
    const items: T[] = [];
    this.tokens.expect(open);
    if (this.tokens.eat(close)) return items;
    do items.push(item());
    while (this.tokens.eat(","));
    this.tokens.expect(close);
    return items;
  }

  private type(): Type {
    const { tokens } = this;
    const type = this.simpleType();
    if (!tokens.eat("?")) return type;
    return maybe(type, tokens.eat("null") ? "null" : tokens.eat("both") ? "both" : "undefined");
  }

  private simpleType(): Type {
    const { tokens } = this;
    if (tokens.eat("[")) {
      const elem = this.type();
      tokens.expect("]");
      return arrayOf(elem);
    }
    if (tokens.eat("{")) {
      const loose = tokens.eat("loose") ? { loose: true as const } : {};
      const key = tokens.eat("num") ? "num" : "str";
      if (key === "str") tokens.expect("str");
      tokens.expect(":");
      const elem = this.type();
      tokens.expect("}");
      return { kind: "dict", key, elem, ...loose };
    }
    if (tokens.sees("(")) return tupleOf(this.list("(", ")", () => this.type()));
    if (tokens.peek().kind === "value") {
      const { text } = tokens.next();
      return record(text === "" ? tokens.take("string", "the name of a record").text : text);
    }
    if (tokens.eat("opaque")) return opaque(tokens.take("string", "the text of the type").text);
    if (tokens.eat("fn")) {
      const params = this.list("(", ")", () => this.type());
      tokens.expect("->");
      return { kind: "closure", params, results: this.list("(", ")", () => this.type()) };
    }
    const { text } = tokens.take("name", "a type");
    const simple = Object.hasOwn(simpleTypes, text) ? simpleTypes[text] : undefined;
    return simple ?? (isTypedArrayName(text) ? { kind: "typed", name: text } : tokens.fail(`no such type: ${text}`));
  }

  // -------------------------------------------------------------------------------------------------------- values

  private define(name: string, type: Type): Value {
    const hint = name.replace(/\.?\d+$/, (suffix) => (suffix.startsWith(".") || suffix === name ? "" : suffix));
    const made = hint === "" ? value(type) : value(type, hint);
    this.scope.set(name, made);
    return made;
  }

  private use(): Value {
    const token = this.tokens.take("value", "a value");
    return this.scope.get(token.text) ?? this.tokens.fail(`%${token.text} is not defined`, token);
  }

  /** Values up to the end of the line. */
  private uses(): Value[] {
    const found: Value[] = [];
    while (this.tokens.continues() && this.tokens.peek().kind === "value") found.push(this.use());
    return found;
  }

  private written(): Written {
    const { text: name, line } = this.tokens.take("value", "a value");
    return { name, line, type: this.tokens.eat(":") ? this.type() : undefined };
  }

  private params(): Value[] {
    const written = this.list("(", ")", () => this.written());
    return written.map((w) => this.define(w.name, w.type ?? this.tokens.fail(`%${w.name} needs a type`)));
  }

  private place(): Place {
    const { tokens } = this;
    const base = this.use();
    if (tokens.eat(".")) return { kind: "field", base, name: tokens.name("a field") };
    tokens.expect("[");
    const index = this.use();
    tokens.expect("]");
    return { kind: "elem", base, index };
  }

  // ----------------------------------------------------------------------------------------------------- operations

  private block(params: readonly Value[]): Region {
    const { tokens } = this;
    const ops: Op[] = [];
    tokens.expect("{");
    let yields: readonly Value[] | null | undefined;
    while (!tokens.eat("}")) {
      if (tokens.eat(";")) continue;
      if (yields !== undefined) tokens.fail("nothing may follow the end of a region");
      if (tokens.eat("never")) yields = null;
      else if (tokens.eat("yield")) {
        const found: Value[] = [];
        if (tokens.continues() && tokens.peek().kind === "value")
          do found.push(this.use());
          while (tokens.eat(","));
        yields = found;
      } else ops.push(this.op());
    }
    return { params, ops, yields: yields === undefined ? (neverEnds(ops) ? null : []) : yields };
  }

  private op(): Op {
    const { tokens } = this;
    let written: Written[] = [];
    if (tokens.peek().kind === "value") {
      do written.push(this.written());
      while (tokens.eat(","));
      tokens.expect("=");
    }
    const keyword = tokens.take("name", "an operation");
    const loop: { results?: Written[]; count?: Written } = {};
    const untyped = this.body(
      keyword.text,
      written.map((w) => value(voidType, w.name)),
      loop,
    );
    written = [...(loop.results ?? written), ...(loop.count === undefined ? [] : [loop.count])];
    if (results(untyped).length !== written.length)
      tokens.fail(`${keyword.text} has ${results(untyped).length} results, not ${written.length}`, keyword);
    const derived = derivedTypes(untyped, { records: this.records, globals: this.globals });
    let index = 0;
    const op = mapResults(untyped, () => {
      const w = written[index];
      const type = w?.type ?? derived[index];
      index++;
      if (w === undefined || type === undefined) return tokens.fail(`%${w?.name} needs a type`, keyword);
      return this.define(w.name, type);
    });
    if (!tokens.eat("@")) return op;
    const line = tokens.number();
    tokens.expect(":");
    return { ...op, loc: { file: "", line, column: tokens.number() } };
  }

  /** Everything of an operation after its results, which `op` makes once their types are known; until then they are `made`. */
  private body(keyword: string, made: readonly Value[], loop: { results?: Written[]; count?: Written }): Op {
    const { tokens } = this;
    const result = made[0] ?? value(voidType);
    switch (keyword) {
      case "const":
        return { kind: "const", value: this.literal(), result };
      case "load":
        return { kind: "load", place: this.place(), ...(tokens.eat("orZero") ? { orZero: true } : {}), result };
      case "store": {
        const place = this.place();
        tokens.expect("=");
        const stored = this.use();
        const grows = tokens.eat("grows") ? { grows: true as const } : {};
        return { kind: "store", place, value: stored, ...grows, ...(tokens.eat("removes") ? { removes: true } : {}) };
      }
      case "accum": {
        const place = this.place();
        tokens.expect("+=");
        return { kind: "accum", place, value: this.use() };
      }
      case "view":
        return { kind: "view", array: this.use(), from: this.use(), to: this.use(), result };
      case "resize":
        return { kind: "resize", array: this.use(), length: this.use() };
      case "length":
        return { kind: "length", array: this.use(), result };
      case "new":
        return { kind: "new", ...(tokens.eat("instances") ? { instances: true } : {}), members: this.uses(), result };
      case "alloc": {
        const adjoint = tokens.eat("adjoint") ? ({ adjoint: true } as const) : {};
        const length = this.use();
        return tokens.eat("fill")
          ? { kind: "alloc", ...adjoint, length, fill: tokens.number(), result }
          : { kind: "alloc", ...adjoint, length, result };
      }
      case "copy":
        return { kind: "copy", ...(tokens.eat("instances") ? { instances: true } : {}), source: this.use(), result };
      case "cast":
        return { kind: "cast", value: this.use(), result };
      case "zeros":
        return { kind: "zeros", like: this.use(), result };
      case "addInto":
        return {
          kind: "addInto",
          target: this.use(),
          source: this.use(),
          ...(tokens.eat("common") ? { common: true } : {}),
          ...(tokens.eat("memo") ? { memo: this.use() } : {}),
        };
      case "share": {
        const make = tokens.eat("copy") ? "copy" : tokens.eat("zeros") ? "zeros" : "export";
        if (make === "export") tokens.expect("export");
        const source = this.use();
        tokens.expect("memo");
        return { kind: "share", make, source, memo: this.use(), result };
      }
      case "clear":
        return { kind: "clear", target: this.use(), ...(tokens.eat("memo") ? { memo: this.use() } : {}) };
      case "export":
        return { kind: "export", source: this.use(), take: tokens.eat("take"), result };
      case "call":
        return {
          kind: "call",
          callee: tokens.name("a function"),
          args: this.list("(", ")", () => this.use()),
          results: made,
        };
      case "if": {
        const cond = this.use();
        const then = this.block([]);
        const otherwise: Region = tokens.eat("else") ? this.block([]) : { params: [], ops: [], yields: [] };
        return { kind: "if", cond, then, else: otherwise, results: made };
      }
      case "for":
        return this.forLoop(loop);
      case "while":
        return this.whileLoop(loop);
      case "foreign": {
        const pure = tokens.eat("pure");
        const base = { kind: "foreign", ...this.holes(), pure } as const;
        return made.length === 0 ? base : { ...base, result };
      }
      case "throw":
        return { kind: "throw", ...this.holes() };
      case "global":
        return { kind: "global", name: tokens.name(), result };
      case "closure":
        return { kind: "closure", body: this.block(this.params()), result };
      case "openTape":
        return { kind: "openTape", owned: tokens.eat("owned"), result };
      case "closeTape":
        return { kind: "closeTape", tape: this.use() };
      case "tapeTop":
        return { kind: "tapeTop", tape: this.use(), result };
      case "restore":
        return { kind: "restore", tape: this.use(), results: made };
      case "tapeRewind":
        return { kind: "tapeRewind", tape: this.use(), mark: this.use() };
      case "reserve":
        return { kind: "reserve", tape: this.use(), numbers: this.use(), flags: this.use() };
      case "save":
        return { kind: "save", tape: this.use(), values: this.uses() };
      default:
        if (!isPrimName(keyword)) return tokens.fail(`no such operation: ${keyword}`);
        return { kind: "prim", name: keyword, args: this.uses(), result };
    }
  }

  private literal(): Const["value"] {
    const { tokens } = this;
    if (tokens.peek().kind === "string") return tokens.next().text;
    if (tokens.eat("true")) return true;
    if (tokens.eat("false")) return false;
    if (tokens.eat("undefined")) return undefined;
    if (tokens.eat("null")) return null;
    return tokens.number();
  }

  private holes(): { text: string[]; args: Value[]; imports?: readonly TypeImport[] } {
    const text = [this.tokens.take("string", "text").text];
    const args: Value[] = [];
    while (this.tokens.continues() && this.tokens.peek().kind === "value") {
      args.push(this.use());
      text.push(this.tokens.take("string", "text").text);
    }
    const imports = this.imports();
    return imports === undefined ? { text, args } : { text, args, imports };
  }

  private forLoop(loop: { results?: Written[]; count?: Written }): Op {
    const { tokens } = this;
    const index = this.written();
    tokens.expect("=");
    const from = this.use();
    tokens.expect("to");
    const to = this.use();
    tokens.expect("step");
    const step = tokens.number();
    tokens.expect("test");
    const test = tokens.next().text;
    if (test !== "<" && test !== "<=" && test !== ">" && test !== ">=") return tokens.fail(`no such test: ${test}`);
    const { inits, carried } = this.carried();
    const tail = this.loopTail(loop);
    const params = [index, ...carried].map((w) => this.define(w.name, w.type ?? num));
    return { kind: "for", from, test, to, step, inits, body: this.block(params), ...tail };
  }

  private whileLoop(loop: { results?: Written[]; count?: Written }): Op {
    const { tokens } = this;
    const { inits, carried } = this.carried();
    const tail = this.loopTail(loop);
    tokens.expect("cond");
    const defineCarried = (): Value[] => carried.map((w) => this.define(w.name, w.type ?? num));
    const cond = this.block(defineCarried());
    tokens.expect("body");
    const body = this.block(tokens.sees("(") ? this.params() : defineCarried());
    return { kind: "while", inits, cond, body, ...tail };
  }

  /** `(%s = %s0: num)`; the type may be left out. */
  private carried(): { inits: Value[]; carried: Written[] } {
    const inits: Value[] = [];
    if (!this.tokens.sees("(")) return { inits, carried: [] };
    const carried = this.list("(", ")", (): Written => {
      const { text: name, line } = this.tokens.take("value", "a value");
      this.tokens.expect("=");
      const init = this.use();
      inits.push(init);
      return { name, line, type: this.tokens.eat(":") ? this.type() : init.type };
    });
    return { inits, carried };
  }

  private loopTail(loop: { results?: Written[]; count?: Written }): {
    breaks: boolean;
    results: Value[];
    count?: Value;
  } {
    const { tokens } = this;
    const breaks = tokens.eat("breaks");
    loop.results = tokens.eat("->") ? this.list("(", ")", () => this.written()) : [];
    const made = loop.results.map(() => value(voidType));
    if (!tokens.eat("count")) return { breaks, results: made };
    loop.count = this.written();
    return { breaks, results: made, count: value(voidType) };
  }
}
