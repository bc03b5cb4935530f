/** Statements of generated code as a small tree, and printing it. Expressions are text already. */

import type { Loc } from "../ir/ir.js";
import type { Mark } from "./places.js";

/** Text of an expression with what is needed to embed it. */
export interface Expr {
  readonly text: string;
  /** JavaScript precedence, see `precedence`. */
  readonly level: number;
  /** A plainer spelling of its negation than `!(…)`. */
  readonly negation?: Expr;
}

export const precedence = {
  conditional: 2,
  or: 3,
  and: 4,
  bitOr: 5,
  bitXor: 6,
  bitAnd: 7,
  equality: 8,
  relational: 9,
  shift: 10,
  additive: 11,
  multiplicative: 12,
  power: 13,
  prefix: 14,
  atom: 18,
} as const;

export const atom = (text: string): Expr => ({ text, level: precedence.atom });

/** The text of `e` where an operand of at least `level` is needed. */
export function within(e: Expr, level: number): string {
  return e.level >= level ? e.text : `(${e.text})`;
}

/** `!e` in its plainest spelling. */
export function negate(e: Expr): Expr {
  if (e.negation !== undefined) return { ...e.negation, negation: e };
  return { text: `!${within(e, precedence.prefix)}`, level: precedence.prefix, negation: e };
}

/** A variable of the generated code, as far as printing needs it. */
export interface Named {
  readonly name: string;
  /** How often it is written: what is written once, where it is declared, is `const`. */
  readonly writes: number;
}

export type Stmt = StmtForm & {
  /** What it comes from in the source. */
  readonly loc?: Loc;
};

type StmtForm =
  /** `synced`: after it, the tape object and the locals for its tops agree. */
  | { readonly kind: "line"; readonly text: string; readonly synced?: true }
  | { readonly kind: "comment"; readonly text: string }
  /** `looseType` is written when the variable is assigned again: its first value may be of a narrower type. */
  | {
      readonly kind: "declare";
      readonly variable: Named;
      readonly type?: string;
      readonly looseType?: () => string;
      readonly init?: string;
      readonly synced?: true;
    }
  /** `inverted`: the test as it was, where it was negated because its arm is empty. */
  | {
      readonly kind: "if";
      readonly cond: Expr;
      readonly then: readonly Stmt[];
      readonly else: readonly Stmt[];
      readonly inverted?: Expr;
    }
  /** `open` … `close` around a body: loops and local functions. */
  | { readonly kind: "block"; readonly open: string; readonly body: readonly Stmt[]; readonly close: string }
  /** `break`, `continue`, `return`, `throw`: nothing after it runs. */
  | { readonly kind: "exit"; readonly text: string };

export const line = (text: string): Stmt => ({ kind: "line", text });

/** Does control never reach the end of these statements? */
export function endsInExit(body: readonly Stmt[]): boolean {
  const last = body.at(-1);
  if (last === undefined) return false;
  if (last.kind === "if") return endsInExit(last.then) && endsInExit(last.else);
  return last.kind === "exit";
}

const widest = 110;

/** The lines of statements, indented by two spaces per level. */
export function printStatements(body: readonly Stmt[], indent: string, lines: string[], mark?: Mark): void {
  for (const stmt of body) {
    const first = lines.length;
    printStatement(stmt, indent, lines, mark);
    if (mark !== undefined && lines.length > first && stmt.kind !== "comment") lines[first] += mark(stmt.loc);
  }
}

function printStatement(stmt: Stmt, indent: string, lines: string[], mark: Mark | undefined): void {
  switch (stmt.kind) {
    case "line":
    case "exit":
      lines.push(`${indent}${stmt.text}`);
      return;
    case "comment":
      lines.push(`${indent}// ${stmt.text}`);
      return;
    case "declare": {
      const keyword = stmt.init !== undefined && stmt.variable.writes === 1 ? "const" : "let";
      const text = stmt.type ?? (keyword === "let" ? stmt.looseType?.() : undefined);
      const type = text === undefined ? "" : `: ${text}`;
      const init = stmt.init === undefined ? "" : ` = ${stmt.init}`;
      lines.push(`${indent}${keyword} ${stmt.variable.name}${type}${init};`);
      return;
    }
    case "block":
      lines.push(`${indent}${stmt.open}`);
      printStatements(stmt.body, `${indent}  `, lines, mark);
      lines.push(`${indent}${stmt.close}`);
      return;
    case "if":
      printIf(stmt, indent, lines, mark);
      return;
  }
}

function printIf(stmt: Extract<Stmt, { kind: "if" }>, indent: string, lines: string[], mark: Mark | undefined): void {
  const [only] = stmt.then;
  if (
    stmt.else.length === 0 &&
    stmt.then.length === 1 &&
    only !== undefined &&
    (only.kind === "exit" || only.kind === "line")
  ) {
    const text = `${indent}if (${stmt.cond.text}) ${only.text}`;
    if (text.length <= widest) {
      lines.push(text);
      return;
    }
  }
  lines.push(`${indent}if (${stmt.cond.text}) {`);
  printStatements(stmt.then, `${indent}  `, lines, mark);
  let rest = stmt.else;
  for (;;) {
    const [next] = rest;
    if (rest.length !== 1 || next === undefined || next.kind !== "if") break;
    lines.push(`${indent}} else if (${next.cond.text}) {`);
    printStatements(next.then, `${indent}  `, lines, mark);
    rest = next.else;
  }
  if (rest.length > 0) {
    lines.push(`${indent}} else {`);
    printStatements(rest, `${indent}  `, lines, mark);
  }
  lines.push(`${indent}}`);
}
