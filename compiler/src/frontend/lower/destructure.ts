/** Destructuring, in declarations and in assignments: members by position or name, defaults, rests. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem, field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { arrayOf, isReference, maybe, str } from "../../ir/types.js";
import { bare, declaredSymbol, spanOf } from "../source.js";
import { fieldOf, isLeftOut, type Located, load, standInFor, memberByKey, whereLeftOut } from "./access.js";
import { elementType, alloc, countTo } from "./array-make.js";
import { targetOf } from "./assign.js";
import { isNotSpread } from "./class-fields.js";
import type { FunctionContext } from "./context.js";
import { restOfDictionary } from "./dictionary.js";
import { withoutAccessors } from "./object-members.js";
import { branchValue } from "./flow.js";
import { foreign } from "./foreign.js";
import { keyLiteral } from "./literals.js";
import { isUndefined, mayBeUndefined, presentValue } from "./missing.js";
import { isMatch, opaqueResult } from "./opaque-results.js";
import { primitive } from "./primitive.js";
import { declareVariable } from "./variables.js";

// --------------------------------------------------------------------------------------------------------- assignments

/** Puts a value where a place or a pattern says. */
export function assign(context: FunctionContext, node: ts.Expression, v: Value): void {
  const inner = bare(node);
  if (ts.isArrayLiteralExpression(inner)) {
    inner.elements.forEach((element, i) => {
      if (ts.isOmittedExpression(element)) return;
      if (ts.isSpreadElement(element)) {
        put(context, element.expression, undefined, () => restOfList(context, v, i, element));
        return;
      }
      const { target, fallback } = withoutDefault(element);
      put(context, target, fallback, () => memberAt(context, v, i, element));
    });
    return;
  }
  if (!ts.isObjectLiteralExpression(inner)) {
    targetOf(context, inner)?.set(v);
    return;
  }
  const taken = new Set<string>();
  for (const property of inner.properties) {
    if (ts.isShorthandPropertyAssignment(property)) {
      const name = property.name.text;
      taken.add(name);
      put(context, property.name, property.objectAssignmentInitializer, () => memberNamed(context, v, name, property));
    } else if (ts.isSpreadAssignment(property)) {
      put(context, property.expression, undefined, () => restOfObject(context, v, taken, property));
    } else if (ts.isPropertyAssignment(property)) {
      const { target, fallback } = withoutDefault(property.initializer);
      const { name } = property;
      const key = literalName(context, name);
      if (key !== undefined) taken.add(key);
      // The key is computed before the place is found.
      else if (ts.isComputedPropertyName(name) && !context.file.effects.isReadOnly(name.expression)) {
        context.report(language.dynamicProperty(spanOf(name)));
        continue;
      }
      put(context, target, fallback, () =>
        key === undefined ? memberOf(context, v, name, property, undefined) : memberNamed(context, v, key, property),
      );
    } else {
      context.report(language.destructuringForm(spanOf(property), "This form"));
    }
  }
}

/** JavaScript finds the place before it reads the member. */
function put(
  context: FunctionContext,
  target: ts.Expression,
  fallback: ts.Expression | undefined,
  read: () => Value | Member,
): void {
  const place = isPattern(target) ? undefined : targetOf(context, target);
  const found = read();
  const member = "kind" in found ? valueOf(context, found, fallback, place?.hint) : found;
  if (isPattern(target)) assign(context, target, member);
  else place?.set(member);
}

const isPattern = (node: ts.Expression): boolean =>
  ts.isArrayLiteralExpression(bare(node)) || ts.isObjectLiteralExpression(bare(node));
const isDefaulted = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;

function withoutDefault(node: ts.Expression): { target: ts.Expression; fallback: ts.Expression | undefined } {
  return isDefaulted(node) ? { target: node.left, fallback: node.right } : { target: node, fallback: undefined };
}

// -------------------------------------------------------------------------------------------------------- declarations

/** Declares the names of a pattern. */
export function bind(context: FunctionContext, name: ts.BindingName, v: Value): void {
  if (ts.isIdentifier(name)) {
    const symbol = declaredSymbol(context.file.checker, name);
    if (symbol === undefined) return;
    declareVariable(context, symbol, v.type, v, name);
    return;
  }
  const taken = new Set<string>();
  for (const [i, element] of name.elements.entries()) {
    if (ts.isOmittedExpression(element)) continue;
    const isRest = element.dotDotDotToken !== undefined;
    const hint = ts.isIdentifier(element.name) ? element.name.text : undefined;
    if (ts.isArrayBindingPattern(name)) {
      if (isRest) bind(context, element.name, restOfList(context, v, i, element, hint));
      else bind(context, element.name, valueOf(context, memberAt(context, v, i, element), element.initializer, hint));
      continue;
    }
    if (isRest) {
      bind(context, element.name, restOfObject(context, v, taken, element, hint));
      continue;
    }
    const key = element.propertyName ?? element.name;
    if (ts.isObjectBindingPattern(key) || ts.isArrayBindingPattern(key)) {
      bindStandIns(context, element.name);
      continue;
    }
    const text = literalName(context, key);
    if (text !== undefined) taken.add(text);
    else if (name.elements.at(-1)?.dotDotDotToken !== undefined) keyOf(context, key);
    const member =
      text === undefined ? memberOf(context, v, key, element, hint) : memberNamed(context, v, text, element);
    bind(context, element.name, valueOf(context, member, element.initializer, hint));
  }
}

