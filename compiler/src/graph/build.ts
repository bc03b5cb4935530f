/**
 * The graph of a function: its operations on numbers as nodes, one for each in the text (a loop is drawn once, with
 * arrows back). Indices, bounds and conditions are no nodes; they are in the labels.
 */
import type { Facts } from "../adjoint/decisions.js";
import { Names } from "../explain/names.js";
import type { Op, Prim, Region, Value, ValueId } from "../ir/ir.js";
import { isNumber } from "../ir/types.js";
import { operands, regions, results } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";
import { chosenValues } from "./choose.js";
import type { GraphEdge, GraphGroup, GraphNode, NodeKind } from "./model.js";
import { numberText, symbolOf, withConstant } from "./notation.js";

/** What is known at a point, when there is one. */
export interface Overlay {
  value(v: Value): string | undefined;
  adjoint(v: Value): string | undefined;
  trips(op: Op): number | undefined;
  /** Which arm of an `if` runs. */
  taken(op: Op & { kind: "if" }): "then" | "else" | undefined;
}

export interface Drawing {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly groups: readonly GraphGroup[];
}

interface Place {
  readonly group: string | undefined;
  readonly inLoop: boolean;
  readonly isIdle: boolean;
}

export function drawFunction(facts: Facts, title: string, overlay: Overlay | undefined): Drawing {
  return new Drawer(facts, overlay).draw(title);
}

/** What the arrow of the second operand says, where the order matters. */
const secondOperand: Partial<Record<Prim["name"], string>> = {
  sub: "−",
  div: "÷",
  mod: "mod",
  pow: "exponent",
  atan2: "x",
};

/** Conditions as mathematics writes them. */
const conditionText = (text: string): string =>
  text
    .replaceAll("<=", "≤")
    .replaceAll(">=", "≥")
    .replaceAll("!==", "≠")
    .replaceAll("===", "=")
    .replaceAll(" * ", " · ")
    .replaceAll("-", "−");

class Drawer {
  readonly #nodes: GraphNode[] = [];
  readonly #edges: GraphEdge[] = [];
  readonly #groups: GraphGroup[] = [];
  /** The node that stands for a value. */
  readonly #of = new Map<ValueId, string>();
  readonly #constants = new Map<ValueId, number>();
  #drawn: ReadonlySet<ValueId> = new Set();
  readonly #names: Names;

  constructor(
    private readonly facts: Facts,
    private readonly overlay: Overlay | undefined,
  ) {
    this.#names = new Names(facts.names.flatMap((name) => facts.program.funcs.get(name)?.body ?? []));
  }

