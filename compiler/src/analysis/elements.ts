/** Which elements of arrays are different ones, in one function by itself: whatever it calls, whoever calls it. */
import type { Func, Op, Place } from "../ir/ir.js";
import { Dependence } from "./dependence.js";
import { integerValues } from "./integers.js";
import { FunctionWrites } from "./writes.js";

export class Elements {
  readonly #own: FunctionWrites;
  readonly #dependence: Dependence;

  constructor(
    func: Func,
    /** Does the program look at one memory through several arrays? */
    private readonly hasViews: boolean,
  ) {
    this.#own = new FunctionWrites(func.body, { slotsWritten: () => [] });
    this.#dependence = new Dependence(func, this.#own, integerValues(func), () => undefined);
  }

  /** Two operations touch different elements whenever they do so in the same iteration of all loops around both. */
  areApartAtOnce(a: Place, at: Op, b: Place, other: Op): boolean {
    const [first, second] = [this.#own.positions.get(at), this.#own.positions.get(other)];
    if (first === undefined || second === undefined || this.#mayShift(a, b)) return false;
    let common = 0;
    while (first.loops[common] !== undefined && first.loops[common] === second.loops[common]) common++;
    return this.#dependence.areApart(a, first, b, second, common);
  }

  /** They do so in all iterations of a loop around both, as long as what is around that loop stays in one iteration. */
  areApartIn(loop: Op, a: Place, at: Op, b: Place, other: Op): boolean {
    const [first, second] = [this.#own.positions.get(at), this.#own.positions.get(other)];
    const fixed = this.#own.positions.get(loop)?.loops.length;
    if (first === undefined || second === undefined || fixed === undefined || this.#mayShift(a, b)) return false;
    return this.#dependence.areApart(a, first, b, second, fixed);
  }

  /**
   * They do so where the second is touched in a later iteration of a loop around both, and, if both stand in one loop inside
   * that, in an earlier iteration of it.
   */
  areApartCrossed(loop: Op, a: Place, at: Op, b: Place, other: Op): boolean {
    const [first, second] = [this.#own.positions.get(at), this.#own.positions.get(other)];
    const level = this.#own.positions.get(loop)?.loops.length;
    if (first === undefined || second === undefined || level === undefined || this.#mayShift(a, b)) return false;
    return this.#dependence.areApartCrossed(a, first, b, second, level);
  }

  /** Elements of arrays that lie over each other have several indices. */
  #mayShift(a: Place, b: Place): boolean {
    return this.hasViews && a.base.type.kind === "typed" && a.base.id !== b.base.id;
  }
}
