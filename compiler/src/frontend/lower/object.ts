/** Object literals. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { spanOf } from "../source.js";
import { load, standInFor } from "./access.js";
import type { FunctionContext } from "./context.js";

export function lowerObject(
  context: FunctionContext,
  node: ts.ObjectLiteralExpression,
  hint: string | undefined,
): Value {
  const type = objectType(context, node);
  const fields = type?.kind === "record" ? context.file.types.records.get(type.name)?.fields : undefined;
  const members = new Map<string, Value>();
  let ok = true;
  const refuse = (at: ts.Node, what: string): void => {
    ok = false;
    context.report(language.objectMember(spanOf(at), what));
  };
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      if (!spreadInto(context, property, members)) ok = false;
    } else if (ts.isShorthandPropertyAssignment(property)) {
      members.set(property.name.text, context.expression(property.name));
    } else if (ts.isPropertyAssignment(property)) {
      const { name } = property;
      if (ts.isComputedPropertyName(name)) refuse(name, "A computed name");
      else
        members.set(
          ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)
            ? name.text
            : name.getText(),
          context.expression(property.initializer),
        );
    } else {
      refuse(property, ts.isMethodDeclaration(property) ? "A method" : "A getter or setter");
    }
  }
  if (!ok || type === undefined || fields === undefined) {
    if (ok && type !== undefined)
      context.report(
        language.unsupportedType(
          spanOf(node),
          context.show(type),
          "An object literal must have the type of an object with named fields",
        ),
      );
    return standInFor(context, node);
  }
  const ordered = fields.map((f) => {
    const v = members.get(f.name);
    if (v === undefined) return context.standIn(f.type);
    return f.type.kind === "opaque" && f.noDiff === true ? v : context.coerce(v, f.type, node);
  });
  // A field that is not of the type would be lost.
  const extra = [...members.keys()].find((name) => !fields.some((f) => f.name === name));
  if (extra !== undefined) refuse(node, `The field \`${extra}\`, which is not of type \`${context.show(type)}\`,`);
  const made = context.at(node).aggregate(type, ordered, hint);
  for (const member of ordered) context.putInto(made, member);
  return made;
}

/** `...p`: every field of `p`, by name. */
function spreadInto(context: FunctionContext, node: ts.SpreadAssignment, members: Map<string, Value>): boolean {
  const source = context.expression(node.expression);
  const fields = source.type.kind === "record" ? context.file.types.records.get(source.type.name)?.fields : undefined;
  if (fields === undefined) {
    if (!context.isRefused(source))
      context.report(language.spreadNotYet(spanOf(node), "of something that is not an object with named fields"));
    return false;
  }
  for (const { name, type } of fields)
    members.set(name, load(context, { place: field(source, name), type }, node, name));
  return true;
}

function objectType(context: FunctionContext, node: ts.ObjectLiteralExpression): Type | undefined {
  const { checker, types } = context.file;
  const contextual = checker.getContextualType(node);
  if (contextual !== undefined) {
    const mapped = types.map(checker.getNonNullableType(contextual));
    if ("type" in mapped && mapped.type.kind === "record") return mapped.type;
  }
  const own = types.map(checker.getTypeAtLocation(node));
  if ("type" in own) return own.type;
  // Members that are refused below say more than the type of the whole.
  const plain = node.properties.every(
    (p) => ts.isPropertyAssignment(p) || ts.isShorthandPropertyAssignment(p) || ts.isSpreadAssignment(p),
  );
  return plain ? context.typeAt(node) : undefined;
}
