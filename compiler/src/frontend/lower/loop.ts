/**
 * Loops. A `for` whose counter, step and bound are plain becomes a counted `for`; everything else becomes a `while`
 * with the variables it assigns carried along.
 */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem, field, value } from "../../ir/build.js";
import type { For, Type, Value } from "../../ir/ir.js";
import { arrayOf, num, sameType } from "../../ir/types.js";
import { type Exits, noExits } from "../exits.js";
import { classBodies } from "../class-effects.js";
import { eachChild } from "../chains.js";
import { bare, spanOf } from "../source.js";
import { elementType, load } from "./access.js";
import { collectionOf, countOf, membersOrNone, stepAt, type Step } from "./collection.js";
import { countedForm } from "./counted.js";
import type { FunctionContext } from "./context.js";
import { branchPiece, type Piece, runPieces } from "./flow.js";
import { presentValue } from "./missing.js";
import { keysOf } from "./object-calls.js";
import { membersOfOpaque } from "./opaque.js";
import { body, breaksOut, copies, finish, frameOf, initial, region } from "./loop-frame.js";

/** Lowers a statement as pieces of the list it stands in. */
export type ToPieces = (context: FunctionContext, node: ts.Statement) => readonly Piece[];

// -------------------------------------------------------------------------------------------------------------- while

interface WhileParts {
  readonly parts: readonly ts.Node[];
  /** Absent: there is no test at the top. */
  readonly test: ts.Expression | undefined;
  /** Runs at the end of every iteration that does not leave the loop. */
  readonly after?: () => readonly Piece[];
  /** Runs at the end of every iteration, also when the loop is left: it changes nothing that outlives the loop. */
  readonly always?: () => void;
  readonly mayStop: boolean;
}

function lowerAsWhile(
  context: FunctionContext,
  node: ts.IterationStatement,
  toPieces: ToPieces,
  form: WhileParts,
): void {
  const { test } = form;
  const pureTest = test !== undefined && isPlainTest(context, test);
  const testInside = test !== undefined && !pureTest;
  const frame = frameOf(context, node, form.parts, breaksOut(context, node) || testInside || form.mayStop);
  const inits = initial(context, frame);
  const loc = context.at(node).loc;
  const cond = region(context, frame, [], () => [
    test !== undefined && pureTest ? context.condition(test) : context.b.const(true),
  ]);
  const bodyRegion = body(context, frame, node, [], () => {
    const inner: readonly Piece[] = [continuable(context, node, toPieces), ...(form.after?.() ?? [])];
    if (test === undefined || pureTest) runPieces(context, inner);
    else runPieces(context, [branchPiece(() => context.condition(test), inner, [exitPiece(context, node)])]);
    if (!context.dead) form.always?.();
  });
  const results = copies(context, frame);
  const base = { inits, breaks: frame.breaks, results, cond, body: bodyRegion };
  context.b.push(loc === undefined ? { kind: "while", ...base } : { kind: "while", ...base, loc });
  finish(context, frame, inits, results);
}

/** May the test stand in the pure region of a `while`? */
function isPlainTest(context: FunctionContext, test: ts.Expression): boolean {
  let calls = false;
  const visit = (n: ts.Node): void => {
    if (ts.isCallExpression(n) && context.file.calleeBody(n) !== "pure") calls = true;
    // A getter is a call.
    if (ts.isPropertyAccessExpression(n) && classBodies(context.file.types.table, n) !== undefined) calls = true;
    if (
      ts.isNewExpression(n) ||
      ts.isArrayLiteralExpression(n) ||
      ts.isObjectLiteralExpression(n) ||
      ts.isTemplateExpression(n)
    )
      calls = true;
    eachChild(n, visit);
  };
  visit(test);
  return !calls && context.file.effects.isPure(test);
}

/** The loop's body; a `continue` in it arrives at its end. */
function continuable(context: FunctionContext, node: ts.IterationStatement, toPieces: ToPieces): Piece {
  const exits = context.exits.of(node.statement);
  const continues = exits.to.some((e) => e.kind === "continue" && e.target === node);
  if (!continues) return { kind: "block", exits, inner: () => toPieces(context, node.statement) };
  const to = exits.to.filter((e) => e.kind !== "continue" || e.target !== node);
  const arriving: Exits = { always: false, to };
  return {
    kind: "plain",
    exits: arriving,
    run: () => {
      // The flags of the loop stay those of the loop: only what the end of the body needs is set inside.
      context.level++;
      runPieces(context, toPieces(context, node.statement));
      context.level--;
    },
  };
}

