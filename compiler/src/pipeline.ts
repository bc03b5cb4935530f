/**
 * The compiler as a list of steps: IR in, IR out. The frontend stands before it, the emitter after it.
 *
 *     lowered ─ beforeDifferentiation ─▶ ─ differentiate, once per annotated function and mode ─▶ ─ afterDifferentiation ─▶ generated
 */
import { reachable } from "./analysis/memory.js";
import { Context, type Rules } from "./adjoint/context.js";
import { differentiateGradient, differentiatePullback } from "./adjoint/entry.js";
import type { GeneratedFunction, GeneratedModule } from "./emit/generated.js";
import { docOf, returnsOf } from "./signatures.js";
import type { Annotated, LoweredFile } from "./frontend/lowered.js";
import type { Func, Op, Program, RecordDecl } from "./ir/ir.js";
import { verify } from "./ir/verify.js";
import { walk } from "./ir/walk.js";
import { beforeDifferentiation, improvement, optimize, removal } from "./optimize/index.js";
import { invariant } from "./support/invariant.js";

export interface PipelineOptions {
  /** Names of optimisation passes to leave out. */
  readonly without?: readonly string[];
  /** Verify the IR after every pass (default: only at the end of each stage). */
  readonly verifyEach?: boolean;
  /** Called after each step with its name and what it made. */
  readonly onStep?: (step: string, program: Program) => void;
}

export function generate(lowered: LoweredFile, rules: Rules, options: PipelineOptions = {}): GeneratedModule {
  const entries = new Set(lowered.annotated.map((a) => a.func));
  const check = (stage: string) => (pass: string, program: Program) => {
    if (options.verifyEach === true) verify(program);
    options.onStep?.(`${stage}: ${pass}`, program);
  };
  const shared = options.without === undefined ? {} : { without: options.without };
  verify(lowered.program);
  options.onStep?.("lower", lowered.program);
  const primal = optimize(lowered.program, beforeDifferentiation, { ...shared, entries, afterEach: check("before") });
  verify(primal);

  const { program: differentiated, exported, valueless } = differentiateAll(lowered, primal, rules);
  options.onStep?.("differentiate", differentiated);
  verify(differentiated);

  const names = new Set(exported.map((e) => e.func.name));
  const after = { ...shared, entries: names, afterEach: check("after") };
  const improved = optimize(differentiated, improvement, after);
  // A gradient without the value is split off only now: what it shares with its sibling is optimised once.
  const split = [...valueless]
    .filter(([name]) => names.has(name))
    .map(([name, both]) => withoutValue(name, funcOf(improved, both)));
  const complete = { ...improved, funcs: new Map([...improved.funcs, ...split.map((f) => [f.name, f] as const)]) };
  const optimized = optimize(complete, removal, after);
  verify(optimized);

  const functions = exported.map((e): GeneratedFunction => ({ ...e, func: funcOf(optimized, e.func.name) }));
  const helpers = new Map([...optimized.funcs].filter(([name]) => !names.has(name)));
  const program = { ...optimized, funcs: helpers, globals: usedGlobals(optimized) };
  return { sourcePath: lowered.path, exported: functions, program };
}

function funcOf(program: Program, name: string): Func {
  const func = program.funcs.get(name);
  invariant(func !== undefined, `no function ${name}`);
  return func;
}

/** The constants that the generated code reads, and those these are made of, in their order. */
function usedGlobals(program: Program): Program["globals"] {
  const used = new Set<string>();
  const visit = (op: Op): void => {
    if (op.kind !== "global" || used.has(op.name)) return;
    used.add(op.name);
    const decl = program.globals.get(op.name);
    if (decl !== undefined && decl.exportedFrom === undefined) walk(decl.init, visit);
  };
  for (const func of program.funcs.values()) walk(func.body, visit);
  return new Map([...program.globals].filter(([name]) => used.has(name)));
}

function differentiateAll(
  lowered: LoweredFile,
  primal: Program,
  rules: Rules,
): {
  readonly program: Program;
  readonly exported: readonly GeneratedFunction[];
  /** Gradients that are another function without its value, by name: split off when that one is optimised. */
  readonly valueless: ReadonlyMap<string, string>;
} {
  const valueless = new Map<string, string>();
  const funcs = new Map<string, Func>(primal.funcs);
  const records = new Map<string, RecordDecl>(primal.records);
  const exported: GeneratedFunction[] = [];
  const add = (annotated: Annotated, mode: Annotated["modes"][number], func: Func): void => {
    if (!valueless.has(func.name)) funcs.set(func.name, func);
    exported.push({
      exportName: `${annotated.exportName}_${mode}`,
      doc: docOf(annotated, mode),
      func,
      params: annotated.params.map((p) => ({
        name: p.name,
        type: p.type,
        ...(p.default === undefined ? {} : { default: p.default }),
        ...(p.optional === undefined ? {} : { optional: p.optional }),
        ...(p.rest === undefined ? {} : { rest: p.rest }),
      })),
      returns: returnsOf(annotated, mode),
    });
  };
  for (const annotated of lowered.annotated) {
    const context = new Context(primal, annotated.func, annotated.wrt, rules);
    const byMode = new Map<string, Func>();
    if (annotated.modes.some((m) => m !== "vjp")) {
      const both = differentiateGradient(context);
      const grad = withoutValue(`${annotated.func}.grad`, both);
      byMode.set("value_and_grad", both);
      byMode.set("grad", grad);
      if (annotated.modes.includes("value_and_grad")) valueless.set(grad.name, both.name);
    }
    if (annotated.modes.includes("vjp")) byMode.set("vjp", differentiatePullback(context));
    for (const mode of annotated.modes) {
      const func = byMode.get(mode);
      invariant(func !== undefined, `mode ${mode} is not generated`);
      add(annotated, mode, func);
    }
    for (const [name, func] of context.made) funcs.set(name, func);
    for (const [name, record] of context.records) records.set(name, record);
  }
  // The primal functions have served: only what generated code still calls goes on.
  const everything = { ...primal, funcs, records };
  const roots = exported.map((e) => valueless.get(e.func.name) ?? e.func.name);
  const called = new Set(roots.flatMap((name) => reachable(everything, name)));
  const program = { ...everything, funcs: new Map([...funcs].filter(([name]) => called.has(name))) };
  return { program, exported, valueless };
}

/** The gradient alone: dead code elimination then removes what only the value needed. */
function withoutValue(name: string, both: Func): Func {
  const { yields } = both.body;
  return {
    ...both,
    name,
    body: { ...both.body, yields: yields === null ? null : yields.slice(1) },
    results: both.results.slice(1),
  };
}
