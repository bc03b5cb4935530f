/**
 * Sparse Jacobians and Hessians. Generated code has the function in two more forms: one that follows which number depends on
 * which (`tangent/dependence.ts`), and its derivative in a direction. The runtime runs the first once, colours the columns, and
 * runs the second once for each colour.
 *
 * A pattern cannot be found where a rule of the user's stands for a function, which may say anything, or where arguments that are
 * overwritten may be one object: then every entry is computed, and the doc comment says so.
 */
import type { Context } from "../adjoint/context.js";
import { reachable } from "../analysis/memory.js";
import { Builder, like, value } from "../ir/build.js";
import type { Func, Type, Value } from "../ir/ir.js";
import { isReference, opaque } from "../ir/types.js";
import { dependence } from "../tangent/dependence.js";
import { alongShadows } from "../tangent/shadows.js";
import type { Derivation, Made } from "./derivation.js";
import { effectsOf, silent } from "./effects.js";
import { callOnce, hessianVectorProduct } from "./hessian.js";
import { makeSeeds, type Seeded } from "./seeds.js";

const runtime = "@adc/runtime";
const found = [
  "Entries are those that may be other than zero where the program runs as it does at this input: they are found by a",
  "run on sets of inputs. Columns that have no row in common are computed together.",
];

export function sparseJacobianMode(derivation: Derivation): readonly Made[] {
  const { reverse } = derivation;
  const { says } = effectsOf(reverse.complete, reverse.entry);
  const quiet = says ? derivation.reverseOf(silent(reverse.complete), reverse.entry, reverse.wrt) : reverse;
  const tangent = keep(derivation, quiet, {
    ...alongShadows(quiet, "tangent"),
    doc: [`The derivative of ${sourceOf(reverse)} in the direction of tangents.`],
  });
  const obstacle = obstacleOf(reverse);
  const sets =
    obstacle === undefined
      ? keep(derivation, quiet, {
          ...alongShadows(quiet, "dependence", { following: dependence(false) }),
          doc: [`The sets of inputs that the result of ${sourceOf(reverse)} depends on.`],
        })
      : undefined;
  const write = new Writer(derivation, reverse.wrt);
  const derivative = write.closure(tangent, "derivative", reverse.wrt);
  const args = sets === undefined ? [derivative] : [write.closure(sets, "dependence", reverse.wrt), derivative];
  const func = write.finish("jacobian", sets === undefined ? "fullMatrix" : "sparseJacobian", args);
  return [{ mode: "jacobian", func, doc: obstacle ?? found }];
}

export function sparseHessianMode(derivation: Derivation): readonly Made[] {
  const { reverse } = derivation;
  const effects = effectsOf(reverse.complete, reverse.entry);
  const product = hessianVectorProduct(derivation, effects);
  derivation.funcs.set(product.func.name, product.func);
  const obstacle = obstacleOf(reverse);
  const quiet = effects.says ? derivation.reverseOf(silent(reverse.complete), reverse.entry, reverse.wrt) : reverse;
  const sets =
    obstacle === undefined
      ? keep(derivation, quiet, {
          ...alongShadows(quiet, "products", { following: dependence(true) }),
          doc: [`Notes the sets of inputs that ${sourceOf(reverse)} multiplies.`],
        })
      : undefined;
  const write = new Writer(derivation, product.shadowed);
  const derivative = write.closure(product.func, "derivative", product.shadowed);
  const args = sets === undefined ? [derivative] : [write.closure(sets, "products", reverse.wrt), derivative];
  const func = write.finish("hessian", sets === undefined ? "fullMatrix" : "sparseHessian", args);
  return [{ mode: "hessian", func, doc: obstacle ?? found }];
}

const sourceOf = (context: Context): string => context.func(context.entry).source;

function keep(derivation: Derivation, context: Context, func: Func): Func {
  derivation.keep(context);
  derivation.funcs.set(func.name, func);
  return func;
}

/** Why no pattern can be found, in words for the doc comment. */
function obstacleOf(context: Context): readonly string[] | undefined {
  const ruled = reachable(context.complete, context.entry).find((name) => context.ruleOf(name) !== undefined);
  if (ruled !== undefined) {
    const { source } = context.complete.funcs.get(ruled) ?? { source: ruled };
    return [
      `Every entry is computed: ${source} has a rule of its own, from which it is not known what depends on what.`,
    ];
  }
  const { params } = context.func(context.entry).body;
  if (params.some((p) => isReference(p.type) && context.sharing.has(p.id)))
    return ["Every entry is computed: the function overwrites arguments that may be one object."];
  return undefined;
}

/** Writes the exported function. */
class Writer {
  readonly #b: Builder;
  readonly #params: readonly Value[];
  readonly #seeds: readonly Seeded[];

  constructor(
    private readonly derivation: Derivation,
    shadowed: readonly number[],
  ) {
    const context = derivation.reverse;
    const func = context.func(context.entry);
    this.#b = new Builder(func.loc);
    this.#params = func.body.params.map(like);
    const { says, throws } = effectsOf(context.complete, context.entry);
    if (says || throws) callOnce(derivation, this.#params, this.#b);
    this.#seeds = makeSeeds(context, shadowed, this.#params, this.#b);
  }

  /** A function of the shadows that are differentiated, which calls one of the parameters and of these shadows. */
  closure(callee: Func, hint: string, shadowed: readonly number[]): Value {
    const { wrt } = this.derivation.reverse;
    const own = new Map(this.#seeds.filter((s) => wrt.includes(s.index)).map((s) => [s.index, like(s.seed)] as const));
    const b = new Builder(this.#b.loc);
    const shadows = shadowed.flatMap(
      (index) => own.get(index) ?? this.#seeds.find((s) => s.index === index)?.seed ?? [],
    );
    const { results } = callee;
    const yields = results.map((t: Type) => value(t));
    b.push({ kind: "call", callee: callee.name, args: [...this.#params, ...shadows], results: yields });
    const given = [...own.values()];
    const made = value({ kind: "closure", params: given.map((v) => v.type), results }, hint);
    this.#b.push({ kind: "closure", body: b.region(given, yields), result: made });
    return made;
  }

  /** The call of the runtime's function that does the rest. */
  finish(mode: string, name: string, closures: readonly Value[]): Func {
    const context = this.derivation.reverse;
    const func = context.func(context.entry);
    const units = this.#seeds.filter((s) => context.wrt.includes(s.index)).map((s) => s.seed);
    const result = value(opaque("SparseMatrix"), mode);
    const text = [`${name}([`, ...units.slice(1).map(() => ", "), "], ", ...closures.slice(1).map(() => ", "), ")"];
    const imports = [{ name, from: runtime }];
    this.#b.push({ kind: "foreign", text, args: [...units, ...closures], pure: false, result, imports });
    return {
      ...func,
      name: `${func.name}.${mode}`,
      body: this.#b.region(this.#params, [result]),
      results: [result.type],
    };
  }
}