/** `break`, made by the compiler. */
function exitPiece(context: FunctionContext, node: ts.IterationStatement): Piece {
  const exit = context.exits.break(node);
  return {
    kind: "plain",
    exits: { always: true, to: [exit] },
    run: () => {
      const construct = context.constructs.findLast((c) => c.node === node);
      if (construct !== undefined) context.env.set(construct.stop, context.b.const(true));
    },
  };
}

export function lowerWhile(context: FunctionContext, node: ts.WhileStatement, toPieces: ToPieces): void {
  const forever = bare(node.expression).kind === ts.SyntaxKind.TrueKeyword;
  lowerAsWhile(context, node, toPieces, {
    parts: [node.expression, node.statement],
    test: forever ? undefined : node.expression,
    mayStop: false,
  });
}

export function lowerDo(context: FunctionContext, node: ts.DoStatement, toPieces: ToPieces): void {
  const forever = bare(node.expression).kind === ts.SyntaxKind.TrueKeyword;
  const after = (): readonly Piece[] => [
    {
      kind: "plain",
      exits: { always: false, to: [] },
      run: () => {
        const construct = context.constructs.findLast((c) => c.node === node);
        const goesOn = context.condition(node.expression);
        if (construct !== undefined) context.env.set(construct.stop, context.at(node.expression).prim("not", [goesOn]));
      },
    },
  ];
  lowerAsWhile(context, node, toPieces, {
    parts: [node.statement, node.expression],
    test: undefined,
    ...(forever ? {} : { after }),
    mayStop: !forever,
  });
}

// ---------------------------------------------------------------------------------------------------------------- for

export function lowerFor(
  context: FunctionContext,
  node: ts.ForStatement,
  declare: (list: ts.VariableDeclarationList) => void,
  toPieces: ToPieces,
): void {
  const { initializer } = node;
  if (initializer !== undefined) {
    if (ts.isVariableDeclarationList(initializer)) declare(initializer);
    else context.lowering.effect(context, initializer);
  }
  const counted = countedForm(context, node);
  if (counted === undefined) {
    const { incrementor } = node;
    const step = (): void => {
      if (incrementor !== undefined) context.lowering.effect(context, incrementor);
    };
    const after = (): readonly Piece[] => [{ kind: "plain", exits: { always: false, to: [] }, run: step }];
    const stepping =
      incrementor === undefined ? {} : isLocalStep(context, node, incrementor) ? { always: step } : { after };
    const parts = [node.condition, node.incrementor, node.statement].filter((n) => n !== undefined);
    lowerAsWhile(context, node, toPieces, { parts, test: node.condition, ...stepping, mayStop: false });
    return;
  }
  const to = context.expression(counted.bound);
  const { name } = counted.counter;
  countedLoop(
    context,
    node,
    {
      from: counted.from,
      test: counted.test,
      to: context.number(to, counted.test, counted.bound),
      step: counted.step,
      hint: name,
    },
    (index) => {
      context.env.declare(counted.counter, { type: num, hint: name, level: context.level }, index);
      runPieces(context, toPieces(context, node.statement));
    },
  );
}

/** Does the incrementor only change variables of the loop's own head? */
function isLocalStep(context: FunctionContext, node: ts.ForStatement, incrementor: ts.Expression): boolean {
  const effects = context.file.effects.of(incrementor);
  if (effects.world || !context.file.effects.isReadOnly(incrementor)) return false;
  return [...effects.assigned].every((s) => (s.declarations ?? []).every((d) => d.parent === node.initializer));
}

interface Count extends Pick<For, "from" | "test" | "to" | "step"> {
  readonly hint: string;
}

function countedLoop(
  context: FunctionContext,
  node: ts.ForStatement | ts.ForOfStatement | ts.ForInStatement,
  count: Count,
  run: (index: Value) => void,
): void {
  const parts: ts.Node[] = [node.statement];
  if (!ts.isForStatement(node)) parts.push(node);
  const { hint, ...head } = count;
  const frame = frameOf(context, node, parts, breaksOut(context, node));
  const inits = initial(context, frame);
  const loc = context.at(node).loc;
  const index = context.integer(value(num, hint));
  const bodyRegion = body(context, frame, node, [index], () => run(index));
  const results = copies(context, frame);
  const op = { kind: "for" as const, ...head, inits, breaks: frame.breaks, results, body: bodyRegion };
  context.b.push(loc === undefined ? op : { ...op, loc });
  finish(context, frame, inits, results);
}

