/** What was asked for at a marked function, checked against its types: parameters, modes, the signature that is generated. */
import { ts } from "ts-morph";
import { annotation, type Diagnostic } from "../diagnostics.js";
import type { Type, TypeText } from "../ir/ir.js";
import { isDifferentiable } from "../ir/types.js";
import type { Request } from "./annotations.js";
import { unmakable, unreadable } from "./class-boundary.js";
import { instanceTypeOf } from "./class-types.js";
import { examplesOf } from "./examples.js";
import type { FileContext, Signature } from "./file-context.js";
import { gradientText, jacobianText } from "./gradient-text.js";
import { declaredInstance, type Instance } from "./instance.js";
import type { Annotated, Mode, Original, ParamSignature } from "./lowered.js";
import { type Asked, refusal } from "./modes.js";
import { bare, isConst, locOf, numericLiteral, spanOf, symbolOf } from "./source.js";
import { hasOpenTuple } from "./type-questions.js";
import { combine } from "./type-text.js";
import type { TypeMapper } from "./types.js";

/** Checks what was asked for against the types of the function. */
export function annotate(
  file: FileContext,
  request: Request,
  signature: Signature,
  report: (d: Diagnostic) => void,
): Annotated | undefined {
  let ok = true;
  const fail = (d: Diagnostic): void => {
    ok = false;
    report(d);
  };
  const { records } = file.types;
  const { checker } = file;
  const inputs = inputsOf(file, request, signature);
  const canDiffer = inputs.map(
    (p) => isDifferentiable(p.type, records) && !file.types.isNoDiff(p.node?.type, p.declared),
  );
  const wrt = chooseParameters(
    request,
    inputs,
    canDiffer,
    (i) => file.types.show(inputs[i]?.declared ?? checker.getTypeAtLocation(request.node)),
    fail,
  );
  const returned = checker.getSignatureFromDeclaration(request.node)?.getReturnType();
  const shown = returned === undefined ? "void" : file.types.show(returned);
  const chosen = chooseModes(
    request,
    {
      result: signature.result,
      inputs: wrt.flatMap((i) => inputs[i] ?? []),
      records,
      shown,
    },
    fail,
  );
  const params = inputs.map((p, i) =>
    parameter(
      file,
      p,
      throughFunction(file, request, (f) => `Parameters<typeof ${f}>[${i}]`),
      fail,
    ),
  );
  const why =
    signature.result === undefined
      ? undefined
      : (unmakable(file.types, signature.result) ?? whyEither(signature.result));
  if (why !== undefined && returned !== undefined && chosen.length > 0)
    fail(
      annotation.signatureType(
        spanOf(request.node.type ?? request.node.name ?? request.node),
        "the result",
        shown,
        why,
      ),
    );
  const returns =
    returned === undefined
      ? undefined
      : (signatureText(file, returned) ?? throughFunction(file, request, (f) => `ReturnType<typeof ${f}>`));
  const variable = returned === undefined ? undefined : variableText(file, returned);
  if (returns === undefined)
    fail(
      annotation.signatureType(
        spanOf(request.node.type ?? request.node),
        "the result",
        shown,
        "It cannot be written in another file",
      ),
    );
  const complete = params.filter((p) => p !== undefined);
  if (!ok || returns === undefined || complete.length !== params.length) return undefined;
  const differentiated = wrt.flatMap((i): Differentiated[] => {
    const [input, param] = [inputs[i], complete[i]];
    if (input === undefined || param === undefined) return [];
    const own = variableText(file, input.declared) ?? param.type;
    return [{ name: param.name, type: input.type, own, gradient: param.gradient }];
  });
  return {
    func: signature.name,
    exportName: request.name,
    modes: chosen,
    wrt,
    params: complete,
    returns,
    returnsGradient: gradientText(signature.result ?? { kind: "void" }, variable ?? returns, file.types),
    ...(request.sparse === undefined ? {} : { isSparse: true as const }),
    ...higherTexts(file.types, signature.result, variable ?? returns, differentiated),
    loc: locOf(request.node),
    examples: examplesOf(
      request.node,
      ts.isMethodDeclaration(request.node) ? request.node.name.getText() : request.name,
    ),
    ...originalOf(file, request),
  };
}

