/** Numbers and operations as they are written in pictures. */
import type { PrimName } from "../ir/primitives.js";
import { primitive } from "../ir/primitives.js";

const symbols: Partial<Record<PrimName, string>> = {
  add: "+",
  sub: "−",
  mul: "×",
  div: "÷",
  neg: "−",
  pow: "pow",
  sqrt: "√",
  sqrtSumSquares: "√",
  cbrt: "∛",
  abs: "|·|",
  floor: "⌊·⌋",
  ceil: "⌈·⌉",
  maxLiteral: "max",
  minLiteral: "min",
  stopGradient: "stop",
  fromBool: "0/1",
};

export function symbolOf(name: PrimName): string {
  return symbols[name] ?? primitive(name).spelling.text.replace(/^(?:Math|Number|Object)\./, "");
}

/** A primitive with one operand that is a constant, the other drawn: `+ 1`, `× 2`, `( )²`. */
export function withConstant(name: PrimName, constant: number, isLeft: boolean): string {
  const c = numberText(constant);
  switch (name) {
    case "add":
      return constant < 0 ? `− ${numberText(-constant)}` : `+ ${c}`;
    case "mul":
      return constant === -1 ? "−" : `× ${c}`;
    case "sub":
      return isLeft ? `${c} − ·` : constant < 0 ? `+ ${numberText(-constant)}` : `− ${c}`;
    case "div":
      return isLeft ? `${c} ÷ ·` : `÷ ${c}`;
    case "pow":
      return isLeft ? `${c}^·` : `( )${Number.isInteger(constant) ? superscript(constant) : `^${c}`}`;
    case "max":
    case "min":
    case "maxLiteral":
    case "minLiteral":
      return `${symbolOf(name)}(·, ${c})`;
    default:
      return `${symbolOf(name)}${isLeft ? `(${c}, ·)` : `(·, ${c})`}`;
  }
}

const superscript = (n: number): string =>
  Array.from(String(n), (d) => (d === "-" ? "⁻" : ("⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(d)] ?? ""))).join("");

/** Four significant digits, and a minus sign. */
export function numberText(x: number): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const rounded = Number(x.toPrecision(4));
  return String(rounded === 0 ? 0 : rounded)
    .replace("e+", "e")
    .replaceAll("-", "−");
}

/** A value of any shape; long ones in part. */
export function valueText(data: unknown): string | undefined {
  if (typeof data === "number") return numberText(data);
  if (typeof data === "boolean") return String(data);
  const members: readonly unknown[] | undefined = Array.isArray(data)
    ? data
    : ArrayBuffer.isView(data)
      ? Object.values(data)
      : undefined;
  if (members !== undefined) {
    const shown = members.slice(0, members.length > 4 ? 3 : 4).map((m) => valueText(m) ?? "…");
    return `[${shown.join(", ")}${members.length > 4 ? `, … ${members.length} in all` : ""}]`;
  }
  if (typeof data !== "object" || data === null) return undefined;
  const fields = Object.entries(data).flatMap(([key, member]) => {
    const text = valueText(member);
    return text === undefined ? [] : [`${key} ${text}`];
  });
  return `{${fields.slice(0, 3).join(", ")}${fields.length > 3 ? ", …" : ""}}`;
}
