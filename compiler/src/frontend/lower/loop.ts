/**
 * Loops. A `for` whose counter, step and bound are plain becomes a counted `for`; everything else becomes a `while`
 * with the variables it assigns carried along.
 */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem, field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { num, sameType, str } from "../../ir/types.js";
import { firstImpure } from "../../ir/walk.js";
import { mayResize } from "../effects.js";
import { type Exits, noExits } from "../exits.js";
import { classBodies } from "../class-effects.js";
import { eachChild } from "../chains.js";
import { loopTag, refuseUnknownTrips } from "../loop-tags.js";
import { bare, spanOf } from "../source.js";
import { load } from "./access.js";
import { elementType } from "./array-make.js";
import { withCalled } from "./callback-effects.js";
import { deletesIn, isChangedIn } from "./changed-meanwhile.js";
import { collectionOf, membersOrNone } from "./collection.js";
import { lowerForOfCollection } from "./collection-loop.js";
import { countedForm } from "./counted.js";
import { hasKey } from "./dictionary.js";
import type { FunctionContext } from "./context.js";
import { branchPiece, type Piece, runPieces } from "./flow.js";
import { foreign } from "./foreign.js";
import { delegateOf } from "./iterable-class.js";
import { presentValue } from "./missing.js";
import { arriving, openLoop } from "./open-loop.js";
import { keysOf } from "./object-calls.js";
import { membersOfOpaque } from "./opaque.js";
import {
  body,
  breaksOut,
  copies,
  countedLoop,
  exitPiece,
  finish,
  frameOf,
  initial,
  region,
  type ToPieces,
} from "./loop-frame.js";
import { type CounterBoxes, counterBoxes } from "./variables.js";

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
  readonly boxes?: CounterBoxes;
}

function lowerAsWhile(
  context: FunctionContext,
  node: ts.IterationStatement,
  toPieces: ToPieces,
  form: WhileParts,
): void {
  const { test } = form;
  const isPlain = test !== undefined && isPlainTest(context, test);
  if (!isPlain || !lowerWithTest(context, node, toPieces, form, test)) lowerWithTest(context, node, toPieces, form);
}

