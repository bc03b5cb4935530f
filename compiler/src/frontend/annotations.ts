/** Finds `@differentiable` tags and reads what they ask for. */
import { ts } from "ts-morph";
import { annotation, type Diagnostic } from "../diagnostics.js";
import { type Mode, modes } from "./lowered.js";
import { bare, type FunctionNode, hasModifier, isFunctionLike, spanOf, spanOfRange } from "./source.js";

/** A marked function, before its types are looked at. */
export interface Request {
  readonly name: string;
  readonly node: FunctionNode;
  /** Absent: every differentiable parameter. */
  readonly wrt: readonly Named<string>[] | undefined;
  /** Absent: what the return type allows. */
  readonly modes: readonly Named<Mode>[] | undefined;
}

/** A name with its place. */
export interface Named<T> {
  readonly name: T;
  readonly span: ReturnType<typeof spanOf>;
}

const planned = /^(jvp|hvp|hessian|jacobian|accumulate|d[1-9]\d*)$/;
const tagName = "differentiable";

/** Every marked function of a file. */
export function findRequests(file: ts.SourceFile, report: (d: Diagnostic) => void): Request[] {
  const requests: Request[] = [];
  const visit = (node: ts.Node): void => {
    for (const tag of ownTags(node)) {
      const request = readRequest(node, tag, report);
      if (request !== undefined) requests.push(request);
    }
    if (ts.isMethodDeclaration(node) && hasDecorator(node)) report(annotation.methodNotAvailable(spanOf(node.name)));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return requests;
}

/** The tags of the comments that stand directly before this node (not those TypeScript inherits from a parent). */
function ownTags(node: ts.Node): ts.JSDocTag[] {
  if (!ts.canHaveJsDoc(node)) return [];
  return ts.getJSDocCommentsAndTags(node).flatMap((doc) => {
    if (!ts.isJSDoc(doc) || doc.parent !== node) return [];
    return (doc.tags ?? []).filter((tag) => tag.tagName.text === tagName);
  });
}

function hasDecorator(node: ts.MethodDeclaration): boolean {
  return (ts.getDecorators(node) ?? []).some((d) => {
    const callee = ts.isCallExpression(d.expression) ? d.expression.expression : d.expression;
    return ts.isIdentifier(callee) && callee.text === tagName;
  });
}

function readRequest(node: ts.Node, tag: ts.JSDocTag, report: (d: Diagnostic) => void): Request | undefined {
  const found = markedFunction(node);
  if (found === "method") {
    report(annotation.methodNotAvailable(spanOf(tag)));
    return undefined;
  }
  if (found === undefined) {
    report(annotation.notAFunction(tagNameSpan(tag)));
    return undefined;
  }
  if (found.name === undefined) {
    report(annotation.needsName(tagNameSpan(tag)));
    return undefined;
  }
  if (!found.topLevel) {
    report(annotation.notAtTopLevel(tagNameSpan(tag), found.name));
    return undefined;
  }
  const asked = readPairs(tag, report);
  return asked === undefined ? undefined : { name: found.name, node: found.node, ...asked };
}

interface Marked {
  readonly name: string | undefined;
  readonly node: FunctionNode;
  readonly topLevel: boolean;
}

function markedFunction(node: ts.Node): Marked | "method" | undefined {
  if (ts.isMethodDeclaration(node) || ts.isAccessor(node) || ts.isConstructorDeclaration(node) || ts.isPropertyDeclaration(node) || ts.isMethodSignature(node)) {
    return "method";
  }
  if (ts.isFunctionDeclaration(node)) return { name: node.name?.text, node, topLevel: ts.isSourceFile(node.parent) };
  if (ts.isVariableStatement(node)) {
    const [only, ...others] = node.declarationList.declarations;
    if (only === undefined || others.length > 0 || only.initializer === undefined || !ts.isIdentifier(only.name)) return undefined;
    if (!(node.declarationList.flags & ts.NodeFlags.Const)) return undefined;
    const initializer = bare(only.initializer);
    return isFunctionLike(initializer) ? { name: only.name.text, node: initializer, topLevel: ts.isSourceFile(node.parent) } : undefined;
  }
  if (ts.isExportAssignment(node)) {
    const expression = bare(node.expression);
    return isFunctionLike(expression) ? { name: expression.name?.text, node: expression, topLevel: true } : undefined;
  }
  if (isFunctionLike(node)) return { name: node.name?.text, node, topLevel: false };
  return undefined;
}

export const isDefaultExport = (node: ts.Node): boolean => hasModifier(node, ts.SyntaxKind.DefaultKeyword);

function tagNameSpan(tag: ts.JSDocTag) {
  const file = tag.getSourceFile();
  return spanOfRange(file, tag.getStart(file), tag.tagName.getEnd());
}

function readPairs(tag: ts.JSDocTag, report: (d: Diagnostic) => void): Pick<Request, "wrt" | "modes"> | undefined {
  const file = tag.getSourceFile();
  const start = tag.tagName.getEnd();
  // Stars at the start of a comment's lines are not part of the text; blanking them keeps every position.
  const text = file.text
    .slice(start, tag.getEnd())
    .replaceAll(/\*\/[\s\S]*$/g, (s) => " ".repeat(s.length))
    .replaceAll(/(^|\n)([ \t]*)\*/g, "$1$2 ");
  const seen = new Map<string, Named<string>[]>();
  let ok = true;
  const fail = (d: Diagnostic): void => {
    ok = false;
    report(d);
  };
  for (const match of text.matchAll(/[^\s=,]+\s*=\s*[^\s=,]+(?:\s*,\s*[^\s=,]+)*(?!\s*=)|\S+/g)) {
    const at = start + match.index;
    const [whole] = match;
    const span = (from: number, length: number) => spanOfRange(file, at + from, at + from + length);
    const equals = whole.indexOf("=");
    const key = whole.slice(0, equals).trim();
    if (equals <= 0 || equals === whole.length - 1) fail(annotation.malformedPair(span(0, whole.length), whole));
    else if (key !== "wrt" && key !== "modes") fail(annotation.unknownKey(span(0, key.length), key));
    else if (seen.has(key)) fail(annotation.malformedPair(span(0, whole.length), whole));
    else {
      const names = [...whole.slice(equals + 1).matchAll(/[^\s,]+/g)].map((m) => ({ name: m[0], span: span(equals + 1 + m.index, m[0].length) }));
      seen.set(key, names);
    }
  }
  const chosen: Named<Mode>[] = [];
  for (const { name, span } of seen.get("modes") ?? []) {
    const mode = modes.find((m) => m === name);
    if (mode !== undefined) chosen.push({ name: mode, span });
    else fail(planned.test(name) ? annotation.modeNotAvailable(span, name) : annotation.unknownMode(span, name));
  }
  return ok ? { wrt: seen.get("wrt"), modes: seen.has("modes") ? chosen : undefined } : undefined;
}
