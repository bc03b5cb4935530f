/** From one source file to IR: its annotated functions, and everything they call. */
import { ts } from "ts-morph";
import { annotation, type Diagnostic } from "../diagnostics.js";
import type { Func } from "../ir/ir.js";
import { isDifferentiable } from "../ir/types.js";
import { findRequests, type Request } from "./annotations.js";
import { FileContext, type Signature } from "./file-context.js";
import { gradientText } from "./gradient-text.js";
import { lowerFunction } from "./lower/function.js";
import type { Annotated, LoweredFile, Mode, ParamSignature } from "./lowered.js";
import { signatureOf } from "./signature.js";
import { bare, locOf, numericLiteral, spanOf } from "./source.js";
import { typescriptErrors } from "./typescript-errors.js";

export interface LowerResult {
  readonly lowered?: LoweredFile;
  readonly diagnostics: Diagnostic[];
}

export function lowerFile(
  program: ts.Program,
  source: ts.SourceFile,
  nameOf: (file: ts.SourceFile) => string,
): LowerResult {
  const found = new Map<string, Diagnostic>();
  const report = (d: Diagnostic): void => {
    const key = `${d.code}:${d.span?.file}:${d.span?.line}:${d.span?.column}:${d.message}`;
    if (!found.has(key)) found.set(key, d);
  };
  const failed = (): boolean => [...found.values()].some((d) => d.category === "error");
  const touched = new Set<ts.SourceFile>();
  const touch = (file: ts.SourceFile): void => {
    if (touched.has(file) || file.isDeclarationFile) return;
    touched.add(file);
    for (const d of typescriptErrors(program, file)) report(d);
  };
  touch(source);
  const checker = program.getTypeChecker();
  const requests = findRequests(source, report);
  // What TypeScript does not understand, adc would only misunderstand.
  if ([...found.values()].some((d) => d.code.startsWith("TS"))) return { diagnostics: inOrder(found) };
  const file = new FileContext(program, checker, nameOf, report, touch);
  const annotated: Annotated[] = [];
  for (const request of requests) {
    const signature = signatureOf(file, request.node, undefined, report);
    const entry = signature === undefined ? undefined : annotate(file, request, signature, report);
    if (entry !== undefined) annotated.push(entry);
  }
  for (let signature = file.queue.shift(); signature !== undefined; signature = file.queue.shift()) {
    const func = lowerSafely(file, signature, report, failed);
    if (func !== undefined) file.funcs.set(func.name, func);
  }
  const diagnostics = inOrder(found);
  if (failed()) return { diagnostics };
  const { records } = file.types;
  return {
    lowered: { path: source.fileName, program: { funcs: file.funcs, records, globals: file.globals }, annotated },
    diagnostics,
  };
}

/** Behind a mistake of the user nothing is certain: what goes wrong there is not our bug. */
function lowerSafely(
  file: FileContext,
  signature: Signature,
  report: (d: Diagnostic) => void,
  failed: () => boolean,
): Func | undefined {
  try {
    return file.types.withBindings(signature.bindings, () => lowerFunction(file, signature, report));
  } catch (error) {
    if (failed()) return undefined;
    throw error;
  }
}

function inOrder(found: ReadonlyMap<string, Diagnostic>): Diagnostic[] {
  const place = (d: Diagnostic): string => d.span?.file ?? "";
  return [...found.values()].toSorted(
    (a, b) =>
      (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0) ||
      (a.span?.line ?? 0) - (b.span?.line ?? 0) ||
      (a.span?.column ?? 0) - (b.span?.column ?? 0),
  );
}

