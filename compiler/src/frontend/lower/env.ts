/**
 * The current value of every variable while a function is lowered. Entering a scope starts a log of changes; leaving it
 * undoes them and hands them out, so that a branch costs what it changes and not what exists.
 */
import type { ts } from "ts-morph";
import type { Type, Value } from "../../ir/ir.js";

/** What is tracked beside the user's variables: the value to return, flags that say which exit was taken, `this`, and what a pullback holds. */
export interface Hidden {
  readonly hidden: "result" | "flag" | "this" | "index" | "argument";
}
export type Key = ts.Symbol | Hidden;

export const newFlag = (): Hidden => ({ hidden: "flag" });

/** The object a method was called on. */
export const thisKey: Hidden = { hidden: "this" };

export interface Slot {
  readonly type: Type;
  readonly hint: string | undefined;
  /** Depth of the statement list it was declared in: after that list it is dead. */
  readonly level: number;
  /** The variable lives in a box: `type` is that of the box, and this is what the box holds. */
  readonly boxed?: Type;
  /** What the variable is given first will say its type; until then it is `undefined`. */
  readonly open?: true;
}

export const isHidden = (key: Key): key is Hidden => "hidden" in key;

export class Env {
  readonly #slots = new Map<Key, Slot>();
  readonly #values = new Map<Key, Value>();
  readonly #logs: Map<Key, Value | undefined>[] = [];

  declare(key: Key, slot: Slot, value?: Value): void {
    this.#slots.set(key, slot);
    this.#change(key, value);
  }

  slot(key: Key): Slot | undefined {
    return this.#slots.get(key);
  }

  /** Absent: declared but not yet assigned. */
  get(key: Key): Value | undefined {
    return this.#values.get(key);
  }

  set(key: Key, value: Value): void {
    this.#change(key, value);
  }

  /** Puts back what a name stood for. */
  restore(key: Key, slot: Slot | undefined): void {
    if (slot === undefined) this.#slots.delete(key);
    else this.#slots.set(key, slot);
  }

  #change(key: Key, value: Value | undefined): void {
    const log = this.#logs.at(-1);
    if (log !== undefined && !log.has(key)) log.set(key, this.#values.get(key));
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
  }

  enter(): void {
    this.#logs.push(new Map());
  }

  /** Undoes what changed since `enter`; returns the values at the end, in order of first change. */
  leave(): Map<Key, Value | undefined> {
    const log = this.#logs.pop() ?? new Map<Key, Value | undefined>();
    const changed = new Map<Key, Value | undefined>();
    for (const [key, before] of log) {
      changed.set(key, this.#values.get(key));
      if (before === undefined) this.#values.delete(key);
      else this.#values.set(key, before);
    }
    return changed;
  }
}
