/**
 * Adjoints of scalar values while a region is reversed. An absent adjoint is zero and costs nothing. There is one scope
 * per region; what a nested region adds to the adjoint of a value defined outside it leaves the region as a result.
 */
import type { Builder } from "../ir/build.js";
import { value } from "../ir/build.js";
import type { Value, ValueId } from "../ir/ir.js";
import { num } from "../ir/types.js";

export abstract class AdjointScope {
  protected readonly current = new Map<ValueId, Value>();

  /** @param isLocal whether a value is defined in the region of this scope */
  constructor(protected readonly isLocal: (v: Value) => boolean) {}

  /** The adjoint so far, if any. */
  get(v: Value): Value | undefined {
    return this.current.get(v.id);
  }

  /** The adjoint so far, here or in the regions around. */
  soFar(v: Value): Value | undefined {
    return this.current.get(v.id) ?? (this.isLocal(v) ? undefined : this.inherited(v));
  }

  /** Adds `g` to the adjoint of `v`. */
  add(b: Builder, v: Value, g: Value): void {
    const before = this.soFar(v);
    this.set(v, before === undefined ? g : b.prim("add", [before, g], adjointName(v)));
  }

  set(v: Value, g: Value): void {
    this.current.set(v.id, g);
    if (!this.isLocal(v)) this.touched.set(v.id, v);
  }

  /** The adjoints so far, of values defined in this region and outside it. */
  get all(): ReadonlyMap<ValueId, Value> {
    return this.current;
  }

  /** Values of the regions outside whose adjoints were changed here. */
  readonly touched = new Map<ValueId, Value>();

  /** The adjoint a value of an outer region has when this region begins. */
  abstract inherited(v: Value): Value | undefined;
}

export class RootScope extends AdjointScope {
  constructor() {
    super(() => true);
  }
  override inherited(): undefined {
    return undefined;
  }
}

/** An arm of an `if`: it starts from the adjoints of the scope around it. */
export class ArmScope extends AdjointScope {
  constructor(
    isLocal: (v: Value) => boolean,
    private readonly parent: AdjointScope,
    private readonly isLocalToParent: (v: Value) => boolean,
  ) {
    super(isLocal);
  }
  override inherited(v: Value): Value | undefined {
    return this.parent.get(v) ?? (this.isLocalToParent(v) ? undefined : this.parent.inherited(v));
  }
}

/** A loop body: adjoints of outer values are carried from iteration to iteration. */
export class LoopScope extends AdjointScope {
  /** For each outer value touched: the parameter that carries its adjoint into an iteration. */
  readonly carried = new Map<ValueId, Value>();

  override inherited(v: Value): Value {
    let param = this.carried.get(v.id);
    if (param === undefined) {
      param = value(num, adjointName(v));
      this.carried.set(v.id, param);
      this.current.set(v.id, param);
      this.touched.set(v.id, v);
    }
    return param;
  }
}

/** The name of the adjoint of a value the user named. */
export function adjointName(v: Value): string | undefined {
  return v.hint === undefined ? undefined : `d${v.hint}`;
}
