/** Which modes there are, what each needs of a function, and whether a function has it. */
import { annotation, type Diagnostic, type Span } from "../diagnostics.js";
import type { Type } from "../ir/ir.js";
import { isDifferentiable, type Records } from "../ir/types.js";
import type { Mode } from "./lowered.js";

/** What a mode is asked of. */
export interface Asked {
  readonly result: Type | undefined;
  /** The differentiated parameters. */
  readonly inputs: readonly { readonly name: string; readonly type: Type }[];
  readonly records: Records;
  /** The type of the result, as the user reads it. */
  readonly shown: string;
}

/** Why a function does not have a mode. */
export function refusal(mode: Mode, span: Span, asked: Asked): Diagnostic | undefined {
  const isNumber = asked.result?.kind === "num";
  switch (mode) {
    case "vjp":
    case "jvp":
    case "jacobian":
      return undefined;
    case "grad":
    case "value_and_grad":
    case "hvp":
    case "hessian":
      return isNumber ? undefined : annotation.modeNeedsNumber(span, mode, asked.shown);
    case "accumulate": {
      if (!isNumber) return annotation.modeNeedsNumber(span, mode, asked.shown);
      const [only, ...others] = asked.inputs;
      const isPlain = others.length === 0 && only !== undefined && !isStructure(only.type, asked.records);
      return isPlain ? annotation.accumulateNeedsStructure(span, only.name) : undefined;
    }
    default: {
      if (!isNumber) return annotation.modeNeedsNumber(span, mode, asked.shown);
      const [only, ...others] = asked.inputs;
      if (only?.type.kind === "num" && others.length === 0) return undefined;
      return annotation.modeNeedsOneNumber(
        span,
        mode,
        asked.inputs.map((p) => p.name),
      );
    }
  }
}

/** Something that can be added into in place. */
const isStructure = (type: Type, records: Records): boolean =>
  type.kind !== "num" && type.kind !== "maybe" && isDifferentiable(type, records);
