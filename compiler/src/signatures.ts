/** The types and doc comments of exported functions, put together from what the frontend says of the source. */
import type { GeneratedParam } from "./emit/generated.js";
import { type Annotated, type Mode, orderOf, type ParamSignature } from "./frontend/lowered.js";
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
  return {
    text: text(types.map((t) => t.text)),
    imports: types.flatMap((t) => t.imports),
    ...(types.some((t) => t.isOpen === true) ? { isOpen: true } : {}),
  };
}

const sparseMatrix: TypeText = { text: "SparseMatrix", imports: [{ name: "SparseMatrix", from: "@adc/runtime" }] };

/** What `f_<mode>` returns. */
export function returnsOf(annotated: Annotated, mode: Mode): TypeText {
  const gradient = gradientText(annotated);
  const { returns, returnsGradient } = annotated;
  switch (mode) {
    case "grad":
      return gradient;
    case "value_and_grad":
      return join([returns, gradient], ([value, grad]) => `[value: ${value}, grad: ${grad}]`);
    case "vjp":
      return join(
        [returns, returnsGradient, gradient],
        ([value, seed, grad]) => `[value: ${value}, pullback: (seed: ${seed}) => ${grad}]`,
      );
    case "jvp":
      return join([returns, returnsGradient], ([value, tangent]) => `[value: ${value}, tangent: ${tangent}]`);
    case "accumulate":
      return returns;
    case "jacobian":
      return annotated.isSparse === true ? sparseMatrix : asked(annotated.returnsJacobian);
    case "hvp":
      return join([gradient, gradient], ([grad, hv]) => `[grad: ${grad}, hv: ${hv}]`);
    case "hessian":
      return annotated.isSparse === true ? sparseMatrix : asked(annotated.returnsHessian);
    default:
      return gradient;
  }
}

function asked(text: TypeText | undefined): TypeText {
  invariant(text !== undefined, "the frontend writes the types of what is asked for");
  return text;
}

/** The parameters of `f_<mode>`: those of f, and what the mode takes besides. */
export function paramsOf(annotated: Annotated, mode: Mode): readonly GeneratedParam[] {
  const own = annotated.params.map(({ name, type, default: initial, optional, rest }) => ({
    name,
    type,
    ...(initial === undefined ? {} : { default: initial }),
    ...(optional === undefined ? {} : { optional }),
    ...(rest === undefined ? {} : { rest }),
  }));
  const more = extraParams(annotated, mode);
  return more.length === 0 ? own : [...own.map(positional), ...more];
}

/** A parameter that others follow: it is always given, and is not the rest of them. */
function positional(param: GeneratedParam): GeneratedParam {
  const { name, type, default: initial, optional } = param;
  if (optional === undefined) return { name, type, ...(initial === undefined ? {} : { default: initial }) };
  return { name, type: { ...type, text: `${/=>/.test(type.text) ? `(${type.text})` : type.text} | undefined` } };
}

function extraParams(annotated: Annotated, mode: Mode): readonly GeneratedParam[] {
  const taken = new Set(annotated.params.map((p) => p.name));
  const free = (name: string): string => {
    let found = name;
    while (taken.has(found)) found = `${found}_`;
    taken.add(found);
    return found;
  };
  const each = (name: (p: ParamSignature) => string): readonly GeneratedParam[] =>
    annotated.wrt.flatMap((i) => {
      const param = annotated.params[i];
      if (param === undefined) return [];
      return [{ name: free(name(param)), type: param.gradient }];
    });
  switch (mode) {
    case "jvp":
      return each((p) => `${p.name}Dot`);
    case "hvp":
      return each((p) => (annotated.wrt.length === 1 ? "v" : `v${p.name.charAt(0).toUpperCase()}${p.name.slice(1)}`));
    case "accumulate":
      return [{ name: free("into"), type: gradientText(annotated) }];
    default:
      return [];
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
    case "jvp":
      return [`Value of ${source} and its derivative in the direction of tangents of ${names}.`];
    case "accumulate":
      return [`Adds the gradient of ${source} with respect to ${names} into \`into\`; returns the value.`];
    case "jacobian":
      return [`Jacobian of ${source} with respect to ${names}.`];
    case "hvp":
      return [`Gradient of ${source} with respect to ${names}, and its Hessian times a vector.`];
    case "hessian":
      return [`Hessian of ${source} with respect to ${names}.`];
    default:
      return [`${ordinal(orderOf(mode) ?? 0)} derivative of ${source} with respect to ${names}.`];
  }
}

function ordinal(n: number): string {
  const words = ["", "", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth"];
  return words[n] ?? `${n}th`;
}
