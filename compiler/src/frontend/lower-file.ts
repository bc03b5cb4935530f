/** From one source file to IR: its annotated functions, and everything they call. */
import type { Growing } from "./type-places.js";
import { ts } from "ts-morph";
import { constantWrites } from "../analysis/constant-writes.js";
import { annotation, type Diagnostic, language, type Span } from "../diagnostics.js";
import type { Op, Program, ValueId } from "../ir/ir.js";
import { isBySource, withoutThrownCopies } from "../ir/thrown.js";
import { walk } from "../ir/walk.js";
import { type Dependencies, noteCode, noteEverything, recordingChecker } from "./dependencies.js";
import { findRequests } from "./annotations.js";
import { RulesInForce } from "./custom-rules/apply.js";
import { withShippedRule } from "./custom-rules/shipped.js";
import { FileContext, type Signature } from "./file-context.js";
import { checkFixedPoints } from "./fixed-points.js";
import { nameOfFunction } from "./function-types.js";
import { inOrderOfNeed } from "./global-order.js";
import { checkLoopTags } from "./loop-tags.js";
import { refuseDrawn } from "./drawn.js";
import { refuseInside } from "./inside.js";
import { type Checked, checkLost } from "./lost.js";
import { lowerFunction } from "./lower/function.js";
import { Again } from "./lower/variables.js";
import { isMemo } from "./memo.js";
import { changedBy } from "./module-setup.js";
import { isPackageFile, type ProgramFiles } from "./packages/program.js";
import { atUsersCall, stateText } from "./packages/refusals.js";
import { withoutScratch } from "./packages/scratch.js";
import { PackageTable } from "./packages/table.js";
import type { Annotated, LoweredFile } from "./lowered.js";
import { refuseSharedInitialisers } from "./init-writes.js";
import { annotate, instanceOf } from "./requests.js";
import { checkRunAgain } from "./run-again.js";
import { refuseStopped } from "./stopped.js";
import { callPath, signatureOf, unknownFunctions } from "./signature.js";
import { spanAt, spanOf } from "./source.js";
import { typescriptErrors } from "./typescript-errors.js";

export interface LowerResult {
  readonly lowered?: LoweredFile;
  readonly diagnostics: Diagnostic[];
  /** Files of packages that must be in the program; without them nothing here is final. */
  readonly wanted: ReadonlySet<string>;
  /** What the result depends on. */
  readonly needs?: Dependencies;
}

/** What is read another way after the first attempt. */
export interface Reading {
  /** Maps and sets that are made in the program are all of our own. */
  readonly ownsCollections?: true;
  /** What such places hold, where it is functions, is found in the whole program. */
  readonly growsFunctions?: Growing;
  /** The members of these records stand in the order in which the program writes them. */
  readonly memberOrders?: ReadonlyMap<string, readonly string[]>;
  /** TypeScript checks whole files. Else only the statements that are lowered, which is enough where nothing is wrong. */
  readonly checksFiles?: true;
}

