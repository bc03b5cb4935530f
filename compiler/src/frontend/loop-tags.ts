/** Finds and reads `@checkpoint` and `@implicit`, on loops and on functions. */
import { ts } from "ts-morph";
import { type Diagnostic, schedule } from "../diagnostics.js";
import type { Checkpointing, Implicit, Loc, LoopTag } from "../ir/ir.js";
import { markedFunction } from "./annotations.js";
import { eachChild } from "./chains.js";
import { isLoop } from "./exits.js";
import { type FunctionNode, isFunctionNode, spanOf, spanOfRange } from "./source.js";

type Report = (d: Diagnostic) => void;

const tagNames = /^(?:checkpoint|implicit)$/;

/** When an adjoint that is solved for is complete, and after how many rounds it must be. */
const defaultTolerance = 1e-14;
const defaultRounds = 10_000;

/** What is asked of a loop by a comment before it, or before the function that it is the only loop of. */
export function loopTag(node: ts.IterationStatement): LoopTag | undefined {
  let holder: ts.Node = node;
  while (ts.isLabeledStatement(holder.parent)) holder = holder.parent;
  for (let at: ts.Node = node; ; at = at.parent) {
    const own = tagsOf(at).map((tag) => readLoopTag(tag, ignore));
    if (own[0] !== undefined) return own[0];
    if (at === holder) break;
  }
  const around = ts.findAncestor(node.parent, (n) => isFunctionNode(n) || ts.isIterationStatement(n, false));
  if (around === undefined || !isFunctionNode(around)) return undefined;
  const [tag] = functionTags(around).filter((t) => t.tagName.text === "implicit");
  return tag === undefined ? undefined : readLoopTag(tag, ignore);
}

/** Are calls of this function checkpointed? */
export const isCheckpointed = (node: FunctionNode): boolean =>
  functionTags(node).some((tag) => tag.tagName.text === "checkpoint");

/** The tag of a loop, or of a function, for saying that something is wrong with it. */
export function tagSpan(node: ts.Node): ReturnType<typeof spanOf> {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    const [tag] = isFunctionNode(at) ? functionTags(at) : tagsOf(at);
    if (tag !== undefined) return spanOfTag(tag);
  }
  return spanOf(node);
}

/** The tag of the loop or function that begins at a place. */
export function tagSpanAt(program: ts.Program, loc: Loc | undefined): ReturnType<typeof spanOf> | undefined {
  const file = loc === undefined ? undefined : program.getSourceFile(loc.file);
  if (loc === undefined || file === undefined) return undefined;
  const position = file.getPositionOfLineAndCharacter(loc.line - 1, loc.column - 1);
  const find = (node: ts.Node): ts.Node | undefined => {
    if (node.getStart(file) === position && (isLoop(node) || isFunctionNode(node))) return node;
    return node.getFullStart() <= position && position < node.getEnd() ? ts.forEachChild(node, find) : undefined;
  };
  const node = find(file);
  return node === undefined ? undefined : tagSpan(node);
}

/** Says what is wrong with the tags of a file. */
export function checkLoopTags(file: ts.SourceFile, report: Report): void {
  if (!/@(?:checkpoint|implicit)\b/.test(file.text)) return;
  const read = new Set<number>();
  const texts: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) texts.push(node);
    tagsOf(node).forEach((tag, i) => {
      if (read.has(tag.getStart(file))) return;
      read.add(tag.getStart(file));
      checkTag(node, tag, i > 0, report);
    });
    eachChild(node, visit);
  };
  visit(file);
  // TypeScript attaches a comment only to what begins after it on a line of its own; others must not be passed over.
  for (const comment of file.text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const found = /(?<=^\/\*\*\s*|\n[ \t]*\*?[ \t]*)@(checkpoint|implicit)\b/.exec(comment[0]);
    if (found?.[1] === undefined) continue;
    const at = comment.index + found.index;
    if (read.has(at) || texts.some((t) => t.getStart(file) < at && at < t.getEnd())) continue;
    report(schedule.neitherLoopNorFunction(spanOfRange(file, at, at + found[0].length), found[1]));
  }
}

