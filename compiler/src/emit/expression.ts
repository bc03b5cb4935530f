/** Values as JavaScript expressions, with no more parentheses than the language needs. */
import type { Cast, Field, If, Place, Prim, Type, Value } from "../ir/ir.js";
import { primitive } from "../ir/primitives.js";
import { elementOf, mayBeAbsent } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { asserted, castStep, isApartInText } from "./casts.js";
import { atom, negate, precedence, within, type Expr } from "./code.js";
import type { Folding } from "./fold.js";
import type { Block, Item, Layout } from "./layout.js";
import { isChain, isTested } from "./narrowing.js";
import { member, propertyName } from "./property.js";
import { TextTests } from "./text-tests.js";
import type { TypeNames } from "./type-names.js";
import type { Variables } from "./variables.js";

const infixLevels: Readonly<Record<string, number>> = {
  "||": precedence.or,
  "&&": precedence.and,
  "|": precedence.bitOr,
  "^": precedence.bitXor,
  "&": precedence.bitAnd,
  "===": precedence.equality,
  "!==": precedence.equality,
  "<": precedence.relational,
  "<=": precedence.relational,
  ">": precedence.relational,
  ">=": precedence.relational,
  "<<": precedence.shift,
  ">>": precedence.shift,
  ">>>": precedence.shift,
  "+": precedence.additive,
  "-": precedence.additive,
  "*": precedence.multiplicative,
  "/": precedence.multiplicative,
  "%": precedence.multiplicative,
  "**": precedence.power,
};

export class Expressions {
  private readonly texts: TextTests;

  constructor(
    readonly layout: Layout,
    readonly folding: Folding,
    readonly variables: Variables,
    /** The name a module constant has in this file. */
    private readonly globalName: (name: string) => string,
    private readonly types: TypeNames,
    /** The text of an object as the instance it is given away as. */
    private readonly instance: (record: string, literal: string) => string,
    /** The name a function of the runtime has in this file. */
    private readonly runtimeFunction: (name: string) => string,
  ) {
    this.texts = new TextTests(layout, folding, variables);
  }

  /** A value where it is used: its variable, or in place. */
  of(v: Value): Expr {
    const value = this.layout.resolve(v);
    const item = this.layout.definitions.get(value.id)?.item;
    if (item !== undefined && this.folding.isInline(value)) return this.definition(item, value);
    return atom(this.variables.of(value).name);
  }

  text(v: Value, level = 0): string {
    return within(this.of(v), level);
  }

  /** What a pure operation computes. */
  definition(item: Item, result: Value): Expr {
    const { op } = item;
    switch (op.kind) {
      case "const":
        return isPlaceholder(op.value, result) ? atom("undefined!") : literal(op.value);
      case "global":
        return atom(this.globalName(op.name));
      case "prim":
        return this.prim(op);
      case "load":
        if (op.orZero === true) return { text: `${this.place(op.place, false)} ?? 0`, level: precedence.conditional };
        return atom(this.place(op.place, true));
      case "length":
        return atom(`${this.text(op.array, precedence.atom)}.length`);
      case "cast":
        return this.cast(op, item);
      case "new":
        return this.aggregate(result, op.members, op.instances === true);
      case "if":
        return this.conditional(op);
      default:
        invariant(false, `${op.kind} is no expression`);
    }
  }

  /** A place; `checked` when it is read, so that an element is known to be there. */
  place(place: Place, checked: boolean): string {
    const base = this.text(place.base, precedence.atom);
    if (place.kind === "elem") {
      const elem = elementOf(place.base.type);
      const isThere = checked && !(elem !== undefined && mayBeAbsent(elem, undefined));
      const key = place.base.type.kind === "dict" ? this.constant(place.index) : undefined;
      if (typeof key === "string" && /^[A-Za-z_$][\w$]*$/.test(key)) return `${base}.${key}`;
      return `${base}[${this.text(place.index)}]${isThere ? "!" : ""}`;
    }
    const through = this.through(place);
    if (through === undefined) return `${base}${member(place.name)}`;
    return `(${this.text(place.base, precedence.relational)} as ${through})${member(place.name)}`;
  }

