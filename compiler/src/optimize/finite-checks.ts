/**
 * **Purpose** Generated code that reports the first value or partial derivative that is not finite, with its source line.
 * **Needs** `checkValues`: primal IR that is about to be differentiated. `checkPartials`: generated functions that are done.
 * **Guarantees** The same results; every number that an operation makes is looked at once, in the order of the program,
 * except in the tests of loops and in functions that generated code only imports or that have rules of their own.
 * **How** A call of the runtime's `checkFinite` behind each primitive whose result is a number. What the primal had is
 * there already when the second pass comes: what it still finds unchecked was made by differentiation.
 */
import { basename } from "node:path";
import type { Func, Loc, Op, Program, Region, TypeImport, ValueId } from "../ir/ir.js";
import { primitive } from "../ir/primitives.js";
import { mapRegions, walk } from "../ir/walk.js";

const from = "@adc/runtime";
const checkFinite: TypeImport = { name: "checkFinite", from };
const beginChecks: TypeImport = { name: "beginChecks", from };

/** Adds checks of what the functions compute. */
export function checkValues(program: Program): Program {
  return mapFuncs(program, (func) => ({ ...func, body: checked(func.body, "value", func.loc, new Set()) }));
}

/** Adds checks of everything else to a generated function, and names it in reports. */
export function checkPartials(func: Func, exportName?: string): Func {
  const known = checkedIn(func.body);
  const body = checked(func.body, "partial derivative", func.loc, known);
  if (exportName === undefined) return { ...func, body };
  const begin: Op = {
    kind: "foreign",
    text: [`beginChecks(${JSON.stringify(exportName)})`],
    args: [],
    pure: false,
    imports: [beginChecks],
  };
  const begun = (region: Region): Region => ({ ...region, ops: [begin, ...region.ops.map(inPullback)] });
  // A pullback is a call of its own.
  const inPullback = (op: Op): Op => (op.kind === "closure" ? { ...op, body: begun(op.body) } : op);
  return { ...func, body: begun(body) };
}

function mapFuncs(program: Program, change: (func: Func) => Func): Program {
  const funcs = [...program.funcs].map(
    ([name, func]) => [name, func.external === undefined && func.rule === undefined ? change(func) : func] as const,
  );
  return { ...program, funcs: new Map(funcs) };
}

/** The numbers that are looked at somewhere in a region. */
function checkedIn(region: Region): Set<ValueId> {
  const found = new Set<ValueId>();
  walk(region, (op) => {
    if (op.kind === "foreign" && op.imports?.includes(checkFinite) === true)
      for (const arg of op.args) found.add(arg.id);
  });
  return found;
}

type What = "value" | "partial derivative";

function checked(region: Region, what: What, loc: Loc | undefined, known: ReadonlySet<ValueId>): Region {
  const ops = region.ops.flatMap((op): readonly Op[] => {
    const at = op.loc ?? loc;
    // The test of a loop is an expression: nothing can be done in it.
    const inside =
      op.kind === "while"
        ? { ...op, body: checked(op.body, what, at, known) }
        : mapRegions(op, (r) => checked(r, what, at, known));
    if (op.kind !== "prim" || primitive(op.name).result !== "num" || known.has(op.result.id) || isWhole(op.name))
      return [inside];
    const place = at === undefined ? "" : `${basename(at.file)}:${at.line}`;
    const text = ["checkFinite(", `, ${JSON.stringify(what)}, ${JSON.stringify(place)})`];
    return [
      inside,
      {
        kind: "foreign",
        text,
        args: [op.result],
        pure: false,
        imports: [checkFinite],
        ...(op.loc === undefined ? {} : { loc: op.loc }),
      },
    ];
  });
  return { ...region, ops };
}

/** Operations whose results are finite whatever they are given. */
const isWhole = (name: string): boolean =>
  ["bitAnd", "bitOr", "bitXor", "bitNot", "shl", "shr", "ushr", "clz32", "imul", "fromBool"].includes(name);
