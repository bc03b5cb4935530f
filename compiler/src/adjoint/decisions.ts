/** What the reverse transformation decides, said to whoever wants to show it (`adc explain`, `adc graph`). It changes nothing. */
import type { Activity } from "../analysis/activity.js";
import type { MemoryModel } from "../analysis/memory.js";
import type { For, Program, Region, Value, ValueId } from "../ir/ir.js";

/** What is known about a program before its entry is differentiated. */
export interface Facts {
  readonly program: Program;
  readonly entry: string;
  /** Positions of the differentiated parameters. */
  readonly wrt: readonly number[];
  /** The functions that the entry reaches, itself among them. */
  readonly names: readonly string[];
  readonly memory: MemoryModel;
  readonly activity: Activity;
}

/** How a forward value that the reverse sweep asks for gets there. */
export type Availability =
  /** It is a local variable that is still in scope. */
  | "kept"
  /** It is computed again from what is there. */
  | "again"
  /** It leaves the branch that makes it as a local variable. */
  | "hoisted"
  /** It goes over the tape. */
  | "saved";

export interface Decisions {
  begins(facts: Facts): void;
  /** `standIn` is what the reverse code calls it. */
  settled(value: Value, how: Availability, standIn: Value): void;
  /** A region has been reversed; the adjoints that its reverse code ends with. What an outer region says of a value is final. */
  reversed(region: Region, adjoints: ReadonlyMap<ValueId, Value>): void;
  /** The iterations of a loop run again, and each is reversed at once. */
  fused(loop: For): void;
}
