/**
 * The Jacobian by columns, in forward mode: a sweep for each number that is differentiated. It is chosen where their number
 * is known when the function is compiled, and is smaller than the number of results, which are an array or counted as well.
 */
import { Builder, field, like, value } from "../ir/build.js";
import type { Func, Place, Type, Value } from "../ir/ir.js";
import { gradientType, isDifferentiable, isReference, num, shadowType, tupleOf, type Records } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { append } from "../support/append.js";
import { differentiateTangent } from "../tangent/entry.js";
import type { Derivation } from "./derivation.js";
import { effectsOf } from "./effects.js";
import { type Filling, Replacement } from "./replaced.js";
import { sweepOf, widthOf } from "./width.js";

/** With more columns than this an array of results is gone through by rows. */
const mostColumns = 8;

/** Where a number is in the differentiated parameters: the parameter, and the fields on the way to it. */
interface Column {
  readonly parameter: number;
  readonly path: readonly string[];
}

export function jacobianByColumns(derivation: Derivation): Func | undefined {
  const context = derivation.reverse;
  const func = context.func(context.entry);
  const result = func.body.yields?.[0];
  if (result === undefined || !isReference(result.type)) return undefined;
  const { says, draws } = effectsOf(context.complete, context.entry);
  const { records } = context.program;
  const wrt = context.wrt.map((i) => func.body.params[i]?.type ?? num);
  const found = wrt.map((type) => numbersIn(type, records));
  if (found.includes(undefined)) return undefined;
  // What it prints, or draws, it does so once.
  if ((says || draws) && !(wrt.length === 1 && wrt[0]?.kind === "num")) return undefined;
  const columns = found.flatMap((paths, parameter) => (paths ?? []).map((path): Column => ({ parameter, path })));
  const results = numbersIn(result.type, records)?.length;
  if (results === undefined ? columns.length > mostColumns : columns.length >= results) return undefined;
  return wrt.length === 1 && wrt[0]?.kind === "num" ? derivativeByNumber(derivation) : assemble(derivation, columns);
}

/** The paths of the numbers in a value of a type, if there are as many in each. */
export function numbersIn(type: Type, records: Records): readonly (readonly string[])[] | undefined {
  const within = (members: readonly (readonly [string, Type])[]): readonly (readonly string[])[] | undefined => {
    const found = members.map(([name, member]) => numbersIn(member, records)?.map((path) => [name, ...path]));
    return found.includes(undefined) ? undefined : found.flatMap((paths) => paths ?? []);
  };
  switch (type.kind) {
    case "num":
      return [[]];
    case "tuple":
      return within(type.elems.flatMap((e, k) => (isDifferentiable(e, records) ? [[String(k), e] as const] : [])));
    case "record": {
      const decl = records.get(type.name);
      if (decl === undefined || decl.variants !== undefined) return undefined;
      const fields = decl.fields.filter((f) => f.noDiff !== true && isDifferentiable(f.type, records));
      // One that contains itself does so in an array, or where it may be absent: its numbers are not counted.
      return within(fields.map((f) => [f.name, f.type] as const));
    }
    default:
      return undefined;
  }
}

/** With respect to one number the Jacobian is the derivative in the direction 1. */
function derivativeByNumber(derivation: Derivation): Func {
  const tangent = differentiateTangent(derivation.reverse);
  const { params, ops, yields } = tangent.body;
  const direction = params.at(-1);
  invariant(direction !== undefined, "a tangent");
  const one = { kind: "const", value: 1, result: direction } as const;
  return {
    ...tangent,
    name: `${derivation.reverse.entry}.jacobian`,
    body: {
      params: params.slice(0, -1),
      ops: [one, ...ops],
      // The value is not asked for.
      yields: yields === null ? null : yields.slice(1),
    },
    results: tangent.results.slice(1),
  };
}

