/**
 * What `stopGradient` returns for an array or an object is a copy in generated code, and the same object in the program. Where one
 * of the two is overwritten while the other is in use, that could be noticed: refused.
 *
 * A copy that does not leave the block it is made in is in use until the end of that block. Of another one nothing is known, so
 * there nothing may be overwritten except before it is made, at the top of the marked function.
 */
import { joinAliases } from "../analysis/aliases.js";
import { analyzeMemory, type MemoryClass, type MemoryModel, reachable } from "../analysis/memory.js";
import { type Diagnostic, language, type Span } from "../diagnostics.js";
import type { Func, Op, Program, Region, Value } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { regions, walk } from "../ir/walk.js";
import type { Annotated } from "./lowered.js";
import { stopping } from "./lower/stop.js";

type Call = Op & { readonly kind: "call" };

export function refuseStopped(
  lowered: Program,
  annotated: Annotated,
  spanOf: (op: Op) => Span | undefined,
  report: (d: Diagnostic) => void,
): void {
  if (![...lowered.funcs.keys()].some((name) => name.startsWith(stopping))) return;
  const names = reachable(lowered, annotated.func).filter((name) => !name.startsWith(stopping));
  const memory = analyzeMemory(lowered, annotated.func, reachable(lowered, annotated.func));
  joinAliases(lowered, annotated.func, names, memory);
  const writes = new Writes(lowered, memory);
  for (const name of names) {
    const func = lowered.funcs.get(name);
    if (func === undefined) continue;
    for (const { call, path } of stopsIn(func)) {
      const [source] = call.args;
      const [copy] = call.results;
      if (source === undefined || copy === undefined || !isReference(source.type)) continue;
      const own = within(memory, copy);
      const given = within(memory, source);
      const isOverwritten =
        names.some((n) => writes.of(n, own)) ||
        (leaves(lowered, names, memory, own, path)
          ? !isAtTop(annotated, func, path)
            ? names.some((n) => writes.of(n, given))
            : names.some((n) => n !== func.name && writes.of(n, given)) || writes.after(path, given, path.length)
          : writes.after(path, given, 1));
      if (isOverwritten) report(language.stoppedWritten(spanOf(call)));
    }
  }
}

/** The blocks that a call stands in, the innermost first, and the operation of each that it is or is in. */
type Path = readonly { readonly region: Region; readonly op: Op }[];

function* stopsIn(func: Func): Generator<{ readonly call: Call; readonly path: Path }> {
  function* inside(region: Region, outer: Path): Generator<{ readonly call: Call; readonly path: Path }> {
    for (const op of region.ops) {
      const path = [{ region, op }, ...outer];
      if (op.kind === "call" && op.callee.startsWith(stopping)) yield { call: op, path };
      for (const nested of regions(op)) yield* inside(nested, path);
    }
  }
  yield* inside(func.body, []);
}

/** Everything that a value leads to. */
function within(memory: MemoryModel, v: Value): ReadonlySet<MemoryClass> {
  const found = new Set([memory.classOf(v).find()]);
  for (const at of found) for (const member of at.members()) found.add(member.find());
  return found;
}

/** May the copy be in use behind the block that it is made in? */
function leaves(
  program: Program,
  names: readonly string[],
  memory: MemoryModel,
  own: ReadonlySet<MemoryClass>,
  path: Path,
): boolean {
  const [innermost] = path;
  const isOwn = (v: Value): boolean => isReference(v.type) && own.has(memory.classOf(v).find());
  if (innermost?.region.yields?.some(isOwn) === true) return true;
  let found = false;
  // It is put into something, or goes round a loop.
  for (const name of names) {
    const func = program.funcs.get(name);
    if (func !== undefined)
      walk(func.body, (op) => {
        found ||= op.kind === "store" && isOwn(op.value);
        found ||= op.kind === "new" && op.members.some(isOwn);
        found ||= op.kind !== "call" && "results" in op && op.results.some(isOwn);
      });
  }
  return found;
}

/** Does it stand in the marked function itself, in no loop? Then what stands before it is over. */
const isAtTop = (annotated: Annotated, func: Func, path: Path): boolean =>
  func.name === annotated.func && path.every(({ op }) => op.kind !== "for" && op.kind !== "while");

class Writes {
  readonly #known = new Map<string, readonly Value[]>();

  constructor(
    private readonly program: Program,
    private readonly memory: MemoryModel,
  ) {}

  /** Does a function itself overwrite something of these classes? */
  of(name: string, classes: ReadonlySet<MemoryClass>): boolean {
    let bases = this.#known.get(name);
    if (bases === undefined) {
      const found: Value[] = [];
      const func = this.program.funcs.get(name);
      if (func !== undefined) walk(func.body, (op) => void found.push(...writtenBy(op)));
      this.#known.set(name, (bases = found));
    }
    return bases.some((base) => classes.has(this.memory.classOf(base).find()));
  }

  /** Is something of these classes overwritten behind a call, in the innermost blocks that it stands in? */
  after(path: Path, classes: ReadonlySet<MemoryClass>, depth: number): boolean {
    let found = false;
    const visit = (op: Op): void => {
      found ||= writtenBy(op).some((base) => classes.has(this.memory.classOf(base).find()));
      if (op.kind === "call" && !op.callee.startsWith(stopping))
        found ||= reachable(this.program, op.callee).some((n) => !n.startsWith(stopping) && this.of(n, classes));
    };
    for (const { region, op } of path.slice(0, depth)) {
      const rest = region.ops.slice(region.ops.indexOf(op) + 1);
      walk({ params: [], ops: rest, yields: null }, visit);
    }
    return found;
  }
}

/** The arrays and objects that an operation overwrites. */
function writtenBy(op: Op): readonly Value[] {
  switch (op.kind) {
    case "store":
    case "accum":
      return [op.place.base];
    case "resize":
      return [op.array];
    case "foreign":
      return op.pure
        ? []
        : op.args.filter((v) => isReference(v.type) && !/^Object\.(keys|entries|values)\(/.test(op.text[0] ?? ""));
    default:
      return [];
  }
}
