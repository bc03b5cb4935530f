/**
 * Judges calls whose arguments share: objects of one type and shape are made one object, across the arguments and inside them.
 * The value is the user's own function's; the gradient by a shared object is the dual numbers', at each of its positions or, where
 * each position has a gradient of its own, in their sum.
 */
import type { Annotated } from "../../compiler/src/frontend/lowered.js";
import type { Program, Type } from "../../compiler/src/ir/ir.js";
import { present, typeText } from "../../compiler/src/ir/types.js";
import type { Compiled } from "./compile.js";
import { cloneData, difference, leaves, mapLeaves, memberAt, members, numberAt, type Path, pathText } from "./data.js";
import { exportedFunction } from "./evaluate.js";
import { run } from "./judge-call.js";
import { argumentPath, dualReference, isTooDeep, perParameter, thrownText } from "./judge-references.js";
import { judgeTangent } from "./judge-tangents.js";
import { withDraws } from "./limit.js";
import { Random } from "./random.js";
import { Tally } from "./tally.js";

export function judgeSharing(compiled: Compiled, annotated: Annotated, given: readonly unknown[]): Tally {
  const tally = new Tally();
  const args = sharedArguments(compiled.lowered.program, annotated.func, given);
  if (args === undefined) return tally;
  const original = attempt(() => exportedFunction(compiled.original, annotated.exportName)(...cloneData(args)));
  const vjp = (): unknown => exportedFunction(compiled.generated, `${annotated.exportName}_vjp`)(...cloneData(args));
  if (!annotated.modes.includes("vjp")) return tally;
  if (isTooDeep(original.thrown)) {
    tally.skipped++;
    return tally;
  }
  const opened = attempt(vjp);
  tally.check("sharing: throws", original.thrown === opened.thrown, () => {
    return `with shared arguments the function throws ${original.thrown}, its vjp ${opened.thrown}`;
  });
  if (original.thrown !== undefined || opened.thrown !== undefined) return tally;
  const [value, pullback]: readonly unknown[] = Array.isArray(opened.value) ? opened.value : [];
  const wrong = difference(value, original.value);
  tally.check("sharing: value", wrong === undefined, () => `the value for shared arguments: ${wrong}`);
  // With arguments in common the program may leave its arrays.
  if (leaves(value).some((leaf) => Number.isNaN(leaf.value))) {
    tally.skipped++;
    return tally;
  }
  const seed = mapLeaves(value, () => 1);
  const pull = (): unknown => (typeof pullback === "function" ? Reflect.apply(pullback, undefined, [seed]) : undefined);
  const first = cloneData(pull());
  const changed = difference(first, cloneData(pull()));
  tally.check("sharing: again", changed === undefined, () => `the pullback for shared arguments, again: ${changed}`);
  const primal = { kind: "returned", value, printed: [] } as const;
  const trial = { compiled, annotated, args, primal, tally, random: new Random(1), options: {} };
  const wanted = dualReference(trial, seed);
  if (wanted !== undefined) compareShared(tally, annotated, args, perParameter(annotated, first), wanted);
  // What is shared with a constant is one with it only where something is overwritten: there is no telling from here.
  if (annotated.modes.includes("jvp") && args.every((_, i) => annotated.wrt.includes(i))) {
    const ran = run(compiled, exportedFunction(compiled.original, annotated.exportName), args);
    judgeTangent({ ...trial, primal: ran }, undefined);
  }
  if (!annotated.modes.includes("value_and_grad")) return tally;
  const pair = exportedFunction(compiled.generated, `${annotated.exportName}_value_and_grad`)(...cloneData(args));
  tally.compare("sharing: grad", "the gradient for shared arguments: ", Array.isArray(pair) ? pair[1] : pair, first);
  return tally;
}

/** Calls the user's own function with the arguments that `judgeSharing` would call it with, if there are any. */
export function callShared(compiled: Compiled, annotated: Annotated, given: readonly unknown[]): void {
  const args = sharedArguments(compiled.lowered.program, annotated.func, given);
  if (args !== undefined) exportedFunction(compiled.original, annotated.exportName)(...cloneData(args));
}

