/**
 * Code of the tape operations. A function works on its tape through locals (`stack`, `top`) and tells the tape object where
 * the tops are only when somebody else looks: around a call, before a pullback is made, at the end. Only the stacks a
 * function uses itself get locals.
 */
import type { Region, Reserve, Restore, Save, Value, ValueId } from "../ir/ir.js";
import { regions } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";
import { atom, line, type Stmt } from "./code.js";
import type { Block } from "./layout.js";
import type { FunctionPlan } from "./plan.js";

type Stack = "numbers" | "flags" | "refs";

/** Which locals a function or a pullback has for one tape. */
interface Locals {
  readonly uses: ReadonlySet<Stack>;
  /** It makes room inside a loop: the capacity is a local too, since asking an array for its length there is slow. */
  readonly hasCapacity: boolean;
  /** Which arrays may be replaced by longer ones meanwhile. */
  readonly grows: ReadonlySet<Stack>;
  readonly names: Readonly<Record<(typeof tapeLocals)[number], string>>;
  isLoaded: boolean;
}

const topProperties = { numbers: "numberTop", flags: "flagTop", refs: "refTop" } as const;

/** The names of the locals for a function's tape. */
export const tapeLocals = ["stack", "top", "capacity", "flags", "flagTop", "refs", "refTop"] as const;

export class TapeCode {
  private readonly locals = new Map<Region, Map<ValueId, Locals>>();
  private readonly names = new Map<ValueId, Locals["names"]>();

  constructor(
    private readonly plan: FunctionPlan,
    private readonly fresh: (name: string) => string,
  ) {}

  open(owned: boolean): string {
    return owned ? `new ${this.plan.module.runtime("Tape")}()` : `${this.plan.module.runtime("borrowTape")}()`;
  }

  close(tape: Value): Stmt {
    return line(`${this.plan.module.runtime("returnTape")}(${this.text(tape)});`);
  }

  /** At the start of a function or a pullback: its locals for the tapes it is given. */
  enter(scope: Block): Stmt[] {
    const given = new Map<ValueId, Value>();
    const opened = new Set<ValueId>();
    eachOp(scope.region, (op) => {
      if (op.kind === "openTape") opened.add(op.result.id);
      if (op.kind === "save" || op.kind === "restore" || op.kind === "reserve") given.set(op.tape.id, op.tape);
    });
    return [...given.values()].flatMap((tape) => {
      // Where the first thing to happen is a rewind, the tops are read after it.
      const first = scope.region.ops.find(
        (op) => op.kind === "tapeRewind" || regions(op).length > 0 || ("tape" in op && op.tape.id === tape.id),
      );
      if (opened.has(tape.id) || (first?.kind === "tapeRewind" && first.tape.id === tape.id)) return [];
      return this.load(scope, tape);
    });
  }

  /** Reads the locals from the tape; declares them the first time. */
  load(block: Block, tape: Value): Stmt[] {
    const locals = this.localsOf(block, tape);
    if (locals.isLoaded) return this.reload(block, tape);
    locals.isLoaded = true;
    const { names, uses } = locals;
    const object = this.text(tape);
    const declare = (name: string, init: string, stays: boolean): Stmt => ({
      kind: "declare",
      variable: { name, writes: stays ? 1 : 2 },
      init,
      synced: true,
    });
    const out: Stmt[] = [];
    if (uses.has("numbers")) {
      out.push(
        declare(names.stack, `${object}.numbers`, !locals.grows.has("numbers")),
        declare(names.top, `${object}.numberTop`, false),
      );
      if (locals.hasCapacity) out.push(declare(names.capacity, `${names.stack}.length`, false));
    }
    if (uses.has("flags"))
      out.push(
        declare(names.flags, `${object}.flags`, !locals.grows.has("flags")),
        declare(names.flagTop, `${object}.flagTop`, false),
      );
    if (uses.has("refs"))
      out.push(declare(names.refs, `${object}.refs`, true), declare(names.refTop, `${object}.refTop`, false));
    return out;
  }

  /** After somebody else used the tape. */
  reload(block: Block, tape: Value): Stmt[] {
    const locals = this.localsOf(block, tape);
    const { names, uses } = locals;
    const object = this.text(tape);
    const out: Stmt[] = [];
    if (uses.has("numbers")) {
      out.push(synced(`${names.stack} = ${object}.numbers;`), synced(`${names.top} = ${object}.numberTop;`));
      if (locals.hasCapacity) out.push(synced(`${names.capacity} = ${names.stack}.length;`));
    }
    if (uses.has("flags"))
      out.push(synced(`${names.flags} = ${object}.flags;`), synced(`${names.flagTop} = ${object}.flagTop;`));
    if (uses.has("refs")) out.push(synced(`${names.refTop} = ${object}.refTop;`));
    return out;
  }