  private through(place: Place): string | undefined {
    const field = this.field(place);
    return field === undefined || place.base.type.kind !== "record"
      ? undefined
      : this.types.through(place.base.type.name, field);
  }

  /** The field that a place is, of a record. */
  field(place: Place): Field | undefined {
    const { type } = place.base;
    if (place.kind !== "field" || type.kind !== "record") return undefined;
    return this.types.decl(type.name).fields.find((f) => f.name === place.name);
  }

  /** The type of what a place holds. */
  content(place: Place): Type | undefined {
    const { type } = place.base;
    if (place.kind === "elem") return type.kind === "typed" ? undefined : elementOf(type);
    return type.kind === "tuple" ? type.elems[Number(place.name)] : this.field(place)?.type;
  }

  /** Arms whose values are written before their `if`. */
  readonly outside = new Set<Block>();

  private cast(op: Cast, item: Item): Expr {
    const { type } = op.result;
    switch (castStep(op.value.type, type, this.types.records)) {
      case "none":
        return this.of(op.value);
      case "present":
        if (isTested(op.value, item, this)) return this.of(op.value);
        // Known to be absent, so this is never reached, or throws; `undefined!` has no members.
        if (this.isConstant(op.value)) return atom(`(${this.text(op.value)} as ${this.types.text(op.value.type)})!`);
        return atom(asserted(this.text(op.value, precedence.atom)));
      case "as": {
        const isApart = isApartInText(op.value.type, type, this.types.records);
        const hidden = isApart || this.texts.isExcluded(op.value, item) ? "unknown as " : "";
        return {
          text: `${this.text(op.value, precedence.relational)} as ${hidden}${this.types.text(type)}`,
          level: precedence.relational,
        };
      }
    }
  }

  private aggregate(result: Value, members: readonly Value[], isInstance: boolean): Expr {
    const { type } = result;
    if (type.kind === "dict") return atom("{}");
    if (type.kind !== "record") return atom(`[${members.map((v) => this.text(v, 1)).join(", ")}]`);
    const literal = this.recordLiteral(type.name, members, isInstance);
    if (isInstance) return atom(this.instance(type.name, literal));
    // Text that stands for nothing fits no type of literals; such a type may be behind the record's name.
    const isVague = this.types.decl(type.name).text !== undefined && members.some((v) => this.text(v, 1) === '""');
    if (!isVague) return atom(literal);
    return { text: `${literal} as unknown as ${this.types.text(type)}`, level: precedence.relational };
  }

  private recordLiteral(record: string, members: readonly Value[], isInstance: boolean): string {
    const decl = this.types.decl(record).fields;
    invariant(decl.length === members.length, `${record} has ${decl.length} fields, got ${members.length}`);
    const fields = members.flatMap((v, k) => {
      const { name = "", optional } = decl[k] ?? {};
      // An instance has it from its prototype.
      if (isInstance && name === "constructor") return [];
      const text = this.text(v, 1);
      const written = text === name ? name : `${propertyName(name)}: ${text}`;
      if (optional !== true || this.layout.resolve(v).type.kind !== "maybe") return [written];
      // What is absent is left out.
      if (this.constant(v) === undefined && this.isConstant(v)) return [];
      return [`...(${this.text(v, precedence.equality)} === undefined ? {} : { ${written} })`];
    });
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }

  private prim(op: Prim): Expr {
    const { spelling } = primitive(op.name);
    const [a, b] = op.args;
    if (op.name === "isNullish" && a !== undefined) {
      const { type } = a;
      const [loose, absent] =
        type.kind === "maybe" && type.absent !== "both" ? (["=", type.absent] as const) : (["", "null"] as const);
      const text = (sign: string) => `${this.text(a, precedence.equality)} ${sign}${loose} ${absent}`;
      const level = precedence.equality;
      return { text: text("=="), level, negation: { text: text("!="), level } };
    }
    if (spelling.kind === "call") {
      const name = "runtime" in spelling ? this.runtimeFunction(spelling.text) : spelling.text;
      return atom(`${name}(${op.args.map((v) => this.text(v, 1)).join(", ")})`);
    }
    invariant(a !== undefined, `${op.name} has an operand`);
    if (spelling.kind === "prefix") return this.prefix(spelling.text, a);
    invariant(b !== undefined, `${op.name} has two operands`);
    return this.infix(spelling.text, a, b);
  }

