/**
 * `Object.values(o)` of an object some of whose members may be missing: which are there, and in which order they came, the
 * object itself says when the program runs.
 */
import type { ts } from "ts-morph";
import { elem, field } from "../../ir/build.js";
import type { RecordDecl, Type, Value } from "../../ir/ir.js";
import { arrayOf, present, sameType, str } from "../../ir/types.js";
import { load } from "./access.js";
import { countTo } from "./array-make.js";
import type { FunctionContext } from "./context.js";
import { branchValue } from "./flow.js";
import { foreign } from "./foreign.js";
import { askIfThere } from "./held-undefined.js";
import { presentValue } from "./missing.js";
import { primitive } from "./primitive.js";

/** The names, the members, or pairs of both; absent where the members are of several types. */
export function listedMembers(
  context: FunctionContext,
  node: ts.Expression,
  v: Value,
  decl: RecordDecl,
  name: string,
  hint: string | undefined,
): Value | undefined {
  const [first] = decl.fields;
  if (first === undefined || decl.variants !== undefined) return undefined;
  const type = present(first.type);
  const areAlike = decl.fields.every((f) => sameType(present(f.type), type) && !mayBeNull(f.type));
  if (name !== "Object.keys" && !areAlike) return undefined;
  for (const f of decl.fields) if (f.optional === true) askIfThere(context, v.type, f.name, node);
  const keys = foreign(context, node, ["Object.keys(", ")"], [v], arrayOf(str), { pure: false });
  if (name === "Object.keys") return keys;
  const pair: Type = { kind: "tuple", elems: [str, type] };
  const list = arrayOf(name === "Object.values" ? type : pair);
  const made = context.at(node).aggregate(list, [], hint);
  context.putInto(made, v);
  countTo(context, context.at(node).length(keys), (i) => {
    const key = context.b.load(elem(keys, i), str, "key");
    const member = memberNamed(context, node, v, decl, key, type);
    const item = name === "Object.values" ? member : context.b.aggregate(pair, [key, member]);
    context.b.push({ kind: "store", place: elem(made, context.b.length(made)), value: item, grows: true });
  });
  return made;
}

const mayBeNull = (type: Type): boolean => type.kind === "maybe" && type.absent !== "undefined";

/** The member of a name that is one of those the object has. */
function memberNamed(
  context: FunctionContext,
  node: ts.Expression,
  v: Value,
  decl: RecordDecl,
  key: Value,
  type: Type,
): Value {
  const from = (k: number): Value => {
    const f = decl.fields[k];
    if (f === undefined) {
      const nothing = context.placeholder(type);
      context.at(node).push({
        kind: "throw",
        text: ["new TypeError(`a member that adc did not see: ${", "}`)"],
        args: [key],
      });
      context.dead = true;
      return nothing;
    }
    const own = (): Value =>
      presentValue(context, load(context, { place: field(v, f.name), type: f.type }, node, f.name), node);
    const test = primitive(context, node, "eq", [key, context.constant(f.name)]);
    return branchValue(context, test, own, () => from(k + 1), { type });
  };
  return from(0);
}
