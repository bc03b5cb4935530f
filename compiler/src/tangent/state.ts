/**
 * What is known while one function gets its tangents: the tangent of each number that has one, the shadow of each
 * reference that leads to such numbers.
 *
 * Names: the tangent of `x` is `xDot`, a textbook's ẋ (Griewank and Walther 2008, chapter 3), so that it is never
 * taken for the adjoint `dx` where a function has both.
 */
import type { Context } from "../adjoint/context.js";
import { type Builder, value } from "../ir/build.js";
import type { Op, Place, Prim, Type, Value, ValueId } from "../ir/ir.js";
import { isDifferentiable, isReference, num } from "../ir/types.js";
import type { Rule } from "../rules/rule.js";
import { invariant } from "../support/invariant.js";

/** The name of the tangent of a value the user named. */
export const tangentName = (v: Value): string | undefined => (v.hint === undefined ? undefined : `${v.hint}Dot`);

export interface Purpose {
  /**
   * What is made is differentiated again. Then a zero tangent counts for nothing only where the slope is not finite:
   * a test of the tangent alone would make a program that does not depend on it at zero.
   */
  readonly isIntermediate: boolean;
  /** Tells the functions made for one purpose from those made for another. */
  readonly tag: string;
  /** Something else than tangents is carried. */
  readonly following?: Following;
  /** In how many directions at once; one, unless it says so. */
  readonly width?: number;
}

/** The tangents in several directions beside one program. */
export type Lanes = readonly [Tangents, ...(readonly Tangents[])];

/** What is computed beside the program in the place of tangents. */
export interface Following {
  /** What stands beside the result of a primitive; absent where nothing does. */
  primitive(state: Tangents, op: Prim, rule: Rule, b: Builder): Value | undefined;
  /** Adds to what stands at a place. */
  add(state: Tangents, place: Place, added: Value, b: Builder): void;
}

/** The tangents in one direction. */
export class Tangents {
  readonly #companions = new Map<ValueId, Value>();

  constructor(
    readonly context: Context,
    readonly purpose: Purpose,
    /** The name of the function that a called one becomes. */
    readonly callee: (name: string) => string,
    /** Which operation defines a value. */
    readonly definitions = new Map<ValueId, Op>(),
  ) {}

  /** One more direction beside the same program. */
  another(): Tangents {
    return new Tangents(this.context, this.purpose, this.callee, this.definitions);
  }

  /** Notes which operation defines a value. */
  define(v: Value, op: Op): void {
    this.definitions.set(v.id, op);
  }

  definition(v: Value): Op | undefined {
    return this.definitions.get(v.id);
  }

  /** Has the value a tangent or a shadow? */
  isCarried(v: Value): boolean {
    const { activity } = this.context;
    return isReference(v.type) ? activity.hasShadow(v) : activity.isActive(v);
  }

  /** The type of a tangent: that of a shadow. */
  typeOf(type: Type): Type {
    return isReference(type) || type.kind === "maybe" ? this.context.shadowType(type) : num;
  }

  /** Declares the tangent or the shadow of a value. */
  declare(v: Value): Value {
    const made = value(this.typeOf(v.type), tangentName(v));
    this.set(v, made);
    return made;
  }

  set(v: Value, companion: Value): void {
    this.#companions.set(v.id, companion);
  }

  /** The tangent of a number; absent where it is zero. The shadow of a reference; absent where there is none. */
  get(v: Value): Value | undefined {
    return this.#companions.get(v.id);
  }

  /** The shadow of a reference that has one. */
  shadow(v: Value): Value {
    const found = this.#companions.get(v.id);
    invariant(found !== undefined, `no shadow of ${v.hint ?? ""}#${v.id}`);
    return found;
  }

  /** The tangent or the shadow of a value where one is expected: zero where it has none. */
  orZero(v: Value, b: Builder): Value {
    const found = this.#companions.get(v.id);
    if (found !== undefined) return found;
    const definition = this.definitions.get(v.id);
    const type = this.typeOf(v.type);
    if (!isReference(v.type)) return zeroBeside(v, type, definition, b);
    // A placeholder nobody reads has one for its shadow; what is absent has an absent shadow.
    const constant = definition?.kind === "const" ? definition.value : undefined;
    const shadow = value(type, tangentName(v));
    if (definition?.kind === "const") b.push({ kind: "const", value: constant, result: shadow });
    else b.push({ kind: "zeros", like: v, result: shadow });
    return shadow;
  }

  /** Does a place of the primal have one in the shadow? */
  isInShadow(place: Place): boolean {
    const { records } = this.context.program;
    const { type } = place.base;
    if (place.kind === "elem") return true;
    if (type.kind === "tuple") return isDifferentiable(type.elems[Number(place.name)] ?? num, records);
    if (type.kind !== "record") return true;
    const field = records.get(type.name)?.fields.find((f) => f.name === place.name);
    return field !== undefined && field.noDiff !== true && isDifferentiable(field.type, records);
  }

  /** The place beside it in the shadow. */
  placeBeside(place: Place): Place {
    return { ...place, base: this.shadow(place.base) };
  }
}

/** The zero beside a number: absent where the number is. */
function zeroBeside(v: Value, type: Type, definition: Op | undefined, b: Builder): Value {
  if (v.type.kind !== "maybe" || v.type.of.kind !== "num") return b.const(0);
  if (definition?.kind === "const" && definition.value == null) return b.absent(type, definition.value);
  if (definition?.kind === "cast" && definition.value.type.kind === "num") return b.cast(b.const(0), type);
  const zero = value(type, tangentName(v));
  b.if(
    b.prim("isNullish", [v]),
    [zero],
    (absent) => [absent.cast(v, type)],
    (there) => [there.cast(there.const(0), type)],
  );
  return zero;
}
