/**
 * `stopGradient(x)`. Of a number it is a primitive without a slope. Of an array or an object it is a function that makes one with
 * the same contents, number by number through that primitive: a copy, which is seen only where one of the two is
 * overwritten, and there it is refused (`frontend/stopped.ts`).
 */
import type { ts } from "ts-morph";
import { meaning } from "../../diagnostics.js";
import { Builder, elem, field, value } from "../../ir/build.js";
import type { Func, Loc, Type, Value } from "../../ir/ir.js";
import { arrayOf, isDifferentiable, isReference, num, str, type Records } from "../../ir/types.js";
import { locOf, spanOf } from "../source.js";
import { standInFor } from "./access.js";
import type { FunctionContext } from "./context.js";

/** What the functions are called that make such copies: one for each call, so that what is stopped at one place is told from another. */
export const stopping = "stopGradient#";

export function lowerStop(context: FunctionContext, node: ts.CallExpression, hint: string | undefined): Value {
  const [argument] = node.arguments;
  if (argument === undefined) return context.standIn(num);
  const v = context.expression(argument, hint);
  const { file } = context;
  if (context.isRefused(v)) return v;
  if (v.type.kind === "num") {
    const result = context.at(node).prim("stopGradient", [v], hint);
    return context.isInteger(v) ? context.integer(result) : result;
  }
  // What holds no derivative is a constant as it is.
  if (!isDifferentiable(v.type, file.types.records)) return v;
  if (!isReference(v.type) && v.type.kind !== "maybe") {
    const shown = `a value of type \`${context.show(v.type)}\``;
    context.report(meaning.builtinArguments(spanOf(argument), "stopGradient", shown));
    return standInFor(context, node);
  }
  let number = 1;
  while (file.names.has(`${stopping}${number}`)) number++;
  const name = `${stopping}${number}`;
  file.names.add(name);
  const made = new Copies(name, file.types.records, locOf(node));
  const callee = made.function(v.type);
  for (const func of made.funcs) file.funcs.set(func.name, func);
  const result = value(v.type, hint);
  context.at(node).push({ kind: "call", callee, args: [v], results: [result] });
  return result;
}

class Copies {
  readonly funcs: Func[] = [];
  readonly #byType = new Map<string, string>();

  constructor(
    private readonly name: string,
    private readonly records: Records,
    private readonly loc: Loc,
  ) {}

  /** The function for values of a type. */
  function(type: Type): string {
    const name = this.funcs.length === 0 ? this.name : `${this.name}.${this.funcs.length}`;
    if (type.kind === "record") this.#byType.set(type.name, name);
    const b = new Builder(this.loc);
    const x = value(type, "x");
    const func: Func = { name, source: "stopGradient", body: b.region([x], null), results: [type], loc: this.loc };
    const at = this.funcs.push(func) - 1;
    this.funcs[at] = { ...func, body: b.region([x], [this.content(b, x)]) };
    return name;
  }

  private copy(b: Builder, x: Value): Value {
    const { type } = x;
    if (!isDifferentiable(type, this.records)) return x;
    // An object may hold others of its type.
    if (type.kind !== "record") return this.content(b, x);
    const callee = this.#byType.get(type.name) ?? this.function(type);
    const result = value(type);
    b.push({ kind: "call", callee, args: [x], results: [result] });
    return result;
  }

  private content(b: Builder, x: Value): Value {
    const { type } = x;
    switch (type.kind) {
      case "num":
        return b.prim("stopGradient", [x]);
      case "maybe": {
        const result = value(type);
        b.if(
          b.prim("isNullish", [x]),
          [result],
          () => [x],
          (there) => [there.cast(this.copy(there, there.cast(x, type.of)), type)],
        );
        return result;
      }
      case "typed":
      case "array": {
        const result = value(type, x.hint);
        const length = b.length(x);
        b.push({ kind: "alloc", length, result });
        const held: Type = type.kind === "array" ? type.elem : num;
        b.each(length, (body, i) => body.store(elem(result, i), this.copy(body, body.load(elem(x, i), held))));
        return result;
      }
      case "dict": {
        const result = b.aggregate(type, [], x.hint);
        const isByNumber = type.key === "num";
        const keys = value(arrayOf(isByNumber ? num : str), "keys");
        const text = ["Object.keys(", isByNumber ? ").map(Number)" : ")"];
        b.push({ kind: "foreign", text, args: [x], pure: false, result: keys });
        b.each(b.length(keys), (body, i) => {
          const key = body.load(elem(keys, i), isByNumber ? num : str, "key");
          body.store(elem(result, key), this.copy(body, body.load(elem(x, key), type.elem)));
        });
        return result;
      }
      case "tuple":
        return b.aggregate(
          type,
          type.elems.map((held, k) => this.copy(b, b.load(field(x, String(k)), held))),
          x.hint,
        );
      case "record":
        return b.aggregate(
          type,
          (this.records.get(type.name)?.fields ?? []).map((f) => {
            const held = b.load(field(x, f.name), f.type);
            return f.noDiff === true ? held : this.copy(b, held);
          }),
          x.hint,
        );
      default:
        return x;
    }
  }
}