/** Checks what was asked for against the types of the function. */
function annotate(
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
  const canDiffer = signature.params.map(
    (p) =>
      isDifferentiable(p.type, records) && !file.types.isNoDiff(p.node.type, checker.getTypeAtLocation(p.node.name)),
  );
  const wrt = chooseParameters(
    request,
    signature,
    canDiffer,
    (i) => file.types.show(checker.getTypeAtLocation(signature.params[i]?.node ?? request.node)),
    fail,
  );
  const returned = checker.getSignatureFromDeclaration(request.node)?.getReturnType();
  const shown = returned === undefined ? "void" : file.types.show(returned);
  const chosen = chooseModes(request, signature, isDifferentiable(signature.result, records), shown, fail);
  const params = signature.params.map((p) => parameter(file, p, fail));
  const returns = returned === undefined ? undefined : file.types.text(returned);
  const variable = returned === undefined ? undefined : file.types.variableText(returned);
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
  return {
    func: signature.name,
    exportName: request.name,
    modes: chosen,
    wrt,
    params: complete,
    returns,
    returnsGradient: gradientText(signature.result, variable ?? returns, records),
    loc: locOf(request.node),
  };
}

function chooseParameters(
  request: Request,
  signature: Signature,
  canDiffer: readonly boolean[],
  show: (i: number) => string,
  fail: (d: Diagnostic) => void,
): number[] {
  if (request.wrt === undefined) {
    const all = canDiffer.flatMap((yes, i) => (yes ? [i] : []));
    if (all.length === 0)
      fail(annotation.nothingToDifferentiate(spanOf(request.node.name ?? request.node), request.name));
    return all;
  }
  const chosen = new Set<number>();
  for (const { name, span } of request.wrt) {
    const i = signature.params.findIndex((p) => p.name === name);
    if (i === -1) {
      const names = signature.params.map((p) => p.name);
      fail(annotation.unknownParameter(span, name, request.name, names));
    } else if (canDiffer[i] !== true) fail(annotation.parameterNotDifferentiable(span, name, show(i)));
    else chosen.add(i);
  }
  return [...chosen].toSorted((a, b) => a - b);
}

function chooseModes(
  request: Request,
  signature: Signature,
  differentiable: boolean,
  shown: string,
  fail: (d: Diagnostic) => void,
): Mode[] {
  const isNumber = signature.result.kind === "num";
  const span = spanOf(request.node.type ?? request.node.name ?? request.node);
  if (!differentiable) {
    fail(annotation.returnNotDifferentiable(span, shown));
    return [];
  }
  if (request.modes === undefined) return isNumber ? ["grad", "value_and_grad", "vjp"] : ["vjp"];
  const chosen: Mode[] = [];
  for (const mode of request.modes) {
    if (mode.name !== "vjp" && !isNumber) fail(annotation.modeNeedsNumber(mode.span, mode.name, shown));
    else if (!chosen.includes(mode.name)) chosen.push(mode.name);
  }
  return chosen;
}

function parameter(
  file: FileContext,
  param: Signature["params"][number],
  fail: (d: Diagnostic) => void,
): ParamSignature | undefined {
  const type = file.checker.getTypeAtLocation(param.node.name);
  const text = file.types.text(type);
  if (text === undefined) {
    fail(
      annotation.signatureType(
        spanOf(param.node),
        `the parameter \`${param.name}\``,
        file.types.show(type),
        "It cannot be written in another file",
      ),
    );
    return undefined;
  }
  const variable = file.types.variableText(type) ?? text;
  const base = { name: param.name, type: text, gradient: gradientText(param.type, variable, file.types.records) };
  if (param.node.initializer === undefined) return base;
  const initial = defaultText(param.node.initializer);
  if (initial === undefined) {
    fail(annotation.parameterDefault(spanOf(param.node.initializer), param.name));
    return undefined;
  }
  return { ...base, default: initial };
}

function defaultText(node: ts.Expression): string | undefined {
  const inner = bare(node);
  const number = numericLiteral(inner);
  if (number !== undefined) return inner.getText();
  if (ts.isStringLiteralLike(inner)) return JSON.stringify(inner.text);
  if (inner.kind === ts.SyntaxKind.TrueKeyword || inner.kind === ts.SyntaxKind.FalseKeyword) return inner.getText();
  return /^(Math|Number)\.[A-Z][A-Z0-9_]*$|^Infinity$/.test(inner.getText()) ? inner.getText() : undefined;
}