  private prefix(sign: string, a: Value): Expr {
    if (sign === "") return this.of(a);
    if (sign === "!") return negate(this.of(a));
    const operand = this.text(a, precedence.prefix);
    const text = operand.startsWith(sign) ? `${sign}(${operand})` : `${sign}${operand}`;
    return { text, level: precedence.prefix };
  }

  /**
   * A variable that is compared with several literals: TypeScript would narrow it to the first and then object to the
   * next. The sign makes it an expression, which is not narrowed.
   */
  private isComparedAgain(a: Value, b: Value): boolean {
    const variable = this.layout.resolve(a);
    const literal = this.constant(b);
    if (variable.type.kind === "num" && typeof literal === "number" && variable.type.only?.includes(literal) === false)
      return true;
    if (a.type.kind !== "num" || this.constant(b) === undefined || this.folding.isInline(variable)) return false;
    const tests = (this.folding.uses.get(variable.id) ?? []).flatMap(({ reader }) =>
      reader?.op.kind === "prim" && (reader.op.name === "eq" || reader.op.name === "ne") ? [reader] : [],
    );
    const literals = new Set(
      tests.flatMap(({ op }) => {
        const other = op.kind === "prim" ? op.args[1] : undefined;
        return other === undefined ? [] : [this.constant(other)];
      }),
    );
    return literals.size > 1 && !isChain(tests, this.folding);
  }

  private infix(sign: string, a: Value, b: Value): Expr {
    const level = infixLevels[sign];
    if ((sign === "===" || sign === "!==") && level !== undefined && this.isComparedAgain(a, b)) {
      return { text: `+${this.text(a, precedence.prefix)} ${sign} ${this.text(b, level + 1)}`, level };
    }
    invariant(level !== undefined, `precedence of ${sign}`);
    if ((sign === "===" || sign === "!==") && this.texts.isContested(a, b)) {
      const [left, right] = [this.text(a, precedence.relational), this.text(b, level + 1)];
      const opposite = sign === "===" ? "!==" : "===";
      return {
        text: `(${left} as string) ${sign} ${right}`,
        level,
        negation: { text: `(${left} as string) ${opposite} ${right}`, level },
      };
    }
    if (sign === "**") {
      // A unary minus may not stand to its left; it groups to the right.
      return { text: `${this.text(a, precedence.prefix + 1)} ** ${this.text(b, level)}`, level };
    }
    // TypeScript refuses to compare two different literals.
    const isCompared = (sign === "===" || sign === "!==") && this.isLiteral(a) && this.isLiteral(b);
    const left = isCompared
      ? `(${this.text(a)} as ${a.type.kind === "bool" ? "boolean" : "number"})`
      : this.text(a, level);
    const right = this.of(b);
    // x + (-y) and x - y are the same number, always.
    const opposite = sign === "+" || sign === "-" ? this.opposite(b) : undefined;
    if (opposite !== undefined)
      return { text: `${left} ${sign === "+" ? "-" : "+"} ${within(opposite, level + 1)}`, level };
    const text = `${left} ${sign} ${within(right, level + 1)}`;
    if (sign === "===") return { text, level, negation: { text: `${left} !== ${within(right, level + 1)}`, level } };
    if (sign === "!==") return { text, level, negation: { text: `${left} === ${within(right, level + 1)}`, level } };
    return { text, level };
  }