  /** Before somebody else uses the tape; nothing when the statements so far leave it up to date. */
  writeBack(block: Block, tape: Value, before: readonly Stmt[]): Stmt[] {
    const { names, uses } = this.localsOf(block, tape);
    const moves = (init: string): boolean => [names.top, names.flagTop, names.refTop].some((top) => init.includes(top));
    const last = before.findLast(
      (stmt) => !(stmt.kind === "declare" && stmt.synced !== true && !moves(stmt.init ?? "")),
    );
    if ((last?.kind === "line" || last?.kind === "declare") && last.synced === true) return [];
    const tops = { numbers: names.top, flags: names.flagTop, refs: names.refTop };
    return (["numbers", "flags", "refs"] as const)
      .filter((stack) => uses.has(stack))
      .map((stack) => synced(`${this.text(tape)}.${topProperties[stack]} = ${tops[stack]};`));
  }

  /** At the end of a function: what it was given, it leaves as it is now. */
  leave(block: Block, before: readonly Stmt[]): Stmt[] {
    const scope = scopeOf(block);
    return scope.region.params
      .filter((v) => v.type.kind === "tape")
      .flatMap((tape) => this.writeBack(block, tape, before));
  }

  reserve(op: Reserve, block: Block): Stmt[] {
    const { names, hasCapacity } = this.localsOf(block, op.tape);
    const object = this.text(op.tape);
    const out: Stmt[] = [];
    const grow = (amount: Value, top: string, array: string, length: string, method: string): void => {
      if (this.plan.expressions.constant(amount) === 0) return;
      const need = `${top} + ${this.plan.expressions.text(amount, 12)}`;
      const then = [line(`${array} = ${object}.${method}(${need});`)];
      if (length === names.capacity) then.push(line(`${length} = ${array}.length;`));
      out.push({ kind: "if", cond: atom(`${need} > ${length}`), then, else: [] });
    };
    grow(op.numbers, names.top, names.stack, hasCapacity ? names.capacity : `${names.stack}.length`, "growNumbers");
    grow(op.flags, names.flagTop, names.flags, `${names.flags}.length`, "growFlags");
    return out;
  }

  save(op: Save, block: Block): Stmt[] {
    const { names } = this.localsOf(block, op.tape);
    const { expressions } = this.plan;
    const frame = splitFrame(op.values);
    const push = (values: readonly Value[], array: string, top: string, text: (v: Value) => string): Stmt[] => {
      const [only] = values;
      if (only === undefined) return [];
      if (values.length === 1) return [line(`${array}[${top}++] = ${text(only)};`)];
      return [
        ...values.map((v, k) => line(`${array}[${slot(top, k)}] = ${text(v)};`)),
        line(`${top} += ${values.length};`),
      ];
    };
    return [
      ...push(frame.numbers, names.stack, names.top, (v) => expressions.text(v, 1)),
      ...push(frame.flags, names.flags, names.flagTop, (v) => {
        const constant = expressions.constant(v);
        return constant === undefined ? `${expressions.text(v, 3)} ? 1 : 0` : constant === true ? "1" : "0";
      }),
      ...push(frame.refs, names.refs, names.refTop, (v) => expressions.text(v, 1)),
    ];
  }

  restore(op: Restore, block: Block, isUsed: (v: Value) => boolean, define: (v: Value, text: string) => Stmt): Stmt[] {
    const { names } = this.localsOf(block, op.tape);
    const frame = splitFrame(op.results);
    const pop = (
      values: readonly Value[],
      array: string,
      top: string,
      read: (v: Value, slotText: string) => string,
    ): Stmt[] => {
      const [only] = values;
      if (only === undefined) return [];
      if (values.length === 1 && isUsed(only)) return [define(only, read(only, `${array}[--${top}]`))];
      const reads = values.flatMap((v, k) => (isUsed(v) ? [define(v, read(v, `${array}[${slot(top, k)}]`))] : []));
      return [line(values.length === 1 ? `${top}--;` : `${top} -= ${values.length};`), ...reads];
    };
    return [
      ...pop(frame.numbers, names.stack, names.top, (_, at) => `${at}!`),
      ...pop(frame.flags, names.flags, names.flagTop, (_, at) => `${at} === 1`),
      ...pop(frame.refs, names.refs, names.refTop, (v, at) => `${at} as ${this.plan.types.text(v.type)}`),
    ];
  }

