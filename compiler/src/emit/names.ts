/** Names of variables: the user's own, made unique with a suffix; short ones for what has none. */
import type { ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import type { Block, Item, Layout } from "./layout.js";
import type { Variable, Variables } from "./variables.js";

const reservedWords =
  "abstract any arguments as async await boolean break case catch class const continue debugger declare default delete do else enum eval export extends false finally for from function get if implements import in instanceof interface keyof let module namespace never new null number object of package private protected public readonly return set static string super switch symbol this throw true try type typeof undefined unknown var void while with yield";
const usedGlobals =
  "Array Boolean Error Float32Array Float64Array Infinity Int16Array Int32Array Int8Array Map Math NaN Number Object Set String Symbol Uint16Array Uint32Array Uint8Array Uint8ClampedArray console globalThis isNaN isFinite parseFloat parseInt structuredClone Date JSON RangeError RegExp TypeError process";

/** What no variable may be called. */
export const neverNames: ReadonlySet<string> = new Set(`${reservedWords} ${usedGlobals}`.split(" "));

/** The nearest identifier to any text: `model.ts#loss` is `loss`. */
export function identifier(text: string): string {
  const clean = text
    .slice(text.lastIndexOf("#") + 1)
    .replace(/[^\w$]+/g, "_")
    .replace(/^_+(?=[A-Za-z])|_+$/g, "");
  return /^[A-Za-z_$]/.test(clean) ? clean : `_${clean}`;
}

/** `name`, or with the first number (not below `from`) that makes it free. */
export function freeName(name: string, isTaken: (name: string) => boolean, from = 2): string {
  if (!isTaken(name)) return name;
  const stem = stemOf(name);
  for (let k = from; ; k++) if (!isTaken(`${stem}${k}`)) return `${stem}${k}`;
}

/** What the number is appended to. */
const stemOf = (name: string): string => (/\d$/.test(name) ? `${name}_` : name);

/**
 * Names every variable of a function. Two variables may have the same name when neither block contains the other.
 * `fixed` are the names of the parameters, `taken` what the module and the function use otherwise.
 */
export function nameVariables(
  layout: Layout,
  variables: Variables,
  fixed: ReadonlyMap<ValueId, string>,
  taken: ReadonlySet<string>,
): void {
  const names = new ScopedNames();
  for (const variable of variables.list) {
    const name = variable.members.map((v) => fixed.get(v.id)).find((n) => n !== undefined);
    if (name === undefined) continue;
    variable.name = name;
    names.use(name, layout.root);
  }
  // The user's names first: what has none may take what is left.
  const hinted = variables.list.filter((v) => v.hint !== undefined);
  const unhinted = variables.list.filter((v) => v.hint === undefined);
  for (const variable of [...hinted, ...unhinted]) {
    if (variable.name !== "") continue;
    // The test of a `while` may have to be written inside its loop.
    const scope =
      variable.block.role === "cond" && variable.block.owner !== undefined ? variable.block.owner : variable.block;
    const isTaken = (name: string): boolean => neverNames.has(name) || taken.has(name) || names.isTaken(name, scope);
    const wanted = wantedName(variable, layout, isTaken);
    variable.name = freeName(wanted, isTaken, names.firstToTry(wanted, scope));
    names.use(variable.name, scope);
    names.give(wanted, Number(variable.name.slice(stemOf(wanted).length)), scope);
  }
}

type Scope = Block | Item;

const outer = (scope: Scope): Scope | undefined => ("role" in scope ? scope.owner : scope.block);

/** With more numbers than this given to a name further out, there is no use in trying the low ones again. */
const many = 16;

/** Which names are used where. A scope is a block, or a loop as a whole. */
class ScopedNames {
  /** The scopes that use a name, as positions: sorted, disjoint. */
  readonly #used = new Map<string, { readonly from: number; readonly to: number }[]>();
  /** The highest number that a scope gave to a name. */
  readonly #given = new Map<Scope, Map<string, number>>();

  give(name: string, number: number, scope: Scope): void {
    if (!(number > this.#highest(name, scope))) return;
    const given = this.#given.get(scope);
    if (given === undefined) this.#given.set(scope, new Map([[name, number]]));
    else given.set(name, number);
  }

  /** The lowest number for a name that is worth trying: below it are those the scope and, if many, the scopes around it gave. */
  firstToTry(name: string, scope: Scope): number {
    let first = this.#highest(name, scope) + 1;
    for (let at = outer(scope); at !== undefined; at = outer(at)) {
      const highest = this.#highest(name, at);
      if (highest > many) first = Math.max(first, highest + 1);
    }
    return first;
  }

  #highest(name: string, scope: Scope): number {
    return this.#given.get(scope)?.get(name) ?? 1;
  }

  use(name: string, scope: Scope): void {
    const entry = extent(scope);
    const used = this.#used.get(name);
    if (used === undefined) this.#used.set(name, [entry]);
    else used.splice(firstEndingFrom(used, entry.from), 0, entry);
  }

  /** Is a name used in this scope, in one around it or in one inside it? */
  isTaken(name: string, scope: Scope): boolean {
    const used = this.#used.get(name);
    if (used === undefined) return false;
    const { from, to } = extent(scope);
    const next = used[firstEndingFrom(used, from)];
    return next !== undefined && next.from <= to;
  }
}

const extent = (scope: Scope): { readonly from: number; readonly to: number } => ({
  from: "role" in scope ? scope.start : scope.pos,
  to: scope.end,
});

/** The index of the first of these sorted intervals that does not end before a position. */
function firstEndingFrom(intervals: readonly { readonly to: number }[], position: number): number {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((intervals[middle]?.to ?? Infinity) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function wantedName(variable: Variable, layout: Layout, isTaken: (name: string) => boolean): string {
  if (variable.hint !== undefined) return identifier(variable.hint);
  const [member] = variable.members;
  const definition = member === undefined ? undefined : layout.definitions.get(member.id);
  if (
    definition?.item === undefined &&
    definition?.block.owner?.op.kind === "for" &&
    definition.block.region.params[0] === member
  ) {
    const free = ["i", "j", "k", "l"].find((name) => !isTaken(name));
    if (free !== undefined) return free;
  }
  return plainName(variable, definition?.item?.op.kind);
}

function plainName(variable: Variable, kind: string | undefined): string {
  if (kind === "closure") return "pullback";
  if (kind === "tapeTop") return "mark";
  if (variable.type.kind === "tape") return "tape";
  if (variable.type.kind === "bool") return "test";
  if (isReference(variable.type)) return kind === "load" ? "row" : "a";
  return kind === "length" ? "n" : "t";
}
