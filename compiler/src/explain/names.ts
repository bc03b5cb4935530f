/** Values as short expressions in the names of the source: `w * xs[i] + b`. */
import type { Op, Place, Region, Value, ValueId } from "../ir/ir.js";
import { primitive } from "../ir/primitives.js";
import { results, walk } from "../ir/walk.js";

/** The longest expression that is shown whole. */
const longest = 44;

const levels: Readonly<Record<string, number>> = {
  "||": 1,
  "&&": 2,
  "===": 3,
  "!==": 3,
  "<": 4,
  ">": 4,
  "<=": 4,
  ">=": 4,
};
const levelOf = (infix: string): number => levels[infix] ?? (/^[+-]$/.test(infix) ? 6 : infix === "**" ? 8 : 7);
const atom = 10;

export class Names {
  readonly #definitions = new Map<ValueId, Op>();
  readonly #indices = new Set<ValueId>();
  readonly #bindings = new Map<ValueId, Value>();

  constructor(bodies: Iterable<Region>) {
    for (const body of bodies) this.add(body);
  }

  add(body: Region): void {
    walk(body, (op) => {
      for (const v of results(op)) this.#definitions.set(v.id, op);
      const [index] = op.kind === "for" ? op.body.params : [];
      if (index !== undefined) this.#indices.add(index.id);
    });
  }

  /** From here on, a parameter of a function is what a call gives it. */
  bind(param: Value, argument: Value): void {
    const bound = this.resolve(argument);
    if (bound !== param) this.#bindings.set(param.id, bound);
  }

  resolve(v: Value): Value {
    return this.#bindings.get(v.id) ?? v;
  }

  definition(v: Value): Op | undefined {
    return this.#definitions.get(this.resolve(v).id);
  }

  isIndex(v: Value): boolean {
    return this.#indices.has(v.id);
  }

  /** `w * xs[i] + b`; with `inside`, what the value is made of where it has a name itself. */
  of(v: Value, inside = false): string {
    const { text } = this.#expression(this.resolve(v), 5, inside);
    return text.length <= longest ? text : this.#shorter(this.resolve(v), inside);
  }

  #shorter(v: Value, inside: boolean): string {
    for (let depth = 4; depth > 0; depth--) {
      const { text } = this.#expression(v, depth, inside);
      if (text.length <= longest) return text;
    }
    return "…";
  }

  place(place: Place, depth = 3): string {
    const base = this.#expression(this.resolve(place.base), depth - 1, false).text;
    if (place.kind === "field") return /^\d+$/.test(place.name) ? `${base}[${place.name}]` : `${base}.${place.name}`;
    return `${base}[${this.#expression(this.resolve(place.index), depth - 1, false).text}]`;
  }

  #expression(v: Value, depth: number, inside: boolean): { readonly text: string; readonly level: number } {
    const op = this.#definitions.get(v.id);
    if (op?.kind === "const") {
      const text = typeof op.value === "string" ? JSON.stringify(op.value) : String(op.value);
      return { text, level: text.startsWith("-") ? 9 : atom };
    }
    if (v.hint !== undefined && !inside) return { text: v.hint, level: atom };
    if (op === undefined || depth <= 0) return { text: this.isIndex(v) ? "i" : "…", level: atom };
    const operand = (arg: Value, level: number): string => {
      const inner = this.#expression(this.resolve(arg), depth - 1, false);
      return inner.level >= level ? inner.text : `(${inner.text})`;
    };
    switch (op.kind) {
      case "prim": {
        const { spelling } = primitive(op.name);
        const [left, right] = op.args;
        if (spelling.kind === "infix" && left !== undefined && right !== undefined) {
          const level = levelOf(spelling.text);
          return { text: `${operand(left, level)} ${spelling.text} ${operand(right, level + 1)}`, level };
        }
        if (spelling.kind === "prefix")
          return { text: `${spelling.text}${op.args.map((a) => operand(a, 9)).join("")}`, level: 9 };
        const name = spelling.text.replace(/^(?:Math|Number)\./, "");
        return { text: `${name}(${op.args.map((a) => operand(a, 0)).join(", ")})`, level: atom };
      }
      case "load":
        return { text: this.place(op.place, depth), level: atom };
      case "length":
        return { text: `${operand(op.array, atom)}.length`, level: atom };
      case "cast":
        return this.#expression(this.resolve(op.value), depth, false);
      case "call": {
        const [name = ""] = op.callee.replace(/@.*$/, "").split("#").slice(-1);
        return { text: `${name.replace(/\.(?:forward|reverse)$/, "")}(…)`, level: atom };
      }
      case "global":
        return { text: op.name.slice(op.name.lastIndexOf("#") + 1), level: atom };
      case "if":
        return { text: `(${operand(op.cond, 0)} ? … : …)`, level: atom };
      default:
        return { text: "…", level: atom };
    }
  }
}