  private text(tape: Value): string {
    return this.plan.expressions.text(tape);
  }

  private localsOf(block: Block, tape: Value): Locals {
    const scope = scopeOf(block).region;
    const value = this.plan.layout.resolve(tape);
    let perTape = this.locals.get(scope);
    if (perTape === undefined) this.locals.set(scope, (perTape = new Map<ValueId, Locals>()));
    let found = perTape.get(value.id);
    if (found === undefined) perTape.set(value.id, (found = this.planLocals(scope, value)));
    return found;
  }

  private planLocals(scope: Region, tape: Value): Locals {
    const uses = new Set<Stack>();
    const grows = new Set<Stack>();
    let hasCapacity = false;
    const isZero = (v: Value): boolean => this.plan.expressions.constant(v) === 0;
    eachOp(scope, (op, depth) => {
      if (op.kind === "save" && op.tape.id === tape.id) op.values.forEach((v) => uses.add(stackOf(v)));
      if (op.kind === "restore" && op.tape.id === tape.id) op.results.forEach((v) => uses.add(stackOf(v)));
      if (op.kind === "call" && op.args.some((v) => v.id === tape.id)) grows.add("numbers").add("flags");
      if (op.kind !== "reserve" || op.tape.id !== tape.id) return;
      if (!isZero(op.numbers)) {
        uses.add("numbers");
        grows.add("numbers");
        if (depth > 0) hasCapacity = true;
      }
      if (!isZero(op.flags)) {
        uses.add("flags");
        grows.add("flags");
      }
    });
    if (eachOpCount(scope, (op) => op.kind === "tapeRewind" && op.tape.id === tape.id) > 1)
      grows.add("numbers").add("flags");
    return { uses, grows, hasCapacity, names: this.namesOf(tape), isLoaded: false };
  }

  /** A pullback's locals have the names of the locals around it, which it does not use. */
  private namesOf(tape: Value): Locals["names"] {
    let names = this.names.get(tape.id);
    if (names === undefined) {
      // The first tape of a function has the plain names, which are kept free for it where the source does not use them.
      const isFirst = this.names.size === 0;
      const make = (name: string): string => (isFirst && !this.plan.around.has(name) ? name : this.fresh(name));
      names = {
        stack: make("stack"),
        top: make("top"),
        capacity: make("capacity"),
        flags: make("flags"),
        flagTop: make("flagTop"),
        refs: make("refs"),
        refTop: make("refTop"),
      };
      this.names.set(tape.id, names);
    }
    return names;
  }
}

const synced = (text: string): Stmt => ({ kind: "line", text, synced: true });
const slot = (top: string, k: number): string => (k === 0 ? top : `${top} + ${k}`);

function stackOf(v: Value): Stack {
  if (v.type.kind === "num") return "numbers";
  return v.type.kind === "bool" ? "flags" : "refs";
}

function splitFrame(values: readonly Value[]): Record<Stack, readonly Value[]> {
  return {
    numbers: values.filter((v) => stackOf(v) === "numbers"),
    flags: values.filter((v) => stackOf(v) === "flags"),
    refs: values.filter((v) => stackOf(v) === "refs"),
  };
}

/** The function or pullback a block belongs to. */
function scopeOf(block: Block): Block {
  let scope = block;
  while (scope.role !== "function" && scope.role !== "closure") {
    invariant(scope.owner !== undefined, "every block is in a function");
    scope = scope.owner.block;
  }
  return scope;
}

/** Every operation of a function or pullback, but not of pullbacks made in it; `depth` counts loops. */
function eachOp(region: Region, visit: (op: Region["ops"][number], depth: number) => void, depth = 0): void {
  for (const op of region.ops) {
    visit(op, depth);
    if (op.kind === "closure") continue;
    const inside = op.kind === "for" || op.kind === "while" ? depth + 1 : depth;
    for (const inner of regions(op)) eachOp(inner, visit, inside);
  }
}

function eachOpCount(region: Region, test: (op: Region["ops"][number]) => boolean): number {
  let count = 0;
  eachOp(region, (op) => {
    if (test(op)) count++;
  });
  return count;
}
