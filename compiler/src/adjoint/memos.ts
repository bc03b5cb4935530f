/** The memos by which copies, shadows and gradients share as the arguments do: each made where it is first asked for. */
import { type Builder, value } from "../ir/build.js";
import type { Value } from "../ir/ir.js";
import { opaque } from "../ir/types.js";

export class Memos {
  readonly #made = new Map<string, Value>();

  constructor(private readonly b: Builder) {}

  get(name: string): Value {
    let memo = this.#made.get(name);
    if (memo === undefined) {
      memo = value(opaque("Map<object, object>"), name);
      this.b.push({ kind: "foreign", text: ["new Map()"], args: [], pure: true, result: memo });
      this.#made.set(name, memo);
    }
    return memo;
  }
}