export function lowerFile(
  program: ts.Program,
  source: ts.SourceFile,
  nameOf: (file: ts.SourceFile) => string,
  files: ProgramFiles | undefined,
  /** TypeScript has nothing to say against the file itself: it was asked in a smaller program. */
  isChecked = false,
  how: Reading = {},
): LowerResult {
  const found = new Map<string, Diagnostic>();
  const report = (given: Diagnostic): void => {
    const d = atUsersCall(given, program);
    // Of what is wrong in a package one thing is enough: the user can change none of it.
    const key =
      given !== d
        ? `${d.code}:${d.span?.file}:${d.span?.line}:${d.span?.column}`
        : `${d.code}:${d.span?.file}:${d.span?.line}:${d.span?.column}:${d.message}`;
    if (!found.has(key)) found.set(key, d);
  };
  const failed = (): boolean => [...found.values()].some((d) => d.category === "error");
  const touched = new Set<ts.Node>();
  /** What TypeScript says; it is asked once. */
  const said: Diagnostic[] = [];
  const say = (d: Diagnostic): void => {
    said.push(d);
    report(d);
  };
  const met = new Set<ts.SourceFile>();
  /** What is to be checked that stands in one file. */
  const check = (file: ts.SourceFile, nodes: readonly ts.Node[]): void => {
    noteCode(program, file);
    if (touched.has(file) || file.isDeclarationFile || isPackageFile(file.fileName)) return;
    const parts = how.checksFiles === true ? [file] : nodes.map(statementAround).filter((part) => !touched.has(part));
    if (parts.length === 0) return;
    for (const part of parts) touched.add(part);
    // An import that means nothing is worth knowing of, whoever needs it.
    const first = met.has(file) ? [] : file.statements.filter(isImport);
    typescriptErrors(program, file, [...first, ...parts]).forEach(say);
    if (!met.has(file)) checkLoopTags(file, say);
    met.add(file);
  };
  const touch = (node: ts.Node): void => check(node.getSourceFile(), [node]);
  if (isChecked) {
    touched.add(source);
    checkLoopTags(source, say);
  }
  if (how.checksFiles === true) check(source, [source]);
  const checker = recordingChecker(program);
  const requests = findRequests(source, report);
  check(
    source,
    requests.map(({ node }) => node),
  );
  // What TypeScript does not understand, adc would only misunderstand.
  if ([...found.values()].some((d) => d.code.startsWith("TS")))
    return { diagnostics: inOrder(found), wanted: new Set() };
  const packages = new PackageTable(program, checker, files);
  const file = new FileContext(
    program,
    checker,
    nameOf,
    report,
    touch,
    (signature) => lowerBody(signature, failed),
    packages,
  );
  file.types.setEntry(source, (symbol) => packages.codeOf(symbol));
  file.made.all = how.ownsCollections === true;
  file.types.places.grow = how.growsFunctions ?? "none";
  file.types.memberOrders = how.memberOrders ?? new Map();
  const before = new Map(found);
  let annotated: Annotated[] = [];
  let checked: Checked[] = [];
  let reached = new Set<Signature>();
  let inForce: RulesInForce | undefined;
  for (let round = 0; round === 0 || (file.types.functions.hasGrown && round < mostReadings); round++) {
    file.startOver();
    found.clear();
    for (const [key, d] of before) found.set(key, d);
    for (const d of said) report(d);
    annotated = [];
    checked = [];
    reached = new Set();
    if (file.rules.all.length > 0 || file.rules.problems.length > 0) noteEverything(program);
    const rules = new RulesInForce(file, source, requests, report);
    inForce = rules;
    rules.check();
    for (const request of requests) {
      const instance = instanceOf(file, request, report);
      const signature =
        instance === undefined ? undefined : signatureOf(file, request.node, undefined, report, instance);
      for (const { type } of signature?.params ?? []) file.types.outside.add(type);
      const self = signature?.instance.self;
      if (self !== undefined) {
        file.types.outside.add(self);
        if (file.types.places.isUnder(self))
          report(annotation.signatureType(spanOf(request.node), "`this`", "this", unknownFunctions));
      }
      const entry = signature === undefined ? undefined : annotate(file, request, signature, report);
      if (entry !== undefined && signature !== undefined) {
        annotated.push(entry);
        const spans = signature.params.map((p) => spanOf(p.node));
        checked.push({ annotated: entry, isExplicit: request.wrt !== undefined, spans });
      }
      if (signature !== undefined) reached.add(signature);
    }
    // A set grows while it is gone through: what is called comes after what calls it.
    for (const signature of reached) {
      if (signature.state === "new") lowerBody(signature, failed);
      const ruled = signature.ruled ?? file.of(signature.node).rules.of(signature.node);
      if (ruled !== undefined) {
        for (const called of rules.enter(signature, ruled)) reached.add(called);
        continue;
      }
      for (const d of signature.diagnostics) report(d);
      const { func } = signature;
      if (func !== undefined) {
        file.funcs.set(signature.name, func);
        for (const called of withShippedRule(file, signature, func, report) ?? []) reached.add(called);
      }
      for (const called of signature.calls) reached.add(called);
    }
    rules.keepSilent();
    rules.checkMethods();
    annotated = annotated.map((a) => rules.asEntry(a));
    checked = checked.map((c) => ({ ...c, annotated: rules.asEntry(c.annotated) }));
  }
  const { wanted } = packages;
  const asOwn = (): LowerResult =>
    lowerFile(program, source, nameOf, files, isChecked, { ...how, ownsCollections: true });
  if (file.made.needed && file.made.some && wanted.size === 0 && how.ownsCollections !== true) return asOwn();
  // Where the order of members matters, and objects are written in another one than the type's, it may be the only one.
  const orders = new Map([...file.reordered].filter(([name]) => mayBeWrittenOrder(file, name)));
  if (orders.size > 0 && wanted.size === 0 && how.memberOrders === undefined) {
    const other = lowerFile(program, source, nameOf, files, isChecked, { ...how, memberOrders: orders });
    if (other.lowered !== undefined || other.wanted.size > 0) return other;
  }
  let lowered: Program = { funcs: file.funcs, records: file.types.records, globals: file.globals };
  lowered = withoutThrownCopies(lowered);
  if (annotated.some((a) => a.original === undefined)) refuseThrown(lowered, file, report);
  if (!failed() && wanted.size === 0) {
    refuseSharedInitialisers(lowered, file, report);
    refuseChanging(lowered, file, report);
    const local = withoutScratch(lowered, constantWrites(lowered, foreignMemory(file)), file.packageConstants);
    lowered = { ...local.program, globals: inOrderOfNeed(local.program) };
    for (const { name, loc, reason } of local.writes) {
      const declaration = file.globalNodes.get(name);
      const isTable = lowered.globals.get(name)?.type.kind === "dict";
      if (isTable && declaration !== undefined && isMemo(checker, declaration)) continue;
      const shown = name.slice(name.lastIndexOf("#") + 1);
      const span = spanAt(program, loc) ?? spanOf(source);
      const holder = [...reached].find((s) => stands(span, s));
      const related = holder === undefined ? [] : callPath(holder);
      const taken = [...foreignMemory(file).values()].includes(name);
      const written = taken ? language.takenWritten(span, name) : language.moduleConstantWritten(span, shown);
      const d = reason === undefined ? written : { ...written, message: stateText(shown, reason) };
      report({ ...d, related: [...d.related, ...related] });
    }
    for (const a of annotated) {
      inForce?.checkUse(lowered, a);
      refuseDrawn(lowered, a, (op) => spanAt(program, op.loc), report);
      refuseStopped(lowered, a, (op) => spanAt(program, op.loc), report);
    }
    refuseInside(lowered, (op) => spanAt(program, op.loc), report);
    checkRunAgain(lowered, program, file.plainErrors, report);
    checkFixedPoints(lowered, annotated, program, report);
    const isLost = checkLost(lowered, checked, file, report, failed);
    // What is put into a map of JavaScript may matter after all: then it must be one that a derivative can follow.
    if (isLost && file.made.some && how.ownsCollections !== true) return asOwn();
  }
  // Everything wrong is said at once.
  else if (wanted.size === 0) {
    const before = [...found.values()];
    const said = (d: Diagnostic): boolean => before.some((b) => overlap(b.span, d.span));
    checkLost(lowered, checked, file, (d) => said(d) || report(d), failed);
  }
  const diagnostics = inOrder(found);
  if (failed() && wanted.size === 0 && file.types.places.found) {
    const grow = file.types.places.grow;
    const again = (growsFunctions: Growing): LowerResult =>
      lowerFile(program, source, nameOf, files, isChecked, { ...how, growsFunctions });
    // What is wrong then is wrong whatever function is where.
    if (grow === "none") return again("assigned");
    const other = grow === "assigned" ? again("declared") : undefined;
    if (other !== undefined && (other.lowered !== undefined || other.wanted.size > 0)) return other;
  }
  if (failed() || wanted.size > 0) return { diagnostics, wanted };
  return { lowered: { path: source.fileName, program: lowered, annotated }, diagnostics, wanted };
}

