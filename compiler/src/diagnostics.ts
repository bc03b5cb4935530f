/** What adc tells a user about their program. One factory per message; every code has its entry in `docs/errors.md`. */
import type { Loc } from "./ir/ir.js";

export interface Span extends Loc {
  /** Where it ends (exclusive), counted from 1. */
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Diagnostic {
  /** `ADC2003`. */
  readonly code: string;
  readonly category: "error" | "warning";
  /** What is wrong and why, then the way out, each a sentence. */
  readonly message: string;
  /** Absent for what belongs to no place (a missing tsconfig). */
  readonly span?: Span;
  /** The call path and other places that matter. */
  readonly related: readonly { readonly span: Span; readonly message: string }[];
}

export * as annotation from "./diagnostics/annotation.js";
export * as configuration from "./diagnostics/configuration.js";
export * as language from "./diagnostics/language.js";
export * as meaning from "./diagnostics/meaning.js";
export * as rule from "./diagnostics/rule.js";
export * as schedule from "./diagnostics/schedule.js";
export * as output from "./diagnostics/output.js";