/** A type as it is written in a signature; of a part of it that is differentiated. */
const signatureText = (file: FileContext, type: ts.Type): TypeText | undefined =>
  marked(file, type, file.types.text(type));
const variableText = (file: FileContext, type: ts.Type): TypeText | undefined =>
  marked(file, type, file.types.variableText(type));

const marked = (file: FileContext, type: ts.Type, text: TypeText | undefined): TypeText | undefined =>
  text !== undefined && hasOpenTuple(file.checker, type) ? { ...text, isOpen: true } : text;

/** A result of one of two kinds: which, only running the function tells. */
const whyEither = (type: Type): string | undefined =>
  type.kind === "array" && type.or !== undefined ? "A value of several types is not in the language" : undefined;

/** How another file calls the function. */
function originalOf(file: FileContext, request: Request): { readonly original?: Original } {
  const { node, owner } = request;
  const from = node.getSourceFile().fileName;
  if (owner === undefined) {
    const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
    const symbol = named === undefined ? undefined : file.checker.getSymbolAtLocation(named);
    const name = symbol === undefined ? undefined : file.types.exportedName(symbol, node.getSourceFile());
    return name === undefined ? {} : { original: { imported: { name, from } } };
  }
  const isHidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword].some((kind) =>
    ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []).some((m) => m.kind === kind) : false,
  );
  if (isHidden || node.name === undefined || !ts.isIdentifier(node.name)) return {};
  const method = node.name.text;
  if (request.isStatic !== true) return { original: { method } };
  const symbol = owner.name === undefined ? undefined : file.checker.getSymbolAtLocation(owner.name);
  const name = symbol === undefined ? undefined : file.types.exportedName(symbol, node.getSourceFile());
  return name === undefined ? {} : { original: { imported: { name, from }, method } };
}

/** A differentiated parameter. */
interface Differentiated {
  readonly name: string;
  readonly type: Type;
  /** How its type is written. */
  readonly own: TypeText;
  readonly gradient: TypeText;
}

/** What `f_jacobian` and `f_hessian` return. */
function higherTexts(
  types: TypeMapper,
  result: Type | undefined,
  own: TypeText,
  params: readonly Differentiated[],
): Pick<Annotated, "returnsJacobian" | "returnsHessian"> {
  if (result === undefined) return {};
  const all = labelled(params, (p) => p.gradient);
  const returnsJacobian = jacobianText(result, own, all, types);
  if (result.kind !== "num") return { returnsJacobian };
  const block = (p: Differentiated, q: Differentiated): TypeText => jacobianText(p.type, p.own, q.gradient, types);
  return { returnsJacobian, returnsHessian: labelled(params, (p) => labelled(params, (q) => block(p, q))) };
}

/** One as it is, several as a labelled tuple. */
function labelled(params: readonly Differentiated[], text: (p: Differentiated) => TypeText): TypeText {
  const [only, ...others] = params;
  if (only !== undefined && others.length === 0) return text(only);
  return combine(params.map(text), (texts) => `[${texts.map((t, i) => `${params[i]?.name ?? ""}: ${t}`).join(", ")}]`);
}

/** Something a generated function is passed. */
interface Input {
  readonly name: string;
  /** What `wrt=` calls it. */
  readonly asked: string;
  readonly type: Type;
  readonly declared: ts.Type;
  /** Absent for the object of a method. */
  readonly node: ts.ParameterDeclaration | undefined;
}

/** What a generated function is passed: for a method, first the object. */
function inputsOf(file: FileContext, request: Request, signature: Signature): readonly Input[] {
  const params = signature.params.map((p): Input => {
    const declared = file.checker.getTypeAtLocation(p.node.name);
    return { name: p.name, asked: p.name, type: p.type, declared, node: p.node };
  });
  const type = signature.instance.self;
  if (request.owner === undefined || type === undefined) return params;
  let name = "self";
  while (params.some((p) => p.name === name)) name = `${name}_`;
  return [
    { name, asked: "this", type, declared: instanceTypeOf(file.types, request.owner), node: undefined },
    ...params,
  ];
}