/** How many members a tuple has, where all have one type. */
function membersOf(elems: readonly Type[]): { readonly count: number; readonly type: Type } | undefined {
  const [first] = elems;
  return first !== undefined && elems.every((e) => sameType(e, first))
    ? { count: elems.length, type: first }
    : undefined;
}

/** `for (const x of array)`, and over `array.entries()`, `array.keys()`. */
export function lowerForOf(
  context: FunctionContext,
  node: ts.ForOfStatement | ts.ForInStatement,
  toPieces: ToPieces,
): void {
  if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) {
    context.report(language.asyncOrGenerator(spanOf(node.awaitModifier), "`for await`"));
    return;
  }
  const iterated = bare(node.expression);
  let source: ts.Expression = node.expression;
  let view: "values" | "entries" | "keys" = "values";
  if (
    ts.isCallExpression(iterated) &&
    iterated.arguments.length === 0 &&
    ts.isPropertyAccessExpression(iterated.expression)
  ) {
    const name = iterated.expression.name.text;
    if (name === "entries" || name === "keys" || name === "values") {
      view = name;
      source = iterated.expression.expression;
    }
  }
  const given = membersOrNone(context, source) ?? presentValue(context, context.expression(source), source);
  if (ts.isForOfStatement(node) && collectionOf(context, given) !== undefined) {
    lowerForOfCollection(context, node, given, source === node.expression ? undefined : view, toPieces);
    return;
  }
  let array = given;
  if (ts.isForInStatement(node)) array = keysOf(context, source, given) ?? given;
  else if (given.type.kind === "opaque" || given.type.kind === "str") {
    // `map.entries()` is gone through as a whole.
    const whole = source === node.expression ? given : context.expression(node.expression);
    view = "values";
    array = membersOfOpaque(context, node.expression, whole) ?? given;
  }
  const members = array.type.kind === "tuple" ? membersOf(array.type.elems) : undefined;
  if (array.type.kind !== "array" && array.type.kind !== "typed" && members === undefined) {
    if (!context.isRefused(array))
      context.report(language.iteration(spanOf(node.expression), `\`for…of\` over \`${context.show(array.type)}\``));
    return;
  }
  const b = context.at(node.expression);
  const from = context.constant(0);
  const to = members === undefined ? context.integer(b.length(array)) : context.constant(members.count);
  const { initializer } = node;
  const declared = ts.isVariableDeclarationList(initializer) ? initializer.declarations[0]?.name : undefined;
  const pair =
    view === "entries" && declared !== undefined && ts.isArrayBindingPattern(declared) ? declared.elements : undefined;
  if (view === "entries" && pair === undefined) {
    context.report(
      language.iteration(spanOf(node.initializer), "`for…of` over `entries()` without `const [index, value]`"),
    );
    return;
  }
  const nameOf = (n: ts.Node | undefined): string | undefined =>
    n !== undefined && ts.isIdentifier(n) ? n.text : undefined;
  const first = pair?.[0];
  const second = pair?.[1];
  const indexName =
    view === "keys"
      ? nameOf(declared)
      : first !== undefined && ts.isBindingElement(first)
        ? nameOf(first.name)
        : undefined;
  countedLoop(context, node, { from, test: "<", to, step: 1, hint: indexName ?? "i" }, (index) => {
    const item = (hint: string | undefined): Value => {
      const at =
        members === undefined
          ? { place: elem(array, index), type: elementType(array.type) }
          : {
              place: field(array, "0"),
              type: members.type,
              member: { base: array, index, isWithin: true, ...members },
            };
      return load(context, at, node.initializer, hint);
    };
    if (pair !== undefined) {
      if (first !== undefined && ts.isBindingElement(first)) context.lowering.bind(context, first.name, index);
      if (second !== undefined && ts.isBindingElement(second))
        context.lowering.bind(context, second.name, item(nameOf(second.name)));
    } else if (declared !== undefined) {
      context.lowering.bind(context, declared, view === "keys" ? index : item(nameOf(declared)));
    } else if (!ts.isVariableDeclarationList(initializer)) {
      context.lowering.assign(context, initializer, view === "keys" ? index : item(nameOf(initializer)));
    }
    runPieces(context, toPieces(context, node.statement));
  });
}

