/** How `Gradient<T>` is written in a signature: plainly where T is numbers and arrays of them, else by the type of that name. */
import type { Type, TypeText } from "../ir/ir.js";
import { isDifferentiable, type Records } from "../ir/types.js";
import { arrayText, combine, plain } from "./type-text.js";

/** `own` is how the type itself is written. */
export function gradientText(type: Type, own: TypeText, records: Records): TypeText {
  return (
    plainly(type, records) ??
    combine(
      [own, { text: "Gradient", imports: [{ name: "Gradient", from: "@adc/runtime" }] }],
      ([t]) => `Gradient<${t ?? ""}>`,
    )
  );
}

function plainly(type: Type, records: Records): TypeText | undefined {
  switch (type.kind) {
    case "num":
      return plain("number");
    case "typed":
      return plain(type.name);
    case "array": {
      const element = plainly(type.elem, records);
      return element === undefined ? undefined : arrayText(element);
    }
    case "tuple": {
      if (!type.elems.every((e) => isDifferentiable(e, records))) return undefined;
      const elems = type.elems.map((e) => plainly(e, records));
      const known = elems.filter((e) => e !== undefined);
      return known.length === elems.length ? combine(known, (texts) => `[${texts.join(", ")}]`) : undefined;
    }
    default:
      return undefined;
  }
}