/** The instance of a marked function that is lowered; for a method, that of an object of its class. */
export function instanceOf(file: FileContext, request: Request, report: (d: Diagnostic) => void): Instance | undefined {
  const declared = declaredInstance(request.node);
  const { owner } = request;
  if (owner === undefined) return declared;
  const [generic] = owner.typeParameters ?? [];
  if (generic !== undefined) {
    report(annotation.genericFunction(spanOf(generic), request.name));
    return undefined;
  }
  if (request.isStatic === true) return declared;
  const type = instanceTypeOf(file.types, owner);
  const mapped = file.types.map(type);
  const span = spanOf(request.node.name ?? request.node);
  const why = "why" in mapped ? mapped.why : unreadable(file.types, mapped.type);
  if ("why" in mapped || why !== undefined) {
    report(annotation.signatureType(span, "`this`", file.types.show(type), why ?? ""));
    return undefined;
  }
  const own = mapped.type.kind === "record" ? file.types.classes.get(mapped.type.name) : undefined;
  return { ...declared, self: mapped.type, bindings: own?.bindings ?? declared.bindings };
}

function chooseParameters(
  request: Request,
  inputs: readonly Input[],
  canDiffer: readonly boolean[],
  show: (i: number) => string,
  fail: (d: Diagnostic) => void,
): number[] {
  if (request.wrt === undefined) {
    const all = canDiffer.flatMap((yes, i) => (yes && inputs[i]?.node !== undefined ? [i] : []));
    if (all.length === 0)
      fail(annotation.nothingToDifferentiate(spanOf(request.node.name ?? request.node), request.name));
    return all;
  }
  const chosen = new Set<number>();
  for (const { name, span } of request.wrt) {
    const i = inputs.findIndex((p) => p.asked === name);
    if (i === -1) {
      const names = inputs.map((p) => p.asked);
      fail(annotation.unknownParameter(span, name, request.name, names));
    } else if (canDiffer[i] !== true) fail(annotation.parameterNotDifferentiable(span, name, show(i)));
    else chosen.add(i);
  }
  return [...chosen].toSorted((a, b) => a - b);
}

function chooseModes(request: Request, asked: Asked, fail: (d: Diagnostic) => void): Mode[] {
  const { result, records, shown } = asked;
  if (result === undefined || !isDifferentiable(result, records)) {
    const span = spanOf(request.node.type ?? request.node.name ?? request.node);
    fail(annotation.returnNotDifferentiable(span, shown));
    return [];
  }
  if (request.modes === undefined) {
    if (request.sparse !== undefined) fail(annotation.nothingSparse(request.sparse));
    return result.kind === "num" ? ["grad", "value_and_grad", "vjp"] : ["vjp"];
  }
  const chosen = new Set<Mode>();
  for (const { name, span } of request.modes) {
    const refused = refusal(name, span, asked);
    if (refused === undefined) chosen.add(name);
    else fail(refused);
  }
  if (request.sparse !== undefined && !chosen.has("jacobian") && !chosen.has("hessian"))
    fail(annotation.nothingSparse(request.sparse));
  return [...chosen];
}

/** A type that has no name outside its file, written through the exported function that mentions it. */
function throughFunction(file: FileContext, request: Request, write: (name: string) => string): TypeText | undefined {
  const source = request.node.getSourceFile();
  const symbol = ts.isMethodDeclaration(request.node)
    ? undefined
    : file.checker.getSymbolAtLocation(
        request.node.name ?? (ts.isVariableDeclaration(request.node.parent) ? request.node.parent.name : request.node),
      );
  const name = symbol === undefined ? undefined : file.types.exportedName(symbol, source);
  return name === undefined ? undefined : { text: write(name), imports: [{ name, from: source.fileName }] };
}

