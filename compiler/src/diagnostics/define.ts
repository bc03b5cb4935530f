/** How a diagnostic is declared: a code, and a function from the particulars to message, reason and rewrite. */
import type { Diagnostic, Span } from "../diagnostics.js";

/** Three sentences: what is wrong, why it is so, what to write instead. */
export type Text = readonly [message: string, reason: string, rewrite: string];

/** Makes the diagnostic of one code. */
export interface Factory<Args extends readonly unknown[]> {
  (span: Span | undefined, ...args: Args): Diagnostic;
  readonly code: string;
}

export function error<Args extends readonly unknown[]>(code: string, text: (...args: Args) => Text): Factory<Args> {
  return define(code, "error", text);
}

export function warning<Args extends readonly unknown[]>(code: string, text: (...args: Args) => Text): Factory<Args> {
  return define(code, "warning", text);
}

function define<Args extends readonly unknown[]>(
  code: string,
  category: Diagnostic["category"],
  text: (...args: Args) => Text,
): Factory<Args> {
  const make = (span: Span | undefined, ...args: Args): Diagnostic => {
    const message = text(...args).join(" ");
    return span === undefined
      ? { code, category, message, related: [] }
      : { code, category, message, span, related: [] };
  };
  return Object.assign(make, { code });
}
