/**
 * Where a function is checked: its `@example`s, what `--at` says, or arguments made up from the types of its parameters,
 * with sizes varied until the function returns finite numbers.
 */
import { reachable } from "../analysis/memory.js";
import type { Type, TypeImport } from "../ir/ir.js";
import { walk } from "../ir/walk.js";
import type { Annotated, LoweredFile } from "../frontend/lowered.js";
import { type Attempt, CannotMakeUp, madeUp, randomNumbers } from "./values.js";

/** A list of arguments, made anew for every call, as a function may write to them. */
export type Point = () => readonly unknown[];

export interface Target {
  readonly lowered: LoweredFile;
  readonly annotated: Annotated;
  readonly call: (...args: readonly unknown[]) => unknown;
  /** The prototype of a class that is exported. */
  readonly prototypeOf: (cls: TypeImport) => object | undefined;
}

/** How many points are looked for, among how many, and for how long (in milliseconds). */
const wanted = 2;
const mostCandidates = 1000;
const longest = 3000;
const sizes = [3, 4, 2, 6, 1];

/** Points at which the function returns finite numbers; else why none was found. */
export function pointsFor(target: Target): readonly Point[] | string {
  const { lowered, annotated } = target;
  const types = (lowered.program.funcs.get(annotated.func)?.body.params ?? []).map((p) => p.type);
  const found: Point[] = [];
  const start = performance.now();
  try {
    const texts = textsIn(target);
    for (const candidate of candidates(types)) {
      const point = () => candidate(target, texts, types);
      if (isUsable(target, point)) found.push(point);
      if (found.length >= wanted || performance.now() - start > longest) break;
    }
  } catch (error) {
    if (error instanceof CannotMakeUp) return `${error.message} cannot be made up`;
    throw error;
  }
  return found.length > 0 ? found : "no arguments were found for which it returns finite numbers";
}

type Candidate = (target: Target, texts: readonly string[], types: readonly Type[]) => readonly unknown[];

/** The texts that a function mentions: those it compares others with are among them. */
function textsIn({ lowered: { program }, annotated }: Target): readonly string[] {
  const found = new Set<string>();
  for (const name of reachable(program, annotated.func)) {
    const func = program.funcs.get(name);
    if (func !== undefined)
      walk(func.body, (op) => {
        if (op.kind === "const" && typeof op.value === "string") found.add(op.value);
      });
  }
  return found.size === 0 ? ["a"] : [...found];
}

/** Sizes, lengths of the single arrays, ranges of numbers: the likely ones first. */
function* candidates(types: readonly Type[]): Generator<Candidate> {
  const arrays = types.flatMap((t, i) =>
    t.kind === "typed" || (t.kind === "array" && t.elem.kind === "num") ? [i] : [],
  );
  let seed = 1;
  for (const range of ["positive", "both", "small"] as const)
    for (const isPresent of [true, false])
      for (const truth of [true, false])
        for (const size of sizes)
          for (const lengths of lengthsOf(arrays, size)) {
            const own = seed++;
            yield ({ lowered, annotated, prototypeOf }, texts, all) => {
              const next = randomNumbers(own);
              // Numbers are the same whatever texts there are.
              const other = randomNumbers(own + mostCandidates);
              const choice = (count: number): number => Math.floor(count * other());
              const text = (): string => texts[choice(texts.length)] ?? "";
              const number = numbersIn(range, next);
              const attempt: Attempt = {
                size,
                isPresent,
                truth,
                number,
                constant: () => size,
                text,
                choice,
                prototypeOf,
              };
              return all.map((type, i) => {
                const length = lengths.get(i);
                const given = length === undefined ? attempt : { ...attempt, length };
                return madeUp(type, lowered.program.records, given, !annotated.wrt.includes(i));
              });
            };
            if (seed > mostCandidates) return;
          }
}

/** All of one length; then each of a length or of its square (a matrix in rows), or one more. */
function lengthsOf(arrays: readonly number[], size: number): ReadonlyMap<number, number>[] {
  const choices = [size, size * size, size + 1];
  const all = choices.length ** Math.min(arrays.length, 4);
  return Array.from({ length: all }, (_, code) => {
    let rest = code;
    return new Map(
      arrays.map((position, k) => {
        if (k >= 4) return [position, size] as const;
        const choice = choices[rest % choices.length] ?? size;
        rest = Math.floor(rest / choices.length);
        return [position, choice] as const;
      }),
    );
  });
}

function numbersIn(range: "positive" | "both" | "small", next: () => number): () => number {
  switch (range) {
    case "positive":
      return () => 0.3 + 1.4 * next();
    case "both":
      return () => 3 * next() - 1.5;
    case "small":
      return () => 0.05 + 0.4 * next();
  }
}

function isUsable({ call }: Target, point: Point): boolean {
  try {
    const args = point();
    const result = call(...args);
    return numbersOf(result).every(Number.isFinite) && numbersOf(result).length > 0;
  } catch (error) {
    if (error instanceof CannotMakeUp) throw error;
    return false;
  }
}

/** Every number in a result. */
export function numbersOf(value: unknown, seen = new Set<unknown>()): readonly number[] {
  if (typeof value === "number") return [value];
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  if (value instanceof Float64Array || value instanceof Float32Array) return Array.from(value);
  return Object.values(value).flatMap((member) => numbersOf(member, seen));
}
