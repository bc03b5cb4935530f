/**
 * The text form of the IR, for people, tests and error messages. `parse.ts` reads it back.
 *
 *     func f(%x: Float64Array) -> (num) {
 *       %0 = const 0
 *       %n = length %x
 *       for %i = %0 to %n step 1 test < (%s = %0: num) -> (%s.1) {
 *         %v = load %x[%i]
 *         %s.2 = add %s %v
 *         yield %s.2
 *       }
 *       yield %s.1
 *     }
 *
 * Names come from the hints, made unique per function in program order. A type is written on parameters, and on results
 * where it does not follow from the operands. A region without a `yield` line yields nothing, or never ends.
 */
import { derivedTypes, neverEnds, type TypeContext } from "./derive.js";
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
  ValueId,
} from "./ir.js";
import { sameType, typeText } from "./types.js";
import { regions, results } from "./walk.js";
import { assertNever } from "../support/invariant.js";

export interface PrintOptions {
  /** Appends `@line:column` to operations that know their place. */
  readonly locations?: boolean;
  /** The declarations that let more types be left out. */
  readonly context?: TypeContext;
}

const nothing: TypeContext = { records: new Map(), globals: new Map() };

export function printProgram(program: Program, options: PrintOptions = {}): string {
  const inner = { ...options, context: program };
  return [
    ...[...program.records.values()].map((r) => `${printRecord(r)}\n`),
    ...[...program.globals.values()].map((g) => printGlobal(g, inner)),
    ...[...program.funcs.values()].map((f) => printFunc(f, inner)),
  ].join("\n");
}

export function printFunc(func: Func, options: PrintOptions = {}): string {
  const printer = new Printer(func.body, options);
  const source = func.source === func.name ? "" : ` of ${nameText(func.source)}`;
  const head = `func ${nameText(func.name)}(${printer.params(func.body.params)}) -> (${func.results.map(typeText).join(", ")})${source}`;
  return `${head} ${printer.block(func.body, "")}\n`;
}

export function printRegion(region: Region, options: PrintOptions = {}): string {
  return new Printer(region, options).lines(region, "").join("\n");
}

/** One operation with its regions left out, named as in the whole `root` it stands in. */
export function printOp(op: Op, root: Region, options: PrintOptions = {}): string {
  return new Printer(root, options).op(op, "", true);
}

