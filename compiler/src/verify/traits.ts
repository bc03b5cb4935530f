/** What is asked of a function before it is checked. */
import { reachable } from "../analysis/memory.js";
import type { Annotated, LoweredFile } from "../frontend/lowered.js";
import type { TypeImport, Value } from "../ir/ir.js";
import { results, walk } from "../ir/walk.js";
import type { Modules } from "./modules.js";

/** Functions of the library, and adc's own versions of code in packages: they stop gradients where it makes no difference. */
const isOwn = (name: string): boolean => /^(?:prelude#(?!stopGradient_)|adc\/)/.test(name);

/** What the user's code calls to have other derivatives than those of its values. */
export function changesDerivatives({ program }: LoweredFile, { func }: Annotated): string | undefined {
  let found: string | undefined;
  for (const name of reachable(program, func)) {
    const called = program.funcs.get(name);
    if (called?.rule?.replaces === true) found ??= "`tapGradient` with a hook that returns another adjoint";
    if (called !== undefined && !isOwn(name))
      walk(called.body, (op) => {
        if (op.kind === "prim" && op.name === "stopGradient") found ??= "`stopGradient`";
      });
  }
  return found;
}

/** The largest relative error that passes where numbers are rounded to single precision, which makes differences inexact. */
export const singleTolerance = 1e-3;

/** Does the function compute in single precision? */
export function isSingle({ program }: LoweredFile, { func }: Annotated): boolean {
  let found = false;
  const isSingleArray = (v: Value): boolean => v.type.kind === "typed" && v.type.name === "Float32Array";
  for (const name of reachable(program, func)) {
    const body = program.funcs.get(name)?.body;
    if (body === undefined) continue;
    found ||= body.params.some(isSingleArray);
    walk(body, (op) => {
      found ||= results(op).some(isSingleArray) || (op.kind === "prim" && op.name === "fround");
    });
  }
  return found;
}

/** The prototypes of the classes that arguments may be instances of. */
export async function prototypes(
  { program }: LoweredFile,
  modules: Modules,
): Promise<(cls: TypeImport) => object | undefined> {
  const found = new Map<string, object>();
  const key = ({ name, from }: TypeImport): string => `${name} ${from}`;
  for (const { instance } of program.records.values()) {
    const cls = instance?.exportedFrom;
    if (cls === undefined || found.has(key(cls))) continue;
    const made: unknown = (await modules.load(cls.from))[cls.name];
    const prototype: unknown = typeof made === "function" ? made.prototype : undefined;
    if (typeof prototype === "object" && prototype !== null) found.set(key(cls), prototype);
  }
  return (cls) => found.get(key(cls));
}