/** Declares the names of a pattern that was refused, so that their uses are not reported as well. */
export function bindStandIns(context: FunctionContext, name: ts.BindingName): void {
  if (ts.isIdentifier(name)) {
    bind(context, name, standInFor(context, name));
    return;
  }
  for (const element of name.elements) if (ts.isBindingElement(element)) bindStandIns(context, element.name);
}

// ------------------------------------------------------------------------------------------------------------- members

/** A member that is still to be read: with a default it is tested first. */
type Member =
  | { readonly kind: "place"; readonly at: Located; readonly node: ts.Node }
  | { readonly kind: "length"; readonly value: Value }
  /** What a getter returned. */
  | { readonly kind: "called"; readonly value: Value }
  /** Of one of several objects. */
  | { readonly kind: "read"; readonly value: Value }
  /** Past the end of a tuple, or a member that no object of the type has. */
  | { readonly kind: "missing"; readonly value: Value }
  | { readonly kind: "refused"; readonly value: Value };

/** The name a key stands for; reports one that is not known. */
export function keyOf(context: FunctionContext, name: ts.PropertyName): string | undefined {
  const literal = literalName(context, name);
  if (literal === undefined) context.report(language.dynamicProperty(spanOf(name)));
  return literal;
}

function literalName(context: FunctionContext, name: ts.PropertyName): string | undefined {
  if (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)) return name.text;
  const literal = ts.isComputedPropertyName(name) ? keyLiteral(context, name.expression) : undefined;
  return literal === undefined ? undefined : String(literal);
}

/** The member whose name is computed. */
function memberOf(
  context: FunctionContext,
  v: Value,
  name: ts.PropertyName,
  node: ts.BindingElement | ts.PropertyAssignment,
  hint: string | undefined,
): Member {
  const found = ts.isComputedPropertyName(name) ? memberByKey(context, v, name.expression, node, hint) : undefined;
  if (found === undefined) return { kind: "refused", value: standInFor(context, node) };
  return "place" in found ? { kind: "place", at: found, node } : { kind: "read", value: found };
}

function memberAt(context: FunctionContext, v: Value, index: number, node: ts.Node): Member {
  if (v.type.kind === "array" || v.type.kind === "typed") {
    const at = { place: elem(v, context.constant(index)), type: elementType(v.type) };
    return { kind: "place", at, node };
  }
  if (isMatch(v.type)) return matched(context, v, `[${index}]`, maybe(str), node);
  if (v.type.kind === "tuple" && index >= v.type.elems.length)
    return { kind: "missing", value: context.undefinedOf({ kind: "void" }) };
  return memberNamed(context, v, String(index), node);
}

/** A member of something that adc does not look into. */
function matched(context: FunctionContext, v: Value, access: string, type: Type | undefined, node: ts.Node): Member {
  const text = { parts: ["", access], args: [v], pure: false };
  return { kind: "read", value: opaqueResult(context, node, text, true, undefined, type) };
}

/** `const { index } = match`, `const { unit } = match.groups`. */
function memberOfOpaque(context: FunctionContext, v: Value, name: string, node: ts.Node): Member | undefined {
  if (!ts.isBindingElement(node) || !ts.isIdentifier(node.name) || !ts.isObjectBindingPattern(node.parent))
    return undefined;
  const { checker, types } = context.file;
  const owner = checker.getNonNullableType(checker.getTypeAtLocation(node.parent));
  const property = checker.getPropertyOfType(owner, name);
  const own =
    property === undefined ? checker.getIndexTypeOfType(owner, ts.IndexKind.String) : checker.getTypeOfSymbol(property);
  const mapped = own === undefined ? undefined : types.map(own);
  if (mapped === undefined || !("type" in mapped)) return undefined;
  const access = /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  const { type } = mapped;
  return matched(context, v, access, property === undefined && !isReference(type) ? maybe(type) : type, node);
}