/** The test stands in front (if one is given), or inside the loop; false where in front it turns out not to be pure. */
function lowerWithTest(
  context: FunctionContext,
  node: ts.IterationStatement,
  toPieces: ToPieces,
  form: WhileParts,
  inFront?: ts.Expression,
): boolean {
  const inside = inFront === undefined ? form.test : undefined;
  const frame = frameOf(context, node, form.parts, breaksOut(context, node) || inside !== undefined || form.mayStop);
  const inits = initial(context, frame);
  const loc = context.at(node).loc;
  const cond = region(context, frame, [], () => [
    inFront === undefined ? context.b.const(true) : context.condition(inFront),
  ]);
  if (firstImpure(cond) !== undefined) return false;
  const bodyRegion = body(context, frame, node, [], () => {
    form.boxes?.open();
    const inner: readonly Piece[] = [
      arriving(context, node, () => toPieces(context, node.statement)),
      ...(form.after?.() ?? []),
    ];
    if (inside === undefined) runPieces(context, inner);
    else {
      const thrown = context.exits.ofParts([inside]);
      runPieces(context, [branchPiece(() => context.condition(inside), inner, [exitPiece(context, node)], thrown)]);
    }
    form.boxes?.close();
    if (!context.dead) form.always?.();
  });
  const results = copies(context, frame);
  const tag = loopTag(node);
  refuseUnknownTrips(node, tag, (d) => context.report(d));
  const tagged = tag === undefined ? {} : { tag };
  const base = { inits, breaks: frame.breaks, results, cond, body: bodyRegion, ...tagged };
  context.b.push(loc === undefined ? { kind: "while", ...base } : { kind: "while", ...base, loc });
  finish(context, frame, inits, results);
  return true;
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
      exits: { always: false, to: context.exits.ofParts([node.expression]) },
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
    const boxes = counterBoxes(context, node);
    const run = (): void => {
      boxes?.renew();
      step();
    };
    const exits: Exits = { always: false, to: context.exits.ofParts([incrementor]) };
    const after = (): readonly Piece[] => [{ kind: "plain", exits, run }];
    const stepping =
      incrementor === undefined ? {} : isLocalStep(context, node, incrementor) ? { always: step } : { after };
    const parts = [node.condition, node.incrementor, node.statement].filter((n) => n !== undefined);
    lowerAsWhile(context, node, toPieces, {
      parts,
      test: node.condition,
      ...stepping,
      ...(boxes === undefined ? {} : { boxes }),
      mayStop: false,
    });
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

/** How many members a tuple has, where all have one type, or differ in the functions they hold alone. */
function membersOf(
  context: FunctionContext,
  elems: readonly Type[],
): { readonly count: number; readonly type: Type } | undefined {
  const [first, ...others] = elems;
  const { types } = context.file;
  if (first === undefined) return undefined;
  if (others.every((e) => sameType(e, first))) return { count: elems.length, type: first };
  if (!elems.every((e) => types.holdsFunction(e))) return undefined;
  const type = others.reduce<Type | undefined>((a, t) => a && types.join(a, t), first);
  return type === undefined ? undefined : { count: elems.length, type };
}

const isList = (type: Type): boolean => type.kind === "array" || type.kind === "typed";

/** The name of an element, and which index it stands for. */
function indexAsText(context: FunctionContext, node: ts.Node, index: Value, hint: string | undefined): Value {
  const text = foreign(context, node, ["String(", ")"], [index], str, { pure: true, hint });
  context.indices.set(text.id, index);
  return text;
}

/** What `entries()` gives. */
function pairOf(context: FunctionContext, node: ts.Node, index: Value, member: Value): Value {
  const pair = context.at(node).aggregate({ kind: "tuple", elems: [index.type, member.type] }, [index, member]);
  context.putInto(pair, member);
  return pair;
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
  let given = membersOrNone(context, source) ?? presentValue(context, context.expression(source), source);
  // A method of a class of the user's may be called `values` too.
  if (source !== node.expression && given.type.kind === "record" && collectionOf(context, given) === undefined) {
    context.known.set(source, given);
    given = presentValue(context, context.expression(node.expression), source);
    context.known.delete(source);
    source = node.expression;
    view = "values";
  }
  const delegate = ts.isForOfStatement(node) ? delegateOf(context, given, source) : undefined;
  if (delegate !== undefined) {
    given = presentValue(context, delegate.value, source);
    if (isList(given.type)) view = delegate.view ?? "values";
  }
  if (ts.isForOfStatement(node) && collectionOf(context, given) !== undefined) {
    const own = delegate === undefined ? (source === node.expression ? undefined : view) : delegate.view;
    lowerForOfCollection(context, node, given, own, toPieces);
    return;
  }
  let array = given;
  // `for…in` over a list goes over its indices, as text.
  let asText = false;
  if (ts.isForInStatement(node)) {
    const keys = keysOf(context, source, given);
    asText = keys === undefined && (isList(given.type) || given.type.kind === "tuple");
    if (asText) view = "keys";
    array = keys ?? given;
  }
  if (!ts.isForInStatement(node) && (given.type.kind === "opaque" || given.type.kind === "str")) {
    // `map.entries()` is gone through as a whole.
    const whole = source === node.expression ? given : context.expression(node.expression);
    view = "values";
    if (given.type.kind === "opaque" && isChangedIn(context, node.statement, source)) {
      context.file.made.needed = true;
      context.report(language.iteration(spanOf(node.expression), "`for…of` over a map or set that the loop changes"));
      return;
    }
    array = membersOfOpaque(context, node.expression, whole) ?? given;
  }
  const members = array.type.kind === "tuple" ? membersOf(context, array.type.elems) : undefined;
  if (array.type.kind !== "array" && array.type.kind !== "typed" && members === undefined) {
    if (!context.isRefused(array))
      context.report(language.iteration(spanOf(node.expression), `\`for…of\` over \`${context.show(array.type)}\``));
    return;
  }
  const b = context.at(node.expression);
  const { initializer } = node;
  const declared = ts.isVariableDeclarationList(initializer) ? initializer.declarations[0]?.name : undefined;
  const pair =
    view === "entries" && declared !== undefined && ts.isArrayBindingPattern(declared) ? declared.elements : undefined;
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
  const take = (index: Value): void => {
    const key = (): Value => (asText ? indexAsText(context, node, index, indexName) : index);
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
    } else {
      const hint = nameOf(declared ?? initializer);
      const whole =
        view === "keys" ? key() : view === "entries" ? pairOf(context, node, index, item(undefined)) : item(hint);
      if (declared !== undefined) context.lowering.bind(context, declared, whole);
      else if (!ts.isVariableDeclarationList(initializer)) context.lowering.assign(context, initializer, whole);
    }
  };
  const hint = asText ? "i" : (indexName ?? "i");
  const isLive = ts.isForOfStatement(node) && array === given && array.type.kind === "array";
  if (isLive && mayChangeLength(context, node.statement, delegate?.node ?? source)) {
    openLoop(
      context,
      node,
      hint,
      () => context.integer(context.b.length(array)),
      (index) => [{ kind: "plain", exits: noExits, run: () => take(index) }, ...toPieces(context, node.statement)],
    );
    return;
  }
  const to = members === undefined ? context.integer(b.length(array)) : context.constant(members.count);
  // What is deleted before its turn is passed over.
  const isThere =
    ts.isForInStatement(node) && given.type.kind === "dict" && deletesIn(context, node.statement)
      ? (index: Value): Value => hasKey(context, node, given, context.b.load(elem(array, index), str), "in")
      : undefined;
  countedLoop(context, node, { from: context.constant(0), test: "<", to, step: 1, hint }, (index) => {
    const pieces = (): readonly Piece[] => [
      { kind: "plain", exits: noExits, run: () => take(index) },
      ...toPieces(context, node.statement),
    ];
    if (isThere !== undefined) runPieces(context, [branchPiece(() => isThere(index), pieces(), [])]);
    else {
      take(index);
      runPieces(context, toPieces(context, node.statement));
    }
  });
}

/** May an array that is gone through become longer or shorter meanwhile? */
function mayChangeLength(context: FunctionContext, node: ts.Statement, list: ts.Expression): boolean {
  const { effects } = context.file;
  const kind = effects.elementKind(list);
  return withCalled(context, effects.of(node)).some((e) => mayResize(e, kind));
}
