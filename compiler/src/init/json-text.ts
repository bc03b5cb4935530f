/** Changing JSON (with comments and trailing commas, as in a tsconfig) in place: everything that is not changed stays as it is written. */

export type JsonNode =
  | { readonly kind: "object"; readonly start: number; readonly end: number; readonly members: readonly JsonMember[] }
  | { readonly kind: "array"; readonly start: number; readonly end: number; readonly items: readonly JsonNode[] }
  | { readonly kind: "scalar"; readonly start: number; readonly end: number; readonly value: unknown };

export interface JsonMember {
  readonly key: string;
  readonly start: number;
  readonly value: JsonNode;
}

/** Throws a `SyntaxError` where the text is no JSON. */
export function parseJsonText(text: string): JsonNode {
  return new Reader(text).document();
}

class Reader {
  #at = 0;

  constructor(private readonly text: string) {
    if (text.startsWith("\uFEFF")) this.#at = 1;
  }

  document(): JsonNode {
    const node = this.#value();
    this.#space();
    if (this.#at < this.text.length) this.#fail();
    return node;
  }

  #fail(): never {
    throw new SyntaxError(`not JSON at character ${this.#at + 1}`);
  }

  #space(): void {
    const space = /(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*/y;
    space.lastIndex = this.#at;
    this.#at += space.exec(this.text)?.[0].length ?? 0;
  }

  #value(): JsonNode {
    this.#space();
    const start = this.#at;
    const first = this.text[start];
    if (first === "{") {
      const members = this.#list("}", () => this.#member());
      return { kind: "object", start, end: this.#at, members };
    }
    if (first === "[") {
      const items = this.#list("]", () => this.#value());
      return { kind: "array", start, end: this.#at, items };
    }
    const scalar = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/y;
    scalar.lastIndex = start;
    const found = scalar.exec(this.text)?.[0];
    if (found === undefined) this.#fail();
    this.#at += found.length;
    return { kind: "scalar", start, end: this.#at, value: JSON.parse(found) };
  }

  #member(): JsonMember {
    this.#space();
    const start = this.#at;
    const key = this.#value();
    if (key.kind !== "scalar" || typeof key.value !== "string") this.#fail();
    this.#space();
    if (this.text[this.#at] !== ":") this.#fail();
    this.#at++;
    return { key: key.value, start, value: this.#value() };
  }

  #list<T>(close: string, read: () => T): T[] {
    const found: T[] = [];
    this.#at++;
    for (;;) {
      this.#space();
      if (this.text[this.#at] === close) break;
      found.push(read());
      this.#space();
      if (this.text[this.#at] === ",") this.#at++;
      else if (this.text[this.#at] !== close) this.#fail();
    }
    this.#at++;
    return found;
  }
}

/** What stands under a path of keys. */
export function findJson(root: JsonNode, path: readonly string[]): JsonNode | undefined {
  let node: JsonNode | undefined = root;
  for (const key of path) {
    if (node?.kind !== "object") return undefined;
    node = node.members.find((m) => m.key === key)?.value;
  }
  return node;
}

/** Sets one member: replaces its value, or adds it (and the objects on the way to it) at the end. */
export function setJson(text: string, path: readonly string[], value: unknown): string {
  const root = parseJsonText(text);
  const known = findJson(root, path);
  if (known !== undefined) return text.slice(0, known.start) + JSON.stringify(value) + text.slice(known.end);
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const holder = findJson(root, path.slice(0, depth));
    if (holder?.kind !== "object") continue;
    const nested = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
    const key = JSON.stringify(path[depth]);
    const starts = holder.members.map((m) => m.start);
    return addLast(
      text,
      holder,
      starts,
      holder.members.at(-1)?.value.end,
      (pad) => `${key}: ${multiline(nested, pad, text)}`,
    );
  }
  throw new SyntaxError("not an object");
}

/** Adds an item at the end of a list; makes the list where there is none. */
export function appendJson(text: string, path: readonly string[], item: unknown): string {
  const list = findJson(parseJsonText(text), path);
  if (list?.kind !== "array") return setJson(text, path, [item]);
  const starts = list.items.map((i) => i.start);
  return addLast(text, list, starts, list.items.at(-1)?.end, () => oneLine(item));
}

/** `starts`: where the members begin that are there; `last`: where the last one ends. */
function addLast(
  text: string,
  holder: JsonNode,
  starts: readonly number[],
  last: number | undefined,
  written: (pad: string) => string,
): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const outer = indentAt(text, holder.start);
  const [first] = starts;
  if (first === undefined || last === undefined) {
    const pad = outer + unitOf(text);
    return `${text.slice(0, holder.start + 1)}${eol}${pad}${written(pad)}${eol}${outer}${text.slice(holder.end - 1)}`;
  }
  const isOnOneLine = !text.slice(holder.start, first).includes("\n");
  const pad = isOnOneLine ? outer : indentAt(text, first);
  const between = isOnOneLine ? ", " : `,${eol}${pad}`;
  return `${text.slice(0, last)}${between}${written(pad)}${text.slice(last)}`;
}

/** The white space that the line of a position begins with. */
function indentAt(text: string, position: number): string {
  const lineStart = text.lastIndexOf("\n", position - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? "";
}

/** One level of indentation, as the file has it. */
const unitOf = (text: string): string => /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";

/** Objects of one level on lines of their own; what is inside them on one. */
function multiline(value: unknown, pad: string, text: string): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return oneLine(value);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const inner = pad + unitOf(text);
  const members = Object.entries(value).map(
    ([key, member]) => `${inner}${JSON.stringify(key)}: ${multiline(member, inner, text)}`,
  );
  return `{${eol}${members.join(`,${eol}`)}${eol}${pad}}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}: ${oneLine(member)}`)
    .join(", ")} }`;
}
