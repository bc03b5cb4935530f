/** The types and doc comments of exported functions, put together from what the frontend says of the source. */
import type { Annotated, Mode } from "./frontend/lowered.js";
import type { TypeText } from "./ir/ir.js";
import { invariant } from "./support/invariant.js";

/** `G` of the contract: the gradient's type, a labelled tuple when several parameters are differentiated. */
export function gradientText(annotated: Annotated): TypeText {
  const parts = annotated.wrt.map((i) => {
    const param = annotated.params[i];
    invariant(param !== undefined, "differentiated parameter out of range");
    return param;
  });
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only.gradient;
  return join(
    parts.map((p) => p.gradient),
    (texts) => `[${texts.map((t, i) => `${parts[i]?.name ?? ""}: ${t}`).join(", ")}]`,
  );
}

function join(types: readonly TypeText[], text: (texts: readonly string[]) => string): TypeText {
  return { text: text(types.map((t) => t.text)), imports: types.flatMap((t) => t.imports) };
}

/** What `f_<mode>` returns. */
export function returnsOf(annotated: Annotated, mode: Mode): TypeText {
  const gradient = gradientText(annotated);
  switch (mode) {
    case "grad":
      return gradient;
    case "value_and_grad":
      return join([annotated.returns, gradient], ([value, grad]) => `[value: ${value}, grad: ${grad}]`);
    case "vjp":
      return join(
        [annotated.returns, annotated.returnsGradient, gradient],
        ([value, seed, grad]) => `[value: ${value}, pullback: (seed: ${seed}) => ${grad}]`,
      );
  }
}

/** The doc comment of `f_<mode>`, a line an entry. */
export function docOf(annotated: Annotated, mode: Mode): readonly string[] {
  const file = annotated.loc.file.split("/").at(-1) ?? annotated.loc.file;
  const source = `${annotated.exportName} (${file}:${annotated.loc.line})`;
  const names = annotated.wrt.map((i) => annotated.params[i]?.name ?? "").join(", ");
  switch (mode) {
    case "grad":
      return [`Gradient of ${source} with respect to ${names}.`];
    case "value_and_grad":
      return [`Value of ${source} and its gradient with respect to ${names}.`];
    case "vjp":
      return [`Value of ${source} and its pullback: a seed for the result to the gradient with respect to ${names}.`];
  }
}