/** `for (const [key, value] of map)`, over a map or set of our own; what is put into it meanwhile comes too. */
function lowerForOfCollection(
  context: FunctionContext,
  node: ts.ForOfStatement,
  self: Value,
  view: "values" | "entries" | "keys" | undefined,
  toPieces: ToPieces,
): void {
  const type = collectionOf(context, self);
  if (type === undefined) return;
  const { initializer } = node;
  const what = view ?? (type.kind === "map" ? "entries" : "values");
  const declared = ts.isVariableDeclarationList(initializer) ? initializer.declarations[0]?.name : undefined;
  const take = (step: Step): void => {
    const whole = (): Value => {
      if (what === "keys") return step.key();
      if (what === "values") return step.value();
      const [key, v] = [step.key(), step.value()];
      const pair = context.at(node).aggregate({ kind: "tuple", elems: [key.type, v.type] }, [key, v]);
      for (const member of [key, v]) context.putInto(pair, member);
      return pair;
    };
    if (declared === undefined) {
      if (!ts.isVariableDeclarationList(initializer)) context.lowering.assign(context, initializer, whole());
      return;
    }
    const parts = what === "entries" && ts.isArrayBindingPattern(declared) ? declared.elements : undefined;
    const isPlain = parts !== undefined && parts.length <= 2 && parts.every((p) => ts.isOmittedExpression(p) || (p.dotDotDotToken === undefined && p.initializer === undefined));
    if (!isPlain) {
      context.lowering.bind(context, declared, whole());
      return;
    }
    parts?.forEach((part, i) => {
      if (ts.isBindingElement(part)) context.lowering.bind(context, part.name, i === 0 ? step.key() : step.value());
    });
  };
  const pieces = (step: Step): readonly Piece[] => {
    const inner = [{ kind: "plain" as const, exits: noExits, run: () => take(step) }, ...toPieces(context, node.statement)];
    const { held } = step;
    return held === undefined ? inner : [branchPiece(() => held, inner, [])];
  };
  if (!mayGrow(context, node.statement)) {
    const to = countOf(context, node.expression, self, type);
    countedLoop(context, node, { from: context.constant(0), test: "<", to, step: 1, hint: "i" }, (index) => {
      runPieces(context, pieces(stepAt(context, node.expression, self, type, index)));
    });
    return;
  }
  // Which place comes next, in memory of its own: the list is as long as it is when the next one is looked for.
  const next = context.at(node).aggregate(arrayOf(num), [context.constant(0)]);
  const first = elem(next, context.constant(0));
  const frame = frameOf(context, node, [node.statement, node], true);
  const inits = initial(context, frame);
  const { loc } = context.at(node);
  const cond = region(context, frame, [], () => [context.b.const(true)]);
  const bodyRegion = body(context, frame, node, [], () => {
    const index = context.integer(context.at(node).load(first, num, "i"));
    const test = (): Value => context.at(node).prim("lt", [index, countOf(context, node.expression, self, type)]);
    const run = (): void => {
      context.at(node).store(first, context.at(node).prim("add", [index, context.constant(1)]));
    };
    const step = (): readonly Piece[] => pieces(stepAt(context, node.expression, self, type, index));
    const inside: Piece = { kind: "block", exits: context.exits.of(node.statement), inner: step };
    runPieces(context, [
      branchPiece(test, [{ kind: "plain", exits: noExits, run }, inside], [exitPiece(context, node)]),
    ]);
  });
  const results = copies(context, frame);
  const base = { inits, breaks: frame.breaks, results, cond, body: bodyRegion };
  context.b.push(loc === undefined ? { kind: "while", ...base } : { kind: "while", ...base, loc });
  finish(context, frame, inits, results);
}

/** May something be put into a map or a set while this runs? */
function mayGrow(context: FunctionContext, node: ts.Node): boolean {
  const { checker, effects } = context.file;
  if (ts.isNewExpression(node)) return true;
  if (ts.isCallExpression(node)) {
    const callee = bare(node.expression);
    const read = context.file.calleeBody(node);
    const method = ts.isPropertyAccessExpression(callee) ? callee.name.text : undefined;
    const target = context.file.callee(callee);
    const isKnown = read === "pure" || (target.kind === "ambient" && target.library) || target.kind === "builtin";
    if (!isKnown && (read === undefined || effects.of(read).world || effects.of(read).values.size > 0)) return true;
    if (method === "set" || method === "add") {
      const owner = ts.isPropertyAccessExpression(callee) ? checker.getTypeAtLocation(callee.expression) : undefined;
      if (!/^(Float|Int|Uint)/.test(owner?.getSymbol()?.name ?? "")) return true;
    }
  }
  return eachChild(node, (child) => mayGrow(context, child) || undefined) === true;
}