  /** `x.constructor`, written in place. TypeScript would narrow `x` to what the class makes, which `x` as it is declared never is. */
  private isConstructor(v: Value): boolean {
    const value = this.layout.resolve(v);
    const op = this.folding.isInline(value) ? this.layout.definitions.get(value.id)?.item?.op : undefined;
    return op?.kind === "load" && op.place.kind === "field" && op.place.name === "constructor";
  }

  private isLiteral(v: Value): boolean {
    const value = this.constant(v);
    if (typeof value === "number" || typeof value === "boolean") return true;
    const op = this.folding.isInline(v) ? this.layout.definitions.get(v.id)?.item?.op : undefined;
    return op?.kind === "prim" && op.name === "neg" && op.args.every((arg) => this.isLiteral(arg));
  }

  /** `y` when `v` is written in place as `-y`. */
  opposite(v: Value): Expr | undefined {
    const value = this.layout.resolve(v);
    if (!this.folding.isInline(value)) return undefined;
    const op = this.layout.definitions.get(value.id)?.item?.op;
    if (op?.kind === "prim" && op.name === "neg" && op.args[0] !== undefined) return this.of(op.args[0]);
    if (op?.kind === "const" && typeof op.value === "number" && (op.value < 0 || Object.is(op.value, -0)))
      return literal(-op.value);
    return undefined;
  }

  private conditional(op: If): Expr {
    const cond = this.of(op.cond);
    const [a] = op.then.yields ?? [];
    const [b] = op.else.yields ?? [];
    invariant(a !== undefined && b !== undefined, "a conditional expression has two values");
    const constA = this.constant(a);
    const constB = this.constant(b);
    const and = (left: Expr, right: Value): Expr => ({
      text: `${within(left, precedence.and)} && ${this.text(right, precedence.and + 1)}`,
      level: precedence.and,
    });
    const or = (left: Expr, right: Value): Expr => ({
      text: `${within(left, precedence.or)} || ${this.text(right, precedence.or + 1)}`,
      level: precedence.or,
    });
    if (constA === true && constB === false) return cond;
    if (constA === false && constB === true) return negate(cond);
    if (constA === true) return or(cond, b);
    if (constB === false) return and(cond, a);
    if (constA === false) return and(negate(cond), b);
    if (constB === true) return or(negate(cond), a);
    const level = precedence.conditional;
    return { text: `${within(cond, level + 1)} ? ${this.text(a, level)} : ${this.text(b, level)}`, level };
  }

  private isConstant(v: Value): boolean {
    return this.layout.definitions.get(this.layout.resolve(v).id)?.item?.op.kind === "const";
  }

  /** The literal a value is, if it is one. */
  constant(v: Value): number | boolean | string | null | undefined {
    const op = this.layout.definitions.get(this.layout.resolve(v).id)?.item?.op;
    return op?.kind === "const" ? op.value : undefined;
  }

  /** Text with holes; an operand gets parentheses unless its neighbours are brackets or commas. */
  withHoles(text: readonly string[], args: readonly Value[]): string {
    let out = text[0] ?? "";
    args.forEach((v, k) => {
      const after = text[k + 1] ?? "";
      const isOpen = /(^|[(,[{=]|\breturn)\s*$/.test(out) && /^\s*($|[),\]};])/.test(after);
      const isNarrowing = this.isConstructor(v) && /^ [!=]==/.test(after);
      out += isNarrowing ? `(${this.text(v)} as unknown)${after}` : this.text(v, isOpen ? 1 : precedence.atom) + after;
    });
    return out;
  }
}

/** What stands for a value nobody reads: it has the type of anything. */
function isPlaceholder(value: unknown, result: Value): boolean {
  return value === undefined && !["void", "opaque", "maybe"].includes(result.type.kind);
}

/** `x!`, once. */

export function literal(value: number | boolean | string | null | undefined): Expr {
  if (typeof value === "string") return atom(JSON.stringify(value));
  if (typeof value !== "number") return atom(String(value));
  const text = Object.is(value, -0) ? "-0" : String(value);
  return { text, level: text.startsWith("-") ? precedence.prefix : precedence.atom };
}
