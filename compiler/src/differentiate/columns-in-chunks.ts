/**
 * The Jacobian by columns where their number is known only when the generated function is called: an array of results, arrays
 * or numbers that are differentiated. A sweep computes several columns at once, so that what the function itself computes is
 * computed once for all of them.
 */
import { Builder, elem, field, like, value } from "../ir/build.js";
import type { Func, Place, Type, Value } from "../ir/ir.js";
import { arrayOf, isReference, num, tupleOf } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import type { Derivation } from "./derivation.js";
import { sweepOf, widthOf } from "./width.js";

/** A parameter whose numbers have columns of their own: a number, or an array of them. */
interface Input {
  readonly param: Value;
  /** Its position among those that are differentiated. */
  readonly position: number;
  /** Of an array, how many numbers it has. */
  readonly length: Value | undefined;
  /** In each direction, what it is moved by. */
  readonly units: readonly Value[];
}

/** Can columns of a function with such parameters and such a result be computed here? */
export function hasChunks(wrt: readonly Type[], result: Type): boolean {
  const isPlain = (type: Type): boolean =>
    (type.kind === "typed" && type.name === "Float64Array") ||
    (type.kind === "array" && type.or === undefined && type.elem.kind === "num");
  return isPlain(result) && wrt.some(isPlain) && wrt.every((type) => type.kind === "num" || isPlain(type));
}

/** A function of the parameters and of the number of results. */
export function jacobianInChunks(derivation: Derivation): Func {
  const context = derivation.reverse;
  const func = context.func(context.entry);
  const width = widthOf(context);
  const tangent = sweepOf(derivation, width);
  const b = new Builder(func.loc);
  const params = func.body.params.map(like);
  const count = value(num, "count");
  const inputs = context.wrt.map((index, position): Input => {
    const param = params[index];
    invariant(param !== undefined, "differentiated parameter out of range");
    return { param, position, ...unitsOf(b, param, width) };
  });
  const rows = makeRows(b, inputs, count);
  const chunks = new Chunks(tangent, params, inputs, rows, count);
  const numbers = inputs.filter((input) => input.length === undefined);
  for (let from = 0; from < numbers.length; from += width) chunks.numbers(b, numbers.slice(from, from + width));
  for (const input of inputs) chunks.array(b, input);
  return {
    ...func,
    name: `${func.name}.jacobian.columns`,
    source: `${func.source}_jacobian_by_columns`,
    doc: [`Jacobian of ${func.source} by columns; \`count\` is the number of results.`],
    body: b.region([...params, count], [rows]),
    results: [rows.type],
  };
}

function unitsOf(b: Builder, param: Value, width: number): Pick<Input, "length" | "units"> {
  const zero = (): Value => {
    const unit = value(
      { kind: "typed", name: "Float64Array" },
      param.hint === undefined ? "unit" : `${param.hint}Unit`,
    );
    const ofType = param.type.kind === "array" ? value(param.type, unit.hint) : unit;
    b.push({ kind: "zeros", like: param, result: ofType });
    return ofType;
  };
  if (!isReference(param.type)) return { length: undefined, units: Array.from({ length: width }, () => b.const(0)) };
  return { length: b.length(param), units: Array.from({ length: width }, zero) };
}

/** A row of zeros for each result. */
function makeRows(b: Builder, inputs: readonly Input[], count: Value): Value {
  const parts = inputs.map(({ param, length }) => {
    if (length === undefined || param.type.kind !== "typed") return undefined;
    const made = value(arrayOf(param.type), "rows");
    const imports = [{ name: "zeroRows", from: "@adc/runtime" }];
    b.push({
      kind: "foreign",
      text: ["zeroRows(", ", ", ")"],
      args: [count, length],
      pure: false,
      result: made,
      imports,
    });
    return made;
  });
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const types = inputs.map(({ param }) => param.type);
  const [first] = types;
  invariant(first !== undefined, "something is differentiated");
  const row = types.length === 1 ? first : tupleOf(types);
  const rows = value(arrayOf(row), "jacobian");
  b.push({ kind: "alloc", length: count, result: rows });
  b.each(count, (each, index) => {
    const members = inputs.map(({ param, length }, k) => {
      const part = parts[k];
      if (part !== undefined) return each.load(elem(part, index), param.type);
      if (length === undefined) return each.const(0);
      const made = value(param.type);
      each.push({ kind: "alloc", length, fill: 0, result: made });
      return made;
    });
    const [one] = members;
    each.store(
      elem(rows, index),
      members.length === 1 && one !== undefined ? one : each.aggregate(row, members, "row"),
    );
  });
  return rows;
}

