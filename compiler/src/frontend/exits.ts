/**
 * Which statements leave their place early, and where to: a syntactic fact about each statement, computed once.
 * `lower/flow.ts` uses it to nest what follows such a statement, so that every region has one end.
 */
import { ts } from "ts-morph";

/** A jump. `return` leaves the function; the others leave or continue `target`. */
export type Exit =
  | { readonly kind: "return" }
  | { readonly kind: "break"; readonly target: ts.Node }
  | { readonly kind: "continue"; readonly target: ts.Node };

export interface Exits {
  /** Control never reaches what follows. */
  readonly always: boolean;
  /** Where else it may go. Empty although `always`: it throws. */
  readonly to: readonly Exit[];
}

export const noExits: Exits = { always: false, to: [] };
const throws: Exits = { always: true, to: [] };
const returnExit: Exit = { kind: "return" };

export const isLoop = (node: ts.Node): node is ts.IterationStatement => ts.isIterationStatement(node, false);

/** The exits of a function's statements. */
export class ExitTable {
  readonly #known = new Map<ts.Node, Exits>();
  readonly #breaks = new Map<ts.Node, Exit>();
  readonly #continues = new Map<ts.Node, Exit>();

  constructor(
    /** May running the expression throw? Asked only where somebody catches it. */
    readonly mayThrow: (node: ts.Node) => boolean,
    /** Are exceptions handed to the caller as results? They leave the function as `return` does. */
    readonly isCatching: boolean,
  ) {}

  of(node: ts.Statement): Exits {
    let exits = this.#known.get(node);
    if (exits === undefined) {
      exits = this.#compute(node);
      this.#known.set(node, exits);
    }
    return exits;
  }

  /** The exits of statements one after the other. */
  ofAll(nodes: readonly ts.Statement[]): Exits {
    let to: readonly Exit[] = [];
    for (const node of nodes) {
      const exits = this.of(node);
      to = union(to, exits.to);
      if (exits.always) return { always: true, to };
    }
    return to.length === 0 ? noExits : { always: false, to };
  }

  break(target: ts.Node): Exit {
    return intern(this.#breaks, target, "break");
  }

  continue(target: ts.Node): Exit {
    return intern(this.#continues, target, "continue");
  }

  /** Where a `break`, `continue` or `return` statement goes. */
  jump(node: ts.BreakOrContinueStatement | ts.ReturnStatement): Exit | undefined {
    if (ts.isReturnStatement(node)) return returnExit;
    const target = jumpTarget(node);
    if (target === undefined) return undefined;
    return ts.isBreakStatement(node) ? this.break(target) : this.continue(target);
  }

  /** Where an exception goes: behind the block of the `try` around it, to its handler; to a caller that catches it; nowhere else. */
  thrown(node: ts.Node): Exit | undefined {
    for (let at: ts.Node = node; at.parent !== undefined && !ts.isFunctionLike(at); at = at.parent) {
      const { parent } = at;
      if (ts.isTryStatement(parent) && parent.tryBlock === at && parent.catchClause !== undefined)
        return this.break(parent.tryBlock);
    }
    return this.isCatching ? returnExit : undefined;
  }

  /** Where exceptions of what these parts of a statement call go. */
  ofParts(parts: readonly (ts.Node | undefined)[]): readonly Exit[] {
    const [first] = parts.filter((p) => p !== undefined);
    const exit = first === undefined ? undefined : this.thrown(first);
    return exit !== undefined && parts.some((p) => p !== undefined && this.mayThrow(p)) ? [exit] : [];
  }

  /** Exits of what runs in each iteration of a loop. */
  ofIteration(node: ts.IterationStatement): readonly Exit[] {
    return union(this.of(node.statement).to, this.ofParts(partsInside(node)));
  }

  /** Does a `throw` in the block go to its handler? */
  isThrownIn(block: ts.Block): boolean {
    return this.ofAll(block.statements).to.some((e) => e.kind === "break" && e.target === block);
  }

  #ofTry({ tryBlock, catchClause, finallyBlock }: ts.TryStatement): Exits {
    const inner = this.ofAll(tryBlock.statements);
    const isThrown = this.isThrownIn(tryBlock);
    const body = this.#without(inner, tryBlock);
    const handler = catchClause === undefined || !isThrown ? undefined : this.of(catchClause.block);
    const always = isThrown ? inner.always && handler?.always === true : body.always;
    const both: Exits = { always, to: union(body.to, handler?.to ?? []) };
    const last = finallyBlock === undefined ? noExits : this.of(finallyBlock);
    return last.always ? last : { always: both.always, to: union(both.to, last.to) };
  }

  #compute(node: ts.Statement): Exits {
    const exits = this.#written(node);
    const more = this.ofParts(partsOf(node));
    return more.length === 0 ? exits : { always: exits.always, to: union(exits.to, more) };
  }

