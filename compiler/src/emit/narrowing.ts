/** Does TypeScript know from the tests around it that a variable holds something? Then it is written without `!`. */
import type { Value } from "../ir/ir.js";
import type { Folding } from "./fold.js";
import { type Block, type Item, type Layout, openArm } from "./layout.js";

export interface Tests {
  readonly layout: Layout;
  readonly folding: Folding;
  /** Arms whose values are written before their `if`. */
  readonly outside: ReadonlySet<Block>;
}

/** Is `v`, where `item` stands, surely there by a test that is written in front of it? */
export function isTested(v: Value, item: Item, tests: Tests): boolean {
  const source = tests.layout.resolve(v);
  if (tests.folding.isInline(source)) return false;
  let before = item.pos;
  for (let block: Block | undefined = item.block; block !== undefined; block = block.owner?.block) {
    for (const earlier of block.items) {
      if (earlier.pos >= before) break;
      // The other arm of this one throws, so what follows is its open arm.
      if (earlier.op.kind !== "if") continue;
      const open = openArm(earlier.op);
      if (open !== undefined && says(earlier.op.cond, open === earlier.op.then, source, tests)) return true;
    }
    const { owner } = block;
    if (owner === undefined || block.role === "closure" || tests.outside.has(block)) return false;
    if (owner.op.kind === "if" && says(owner.op.cond, block === owner.blocks[0], source, tests)) return true;
    if (owner.op.kind === "while" && block.role === "loop") {
      const [test] = owner.blocks[0]?.yields ?? [];
      // The test is about the parameters of the condition, which the body has again.
      const position = owner.op.body.params.findIndex((param) => param.id === source.id);
      const tested = position < 0 ? source : (owner.op.cond.params[position] ?? source);
      if (test !== undefined && isWritten(owner, tests) && says(test, true, tested, tests)) return true;
    }
    before = owner.pos;
  }
  return false;
}

/**
 * Are these tests, `v === literal`, the conditions of an else-if chain, or of `if`s side by side? Then TypeScript narrows
 * `v` in front of none of them.
 */
export function isChain(tests: readonly Item[], { uses }: Folding): boolean {
  const branches = new Set<Item>();
  for (const { op } of tests) {
    const [only, ...others] = op.kind === "prim" && op.name === "eq" ? (uses.get(op.result.id) ?? []) : [];
    const branch = only?.reader;
    if (others.length > 0 || branch?.op.kind !== "if" || branch.op.cond.id !== only?.value.id) return false;
    // What follows an arm that is left open is in it.
    if (openArm(branch.op) === branch.op.then) return false;
    branches.add(branch);
  }
  return [...branches].every((branch) => {
    for (let block: Block | undefined = branch.block; block?.owner !== undefined; block = block.owner.block)
      if (branches.has(block.owner) && block === block.owner.blocks[0]) return false;
    return true;
  });
}

/** Is the test of a `while` written as its condition, not inside? */
const isWritten = (loop: Item, { folding, layout }: Tests): boolean =>
  loop.blocks[0]?.items.every(({ op }) => {
    const result = "result" in op ? op.result : undefined;
    return result !== undefined && (folding.isInline(result) || layout.resolve(result) !== result);
  }) === true;

/** Does it follow from `cond` being `holds`, as it is written, that `source` is there? */
function says(cond: Value, holds: boolean, source: Value, tests: Tests): boolean {
  const { layout, folding } = tests;
  const test = layout.resolve(cond);
  const op = layout.definitions.get(test.id)?.item?.op;
  if (op === undefined || !folding.isInline(test)) return false;
  // Another value in the same variable, before it is assigned, says nothing about this one.
  const isSource = (v: Value): boolean => layout.resolve(v).id === source.id && !folding.isInline(source);
  const literal = (v: Value | undefined): { readonly value: unknown } | undefined => {
    const found = v === undefined ? undefined : layout.definitions.get(layout.resolve(v).id)?.item?.op;
    return found?.kind === "const" ? found : undefined;
  };
  if (op.kind === "if") {
    const [a] = op.then.yields ?? [];
    const [b] = op.else.yields ?? [];
    if (a === undefined || b === undefined) return false;
    if (holds && literal(b)?.value === false) return says(op.cond, true, source, tests) || says(a, true, source, tests);
    if (!holds && literal(a)?.value === true)
      return says(op.cond, false, source, tests) || says(b, false, source, tests);
    return false;
  }
  if (op.kind !== "prim") return false;
  const [a, b] = op.args;
  switch (op.name) {
    case "not":
      return a !== undefined && says(a, !holds, source, tests);
    case "and":
      return holds && op.args.some((arg) => says(arg, true, source, tests));
    case "or":
      return !holds && op.args.some((arg) => says(arg, false, source, tests));
    case "isNullish":
      return !holds && a !== undefined && isSource(a);
    case "eq":
    case "ne": {
      const { type } = source;
      const absent = literal(b);
      if (holds !== (op.name === "ne") || a === undefined || absent === undefined || type.kind !== "maybe")
        return false;
      return isSource(a) && type.absent === (absent.value === null ? "null" : typeof absent.value);
    }
    default:
      return false;
  }
}