class Chunks {
  constructor(
    private readonly tangent: Func,
    private readonly params: readonly Value[],
    private readonly inputs: readonly Input[],
    private readonly rows: Value,
    private readonly count: Value,
  ) {}

  /** The columns of numbers, as many as there are directions, or fewer. */
  numbers(b: Builder, moved: readonly Input[]): void {
    const columns = this.sweep(b, (input, lane) => (moved[lane] === input ? b.const(1) : undefined));
    const places = moved.map(
      ({ position }) =>
        (row: Value): Place =>
          field(row, String(position)),
    );
    this.fill(b, columns, places);
  }

  /** The columns of the numbers of an array, chunk by chunk. */
  array(b: Builder, { param, position, length, units }: Input): void {
    if (length === undefined) return;
    const width = units.length;
    const index = value(num, "i");
    const body = b.nested();
    const positions = units.map((_, lane) => (lane === 0 ? index : body.prim("add", [index, body.const(lane)])));
    const each = (run: (at: Builder, unit: Value, place: Value, lane: number) => void): void => {
      units.forEach((unit, lane) => {
        const place = positions[lane];
        invariant(place !== undefined, "a position in each direction");
        if (lane === 0) run(body, unit, place, lane);
        else
          body.if(
            body.prim("lt", [place, length]),
            [],
            (there) => {
              run(there, unit, place, lane);
              return [];
            },
            () => [],
          );
      });
    };
    const inside =
      (at: Value) =>
      (row: Value, b2: Builder): Place =>
        elem(this.inputs.length === 1 ? row : b2.load(field(row, String(position)), param.type), at);
    each((at, unit, place) => at.store(elem(unit, place), at.const(1)));
    const columns = this.sweep(body, () => undefined);
    const last = positions.at(-1);
    invariant(last !== undefined, "at least one direction");
    if (width === 1) this.fill(body, columns, [inside(index)]);
    else
      body.if(
        body.prim("lt", [last, length]),
        [],
        (all) => {
          this.fill(all, columns, positions.map(inside));
          return [];
        },
        (some) => {
          columns.forEach((column, lane) => {
            const place = positions[lane];
            invariant(place !== undefined, "a position in each direction");
            some.if(
              some.prim("lt", [place, length]),
              [],
              (there) => {
                this.fill(there, [column], [inside(place)]);
                return [];
              },
              () => [],
            );
          });
          return [];
        },
      );
    each((at, unit, place) => at.store(elem(unit, place), at.const(0)));
    b.push({
      kind: "for",
      from: b.const(0),
      test: "<",
      to: length,
      step: width,
      inits: [],
      breaks: false,
      results: [],
      body: body.region([index], []),
    });
  }

  /** One column for each direction. */
  private sweep(b: Builder, moved: (input: Input, lane: number) => Value | undefined): readonly Value[] {
    const [type] = this.tangent.results;
    const width = this.inputs[0]?.units.length ?? 0;
    const tangents = Array.from({ length: width }, (_, lane) =>
      this.inputs.map((input) => {
        const unit = moved(input, lane) ?? input.units[lane];
        invariant(unit !== undefined, "a unit in each direction");
        return unit;
      }),
    ).flat();
    if (type === undefined) return [];
    const columns = Array.from({ length: width }, () => value(type, "column"));
    b.push({ kind: "call", callee: this.tangent.name, args: [...this.params, ...tangents], results: columns });
    return columns;
  }

  /** Puts columns in their places in each row. */
  private fill(b: Builder, columns: readonly Value[], places: readonly ((row: Value, b: Builder) => Place)[]): void {
    b.each(this.count, (each, r) => {
      const { type } = this.rows;
      invariant(type.kind === "array", "an array of rows");
      const row = each.load(elem(this.rows, r), type.elem, "row");
      places.forEach((place, k) => {
        const column = columns[k];
        invariant(column !== undefined, "a column for each place");
        each.store(place(row, each), each.load(elem(column, r), num));
      });
    });
  }
}
