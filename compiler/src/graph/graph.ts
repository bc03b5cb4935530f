/** `adc graph`: the computational graph of one function; at a point, with what the generated function computes there. */
import { findFunction, type Found, type FindOptions, type NotFound } from "../build/find.js";
import { configuration } from "../diagnostics.js";
import { observe, type Observation } from "../explain/observe.js";
import { powConstant, ruleSet } from "../frontend/rules.js";
import type { Op, Value } from "../ir/ir.js";
import { walk } from "../ir/walk.js";
import { drawFunction, type Overlay } from "./build.js";
import { toDot } from "./dot.js";
import { CannotEvaluate, ones } from "./data.js";
import { type Run, run } from "./evaluate.js";
import { layOut } from "./layout.js";
import type { Graph } from "./model.js";
import { numberText, valueText } from "./notation.js";
import { toSvg } from "./svg.js";

export interface GraphOptions extends FindOptions {
  /** Arguments at which the graph shows values and adjoints: numbers, arrays, plain objects. */
  readonly at?: readonly unknown[];
}

export interface FunctionGraph {
  readonly status: "drawn";
  readonly graph: Graph;
  /** In the DOT language. */
  readonly dot: string;
  /** Laid out and drawn; the same graph gives the same bytes. */
  svg(): Promise<string>;
}

const rules = { ruleSet, powConstant };

/** The computational graph of one `@differentiable` function. Throws only when adc itself fails. */
export function graphFunction(options: GraphOptions): FunctionGraph | NotFound {
  const found = findFunction(options);
  return found.status === "found" ? graphFound(found, options) : found;
}

export function graphFound(
  { lowered, annotated }: Omit<Found, "status" | "frontend">,
  options: GraphOptions,
): FunctionGraph | NotFound {
  const observation = observe(lowered, annotated, rules);
  const { at } = options;
  const name = annotated.exportName;
  let overlay: Overlay | undefined;
  let note = "";
  if (at !== undefined) {
    const problem = checkArguments(observation, at);
    if (problem !== undefined) return configurationError(configuration.cannotEvaluate(undefined, name, problem));
    try {
      ({ overlay, note } = evaluateAt(observation, at));
    } catch (error) {
      if (!(error instanceof CannotEvaluate)) throw error;
      return configurationError(configuration.cannotEvaluate(undefined, name, error.message));
    }
  }
  const drawing = drawFunction(observation.facts, name, overlay);
  const graph: Graph = { name, caption: captionOf(observation, at, note), ...drawing };
  return { status: "drawn", graph, dot: toDot(graph), svg: async () => toSvg(graph, await layOut(graph)) };
}

function configurationError(diagnostic: NotFound["diagnostics"][number]): NotFound {
  return { status: "configuration", diagnostics: [diagnostic], internalErrors: [] };
}

function captionOf({ annotated }: Observation, at: readonly unknown[] | undefined, note: string): string {
  const names = annotated.params.map((p) => p.name);
  const call = `${annotated.exportName}(${names.join(", ")})`;
  if (at === undefined) return call;
  const point = names.flatMap((name, i) => (at[i] === undefined ? [] : [`${name} = ${valueText(at[i]) ?? "…"}`]));
  return `${call} at ${point.join(", ")}: values above, adjoints below${note}`;
}

/** What is wrong with the arguments. */
function checkArguments({ annotated, facts }: Observation, at: readonly unknown[]): string | undefined {
  const params = facts.program.funcs.get(facts.entry)?.body.params ?? [];
  if (at.length !== params.length)
    return `it takes ${params.length} argument${params.length === 1 ? "" : "s"} (${annotated.params.map((p) => p.name).join(", ")}), and ${at.length} ${at.length === 1 ? "is" : "are"} given`;
  for (const [i, param] of params.entries()) {
    const given = at[i];
    const name = annotated.params[i]?.name ?? "";
    if (param.type.kind === "num" && typeof given !== "number") return `${name} is a number`;
    if ((param.type.kind === "typed" || param.type.kind === "array") && !Array.isArray(given))
      return `${name} is an array`;
    if (param.type.kind === "record" && (typeof given !== "object" || given === null || Array.isArray(given)))
      return `${name} is an object`;
  }
  return undefined;
}

/** Runs the differentiated function, before it is optimised: there primal values are what they were. */
function evaluateAt(observation: Observation, at: readonly unknown[]): { overlay: Overlay; note: string } {
  const { differentiated, generated, facts, adjoints, mode } = observation;
  const entry = differentiated.funcs.has(generated.func.name) ? generated.func.name : `${facts.entry}.value_and_grad`;
  const params = facts.program.funcs.get(facts.entry)?.body.params ?? [];
  const args = params.map((p, i) => typed(p, at[i]));
  const made: Run = run(differentiated, entry, args, ones);
  const gradients = gradientsOf(observation, made);
  const results = new Set((facts.program.funcs.get(facts.entry)?.body.yields ?? []).map((v) => v.id));
  const loops = new Map<string, Op>();
  const byResult = new Map<string, number>();
  for (const func of differentiated.funcs.values())
    walk(func.body, (op) => {
      if ((op.kind === "for" || op.kind === "while") && made.trips.has(op)) loops.set(loopKey(op), op);
    });
  for (const [key, op] of loops) byResult.set(key, made.trips.get(op) ?? 0);
  const overlay: Overlay = {
    value: (v) => {
      // Arrays are shown as they come in: what is written to them later is another value.
      const i = params.indexOf(v);
      if (i >= 0) return valueText(at[i]);
      return v.type.kind === "num" || results.has(v.id) ? valueText(made.values.get(v.id)) : undefined;
    },
    adjoint: (v) => {
      const i = params.indexOf(v);
      const position = facts.wrt.indexOf(i);
      if (i >= 0 && position >= 0) return valueText(gradients[position]);
      if (v.type.kind !== "num") return undefined;
      const adjoint = adjoints.get(v.id);
      // The seed is the adjoint of the result.
      if (adjoint === undefined) return results.has(v.id) ? numberText(1) : numberText(0);
      return valueText(made.values.get(adjoint.id));
    },
    trips: (op) => byResult.get(loopKey(op)),
    taken: (op) => {
      const cond = made.values.get(op.cond.id);
      return cond === true ? "then" : cond === false ? "else" : undefined;
    },
  };
  const isNumber = generated.func.results.length > 0 && mode !== "vjp";
  return { overlay, note: isNumber ? "" : " (for a seed of ones)" };
}

/** A loop of the program and the same loop in the forward sweep have the same parameters; one that is reversed at once has others besides. */
const loopKey = (op: Op): string =>
  op.kind === "for" || op.kind === "while"
    ? String(op.body.params[0]?.id ?? "") || `at ${op.loc?.line}:${op.loc?.column}`
    : "";

function gradientsOf({ facts, mode, differentiated, generated }: Observation, made: Run): readonly unknown[] {
  const returnsValue = mode !== "grad" || !differentiated.funcs.has(generated.func.name);
  const given = returnsValue ? made.results.slice(1) : made.results;
  if (mode === "vjp" || facts.wrt.length === 1) return given;
  const [all] = given;
  return Array.isArray(all) ? all : [];
}

function typed(param: Value, given: unknown): unknown {
  if (param.type.kind === "typed" && Array.isArray(given)) return Float64Array.from(given.map(Number));
  if (param.type.kind === "array" && Array.isArray(given)) {
    const { elem } = param.type;
    return given.map((member) => typed({ ...param, type: elem }, member));
  }
  return structuredClone(given);
}