/** The statement of the module that a node stands in; a file without one stands for itself. */
function statementAround(node: ts.Node): ts.Node {
  let at = node;
  while (at.parent !== undefined && at.parent.parent !== undefined) at = at.parent;
  return at;
}

const isImport = (node: ts.Node): boolean => ts.isImportDeclaration(node) || ts.isExportDeclaration(node);

/** Do the objects of a record that tell their members all come from the program, unless the type leaves their order open? */
function mayBeWrittenOrder({ ordered, types }: FileContext, name: string): boolean {
  return ordered.some(({ record }) => record === name) && (!types.outside.has(name) || types.unordered.has(name));
}

/** What only the source can throw cannot be had of a function that nobody else can call. */
function refuseThrown(lowered: Program, file: FileContext, report: (d: Diagnostic) => void): void {
  for (const func of lowered.funcs.values())
    walk(func.body, (op) => {
      const span = isBySource(op) ? spanAt(file.program, op.loc) : undefined;
      if (span !== undefined) report(language.thrownValue(span));
    });
}

/** A constant that the generated file makes once more must stay as it is made. */
function refuseChanging(lowered: Program, file: FileContext, report: (d: Diagnostic) => void): void {
  const uses = new Map<string, Op>();
  for (const func of lowered.funcs.values())
    walk(func.body, (op) => {
      if (op.kind === "global" && !uses.has(op.name)) uses.set(op.name, op);
    });
  for (const [name, op] of uses) {
    const declaration = file.globalNodes.get(name);
    const isMade = lowered.globals.get(name)?.exportedFrom === undefined;
    if (declaration === undefined || !isMade || isPackageFile(declaration.getSourceFile().fileName)) continue;
    const by = changedBy(file.checker, declaration, (call) => {
      const body = file.calleeBody(call);
      return body === "pure" || (body !== undefined && file.effects.isReadOnly(body));
    });
    // What a function that was followed does is known more exactly.
    if (by === undefined || file.signatures.has(by)) continue;
    const span = spanAt(file.program, op.loc) ?? spanOf(declaration);
    report(language.constantChanges(span, declaration.name.getText(), `\`${nameOfFunction(by)}\``));
  }
}

