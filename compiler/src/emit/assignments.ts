/** Giving variables their values: declarations, `s += e`, and the assignments that end a block, which happen all at once. */
import type { Value } from "../ir/ir.js";
import { isReference, present } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { line, within, type Stmt } from "./code.js";
import type { Block, Item } from "./layout.js";
import { eachLeaf } from "./liveness.js";
import { freeName, neverNames } from "./names.js";
import type { FunctionPlan } from "./plan.js";
import { carried, type Variable } from "./variables.js";

interface Copy {
  readonly target: Variable;
  readonly text: string;
  readonly reads: ReadonlySet<Variable>;
  /** TypeScript gives it the type of a literal. */
  readonly narrow: boolean;
}

/** Marks of a tape are numbers to the IR; their type in the runtime says itself. */
const isMark = (text: string): boolean => /^\w+\.mark\(\)$/.test(text);

/** A value and where it goes. */
export type Pair = readonly [to: Value, from: Value];

export class Assignments {
  /** Every name in the function. */
  readonly names: Set<string>;

  private narrows: boolean | undefined;
  private keyed: ReadonlySet<Block> | undefined;

  constructor(private readonly plan: FunctionPlan) {
    this.names = new Set([...plan.variables.list.map((v) => v.name), ...plan.taken]);
  }

  /** A name that nothing in the function has. */
  fresh(name: string): string {
    const free = freeName(name, (candidate) => this.names.has(candidate) || neverNames.has(candidate));
    this.names.add(free);
    return free;
  }

  /** Gives the variable of `v` its value: declares it, or assigns. */
  define(v: Value, text: string, block: Block): Stmt {
    const variable = this.plan.variables.of(v);
    const saysType = variable.declared || this.circular(variable, block) !== undefined;
    return this.assign(variable, saysType ? this.mutable(v, text) : text, block, this.isNarrow(v));
  }

  /** @param narrow TypeScript gives what is assigned the type of a literal */
  private assign(variable: Variable, text: string, block: Block, narrow: boolean): Stmt {
    variable.writes++;
    if (variable.declared) return line(`${variable.name} = ${text};`);
    invariant(variable.block === block, `${variable.name} is assigned before it is declared`);
    variable.declared = true;
    // A variable that starts with a literal and happens not to change stays a `let`: as a `const` it would have the literal's type.
    if (/^-?\d/.test(text) && Number.isFinite(Number(text))) variable.writes++;
    const { annotations, types } = this.plan;
    const type = annotations.of(variable.type, text) ?? (isMark(text) ? undefined : this.circular(variable, block));
    const looseType =
      narrow || isReference(variable.type) || variable.type.kind === "maybe"
        ? () => types.text(variable.type)
        : undefined;
    return {
      kind: "declare",
      variable,
      init: text,
      ...(type === undefined ? {} : { type }),
      ...(looseType === undefined ? {} : { looseType }),
    };
  }

  /**
   * Round a loop TypeScript narrows a variable to the type of what it was assigned, which it computes from the variable.
   * What is declared in a loop round which something goes that may be absent, or a union, or which puts members into
   * dictionaries, therefore says its type; where it is a boolean that goes round, other booleans do.
   */
  private circular(variable: Variable, block: Block): string | undefined {
    this.narrows ??= this.plan.layout.items.some(({ op }) => op.kind === "cast");
    const isBoolean = variable.type.kind === "bool";
    this.keyed ??= this.blocksWithMembers();
    if (!this.narrows && !isBoolean && this.keyed.size === 0) return undefined;
    for (let at: Block | undefined = block; at !== undefined; at = at.owner?.block) {
      const goesRound = at.owner !== undefined && at.role === "loop" ? carried(at.owner) : [];
      if (isBoolean && goesRound.some((v) => v.type.kind === "bool")) return "boolean";
      if (at.role === "loop" && this.keyed.has(at) && !isReference(present(variable.type)))
        return this.plan.types.text(variable.type);
      if (!this.narrows) continue;
      if (goesRound.some((v) => this.plan.annotations.isNarrowed(v.type))) return this.plan.types.text(variable.type);
    }
    return undefined;
  }

  /** The blocks in which something is put into dictionaries: their members are narrowed to it, as variables are. */
  private blocksWithMembers(): ReadonlySet<Block> {
    const found = new Set<Block>();
    for (const { op, block } of this.plan.layout.items) {
      if (op.kind !== "store" || op.place.base.type.kind !== "dict") continue;
      for (let at: Block | undefined = block; at !== undefined; at = at.owner?.block) found.add(at);
    }
    return found;
  }

