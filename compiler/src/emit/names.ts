/** Names of variables: the user's own, made unique with a suffix; short ones for what has none. */
import type { ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { isInside, type Block, type Layout } from "./layout.js";
import type { Variable, Variables } from "./variables.js";

const reservedWords =
  "abstract any arguments as async await boolean break case catch class const continue debugger declare default delete do else enum eval export extends false finally for from function get if implements import in instanceof interface keyof let module namespace never new null number object of package private protected public readonly return set static string super switch symbol this throw true try type typeof undefined unknown var void while with yield";
const usedGlobals =
  "Array Boolean Error Float32Array Float64Array Infinity Int16Array Int32Array Int8Array Map Math NaN Number Object Set String Symbol Uint16Array Uint32Array Uint8Array Uint8ClampedArray console globalThis isNaN isFinite process";

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
  const inUse = new Map<string, Block[]>();
  const use = (name: string, block: Block): void => {
    const blocks = inUse.get(name);
    if (blocks === undefined) inUse.set(name, [block]);
    else blocks.push(block);
  };
  for (const variable of variables.list) {
    const name = variable.members.map((v) => fixed.get(v.id)).find((n) => n !== undefined);
    if (name === undefined) continue;
    variable.name = name;
    use(name, layout.root);
  }
  // The function's own block takes numbers in order: those below are taken for everybody.
  const firstFree = new Map<string, number>();
  // The user's names first: what has none may take what is left.
  const hinted = variables.list.filter((v) => v.hint !== undefined);
  const unhinted = variables.list.filter((v) => v.hint === undefined);
  for (const variable of [...hinted, ...unhinted]) {
    if (variable.name !== "") continue;
    // The test of a `while` may have to be written inside its loop.
    const scope = scopeOf(variable.block);
    const isTaken = (name: string): boolean =>
      neverNames.has(name) ||
      taken.has(name) ||
      (inUse.get(name) ?? []).some((other) => isInside(other, scope) || isInside(scope, other));
    const wanted = wantedName(variable, layout, isTaken);
    const from = firstFree.get(wanted) ?? 2;
    variable.name = freeName(wanted, isTaken, from);
    if (scope === layout.root && variable.name === `${stemOf(wanted)}${from}`) firstFree.set(wanted, from + 1);
    use(variable.name, scope);
  }
}

function scopeOf(block: Block): Block {
  if (block.role !== "cond" || block.owner === undefined) return block;
  return { ...block, start: block.owner.pos, end: block.owner.end };
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