function assemble(derivation: Derivation, columns: readonly Column[]): Func {
  const context = derivation.reverse;
  const func = context.func(context.entry);
  // Sweeps of about the same width.
  const sweeps = Math.ceil(columns.length / widthOf(context));
  const width = Math.ceil(columns.length / sweeps);
  const tangent = sweepOf(derivation, width);
  const { records } = context.program;
  const b = new Builder(func.loc);
  const params = func.body.params.map(like);
  const name = `${func.name}.jacobian`;
  const differentiated = context.wrt.map((i) => {
    const param = params[i];
    invariant(param !== undefined, "differentiated parameter out of range");
    return param;
  });
  const zeros = (param: Value, hint: string): Value => {
    if (!isReference(param.type)) return b.const(0);
    const made = value(
      context.shadowType(param.type),
      param.hint === undefined ? hint.toLowerCase() : param.hint + hint,
    );
    b.push({ kind: "zeros", like: param, result: made });
    return made;
  };
  const still = differentiated.map((param) => zeros(param, "Zero"));
  const [type] = tangent.results;
  if (type === undefined || tangent.body.yields === null) {
    const args = [...params, ...Array.from({ length: width }, () => still).flat()];
    b.push({ kind: "call", callee: tangent.name, args, results: [] });
    return { ...func, name, body: b.region(params, null) };
  }
  const unit = ({ parameter, path }: Column): Value => {
    const param = differentiated[parameter];
    invariant(param !== undefined, "a parameter of the column");
    if (path.length === 0) return b.const(1);
    const made = zeros(param, "Unit");
    b.store(placeAt(b, made, param.type, path, records), b.const(1));
    return made;
  };
  const made: Value[] = [];
  for (let from = 0; from < columns.length; from += width) {
    const moved = columns.slice(from, from + width);
    const tangents = Array.from({ length: width }, (_, lane) => {
      const column = moved[lane];
      return column === undefined ? still : still.with(column.parameter, unit(column));
    });
    const found = tangents.map(() => value(type, "column"));
    b.push({ kind: "call", callee: tangent.name, args: [...params, ...tangents.flat()], results: found });
    append(made, found.slice(0, moved.length));
  }
  const gradients = differentiated.map((p) => p.type);
  const leaf = gradients.map((t) => gradientType(t, records));
  const [only] = leaf;
  const row = leaf.length === 1 && only !== undefined ? only : tupleOf(leaf);
  const filling: Filling = {
    leaves: [row],
    sourceType: (of) => shadowType(of, records),
    fill: (at, places, held) => {
      const numbers = places.map((place) => at.cast(at.load(place, held), num));
      const parts = gradients.map((t) => gradientOf(at, t, numbers, records));
      const [one] = parts;
      return parts.length === 1 && one !== undefined ? [one] : [at.aggregate(row, parts)];
    },
  };
  const stock = { funcs: derivation.funcs, records: derivation.records };
  const resultType = func.results[0];
  invariant(resultType !== undefined, "a result");
  const [jacobian] = new Replacement(records, stock, filling, func, "jacobian").inside(
    b,
    resultType,
    made,
    [],
    "jacobian",
  );
  invariant(jacobian !== undefined, "one sheet");
  return { ...func, name, body: b.region(params, [jacobian]), results: [jacobian.type] };
}

/** The place of a number in the tangent of a parameter of this type. */
function placeAt(b: Builder, unit: Value, type: Type, path: readonly string[], records: Records): Place {
  const [name, ...rest] = path;
  invariant(name !== undefined, "a number inside a structure");
  const place = field(unit, name);
  if (rest.length === 0) return place;
  const member =
    type.kind === "tuple"
      ? type.elems[Number(name)]
      : records.get(type.kind === "record" ? type.name : "")?.fields.find((f) => f.name === name)?.type;
  invariant(member !== undefined, `no member ${name}`);
  return placeAt(b, b.load(place, shadowType(member, records)), member, rest, records);
}

/** A gradient of a parameter of this type from the first of these numbers, which it takes out. */
function gradientOf(b: Builder, type: Type, numbers: Value[], records: Records): Value {
  switch (type.kind) {
    case "tuple": {
      const members = type.elems.map((e) =>
        isDifferentiable(e, records) ? gradientOf(b, e, numbers, records) : b.const(0),
      );
      return b.aggregate(gradientType(type, records), members);
    }
    case "record": {
      const fields = records.get(type.name)?.fields ?? [];
      const held = fields.filter((f) => f.noDiff !== true && isDifferentiable(f.type, records));
      return b.aggregate(
        gradientType(type, records),
        held.map((f) => gradientOf(b, f.type, numbers, records)),
      );
    }
    default: {
      const number = numbers.shift();
      invariant(number !== undefined, "a number of each column");
      return number;
    }
  }
}
