/** The tape of an interpreted program. It checks what generated code takes on trust: frames match, there is room. */
import type { Value } from "../../compiler/src/ir/ir.js";
import type { JsValue } from "./dual.js";

/** The IR asked for something that cannot be: a mistake of a pass, not of the interpreted program. */
export class InterpreterError extends Error {
  override readonly name = "InterpreterError";
}

/** One frame on a tape, with how many numbers and booleans lie below it. */
interface Frame {
  readonly kinds: string;
  readonly values: readonly JsValue[];
  readonly numbers: number;
  readonly flags: number;
}
const kindOf = (v: Value): string =>
  v.type.kind === "num" ? "number" : v.type.kind === "bool" ? "boolean" : "reference";
const count = (kinds: readonly string[], kind: string): number => kinds.filter((k) => k === kind).length;

/** Frames above `top` stay until they are overwritten, so that a rewound tape can be read again. */
export class Tape {
  private readonly frames: Frame[] = [];
  /** What generated code asks the tape of the runtime for. */
  readonly links: [holder: object, key: string | number, held: unknown][] = [];

  relink(): void {
    for (const [holder, key, held] of this.links) Reflect.set(holder, key, held);
  }

  private top = 0;
  private room = { numbers: 0, flags: 0 };
  private closed = false;

  private below(): { numbers: number; flags: number } {
    const last = this.frames[this.top - 1];
    if (last === undefined) return { numbers: 0, flags: 0 };
    const kinds = last.kinds.split(" ");
    return { numbers: last.numbers + count(kinds, "number"), flags: last.flags + count(kinds, "boolean") };
  }

  reserve(numbers: number, flags: number): void {
    const used = this.below();
    this.room = {
      numbers: Math.max(this.room.numbers, used.numbers + numbers),
      flags: Math.max(this.room.flags, used.flags + flags),
    };
  }

  save(values: readonly JsValue[], definitions: readonly Value[]): void {
    this.checkOpen();
    const kinds = definitions.map(kindOf);
    const used = this.below();
    if (
      used.numbers + count(kinds, "number") > this.room.numbers ||
      used.flags + count(kinds, "boolean") > this.room.flags
    )
      throw new InterpreterError("a save without enough room reserved");
    this.frames[this.top++] = { kinds: kinds.join(" "), values, ...used };
  }

  restore(definitions: readonly Value[]): readonly JsValue[] {
    this.checkOpen();
    const frame = this.frames[--this.top];
    if (frame === undefined) throw new InterpreterError("a restore from an empty tape");
    const kinds = definitions.map(kindOf).join(" ");
    if (kinds !== frame.kinds) throw new InterpreterError(`a restore of (${kinds}) where (${frame.kinds}) was saved`);
    return frame.values;
  }

  mark(): number {
    return this.top;
  }

  rewind(mark: number): void {
    if (mark > this.frames.length) throw new InterpreterError("a tape cannot be rewound to where it never was");
    this.top = mark;
  }

  close(): void {
    this.checkOpen();
    this.closed = true;
  }

  private checkOpen(): void {
    if (this.closed) throw new InterpreterError("a closed tape is used");
  }
}