  draw(title: string): Drawing {
    const func = this.facts.program.funcs.get(this.facts.entry);
    invariant(func !== undefined, "the function is there");
    this.#drawn = chosenValues(func.body);
    const outside: Place = { group: undefined, inLoop: false, isIdle: false };
    func.body.params.forEach((param, i) => {
      if (!this.#drawn.has(param.id)) return;
      this.#node("input", param.hint ?? `p${i + 1}`, param, outside);
    });
    this.#region(func.body, outside);
    func.body.yields?.forEach((v) => {
      const id = this.#add("output", title, v, outside, {});
      this.#edge(v, id);
    });
    return { nodes: this.#nodes, edges: this.#edges, groups: this.#groups };
  }

  // -------------------------------------------------------------------------------------------------- nodes and edges

  #isActive(v: Value): boolean {
    const { activity } = this.facts;
    return activity.isActive(v) || activity.hasShadow(v);
  }

  #add(kind: NodeKind, label: string, v: Value | undefined, at: Place, more: Partial<GraphNode>): string {
    const id = `n${this.#nodes.length}`;
    // A node of a loop stands for many values.
    const shown = at.inLoop || at.isIdle ? undefined : v;
    const value = shown === undefined ? undefined : this.overlay?.value(shown);
    const isActive = v !== undefined && this.#isActive(v);
    const adjoint = shown === undefined || !isActive ? undefined : this.overlay?.adjoint(shown);
    const name = kind === "input" || kind === "output" || kind === "carried" ? undefined : v?.hint;
    this.#nodes.push({
      id,
      kind,
      label,
      isActive,
      ...(name === undefined ? {} : { name }),
      ...(at.group === undefined ? {} : { group: at.group }),
      ...(value === undefined ? {} : { value }),
      ...(adjoint === undefined ? {} : { adjoint }),
      ...(at.isIdle ? { isIdle: true } : {}),
      ...more,
    });
    return id;
  }

  #node(kind: NodeKind, label: string, v: Value, at: Place, more: Partial<GraphNode> = {}): string {
    const id = this.#add(kind, label, v, at, more);
    this.#of.set(v.id, id);
    return id;
  }

  #edge(
    from: Value,
    to: string,
    label?: string,
    more: { readonly isBack?: boolean; readonly isQuiet?: boolean } = {},
  ): void {
    const source = this.#source(from, to);
    if (source === undefined) return;
    this.#edges.push({
      from: source,
      to,
      isActive: this.#isActive(from) && more.isQuiet !== true && !this.#isIdle(source) && !this.#isIdle(to),
      ...(label === undefined ? {} : { label }),
      ...(more.isBack === true ? { isBack: true } : {}),
    });
  }

  #isIdle(id: string): boolean {
    return this.#nodes.find((n) => n.id === id)?.isIdle === true;
  }

  /** The node of a value; constants get one for each use, beside it. */
  #source(v: Value, near: string): string | undefined {
    const known = this.#of.get(v.id);
    if (known !== undefined) return known;
    const text = this.#constantText(v);
    if (text === undefined) return undefined;
    const group = this.#nodes.find((n) => n.id === near)?.group;
    return this.#add("constant", text, undefined, { group, inLoop: true, isIdle: false }, {});
  }

  #constantText(v: Value): string | undefined {
    const constant = this.#constants.get(v.id);
    if (constant !== undefined) return numberText(constant);
    const op = this.#names.definition(v);
    if (op === undefined) return this.#names.isIndex(v) ? (v.hint ?? "i") : undefined;
    return op.kind === "const" || isNumber(v.type) ? this.#names.of(v) : undefined;
  }

  // ------------------------------------------------------------------------------------------------------ operations

  #region(region: Region, at: Place): void {
    for (const op of region.ops) this.#op(op, at);
  }

  #op(op: Op, at: Place): void {
    switch (op.kind) {
      case "const":
        if (typeof op.value === "number") this.#constants.set(op.result.id, op.value);
        return;
      case "prim":
        if (this.#drawn.has(op.result.id)) this.#primitive(op, at);
        return;
      case "load": {
        if (!this.#drawn.has(op.result.id)) return;
        const id = this.#node("element", this.#names.place(op.place), op.result, at);
        this.#edge(op.place.base, id);
        return;
      }
      case "length":
        if (this.#drawn.has(op.result.id))
          this.#node("constant", this.#names.of(op.result, true), op.result, at, { isActive: false });
        return;
      case "store":
      case "accum": {
        const holder = this.#of.get(op.place.base.id);
        if (holder === undefined) return;
        const key = op.place.kind === "field" ? `.${op.place.name}` : `[${this.#names.of(op.place.index)}]`;
        this.#edge(op.value, holder, op.kind === "store" ? key : `${key} +=`);
        return;
      }
      case "cast":
      case "copy": {
        const source = op.kind === "cast" ? op.value : op.source;
        const known = this.#of.get(source.id);
        const constant = this.#constants.get(source.id);
        if (known !== undefined) this.#of.set(op.result.id, known);
        if (constant !== undefined) this.#constants.set(op.result.id, constant);
        return;
      }
      case "if":
        this.#if(op, at);
        return;
      case "for":
      case "while":
        this.#loop(op, at);
        return;
      default:
        this.#other(op, at);
    }
  }

  #primitive(op: Prim, at: Place): void {
    const { args, name, result } = op;
    const title = this.#names.of(result, true);
    const [left, right] = args;
    const constants = args.map((arg) => this.#constants.get(arg.id));
    const drawn = args.filter((_, i) => constants[i] === undefined);
    const [only] = drawn;
    if (args.length === 2 && drawn.length === 1 && only !== undefined && left !== undefined && right !== undefined) {
      const isLeft = only === right;
      const constant = constants[isLeft ? 0 : 1] ?? 0;
      const id = this.#node("operation", withConstant(name, constant, isLeft), result, at, { title });
      this.#edge(only, id);
      return;
    }
    if (args.length === 2 && left === right && left !== undefined && name === "mul") {
      const id = this.#node("operation", "( )²", result, at, { title });
      this.#edge(left, id);
      return;
    }
    const id = this.#node("operation", symbolOf(name), result, at, { title });
    const ordered = args.length === 2;
    args.forEach((arg, i) => this.#edge(arg, id, ordered && i === 1 ? secondOperand[name] : undefined));
  }

  #if(op: Op & { kind: "if" }, at: Place): void {
    const cond = conditionText(this.#names.of(op.cond, true));
    const taken = at.inLoop ? undefined : this.overlay?.taken(op);
    const arms = [op.then, op.else].map((arm, i) => {
      const isIdle = at.isIdle || (taken !== undefined && taken !== (i === 0 ? "then" : "else"));
      const group = this.#drawsIn(arm) ? this.#group("branch", i === 0 ? `if ${cond}` : "else", at, isIdle) : at.group;
      this.#region(arm, { ...at, group, isIdle });
      return arm;
    });
    op.results.forEach((v, i) => {
      if (!this.#drawn.has(v.id)) return;
      const given = arms.flatMap((arm, k) =>
        arm.yields === null ? [] : [[arm.yields[i], k === 0 ? "yes" : "no"] as const],
      );
      const [first, second] = given;
      if (first?.[0] !== undefined && second === undefined) {
        const known = this.#of.get(first[0].id);
        if (known !== undefined) this.#of.set(v.id, known);
        return;
      }
      const id = this.#node("choice", `${cond} ?`, v, at);
      for (const [value, label] of given) {
        const isOther = taken !== undefined && label !== (taken === "then" ? "yes" : "no");
        if (value !== undefined) this.#edge(value, id, label, { isQuiet: isOther });
      }
    });
  }

  /** Does a region have something of its own to draw? */
  #drawsIn(region: Region): boolean {
    return region.ops.some((op) => {
      if (op.kind === "const" || op.kind === "length" || op.kind === "cast") return false;
      if (op.kind === "store" || op.kind === "accum") return this.#drawn.has(op.place.base.id);
      if (results(op).some((v) => this.#drawn.has(v.id))) return true;
      return regions(op).some((r) => this.#drawsIn(r));
    });
  }

  #loop(op: Op & { kind: "for" | "while" }, at: Place): void {
    if (!this.#drawsIn(op.body)) return;
    const group = this.#group("loop", this.#loopLabel(op, at), at, at.isIdle);
    const inside: Place = { group, inLoop: true, isIdle: at.isIdle };
    const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
    params.forEach((param, i) => {
      const init = op.inits[i];
      if (!this.#drawn.has(param.id) || init === undefined) return;
      const constant = this.#constants.get(init.id);
      const name = param.hint ?? "carried";
      const id = this.#node(
        "carried",
        constant === undefined ? name : `${name} (from ${numberText(constant)})`,
        param,
        inside,
      );
      if (constant === undefined) this.#edge(init, id);
    });
    this.#region(op.body, inside);
    params.forEach((param, i) => {
      const next = op.body.yields?.[i + (op.breaks ? 1 : 0)];
      const result = op.results[i];
      const id = this.#of.get(param.id);
      if (next === undefined || id === undefined || this.#of.get(next.id) === id) {
        if (id !== undefined && result !== undefined) this.#of.set(result.id, id);
        return;
      }
      this.#edge(next, id, undefined, { isBack: true });
      if (result === undefined || !this.#drawn.has(result.id)) return;
      this.#edge(next, this.#node("carried", result.hint ?? "after", result, at));
    });
  }

  #loopLabel(op: Op & { kind: "for" | "while" }, at: Place): string {
    const trips = at.inLoop ? undefined : this.overlay?.trips(op);
    const times = trips === undefined ? "" : trips === 1 ? ", once" : `, ${trips} times`;
    if (op.kind === "while") {
      const [cond] = op.cond.yields ?? [];
      const names = new Names([op.cond]);
      for (const [i, param] of op.cond.params.entries()) {
        const carried = op.body.params[i];
        if (carried !== undefined) names.bind(param, carried);
      }
      const text = cond === undefined ? "" : conditionText(names.of(cond));
      return text === "true" || text === "" ? `repeat${times}` : `while ${text}${times}`;
    }
    const [index] = op.body.params;
    const from = this.#names.of(op.from, true);
    const isLast = op.test === "<=" || op.test === ">=";
    const to = this.#names.of(op.to);
    const end = isLast
      ? to
      : /^\d+$/.test(to)
        ? String(Number(to) - Math.sign(op.step))
        : `${to} ${op.step > 0 ? "−" : "+"} 1`;
    const step = Math.abs(op.step) === 1 ? "" : ` by ${op.step}`;
    return `for ${index?.hint ?? "i"} = ${from} … ${end}${step}${times}`.replaceAll("-", "−");
  }

  #group(kind: GraphGroup["kind"], label: string, at: Place, isIdle: boolean): string {
    const id = `g${this.#groups.length}`;
    this.#groups.push({
      id,
      kind,
      label,
      ...(at.group === undefined ? {} : { parent: at.group }),
      ...(isIdle ? { isIdle } : {}),
    });
    return id;
  }

  #other(op: Op, at: Place): void {
    const shown = results(op).filter((v) => this.#drawn.has(v.id));
    const [first] = shown;
    if (first === undefined) return;
    const structure = op.kind === "new" || op.kind === "alloc" || op.kind === "view" || op.kind === "zeros";
    const label = structure
      ? (first.hint ?? (op.kind === "alloc" ? "array" : op.kind))
      : this.#names.of(first, true).replace("(…)", "");
    const id = this.#node(
      structure ? "structure" : op.kind === "global" ? "constant" : "call",
      label,
      first,
      at,
      structure ? {} : { title: label },
    );
    for (const v of shown) this.#of.set(v.id, id);
    if (op.kind === "alloc" || op.kind === "global") return;
    operands(op).forEach((arg, i) => {
      const isMember =
        op.kind === "new" &&
        (first.type.kind === "array" || first.type.kind === "tuple" || first.type.kind === "typed");
      this.#edge(arg, id, isMember ? `[${i}]` : undefined);
    });
  }
}
