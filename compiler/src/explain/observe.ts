/** One function through the compiler, with everything the compiler decides on the way written down. */
import { reachable } from "../analysis/memory.js";
import type { Availability, Decisions, Facts } from "../adjoint/decisions.js";
import type { Rules } from "../adjoint/context.js";
import type { GeneratedFunction } from "../emit/generated.js";
import type { Annotated, LoweredFile, Mode } from "../frontend/lowered.js";
import type { For, Func, Program, Value, ValueId } from "../ir/ir.js";
import { generate, usedGlobals } from "../pipeline.js";
import { invariant } from "../support/invariant.js";

export interface Settled {
  readonly value: Value;
  readonly how: Availability;
  readonly standIn: Value;
}

export interface Step {
  readonly name: string;
  readonly program: Program;
}

export interface Observation {
  readonly annotated: Annotated;
  readonly mode: Mode;
  /** As the frontend hands it on. */
  readonly lowered: Program;
  /** About the program that is differentiated. */
  readonly facts: Facts;
  /** Directly after differentiation: primal values keep their identity here. */
  readonly differentiated: Program;
  /** The generated function, optimised, and what it calls. */
  readonly generated: GeneratedFunction;
  readonly program: Program;
  /** Each forward value that reverse code asked for, once per way. */
  readonly settled: readonly Settled[];
  /** The adjoint of each primal value that has one, in `differentiated`. */
  readonly adjoints: ReadonlyMap<ValueId, Value>;
  /** Loops whose iterations run again and are reversed at once. */
  readonly fused: ReadonlySet<For>;
  readonly steps: readonly Step[];
}

/** The mode that is looked at: the gradient where there is one, else the pullback. */
export function modeToShow({ modes }: Annotated, returnsNumber: boolean): Mode {
  for (const mode of ["grad", "value_and_grad", "vjp"] as const) if (modes.includes(mode)) return mode;
  return returnsNumber ? "grad" : "vjp";
}

/** The modes that can be looked at: one forward sweep, and perhaps one reverse sweep. */
export type ShownMode = "grad" | "value_and_grad" | "vjp" | "jvp" | "hvp";

/** What one function needs of the program of its file. */
function alone(program: Program, entry: string): Program {
  const names = new Set(reachable(program, entry));
  const own = { ...program, funcs: new Map([...program.funcs].filter(([name]) => names.has(name))) };
  return { ...own, globals: usedGlobals(own) };
}

export function observe(lowered: LoweredFile, of: Annotated, rules: Rules, asked?: Mode): Observation {
  const func = lowered.program.funcs.get(of.func);
  invariant(func !== undefined, `no function ${of.func}`);
  const mode = asked ?? modeToShow(of, func.results[0]?.kind === "num");
  const annotated: Annotated = { ...of, modes: [mode] };
  let facts: Facts | undefined;
  const settled = new Map<string, Settled>();
  const adjoints = new Map<ValueId, Value>();
  const fused = new Set<For>();
  const steps: Step[] = [];
  const decisions: Decisions = {
    begins: (given) => {
      // Of a Hessian times a vector it is the derivative along that vector that is reversed.
      if (mode === "hvp") facts = given;
      else facts ??= given;
    },
    settled: (value, how, standIn) => settled.set(`${value.id} ${how}`, { value, how, standIn }),
    reversed: (_region, found) => {
      for (const [id, adjoint] of found) adjoints.set(id, adjoint);
    },
    fused: (loop) => fused.add(loop),
  };
  const onStep = (name: string, program: Program): number => steps.push({ name, program });
  const module = generate({ ...lowered, program: alone(lowered.program, of.func), annotated: [annotated] }, rules, {
    onStep,
    decisions,
  });
  const [generated] = module.exported;
  const differentiated = steps.find(({ name }) => name === "differentiate")?.program;
  invariant(
    facts !== undefined && generated !== undefined && differentiated !== undefined,
    "nothing was differentiated",
  );
  const funcs = new Map<string, Func>([...module.program.funcs, [generated.func.name, generated.func]]);
  const program = { ...module.program, funcs };
  const all = [...settled.values()];
  return {
    annotated,
    mode,
    lowered: lowered.program,
    facts,
    differentiated,
    generated,
    program,
    settled: all,
    adjoints,
    fused,
    steps,
  };
}