function checkTag(node: ts.Node, tag: ts.JSDocTag, isSecond: boolean, report: Report): void {
  const name = tag.tagName.text;
  if (isSecond) {
    report(schedule.malformed(spanOfTag(tag), `@${name}`, name));
    return;
  }
  const inner = unlabelled(node);
  const func = markedFunction(node)?.node ?? (isFunctionNode(node) ? node : undefined);
  if (!ts.isIterationStatement(inner, false) && func === undefined) {
    report(schedule.neitherLoopNorFunction(spanOfTag(tag), name));
    return;
  }
  readLoopTag(tag, report);
  if (func === undefined) return;
  if (name === "checkpoint")
    for (const pair of pairsOf(tag))
      if (pair.key !== undefined && checkpointKeys.has(pair.key)) report(schedule.keysOnFunction(pair.span, pair.key));
  if (name !== "implicit") return;
  const loops = loopsIn(func.body);
  if (loops !== 1) report(schedule.needsOneLoop(spanOfTag(tag), loops));
}

function unlabelled(node: ts.Node): ts.Node {
  return ts.isLabeledStatement(node) ? unlabelled(node.statement) : node;
}

/** The number of outermost loops of a function. */
function loopsIn(node: ts.Node | undefined): number {
  let count = 0;
  const visit = (n: ts.Node): void => {
    if (isFunctionNode(n)) return;
    if (isLoop(n)) count++;
    else eachChild(n, visit);
  };
  if (node !== undefined) eachChild(node, visit);
  return count;
}

function functionTags(node: FunctionNode): readonly ts.JSDocTag[] {
  for (let at: ts.Node = node; !ts.isSourceFile(at) && !ts.isBlock(at); at = at.parent) {
    const tags = tagsOf(at);
    if (tags.length > 0) return markedFunction(at)?.node === node || at === node ? tags : [];
  }
  return [];
}

const hasComments = (node: ts.Node): boolean => "jsDoc" in node && node.jsDoc !== undefined;

/** The tags of the comments that stand directly before this node. */
function tagsOf(node: ts.Node): readonly ts.JSDocTag[] {
  if (!hasComments(node)) return [];
  return ts.getJSDocCommentsAndTags(node).flatMap((doc) => {
    if (!ts.isJSDoc(doc) || doc.parent !== node) return [];
    return (doc.tags ?? []).filter((tag) => tagNames.test(tag.tagName.text));
  });
}

function spanOfTag(tag: ts.JSDocTag): ReturnType<typeof spanOf> {
  const file = tag.getSourceFile();
  return spanOfRange(file, tag.getStart(file), tag.tagName.getEnd());
}

// --------------------------------------------------------------------------------------------------------------- pairs

const checkpointKeys = new Set(["schedule", "snapshots", "memory"]);
const implicitKeys = new Set(["tol", "max"]);
const ignore = (): void => {};

interface Pair {
  readonly key: string | undefined;
  readonly value: string;
  readonly text: string;
  readonly span: ReturnType<typeof spanOf>;
}

function pairsOf(tag: ts.JSDocTag): readonly Pair[] {
  const file = tag.getSourceFile();
  const start = tag.tagName.getEnd();
  // Stars at the start of a comment's lines are not part of the text; blanking them keeps every position.
  const text = file.text
    .slice(start, tag.getEnd())
    .replaceAll(/\*\/[\s\S]*$/g, (s) => " ".repeat(s.length))
    .replaceAll(/(^|\n)([ \t]*)\*/g, "$1$2 ");
  return [...text.matchAll(/\S+/g)].map((match): Pair => {
    const [whole] = match;
    const at = start + match.index;
    const [key, value, ...more] = whole.split("=");
    const span = spanOfRange(file, at, at + whole.length);
    const isPair = key !== undefined && key !== "" && value !== undefined && value !== "" && more.length === 0;
    return isPair ? { key, value, text: whole, span } : { key: undefined, value: "", text: whole, span };
  });
}

