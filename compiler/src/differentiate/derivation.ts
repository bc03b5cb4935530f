/** What the modes of one annotated function share while its generated functions are made. */
import { Context, type Rules } from "../adjoint/context.js";
import type { Decisions } from "../adjoint/decisions.js";
import type { Annotated, Mode } from "../frontend/lowered.js";
import type { Func, Program, RecordDecl } from "../ir/ir.js";
import { withSteps } from "../optimize/implicit.js";
import { fusion, optimize, type NamedPass, type OptimizeOptions } from "../optimize/index.js";

/** One mode of one function. */
export interface Made {
  readonly mode: Mode;
  readonly func: Func;
  /**
   * The name of the function of another mode that this one is without its first result (`grad` of `value_and_grad`):
   * split off only when that one is optimised.
   */
  readonly partOf?: string;
  /** More lines for its doc comment. */
  readonly doc?: readonly string[];
}

/** What differentiation is given besides the function. */
export interface Setting {
  /** The lowered program, optimised. */
  readonly primal: Program;
  readonly rules: Rules;
  /** Names of optimisation passes to leave out, and of decisions of the reverse transformation. */
  readonly without?: readonly string[];
  /** Hears what the reverse transformation decides. */
  readonly decisions?: Decisions;
}

export class Derivation {
  /** Functions that were made besides the exported ones. */
  readonly funcs = new Map<string, Func>();
  readonly records = new Map<string, RecordDecl>();
  #reverse: Context | undefined;

  constructor(
    readonly annotated: Annotated,
    readonly setting: Setting,
  ) {}

  get primal(): Program {
    return this.setting.primal;
  }

  asks(mode: Mode): boolean {
    return this.annotated.modes.includes(mode);
  }

  /** For reverse mode of the function itself; the modes share what it finds out. */
  get reverse(): Context {
    this.#reverse ??= this.reverseOf(this.primal, this.annotated.func, this.annotated.wrt);
    return this.#reverse;
  }

  /** For reverse mode of another function, which forward mode made, say. `own` are parameters that are given copies. */
  reverseOf(program: Program, entry: string, wrt: readonly number[], own: readonly number[] = []): Context {
    const { rules, decisions, without } = this.setting;
    const fuses = without?.includes(fusion) !== true;
    return new Context(withSteps(program), entry, wrt, rules, decisions, new Set(own), fuses);
  }

  /** Optimises what comes between two differentiations. */
  optimize(program: Program, entry: string, passes: readonly NamedPass[]): Program {
    const { without } = this.setting;
    const options: OptimizeOptions = { entries: new Set([entry]), ...(without === undefined ? {} : { without }) };
    return optimize(program, passes, options);
  }

  /** Keeps what was made beside the functions that a context made: halves, and the types of shadows. */
  keep(context: Context): void {
    this.keepProgram(context.complete);
    for (const [name, func] of context.made) this.funcs.set(name, func);
    for (const [name, record] of context.records) this.records.set(name, record);
  }

  /** Keeps the functions and types of a program that was made on the way. */
  keepProgram(program: Program): void {
    for (const [name, func] of program.funcs) if (!this.primal.funcs.has(name)) this.funcs.set(name, func);
    for (const [name, record] of program.records) this.records.set(name, record);
  }
}