/** An identifier as it is, anything else in quotes. */
function nameText(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

const importText = (i: TypeImport): string =>
  `${nameText(i.name)} ${JSON.stringify(i.from)}${i.copy === undefined ? "" : ` copy ${JSON.stringify(i.copy)}`}`;

function importsText(imports: readonly TypeImport[] | undefined): string {
  if (imports === undefined || imports.length === 0) return "";
  return ` import ${imports.map(importText).join(", ")}`;
}

const writtenType = (type: TypeText): string => `${JSON.stringify(type.text)}${importsText(type.imports)}`;

function printRecord(decl: RecordDecl): string {
  const field = (f: Field): string => {
    const through = f.through === undefined ? "" : ` through (${writtenType(f.through)})`;
    const marks = `${f.optional === true ? " optional" : ""}${f.noDiff === true ? " nodiff" : ""}${through}`;
    return `${nameText(f.name)}: ${typeText(f.type)}${marks}`;
  };
  const variants = decl.variants === undefined ? "" : ` variants (${decl.variants.map(nameText).join(", ")})`;
  const apart = decl.apart === undefined ? "" : ` apart (${decl.apart.map(nameText).join(", ")})`;
  const text = decl.text === undefined ? "" : ` text ${writtenType(decl.text)}`;
  return `record ${nameText(decl.name)} (${decl.fields.map(field).join(", ")})${variants}${apart}${text}`;
}

function printGlobal(decl: GlobalDecl, options: PrintOptions): string {
  const from = decl.exportedFrom === undefined ? "" : importsText([decl.exportedFrom]);
  return `global ${nameText(decl.name)}: ${typeText(decl.type)}${from} ${new Printer(decl.init, options).block(decl.init, "")}\n`;
}

function constText(value: Const["value"]): string {
  return typeof value === "string" ? JSON.stringify(value) : Object.is(value, -0) ? "-0" : String(value);
}

/** A printer for one function: it knows the names of the function's values. */
class Printer {
  private readonly names = new Map<ValueId, string>();
  private readonly taken = new Map<string, number>();
  private readonly context: TypeContext;

  constructor(
    root: Region,
    private readonly options: PrintOptions,
  ) {
    this.context = options.context ?? nothing;
    this.nameRegion(root);
  }

  /** Names everything in the order in which it is written. */
  private nameRegion(region: Region): void {
    region.params.forEach((v) => this.nameValue(v));
    for (const op of region.ops) {
      if (op.kind === "for") op.body.params.forEach((v) => this.nameValue(v));
      if (op.kind === "while") op.cond.params.forEach((v) => this.nameValue(v));
      results(op).forEach((v) => this.nameValue(v));
      if (op.kind === "while" && sharesParams(op.cond, op.body)) {
        this.nameRegion(op.cond);
        // The two regions have the same parameters, so they share the names.
        op.body.params.forEach((v, i) => this.names.set(v.id, this.name(op.cond.params[i])));
        this.nameRegion(op.body);
      } else regions(op).forEach((r) => this.nameRegion(r));
    }
  }

  private nameValue(v: Value): void {
    if (this.names.has(v.id)) return;
    const hint = (v.hint ?? "").replace(/[^\w$]/g, "_").replace(/^(?=\d)/, "_");
    const count = this.taken.get(hint) ?? 0;
    this.taken.set(hint, count + 1);
    this.names.set(v.id, hint === "" ? `%${count}` : count === 0 ? `%${hint}` : `%${hint}.${count}`);
  }

  private name(v: Value | undefined): string {
    return v === undefined ? "%?" : (this.names.get(v.id) ?? `%?${v.id}`);
  }

  private memo(v: Value | undefined): string {
    return v === undefined ? "" : ` memo ${this.name(v)}`;
  }

  private list(values: readonly Value[], separator = " "): string {
    return values.map((v) => this.name(v)).join(separator);
  }

  params(values: readonly Value[]): string {
    return values.map((v) => this.typed(v, undefined)).join(", ");
  }

  /** A name being defined, with its type unless that is what the reader expects. */
  private typed(v: Value, expected: Type | undefined): string {
    return expected !== undefined && sameType(v.type, expected) ? this.name(v) : `${this.name(v)}: ${typeText(v.type)}`;
  }

  private place(place: Place): string {
    return place.kind === "elem"
      ? `${this.name(place.base)}[${this.name(place.index)}]`
      : `${this.name(place.base)}.${nameText(place.name)}`;
  }

  private holes(text: readonly string[], args: readonly Value[]): string {
    return text.map((part, i) => (i === 0 ? "" : `${this.name(args[i - 1])} `) + JSON.stringify(part)).join(" ");
  }

  lines(region: Region, indent: string): string[] {
    const lines = region.ops.map((op) => indent + this.op(op, indent, false));
    const ended = neverEnds(region.ops);
    if (region.yields === null) {
      if (!ended) lines.push(`${indent}never`);
    } else if (region.yields.length > 0 || ended)
      lines.push(`${indent}yield ${this.list(region.yields, ", ")}`.trimEnd());
    return lines;
  }

  block(region: Region, indent: string, brief = false): string {
    if (brief) return "{ … }";
    const lines = this.lines(region, `${indent}  `);
    return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
  }

  /** One operation; with `brief`, without what is inside its regions. */
  op(op: Op, indent: string, brief: boolean): string {
    const loc = this.options.locations === true && op.loc !== undefined ? ` @${op.loc.line}:${op.loc.column}` : "";
    const defined = op.kind === "for" || op.kind === "while" ? [] : results(op);
    const expected = derivedTypes(op, this.context);
    const head = defined.map((v, i) => this.typed(v, expected[i])).join(", ");
    return `${head === "" ? "" : `${head} = `}${this.body(op, indent, brief)}${loc}`;
  }

  private body(op: Op, indent: string, brief: boolean): string {
    switch (op.kind) {
      case "const":
        return `const ${constText(op.value)}`;
      case "prim":
        return `${op.name} ${this.list(op.args)}`.trimEnd();
      case "load":
        return `load ${this.place(op.place)}${op.orZero === true ? " orZero" : ""}`;
      case "store":
        return `store ${this.place(op.place)} = ${this.name(op.value)}${op.grows === true ? " grows" : ""}${op.removes === true ? " removes" : ""}`;
      case "accum":
        return `accum ${this.place(op.place)} += ${this.name(op.value)}`;
      case "view":
        return `view ${this.list([op.array, op.from, op.to])}`;
      case "resize":
        return `resize ${this.name(op.array)} ${this.name(op.length)}`;
      case "length":
        return `length ${this.name(op.array)}`;
      case "new":
        return `new ${op.instances === true ? "instances " : ""}${this.list(op.members)}`.trimEnd();
      case "alloc":
        return `alloc ${op.adjoint === true ? "adjoint " : ""}${this.name(op.length)}${op.fill === undefined ? "" : ` fill ${constText(op.fill)}`}`;
      case "copy":
        return `copy ${op.instances === true ? "instances " : ""}${this.name(op.source)}`;
      case "zeros":
        return `zeros ${this.name(op.like)}`;
      case "addInto":
        return `addInto ${this.name(op.target)} ${this.name(op.source)}${op.common === true ? " common" : ""}${this.memo(op.memo)}`;
      case "share":
        return `share ${op.make} ${this.name(op.source)}${this.memo(op.memo)}`;
      case "cast":
        return `cast ${this.name(op.value)}`;
      case "clear":
        return `clear ${this.name(op.target)}${this.memo(op.memo)}`;
      case "export":
        return `export ${this.name(op.source)}${op.take ? " take" : ""}`;
      case "call":
        return `call ${nameText(op.callee)}(${this.list(op.args, ", ")})`;
      case "if": {
        const bare = op.else.params.length === 0 && op.else.ops.length === 0 && op.else.yields?.length === 0;
        const otherwise = bare ? "" : ` else ${this.block(op.else, indent, brief)}`;
        return `if ${this.name(op.cond)} ${this.block(op.then, indent, brief)}${otherwise}`;
      }
      case "for": {
        const [index, ...carried] = op.body.params;
        const range = `${this.name(index)} = ${this.name(op.from)} to ${this.name(op.to)} step ${op.step} test ${op.test}`;
        return `for ${range}${this.carried(carried, op.inits)}${this.loopTail(op)} ${this.block(op.body, indent, brief)}`;
      }
      case "while": {
        const body = sharesParams(op.cond, op.body) ? "" : ` (${this.params(op.body.params)})`;
        const head = `while${this.carried(op.cond.params, op.inits)}${this.loopTail(op)}`;
        return `${head} cond ${this.block(op.cond, indent, brief)} body${body} ${this.block(op.body, indent, brief)}`;
      }
      case "foreign":
        return `foreign ${op.pure ? "pure " : ""}${this.holes(op.text, op.args)}${importsText(op.imports)}`;
      case "throw":
        return `throw ${this.holes(op.text, op.args)}${importsText(op.imports)}`;
      case "global":
        return `global ${nameText(op.name)}`;
      case "closure":
        return `closure (${this.params(op.body.params)}) ${this.block(op.body, indent, brief)}`;
      case "openTape":
        return `openTape${op.owned ? " owned" : ""}`;
      case "closeTape":
      case "tapeTop":
      case "restore":
        return `${op.kind} ${this.name(op.tape)}`;
      case "tapeRewind":
        return `tapeRewind ${this.name(op.tape)} ${this.name(op.mark)}`;
      case "reserve":
        return `reserve ${this.name(op.tape)} ${this.name(op.numbers)} ${this.name(op.flags)}`;
      case "save":
        return `save ${this.list([op.tape, ...op.values])}`;
      default:
        return assertNever(op, "operation");
    }
  }

  /** `(%s = %s0: num)`: the carried values of a loop with where they start. */
  private carried(params: readonly Value[], inits: readonly Value[]): string {
    if (params.length === 0 && inits.length === 0) return "";
    const count = Math.max(params.length, inits.length);
    const parts = Array.from({ length: count }, (_, i) => {
      const type = params[i]?.type;
      return `${this.name(params[i])} = ${this.name(inits[i])}${type === undefined ? "" : `: ${typeText(type)}`}`;
    });
    return ` (${parts.join(", ")})`;
  }

  private loopTail(op: Op & { kind: "for" | "while" }): string {
    const expected = derivedTypes(op, this.context);
    const made = op.results.map((v, i) => this.typed(v, expected[i])).join(", ");
    return `${op.breaks ? " breaks" : ""}${made === "" ? "" : ` -> (${made})`}${op.count === undefined ? "" : ` count ${this.name(op.count)}`}`;
  }
}

function sharesParams(cond: Region, body: Region): boolean {
  return (
    cond.params.length === body.params.length &&
    cond.params.every((v, i) => sameType(v.type, body.params[i]?.type ?? v.type))
  );
}