function readLoopTag(tag: ts.JSDocTag, report: Report): LoopTag {
  const name = tag.tagName.text;
  const keys = name === "checkpoint" ? checkpointKeys : implicitKeys;
  const given = new Map<string, Pair>();
  for (const pair of pairsOf(tag)) {
    const { key, text, span } = pair;
    if (key === undefined) {
      report(schedule.malformed(span, text, name));
      // What follows is most likely more of the same text.
      break;
    }
    if (!keys.has(key)) report(schedule.unknownKey(span, name, key));
    else if (given.has(key)) report(schedule.malformed(span, text, name));
    else given.set(key, pair);
  }
  return name === "checkpoint" ? checkpointing(given, report) : implicit(given, report);
}

function checkpointing(given: ReadonlyMap<string, Pair>, report: Report): Checkpointing {
  const asked = valueOf(given, "schedule", "`sqrt` or `revolve`", report, (text) =>
    text === "sqrt" || text === "revolve" ? text : undefined,
  );
  const snapshots = valueOf(given, "snapshots", "a whole number from 1 on", report, (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : 0;
    return count >= 1 && Number.isSafeInteger(count) ? count : undefined;
  });
  const memory = valueOf(given, "memory", "a size like `64MB`, `512kB` or `1GB`", report, bytesOf);
  if (snapshots !== undefined && memory !== undefined) {
    const pair = given.get("memory");
    if (pair !== undefined) report(schedule.malformed(pair.span, pair.text, "checkpoint"));
  }
  return {
    kind: "checkpoint",
    schedule: asked ?? (snapshots === undefined && memory === undefined ? "sqrt" : "revolve"),
    ...(snapshots === undefined ? {} : { snapshots }),
    ...(memory === undefined ? {} : { memory }),
  };
}

function implicit(given: ReadonlyMap<string, Pair>, report: Report): Implicit {
  const tolerance = valueOf(given, "tol", "a number greater than 0 and less than 1", report, (text) => {
    const number = Number(text);
    return number > 0 && number < 1 ? number : undefined;
  });
  const rounds = valueOf(given, "max", "a whole number from 1 on", report, (text) => {
    const count = Number(text);
    return Number.isSafeInteger(count) && count >= 1 ? count : undefined;
  });
  return { kind: "implicit", tolerance: tolerance ?? defaultTolerance, rounds: rounds ?? defaultRounds };
}

function valueOf<T>(
  given: ReadonlyMap<string, Pair>,
  key: string,
  expected: string,
  report: Report,
  read: (text: string) => T | undefined,
): T | undefined {
  const pair = given.get(key);
  if (pair === undefined) return undefined;
  const value = read(pair.value);
  if (value === undefined) report(schedule.badValue(pair.span, key, pair.value, expected));
  return value;
}

const units = new Map([
  ["B", 1],
  ["kB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
]);

function bytesOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(B|kB|MB|GB)$/.exec(text) ?? [];
  const size = unit === undefined ? undefined : units.get(unit);
  const bytes = size === undefined ? 0 : Math.floor(Number(amount) * size);
  return bytes >= 1 ? bytes : undefined;
}

/** What must be known of the loop for what is asked of it. */
export function refuseUnknownTrips(node: ts.IterationStatement, tag: LoopTag | undefined, report: Report): void {
  if (tag?.kind !== "checkpoint") return;
  const asked =
    tag.snapshots !== undefined
      ? `snapshots=${tag.snapshots}`
      : tag.memory !== undefined
        ? "memory="
        : tag.schedule === "revolve"
          ? "schedule=revolve"
          : undefined;
  if (asked !== undefined) report(schedule.needsKnownTrips(tagSpan(node), asked));
}