  /** `s += e` and the like, when a variable is computed from itself. */
  compound(item: Item): Stmt | undefined {
    const { op } = item;
    const { variables, folding, layout } = this.plan;
    if (op.kind !== "prim" || op.args.length !== 2) return undefined;
    const sign = ({ add: "+", sub: "-", mul: "*", div: "/" } as Readonly<Record<string, string>>)[op.name];
    const [a, b] = op.args.map(layout.resolve);
    const variable = variables.of(op.result);
    if (sign === undefined || a === undefined || b === undefined || !variable.declared) return undefined;
    const isSelf = (v: Value): boolean => !folding.isInline(v) && variables.of(v) === variable;
    const other = isSelf(a) ? b : isSelf(b) && (sign === "+" || sign === "*") ? a : undefined;
    if (other === undefined) return undefined;
    variable.writes++;
    const { name } = variable;
    if (sign === "+") return line(`${this.increase(name, other)};`);
    const { expressions } = this.plan;
    if (sign === "-" && expressions.constant(other) === 1) return line(`${name}--;`);
    return line(`${name} ${sign}= ${expressions.text(other, 1)};`);
  }

  /** `place += v`, with the sign taken into the operator. */
  increase(place: string, v: Value): string {
    const { expressions } = this.plan;
    const value = expressions.constant(v);
    if (value === 1) return `${place}++`;
    if (value === -1) return `${place}--`;
    const opposite = expressions.opposite(v);
    if (opposite !== undefined) return `${place} -= ${within(opposite, 1)}`;
    return `${place} += ${expressions.text(v, 1)}`;
  }

  /** Assigns all at once: the sources are read before any target changes. */
  copies(pairs: readonly Pair[], block: Block): Stmt[] {
    const { variables, folding, layout, expressions } = this.plan;
    let pending: Copy[] = [];
    for (const [to, from] of pairs) {
      const target = variables.of(to);
      const source = layout.resolve(from);
      if (!folding.isInline(source) && variables.of(source) === target) continue;
      pending.push({
        target,
        text: this.mutable(source, expressions.text(source, 1)),
        reads: this.reads(source),
        narrow: this.isNarrow(source),
      });
    }
    const out: Stmt[] = [];
    while (pending.length > 0) {
      const free = pending.find((copy) => pending.every((other) => other === copy || !other.reads.has(copy.target)));
      if (free !== undefined) {
        pending = pending.filter((copy) => copy !== free);
        out.push(this.assign(free.target, free.text, block, free.narrow));
        continue;
      }
      // All in a circle: keep one source in a temporary.
      const [first, ...rest] = pending;
      invariant(first !== undefined, "something is pending");
      const name = this.fresh("next");
      out.push({ kind: "declare", variable: { name, writes: 1 }, init: first.text });
      pending = [...rest, { ...first, text: name, reads: new Set() }];
    }
    return out;
  }

  /** Is it read from a place whose declared type is a literal (`1 | 2`, `true`), or may it be? */
  private isNarrow(v: Value): boolean {
    if (v.type.kind !== "num" && v.type.kind !== "str" && v.type.kind !== "bool") return false;
    if (v.type.kind !== "bool" && v.type.only !== undefined) return true;
    const { layout, folding } = this.plan;
    const op = layout.definitions.get(v.id)?.item?.op;
    if (op?.kind === "load") return v.type.kind === "bool";
    if (op?.kind === "prim" && op.name === "stopGradient") return op.args.some((arg) => this.isNarrow(arg));
    if (op?.kind !== "if") return false;
    const k = op.results.findIndex((r) => r.id === v.id);
    return [op.then, op.else].some((arm) => {
      const yielded = arm.yields?.[k];
      const source = yielded === undefined ? undefined : layout.resolve(yielded);
      return source !== undefined && folding.isInline(source) && this.isNarrow(source);
    });
  }

  /** What is read from a member declared `readonly` goes into a variable that is not: only the type differs. */
  private mutable(v: Value, text: string): string {
    if (!isReference(v.type) || !this.isReadonly(v)) return text;
    const shown = this.plan.layout.definitions.get(v.id)?.item?.op.kind === "load" ? text : `(${text})`;
    return `${shown} as ${this.plan.types.text(v.type)}`;
  }

  /** Is it read from a member declared `readonly`, or may it be? */
  private isReadonly(v: Value): boolean {
    const { expressions, layout, folding } = this.plan;
    const op = layout.definitions.get(v.id)?.item?.op;
    if (op?.kind === "load") return op.place.kind === "field" && expressions.field(op.place)?.isReadonly === true;
    if (op?.kind !== "if") return false;
    const k = op.results.findIndex((r) => r.id === v.id);
    return [op.then, op.else].some((arm) => {
      const yielded = arm.yields?.[k];
      const source = yielded === undefined ? undefined : layout.resolve(yielded);
      return source !== undefined && folding.isInline(source) && this.isReadonly(source);
    });
  }

  /** The variables that evaluating `v` reads. */
  reads(v: Value): Set<Variable> {
    const found = new Set<Variable>();
    eachLeaf(v, this.plan.layout, this.plan.folding, (leaf) => found.add(this.plan.variables.of(leaf)));
    return found;
  }

  /** The variables that the copies of `pairs` write. */
  changed(pairs: readonly Pair[]): Set<Variable> {
    const { variables, folding, layout } = this.plan;
    const changed = new Set<Variable>();
    for (const [to, from] of pairs) {
      const source = layout.resolve(from);
      const target = variables.of(to);
      if (folding.isInline(source) || variables.of(source) !== target) changed.add(target);
    }
    return changed;
  }
}
