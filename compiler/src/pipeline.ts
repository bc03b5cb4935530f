/**
 * The compiler as a list of steps: IR in, IR out. The frontend stands before it, the emitter after it.
 *
 *     lowered ─ beforeDifferentiation ─▶ ─ differentiate, once per annotated function and mode ─▶ ─ afterDifferentiation ─▶ generated
 */
import { reachable } from "./analysis/memory.js";
import type { Rules } from "./adjoint/context.js";
import type { Decisions } from "./adjoint/decisions.js";
import { Derivation, type Setting } from "./differentiate/derivation.js";
import { expandDerivatives } from "./differentiate/nested.js";
import { withoutValue } from "./differentiate/gradient.js";
import { differentiate } from "./differentiate/modes.js";
import { makeInPieces } from "./differentiate/pieces.js";
import { poolArrays } from "./differentiate/pooled.js";
import type { GeneratedFunction, GeneratedModule } from "./emit/generated.js";
import { docOf, paramsOf, returnsOf } from "./signatures.js";
import type { LoweredFile } from "./frontend/lowered.js";
import type { Func, Op, Program, RecordDecl } from "./ir/ir.js";
import { withoutRules } from "./ir/rule-functions.js";
import { verify } from "./ir/verify.js";
import { walk } from "./ir/walk.js";
import { checkPartials, checkValues } from "./optimize/finite-checks.js";
import { beforeDifferentiation, improvement, optimize, removal } from "./optimize/index.js";
import { invariant } from "./support/invariant.js";

export interface PipelineOptions {
  /** Names of optimisation passes to leave out. */
  readonly without?: readonly string[];
  /** Verify the IR after every pass (default: only at the end of each stage). */
  readonly verifyEach?: boolean;
  /** Called after each step with its name and what it made. */
  readonly onStep?: (step: string, program: Program) => void;
  /** Generated code reports the first value or partial derivative that is not finite. */
  readonly debug?: boolean;
  /** Hears what the reverse transformation decides. */
  readonly decisions?: Decisions;
}

export function generate(given: LoweredFile, rules: Rules, options: PipelineOptions = {}): GeneratedModule {
  const entries = new Set(given.annotated.map((a) => a.func));
  const check = (stage: string) => (pass: string, program: Program) => {
    if (options.verifyEach === true) verify(program);
    options.onStep?.(`${stage}: ${pass}`, program);
  };
  const shared = options.without === undefined ? {} : { without: options.without };
  verify(given.program);
  options.onStep?.("lower", given.program);
  const lowered = { ...given, program: expandDerivatives(given.program, given.annotated, { rules, ...shared }) };
  if (lowered.program !== given.program) verify(lowered.program);
  const improvedPrimal = optimize(lowered.program, beforeDifferentiation, {
    ...shared,
    entries,
    afterEach: check("before"),
  });
  const primal = options.debug === true ? checkValues(improvedPrimal) : improvedPrimal;
  verify(primal);

  const {
    program: differentiated,
    exported,
    valueless,
  } = differentiateAll(lowered, primal, {
    rules,
    ...shared,
    ...(options.decisions === undefined ? {} : { decisions: options.decisions }),
  });
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

  const pooling = new Set(lowered.annotated.map((a) => `${a.func}.accumulate`));
  const finished = (name: string): Func =>
    pooling.has(name) ? poolArrays(funcOf(optimized, name)) : makeInPieces(funcOf(optimized, name));
  const looked = (func: Func, name?: string): Func => (options.debug === true ? checkPartials(func, name) : func);
  const functions = exported.map(
    (e): GeneratedFunction => ({ ...e, func: looked(finished(e.func.name), e.exportName) }),
  );
  const helpers = new Map(
    [...optimized.funcs].filter(([name]) => !names.has(name)).map(([name]) => [name, looked(finished(name))] as const),
  );
  const program = { ...optimized, funcs: helpers, globals: usedGlobals(optimized) };
  return { sourcePath: lowered.path, exported: functions, program };
}

function funcOf(program: Program, name: string): Func {
  const func = program.funcs.get(name);
  invariant(func !== undefined, `no function ${name}`);
  return func;
}

/** The constants that the generated code reads, and those these are made of, in their order. */
export function usedGlobals(program: Program): Program["globals"] {
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
  setting: Omit<Setting, "primal">,
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
  for (const annotated of lowered.annotated) {
    const derivation = new Derivation(annotated, { ...setting, primal });
    const made = new Map(differentiate(derivation).map((m) => [m.mode, m] as const));
    for (const mode of annotated.modes) {
      const found = made.get(mode);
      invariant(found !== undefined, `mode ${mode} is not generated`);
      const { func, partOf, doc = [] } = found;
      if (partOf === undefined) funcs.set(func.name, func);
      else valueless.set(func.name, partOf);
      const exportName = `${annotated.exportName}_${mode}`;
      const params = paramsOf(annotated, mode);
      const original =
        annotated.original === undefined
          ? {}
          : { original: { ...annotated.original, params: annotated.params.length } };
      const returns = returnsOf(annotated, mode);
      exported.push({ exportName, doc: [...docOf(annotated, mode), ...doc], func, params, returns, ...original });
    }
    for (const [name, func] of derivation.funcs) funcs.set(name, func);
    for (const [name, record] of derivation.records) records.set(name, record);
  }
  // The primal functions have served: only what generated code still calls goes on.
  const everything = withoutRules({ ...primal, funcs, records });
  const roots = exported.map((e) => valueless.get(e.func.name) ?? e.func.name);
  const called = new Set(roots.flatMap((name) => reachable(everything, name)));
  const program = { ...everything, funcs: new Map([...everything.funcs].filter(([name]) => called.has(name))) };
  // A constant that only a function without derivatives reads would name functions that are gone.
  return { program: { ...program, globals: usedGlobals(program) }, exported, valueless };
}
