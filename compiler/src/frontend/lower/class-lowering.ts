/** What the rest of lowering asks of classes; put together in `function.ts`, so that no module imports one that imports it. */
import type { ts } from "ts-morph";
import type { Value } from "../../ir/ir.js";
import type { ClassNode } from "../classes.js";
import type { Target } from "./assign.js";
import type { FunctionContext } from "./context.js";

type Access = ts.PropertyAccessExpression;

/** Answers are absent where the question has nothing to do with a class. */
export interface ClassLowering {
  /** The class that an expression names. */
  reference(context: FunctionContext, node: ts.Expression): ClassNode | undefined;
  /** `this.x` in a constructor whose object is not made yet. */
  early(context: FunctionContext, node: ts.Expression): Value | undefined;
  /** `this.x = v` in a constructor whose object is not made yet. */
  assignEarly(context: FunctionContext, node: ts.BinaryExpression): Value | undefined;
  /** `C.x`, `super.x`. */
  staticOrSuper(context: FunctionContext, node: Access, hint: string | undefined): Value | undefined;
  /** `object.constructor.name`. */
  nameOfConstructor(context: FunctionContext, node: Access, hint: string | undefined): Value | undefined;
  /** A member of the object that is no plain field. */
  member(context: FunctionContext, base: Value, node: Access, hint: string | undefined): Value | undefined;
  /** The same for a member that is taken out by a pattern. */
  inPattern(context: FunctionContext, base: Value, name: string, node: ts.Node): Value | undefined;
  /** The name a field has in the record. */
  fieldName(context: FunctionContext, base: Value, node: Access): string;
  /** A member with a setter. */
  setter(context: FunctionContext, base: Value, node: Access): Target | undefined;
  /** `super.x` with a setter. */
  superTarget(context: FunctionContext, node: Access): Target | undefined;
  /** `super(…)`. */
  superCall(context: FunctionContext, node: ts.CallExpression): Value;
  /** `C.m(…)`, `super.m(…)`. */
  staticCall(
    context: FunctionContext,
    node: ts.CallExpression,
    inner: Access,
    hint: string | undefined,
  ): Value | undefined;
  /** `object.m(…)`. */
  methodCall(
    context: FunctionContext,
    node: ts.CallExpression,
    inner: Access,
    object: Value,
    hint: string | undefined,
  ): Value | undefined;
  /** `object.m?.(…)`, the link of the chain that `node` is. */
  optionalCall(
    context: FunctionContext,
    node: ts.Expression,
    link: ts.CallExpression,
    owner: Value,
    hint: string | undefined,
  ): Value | undefined;
  /** `v instanceof C`. */
  instanceOf(context: FunctionContext, v: Value, cls: ClassNode, node: ts.Node): Value | undefined;
}
