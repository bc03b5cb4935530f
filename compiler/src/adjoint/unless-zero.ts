/**
 * Loops that need not be reversed where the adjoint that would flow into them is zero. A branch that was not taken leaves a
 * zero: of many candidates for a minimum one is reversed, and the loops of the others are passed over.
 *
 *     if (ddistance !== 0) {
 *       for (…) dcentroid[i] += …;
 *     }
 */
import { type Builder, like } from "../ir/build.js";
import type { For, Region, Value, While } from "../ir/ir.js";
import { walk } from "../ir/walk.js";
import type { FunctionState } from "./state.js";

/**
 * Pushes the reversed loop.
 *
 * @param seeds the adjoints of what comes out of the loop
 */
export function pushUnlessZero(
  state: FunctionState,
  b: Builder,
  primal: For | While,
  reversed: For,
  seeds: readonly Value[],
): void {
  const [seed, ...others] = new Set(seeds);
  const isGuarded =
    seed !== undefined &&
    others.length === 0 &&
    state.zeroInABranch.has(seed.id) &&
    !takesAdjointsFromMemory(primal.body) &&
    !movesTape(reversed.body);
  if (!isGuarded) {
    b.push(reversed);
    return;
  }
  const results = reversed.results.map(like);
  b.if(
    b.prim("ne", [seed, b.const(0)]),
    reversed.results,
    (then) => {
      then.push({ ...reversed, results });
      return results;
    },
    () => reversed.inits,
  );
}

/** Does reversing this region begin with anything but the adjoints of what it yields? */
function takesAdjointsFromMemory(region: Region): boolean {
  let takes = false;
  walk(region, (op) => {
    switch (op.kind) {
      case "const":
      case "prim":
      case "load":
      case "length":
      case "cast":
      case "global":
      case "if":
      case "for":
      case "while":
        break;
      case "foreign":
        takes ||= !op.pure;
        break;
      default:
        takes = true;
    }
  });
  return takes;
}

/** What lies on the tape for this code must be taken off in any case. */
function movesTape(region: Region): boolean {
  let moves = false;
  walk(region, (op) => {
    moves ||= op.kind === "restore" || op.kind === "call";
  });
  return moves;
}