function memberNamed(context: FunctionContext, v: Value, name: string, node: ts.Node): Member {
  const ofOpaque = v.type.kind === "opaque" ? memberOfOpaque(context, v, name, node) : undefined;
  if (ofOpaque !== undefined) return ofOpaque;
  if (name === "length" && (v.type.kind === "array" || v.type.kind === "typed"))
    return { kind: "length", value: context.integer(context.at(node).length(v)) };
  if ((v.type.kind === "array" || v.type.kind === "typed") && /^(0|[1-9]\d*)$/.test(name))
    return memberAt(context, v, Number(name), node);
  const own = context.lowering.classes.inPattern(context, v, name, node);
  if (own !== undefined) return { kind: "called", value: own };
  const object = presentValue(context, v, node);
  if (isLeftOut(context, object, name, node.parent)) {
    const value = whereLeftOut(context, object, name, node, name);
    return value.type.kind === "void" ? { kind: "missing", value } : { kind: "read", value };
  }
  const at = fieldOf(context, v, name, node);
  return at === undefined ? { kind: "refused", value: standInFor(context, node) } : { kind: "place", at, node };
}

/** Reads a member; where it is `undefined`, the default. */
function valueOf(
  context: FunctionContext,
  member: Member,
  fallback: ts.Expression | undefined,
  hint: string | undefined,
): Value {
  if (member.kind === "missing" && fallback !== undefined) return context.expression(fallback, hint);
  if (member.kind === "read" && fallback !== undefined) {
    const { value } = member;
    return branchValue(
      context,
      isUndefined(context, value, fallback),
      () => context.expression(fallback, hint),
      () => presentValue(context, value, fallback),
      { hint },
    );
  }
  if (member.kind !== "place") return member.value;
  const { at, node } = member;
  const isElement = at.place.kind === "elem";
  if (fallback === undefined || !(isElement || mayBeUndefined(at.type))) return load(context, at, node, hint);
  const type: Type = at.type.kind === "maybe" && at.type.absent === "undefined" ? at.type.of : at.type;
  const isMissing = isUndefined(context, load(context, at, node), node);
  // Which function it is then, the two say together.
  if (context.file.types.holdsFunction(type))
    return branchValue(
      context,
      isMissing,
      () => context.expression(fallback, hint),
      () => presentValue(context, load(context, at, node, hint), node),
      {
        hint,
        mismatch: (a, b) =>
          context.report(language.mixedTypes(spanOf(fallback), "=", context.show(a.type), context.show(b.type))),
      },
    );
  // The read that decides is not the one that is used, so that a missing member never carries a derivative.
  return branchValue(
    context,
    isMissing,
    () => context.coerce(context.expression(fallback, hint), type, fallback),
    () => context.coerce(load(context, at, node, hint), type, node),
    { type, hint },
  );
}

/** What `...rest` takes of a list, from a position on. */
function restOfList(context: FunctionContext, v: Value, from: number, node: ts.Node, hint?: string): Value {
  if (v.type.kind === "tuple") {
    const members = v.type.elems
      .map((type, i) => ({ type, i }))
      .slice(from)
      .map(({ type, i }) => load(context, { place: field(v, String(i)), type }, node));
    const type: Type = { kind: "tuple", elems: v.type.elems.slice(from) };
    const made = context.at(node).aggregate(type, members, hint);
    for (const member of members) context.putInto(made, member);
    return made;
  }
  if (isMatch(v.type))
    return foreign(context, node, ["", `.slice(${from})`], [v], arrayOf(maybe(str)), { pure: false, hint });
  if (v.type.kind !== "array" && v.type.kind !== "typed") {
    if (!context.isRefused(v)) context.report(language.destructuringForm(spanOf(node), "A rest of this"));
    return standInFor(context, node);
  }
  const element = elementType(v.type);
  const rest = primitive(context, node, "sub", [context.integer(context.at(node).length(v)), context.constant(from)]);
  const length = primitive(context, node, "maxLiteral", [rest, context.constant(0)]);
  const made = alloc(context, node, arrayOf(element), length, hint);
  countTo(context, length, (i) => {
    const at = primitive(context, node, "add", [i, context.constant(from)]);
    context.b.store(elem(made, i), context.b.load(elem(v, at), element));
  });
  if (isReference(element)) context.putInto(made, v);
  return made;
}

/** The fields of an object that were not taken, in a new object. */
function restOfObject(
  context: FunctionContext,
  of: Value,
  taken: ReadonlySet<string>,
  node: ts.BindingElement | ts.SpreadAssignment,
  hint?: string,
): Value {
  if (of.type.kind === "dict") return restOfDictionary(context, of, taken, node, hint);
  const at = ts.isBindingElement(node) ? node.name : node.expression;
  const v = ts.isExpression(at) ? withoutAccessors(context, of, at, taken) : of;
  const decl = v.type.kind === "record" ? context.file.types.records.get(v.type.name) : undefined;
  if (decl === undefined) {
    if (!context.isRefused(v)) context.report(language.destructuringForm(spanOf(node), "A rest of this"));
    return standInFor(context, node);
  }
  const fields = decl.fields.filter((f) => !taken.has(f.name) && !isNotSpread(context.file.types, v.type, f.name));
  const members = fields.map((f) => load(context, { place: field(v, f.name), type: f.type }, node, f.name));
  const made = context.at(node).aggregate(context.file.types.recordOf(fields), members, hint);
  for (const member of members) context.putInto(made, member);
  return made;
}