  /** Apart from exceptions of what the statement itself calls. */
  #written(node: ts.Statement): Exits {
    if (ts.isReturnStatement(node) || ts.isBreakStatement(node) || ts.isContinueStatement(node)) {
      const exit = this.jump(node);
      return exit === undefined ? noExits : { always: true, to: [exit] };
    }
    if (ts.isThrowStatement(node)) {
      const exit = this.thrown(node);
      return exit === undefined ? throws : { always: true, to: [exit] };
    }
    if (ts.isTryStatement(node)) return this.#ofTry(node);
    if (ts.isBlock(node)) return this.ofAll(node.statements);
    if (ts.isIfStatement(node)) {
      const then = this.of(node.thenStatement);
      const otherwise = node.elseStatement === undefined ? noExits : this.of(node.elseStatement);
      return { always: then.always && otherwise.always, to: union(then.to, otherwise.to) };
    }
    if (ts.isLabeledStatement(node)) {
      const inner = this.of(node.statement);
      // The label of a loop is resolved to the loop itself.
      return isLoop(innermost(node)) ? inner : this.#without(inner, node);
    }
    if (ts.isSwitchStatement(node)) {
      let to: readonly Exit[] = [];
      for (const clause of node.caseBlock.clauses) to = union(to, this.ofAll(clause.statements).to);
      const last = node.caseBlock.clauses.at(-1);
      const complete =
        node.caseBlock.clauses.some(ts.isDefaultClause) && last !== undefined && this.ofAll(last.statements).always;
      return this.#without({ always: complete, to }, node);
    }
    if (isLoop(node)) return this.#without({ always: runsForever(node), to: this.of(node.statement).to }, node);
    return noExits;
  }

  /** The exits with those that end in `target` taken as arriving behind it. */
  #without(exits: Exits, target: ts.Node): Exits {
    const breaks = exits.to.some((e) => e.kind === "break" && e.target === target);
    const to = exits.to.filter((e) => e.kind === "return" || e.target !== target);
    const always = exits.always && !breaks;
    return to.length === 0 && !always ? noExits : { always, to };
  }
}

/** What a statement evaluates itself, without the statements in it. */
function partsOf(node: ts.Statement): readonly (ts.Node | undefined)[] {
  if (
    ts.isExpressionStatement(node) ||
    ts.isReturnStatement(node) ||
    ts.isThrowStatement(node) ||
    ts.isIfStatement(node)
  )
    return [node.expression];
  if (ts.isVariableStatement(node)) return [node.declarationList];
  if (ts.isSwitchStatement(node))
    return [node.expression, ...node.caseBlock.clauses.map((c) => (ts.isCaseClause(c) ? c.expression : undefined))];
  if (ts.isForStatement(node)) return [node.initializer, ...partsInside(node)];
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) return [node.expression, ...partsInside(node)];
  return isLoop(node) ? partsInside(node) : [];
}

/** What a loop evaluates in each iteration, apart from its statement. */
function partsInside(node: ts.IterationStatement): readonly (ts.Node | undefined)[] {
  if (ts.isForStatement(node)) return [node.condition, node.incrementor];
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) return [node.initializer];
  return ts.isWhileStatement(node) || ts.isDoStatement(node) ? [node.expression] : [];
}

/** Does the loop end only through an exit in its body? */
function runsForever(node: ts.IterationStatement): boolean {
  if (ts.isForStatement(node)) return node.condition === undefined || node.condition.kind === ts.SyntaxKind.TrueKeyword;
  return (ts.isWhileStatement(node) || ts.isDoStatement(node)) && node.expression.kind === ts.SyntaxKind.TrueKeyword;
}

function innermost(node: ts.LabeledStatement): ts.Statement {
  return ts.isLabeledStatement(node.statement) ? innermost(node.statement) : node.statement;
}

function jumpTarget(node: ts.BreakOrContinueStatement): ts.Node | undefined {
  for (let at: ts.Node = node.parent; at !== undefined && !ts.isFunctionLike(at); at = at.parent) {
    if (node.label !== undefined) {
      if (ts.isLabeledStatement(at) && at.label.text === node.label.text) {
        const statement = innermost(at);
        return isLoop(statement) ? statement : at;
      }
    } else if (isLoop(at) || (ts.isBreakStatement(node) && ts.isSwitchStatement(at))) {
      return at;
    }
  }
  return undefined;
}

function intern(table: Map<ts.Node, Exit>, target: ts.Node, kind: "break" | "continue"): Exit {
  const known = table.get(target);
  if (known !== undefined) return known;
  const exit: Exit = { kind, target };
  table.set(target, exit);
  return exit;
}

export function union(a: readonly Exit[], b: readonly Exit[]): readonly Exit[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const more = b.filter((e) => !a.includes(e));
  return more.length === 0 ? a : [...a, ...more];
}