/** Arrays and objects that others hold too; what is only put somewhere and never taken out again does not matter. */
const foreignMemory = (file: FileContext): ReadonlyMap<ValueId, string> =>
  file.taken.size === 0 ? file.taken : new Map([...file.put, ...file.taken]);

/** Stands a place in the text of a function? */
function stands(span: Span, signature: Signature): boolean {
  const own = spanOf(signature.node);
  return own.file === span.file && own.line <= span.line && span.line <= own.endLine;
}

/** Is one place in the other? */
function overlap(a: Span | undefined, b: Span | undefined): boolean {
  if (a === undefined || b === undefined || a.file !== b.file) return false;
  const isBehind = (x: Span, y: Span): boolean =>
    x.line > y.endLine || (x.line === y.endLine && x.column >= y.endColumn);
  return !isBehind(a, b) && !isBehind(b, a);
}

/** How often a program is read until it is known which functions the fields of classes hold. */
const mostReadings = 8;
/** How often a function is lowered until the types of its variables and its result are known. */
const mostRounds = 12;

function lowerBody(signature: Signature, failed: () => boolean): void {
  const { file } = signature;
  file.running.push(signature);
  signature.state = "running";
  for (let round = 0; signature.state === "running"; round++) {
    const diagnostics: Diagnostic[] = [];
    try {
      const { func, calls } = file.types.withBindings(signature.bindings, () =>
        lowerFunction(signature, (d) => diagnostics.push(d)),
      );
      if (func !== undefined) signature.func = func;
      signature.calls = calls;
      signature.state = "done";
    } catch (error) {
      if (error instanceof Again && error.of !== signature) {
        // A function on the way here is lowered again, and will ask for others.
        file.running.pop();
        signature.state = "new";
        file.forget(new Set([signature]));
        throw error;
      }
      if (error instanceof Again && round < mostRounds + signature.variables.size + signature.elements.size) {
        file.forget(signature.dependents);
        continue;
      }
      // Behind a mistake of the user nothing is certain: what goes wrong there is not our bug.
      const behind =
        failed() ||
        file.types.functions.hasGrown ||
        file.running.some((s) => s.diagnostics.length > 0) ||
        diagnostics.some((d) => d.category === "error");
      if (error instanceof Again) diagnostics.push(language.endlessType(spanOf(error.node)));
      else if (!behind) throw error;
      signature.state = "done";
    }
    signature.diagnostics = diagnostics;
  }
  file.running.pop();
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