function attempt(run: () => unknown): { readonly value?: unknown; readonly thrown?: string } {
  try {
    return { value: withDraws(run) };
  } catch (error) {
    return { thrown: thrownText(error) };
  }
}

/** The arguments with equal shapes made one; nothing if there are none. */
export function sharedArguments(program: Program, name: string, given: readonly unknown[]): unknown[] | undefined {
  const params = program.funcs.get(name)?.body.params ?? [];
  const known = new Map<string, unknown>();
  let isAnyShared = false;
  const share = (type: Type, x: unknown): unknown => {
    if (typeof x !== "object" || x === null) return x;
    const shape = present(type);
    const key = `${typeText(shape)} ${shapeText(x)}`;
    const before = known.get(key);
    if (before !== undefined) {
      isAnyShared ||= before !== x;
      return before;
    }
    known.set(key, x);
    const inside = (member: string | number, held: Type): void => {
      Reflect.set(x, member, share(held, Reflect.get(x, member)));
    };
    if (shape.kind === "array" && Array.isArray(x)) x.forEach((_, i) => inside(i, shape.elem));
    else if (shape.kind === "dict") for (const member of Object.keys(x)) inside(member, shape.elem);
    else if (shape.kind === "tuple") shape.elems.forEach((elem, i) => inside(i, elem));
    else if (shape.kind === "record")
      for (const f of program.records.get(shape.name)?.fields ?? []) if (f.name in x) inside(f.name, f.type);
    return x;
  };
  const args = cloneData(given).map((x, i) => share(params[i]?.type ?? { kind: "void" }, x));
  return isAnyShared ? args : undefined;
}

/** What must agree for one object to stand for the other: lengths, names, constructors. */
function shapeText(x: unknown, around: readonly unknown[] = []): string {
  if (typeof x !== "object" || x === null) return typeof x;
  if (around.includes(x)) return "again";
  const inner = members(x).map(([key, item]) => `${key}:${shapeText(item, [...around, x])}`);
  return `${x.constructor?.name ?? ""}(${inner.join()})`;
}

function compareShared(
  tally: Tally,
  annotated: Annotated,
  args: readonly unknown[],
  found: readonly unknown[],
  wanted: readonly unknown[],
): void {
  const groups = new Map<unknown, Map<unknown, Path[]>>();
  for (const { path } of leaves(wanted)) {
    const at = argumentPath(annotated, path);
    const holder = memberAt(args, at.slice(0, -1));
    const keys = groups.get(holder) ?? new Map<unknown, Path[]>();
    groups.set(holder, keys);
    keys.set(at.at(-1), [...(keys.get(at.at(-1)) ?? []), path]);
  }
  const isWhole = args.every((_, i) => annotated.wrt.includes(i));
  const scale = Math.max(1, ...leaves(wanted).map(({ value }) => (Number.isFinite(value) ? Math.abs(value) : 0)));
  for (const keys of groups.values())
    for (const paths of keys.values()) {
      const [path] = paths;
      const total = path === undefined ? NaN : numberAt(wanted, path);
      const got = paths.map((p) => numberAt(found, p));
      // What stands for the object: at some of its positions it may be one, at others another.
      const holders = new Map(paths.map((p, i) => [memberAt(found, p.slice(0, -1)), got[i] ?? NaN]));
      const isClose = (x: number): boolean => Math.abs(x - total) <= 1e-10 * (Math.abs(total) + scale);
      if (!Number.isFinite(total)) tally.skipped++;
      else {
        const holds = got.every(isClose) || !isWhole || isClose([...holders.values()].reduce((a, b) => a + b, 0));
        tally.check(
          "sharing",
          holds,
          () => `by what is shared at ${pathText(path ?? [])}: ${got.join()}, not ${total}`,
        );
      }
    }
}
