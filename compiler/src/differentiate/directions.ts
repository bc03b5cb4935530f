/** Hessian-vector products with several vectors at once, for the Hessian. */
import { reachable } from "../analysis/memory.js";
import { findVarying } from "../analysis/varying.js";
import type { Func, Program, Type } from "../ir/ir.js";
import { isDifferentiable, type Records } from "../ir/types.js";
import { walk } from "../ir/walk.js";
import { afterDifferentiation, severalDirections } from "../optimize/index.js";
import type { Derivation } from "./derivation.js";
import type { Product } from "./hessian.js";
import { inLanes } from "./lanes.js";
import { worthOfLanes } from "./lanes-worth.js";

/** With more, little is gained: what does not depend on the direction is then a small part of a sweep. */
const widest = 4;
/** Less than this is not worth the larger function: what is loaded and stored costs more than it seems to. */
const leastWorth = 1.5;
/** V8 does not optimise functions of more than 60 KiB of bytecode; an operation takes some ten bytes. */
const mostOperations = 6000;

/** The product with several vectors, those of one direction after those of the other; none where one at a time is as good. */
export function productInDirections(
  derivation: Derivation,
  { func, shadowed }: Product,
): { readonly func: Func; readonly width: number } | undefined {
  const { reverse, primal, setting } = derivation;
  if (setting.without?.includes(severalDirections) === true || func.body.yields === null) return undefined;
  const together = numbersTogether(derivation);
  if (together < 2) return undefined;
  const wanted = together === Infinity ? widest : Math.ceil(together / Math.ceil(together / widest));
  const given: Program = {
    ...primal,
    funcs: new Map([...primal.funcs, ...derivation.funcs, [func.name, func]]),
    records: new Map([...primal.records, ...derivation.records]),
  };
  // What is good for one vector is done first: its loops are then those of all.
  const program = derivation.optimize(given, func.name, afterDifferentiation);
  const width = Math.min(wanted, Math.floor(mostOperations / largest(program, func.name)));
  const own = func.body.params.length - shadowed.length;
  const varying = findVarying(
    program,
    func.name,
    shadowed.map((_, k) => own + k),
  );
  if (width < 2 || varying === undefined || worthOfLanes(program, func.name, varying, width) < leastWorth)
    return undefined;
  const isKept = ({ name, body, results }: Func): boolean => {
    const known = given.funcs.get(name);
    return known?.body.params.length === body.params.length && known.results.length === results.length;
  };
  const [wide, ...called] = inLanes(program, func.name, varying, width, isKept);
  for (const f of called) derivation.funcs.set(f.name, f);
  const { source } = reverse.func(reverse.entry);
  const doc = [`The Hessian of ${source} times ${width} vectors.`];
  return { func: { ...wide, source: `${source}_hessian_vectors`, doc }, width };
}

function largest(program: Program, entry: string): number {
  let most = 1;
  for (const name of reachable(program, entry)) {
    const func = program.funcs.get(name);
    let operations = 0;
    if (func !== undefined && func.external === undefined) walk(func.body, () => operations++);
    most = Math.max(most, operations);
  }
  return most;
}

/** How many numbers stand side by side in what is differentiated, where that is most: in an object, or as parameters; in an array, any number. */
function numbersTogether({ reverse }: Derivation): number {
  const { params } = reverse.func(reverse.entry).body;
  const wrt = reverse.wrt.flatMap((index) => params[index]?.type ?? []);
  return mostIn(wrt, reverse.program.records, new Set());
}

function mostIn(types: readonly Type[], records: Records, around: ReadonlySet<string>): number {
  const numbers = types.filter((type) => type.kind === "num").length;
  return Math.max(numbers, ...types.map((type) => mostWithin(type, records, around)));
}

function mostWithin(type: Type, records: Records, around: ReadonlySet<string>): number {
  switch (type.kind) {
    case "typed":
      return Infinity;
    case "array":
      return type.elem.kind === "num" ? Infinity : mostWithin(type.elem, records, around);
    case "dict":
      return mostWithin(type.elem, records, around);
    case "maybe":
      return mostWithin(type.of, records, around);
    case "tuple":
      return mostIn(
        type.elems.filter((e) => isDifferentiable(e, records)),
        records,
        around,
      );
    case "record": {
      if (around.has(type.name)) return 0;
      const fields = records.get(type.name)?.fields ?? [];
      const held = fields.filter((f) => f.noDiff !== true && isDifferentiable(f.type, records));
      return mostIn(
        held.map((f) => f.type),
        records,
        new Set(around).add(type.name),
      );
    }
    default:
      return 0;
  }
}
