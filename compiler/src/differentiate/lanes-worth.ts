/** What several lanes of a function spare, by what its operations cost. */
import type { Varying } from "../analysis/varying.js";
import type { Op, Program, Region } from "../ir/ir.js";
import { primitives } from "../ir/primitives.js";
import { isPerLane } from "./lanes.js";

/** Iterations that a loop is taken to have. */
const iterations = 16;

/** How much longer lanes take one by one than all at once, as far as one can tell. */
export function worthOfLanes(program: Program, entry: string, varying: Varying, width: number): number {
  const { alike, apart } = new Costs(program, varying).ofFunction(entry, new Set());
  return (width * (alike + apart)) / Math.max(1, alike + width * apart);
}

interface Cost {
  /** Of what is computed once for all lanes. */
  readonly alike: number;
  /** Of what is computed for each. */
  readonly apart: number;
}

class Costs {
  constructor(
    private readonly program: Program,
    private readonly varying: Varying,
  ) {}

  ofFunction(name: string, around: ReadonlySet<string>): Cost {
    const func = this.program.funcs.get(name);
    if (func === undefined || around.has(name)) return { alike: 0, apart: 0 };
    return this.#ofRegion(func.body, new Set(around).add(name));
  }

  #ofRegion({ ops }: Region, around: ReadonlySet<string>): Cost {
    const all = ops.map((op) => this.#ofOperation(op, around));
    return { alike: all.reduce((sum, c) => sum + c.alike, 0), apart: all.reduce((sum, c) => sum + c.apart, 0) };
  }

  #ofOperation(op: Op, around: ReadonlySet<string>): Cost {
    switch (op.kind) {
      case "if": {
        const [then, otherwise] = [this.#ofRegion(op.then, around), this.#ofRegion(op.else, around)];
        const sum = { alike: then.alike + otherwise.alike, apart: then.apart + otherwise.apart };
        return this.varying.has(op.cond) ? { alike: 0, apart: sum.alike + sum.apart + 1 } : sum;
      }
      case "for":
      case "while": {
        const body = this.#ofRegion(op.body, around);
        return { alike: iterations * (body.alike + 1), apart: iterations * body.apart };
      }
      case "call":
        return this.ofFunction(op.callee, around);
      case "save":
      case "restore": {
        const vary = this.varying.inFrame(op.kind === "save" ? op.values : op.results);
        const apart = vary.filter((v) => v).length;
        return { alike: 2 * (vary.length - apart), apart: 2 * apart };
      }
      default: {
        const cost = costOf(op);
        return isPerLane(op, this.varying) ? { alike: 0, apart: cost } : { alike: cost, apart: 0 };
      }
    }
  }
}

function costOf(op: Op): number {
  switch (op.kind) {
    case "prim":
      return primitives[op.name].cost;
    case "load":
    case "store":
      return 2;
    case "accum":
      return 5;
    case "zeros":
    case "copy":
    case "alloc":
    case "new":
    case "addInto":
      return iterations;
    default:
      return 0;
  }
}
