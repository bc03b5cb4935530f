/** Splits the text form of the IR into tokens. Line ends separate operations, so each token knows its line. */
import { invariant } from "../support/invariant.js";

export type TokenKind = "value" | "name" | "string" | "number" | "punct" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** What it says: a value without its `%`, a string without its quotes. */
  readonly text: string;
  readonly line: number;
}

const pattern =
  /(\n)|([^\S\n]+|\/\/[^\n]*)|%((?:[A-Za-z_$][\w$]*|)(?:\.\d+|(?<=%)\d+)?)|("(?:[^"\\\n]|\\.)*")|(-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity\b))|([A-Za-z_$][\w$]*)|(->|\+=|<=|>=|[()[\]{}<>,:;=.@?])/y;

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    invariant(match !== null, `line ${line}: cannot read ${JSON.stringify(text.slice(at, at + 20))}`);
    const [, newline, space, value, string, number, name, punct] = match;
    if (newline !== undefined) line++;
    else if (space !== undefined) continue;
    else if (value !== undefined) tokens.push({ kind: "value", text: value, line });
    else if (string !== undefined) tokens.push({ kind: "string", text: unquote(string, line), line });
    else if (number !== undefined) tokens.push({ kind: "number", text: number, line });
    else if (name !== undefined) tokens.push({ kind: "name", text: name, line });
    else tokens.push({ kind: "punct", text: punct ?? "", line });
  }
  tokens.push({ kind: "end", text: "end of text", line });
  return tokens;
}

function unquote(text: string, line: number): string {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    // Not a string as JSON has them: said below.
  }
  invariant(typeof found === "string", `line ${line}: not a string: ${text}`);
  return found;
}

/** A cursor over tokens, with what every rule of the grammar needs. */
export class Tokens {
  private readonly all: readonly Token[];
  private position = 0;

  constructor(text: string) {
    this.all = tokenize(text);
  }

  /** The token `ahead` places on. */
  peek(ahead = 0): Token {
    const token = this.all[Math.min(this.position + ahead, this.all.length - 1)];
    invariant(token !== undefined, "no tokens");
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  fail(message: string, token: Token = this.peek()): never {
    invariant(false, `line ${token.line}: ${message}`);
  }

  /** Does the next token read so (a name or a punctuation mark)? */
  sees(text: string): boolean {
    const token = this.peek();
    return token.text === text && (token.kind === "punct" || token.kind === "name");
  }

  /** Takes the next token if it reads so. */
  eat(text: string): boolean {
    const found = this.sees(text);
    if (found) this.position++;
    return found;
  }

  expect(text: string): void {
    if (!this.eat(text)) this.fail(`expected ${JSON.stringify(text)}, found ${JSON.stringify(this.peek().text)}`);
  }

  take(kind: TokenKind, what: string): Token {
    if (this.peek().kind !== kind) this.fail(`expected ${what}, found ${JSON.stringify(this.peek().text)}`);
    return this.next();
  }

  /** An identifier or a quoted name. */
  name(what = "a name"): string {
    return this.peek().kind === "string" ? this.next().text : this.take("name", what).text;
  }

  number(): number {
    if (this.eat("NaN")) return Number.NaN;
    return Number(this.take("number", "a number").text);
  }

  /** Is the next token on the line of the one before it (and not a separator)? Lists without marks end there. */
  continues(): boolean {
    const before = this.all[this.position - 1];
    return before !== undefined && before.line === this.peek().line && !this.sees(";");
  }
}