function parameter(
  file: FileContext,
  param: Input,
  fallback: TypeText | undefined,
  fail: (d: Diagnostic) => void,
): ParamSignature | undefined {
  const type = param.declared;
  const text = signatureText(file, type) ?? fallback;
  const why = text === undefined ? "It cannot be written in another file" : unreadable(file.types, param.type);
  if (text === undefined || why !== undefined) {
    const span = param.node === undefined ? undefined : spanOf(param.node);
    fail(annotation.signatureType(span, `the parameter \`${param.name}\``, file.types.show(type), why ?? ""));
    return undefined;
  }
  const variable = variableText(file, type) ?? text;
  const base = { name: param.name, type: text, gradient: gradientText(param.type, variable, file.types) };
  if (param.node?.dotDotDotToken !== undefined) return { ...base, rest: true };
  if (param.node?.questionToken !== undefined) {
    // The question mark says already that it may be missing.
    const own =
      param.node.type === undefined
        ? undefined
        : signatureText(file, file.checker.getTypeFromTypeNode(param.node.type));
    return { ...base, type: own ?? text, optional: true };
  }
  if (param.node?.initializer === undefined) return base;
  const initial = defaultText(file, param.node.initializer);
  if (initial === undefined) {
    fail(annotation.parameterDefault(spanOf(param.node.initializer), param.name));
    return undefined;
  }
  return { ...base, default: initial };
}

/** The default, as another file can write it: literals, what is made of them, constants that are literals, parameters before it. */
function defaultText(file: FileContext, node: ts.Expression): string | undefined {
  const inner = bare(node);
  const all = (nodes: readonly ts.Expression[]): readonly string[] | undefined => {
    const texts = nodes.map((n) => defaultText(file, n)).filter((t) => t !== undefined);
    return texts.length === nodes.length ? texts : undefined;
  };
  if (ts.isArrayLiteralExpression(inner)) {
    const members = all(inner.elements);
    return members === undefined ? undefined : `[${members.join(", ")}]`;
  }
  if (ts.isObjectLiteralExpression(inner)) {
    const members = inner.properties.map((p) => {
      const v =
        ts.isPropertyAssignment(p) && !ts.isComputedPropertyName(p.name) ? defaultText(file, p.initializer) : undefined;
      return v === undefined || p.name === undefined ? undefined : `${p.name.getText()}: ${v}`;
    });
    return members.every((m) => m !== undefined)
      ? members.length === 0
        ? "{}"
        : `{ ${members.join(", ")} }`
      : undefined;
  }
  if (ts.isBinaryExpression(inner) && /^(\+|-|\*|\/|\*\*|%)$/.test(inner.operatorToken.getText())) {
    const sides = all([inner.left, inner.right]);
    const side = (i: 0 | 1): string =>
      ts.isBinaryExpression(bare(i === 0 ? inner.left : inner.right)) ? `(${sides?.[i]})` : `${sides?.[i]}`;
    return sides === undefined ? undefined : `${side(0)} ${inner.operatorToken.getText()} ${side(1)}`;
  }
  if (
    ts.isNewExpression(inner) &&
    /^(Float|Int|Uint)\d+(Clamped)?Array$/.test(file.globalName(inner.expression) ?? "")
  ) {
    const args = all(inner.arguments ?? []);
    return args === undefined ? undefined : `new ${inner.expression.getText()}(${args.join(", ")})`;
  }
  if (ts.isIdentifier(inner)) {
    if (inner.text === "undefined" || inner.text === "Infinity" || inner.text === "NaN") return inner.text;
    const declaration = symbolOf(file.checker, inner)?.valueDeclaration;
    if (declaration !== undefined && ts.isParameter(declaration)) return inner.text;
    const isLiteral =
      declaration !== undefined &&
      ts.isVariableDeclaration(declaration) &&
      isConst(declaration) &&
      declaration.initializer !== undefined;
    return isLiteral && declaration.initializer !== undefined ? defaultText(file, declaration.initializer) : undefined;
  }
  const number = numericLiteral(inner);
  if (number !== undefined) return inner.getText();
  if (ts.isStringLiteralLike(inner)) return JSON.stringify(inner.text);
  if (inner.kind === ts.SyntaxKind.TrueKeyword || inner.kind === ts.SyntaxKind.FalseKeyword) return inner.getText();
  return /^(Math|Number)\.[A-Z][A-Z0-9_]*$|^Infinity$/.test(inner.getText()) ? inner.getText() : undefined;
}
