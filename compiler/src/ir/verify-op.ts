/** The part of the verifier that looks at one operation: operand, result and yield types. The numbers are those of `verify.ts`. */
import { firstImpure } from "./walk.js";
import { assertNever } from "../support/invariant.js";
import { constType, placeType } from "./derive.js";
import type { Call, For, If, Op, Place, Prim as PrimOp, Program, Region, Type, Value, While } from "./ir.js";
import { type PrimName, primitives } from "./primitives.js";
import { problem, type Problem, same, sameTypes, VerifiedTypes } from "./verify-types.js";
import { bool, isReference, mayBeAbsent, num, present, shadowType, typeText } from "./types.js";

/** What a primitive takes; every other takes numbers. `same`: two of one type, or one that has no type of its own. */
const operandKinds: { readonly [name in PrimName]?: "bool" | "any" | "same" } = {
  fromBool: "bool",
  not: "bool",
  and: "bool",
  or: "bool",
  eq: "same",
  ne: "same",
  is: "same",
  isNullish: "any",
};

const isVague = (type: Type): boolean => type.kind === "void" || type.kind === "opaque";

const list = (values: readonly Value[]): string => `(${values.map((v) => typeText(v.type)).join(", ")})`;

/** Checks operations of one program. */
export class OpChecks {
  readonly types: VerifiedTypes;

  constructor(private readonly program: Program) {
    this.types = new VerifiedTypes(program);
  }

  /** What is wrong with an operation by itself, if anything. */
  problem(op: Op): Problem | undefined {
    switch (op.kind) {
      case "const": {
        const { type } = op.result;
        if (same(type, constType(op.value))) return undefined;
        const { value } = op;
        const vague = (value === undefined || value === null) && (isVague(type) || mayBeAbsent(type, value));
        return vague ? undefined : problem(7, `a ${typeText(type)} cannot be the literal ${String(op.value)}`);
      }
      case "prim":
        return this.prim(op);
      case "load":
        return this.place(op.place, op.result, op.orZero === true);
      case "store": {
        const growing = op.grows !== true || (op.place.kind === "elem" && op.place.base.type.kind === "array");
        return growing ? this.place(op.place, op.value) : problem(27, "only a JavaScript array grows");
      }
      case "accum":
        return (
          this.place(op.place, op.value, true) ??
          (op.value.type.kind === "num" ? undefined : problem(9, "accum adds numbers"))
        );
      case "view": {
        const ok = op.array.type.kind === "typed" && op.from.type.kind === "num" && op.to.type.kind === "num";
        return ok && same(op.array.type, op.result.type) ? undefined : problem(27, "a view is a part of a typed array");
      }
      case "resize":
        return op.array.type.kind === "array" && op.length.type.kind === "num"
          ? undefined
          : problem(27, "only a JavaScript array is resized, to a number");
      case "length": {
        const ok = (op.array.type.kind === "array" || op.array.type.kind === "typed") && op.result.type.kind === "num";
        return ok ? undefined : problem(10, `no length of a ${typeText(op.array.type)}`);
      }
      case "new":
        return this.aggregate(op.members, op.result.type);
      case "alloc": {
        const { type } = op.result;
        const numbers = type.kind === "typed" || (type.kind === "array" && type.elem.kind === "num");
        if (op.length.type.kind !== "num" || (type.kind !== "typed" && type.kind !== "array"))
          return problem(12, "alloc makes an array from a number");
        return op.fill === undefined || numbers
          ? undefined
          : problem(12, `a ${typeText(type)} cannot be filled with a number`);
      }
      case "copy":
        return same(op.source.type, op.result.type) ? undefined : problem(13, "a copy has the type of its source");
      case "zeros":
        return this.zeros(op.like.type, op.result.type);
      case "share":
        return this.share(op);
      case "addInto":
        if (!isReference(op.target.type)) return problem(13, "addInto changes a reference");
        return this.types.shaped(op.target.type, op.source.type)
          ? undefined
          : problem(13, `a ${typeText(op.source.type)} cannot be added into a ${typeText(op.target.type)}`);
      case "clear":
        return isReference(op.target.type) ? undefined : problem(13, "clear changes a reference");
      case "export":
        return this.types.shaped(op.result.type, op.source.type)
          ? undefined
          : problem(13, `a ${typeText(op.source.type)} cannot be exported as a ${typeText(op.result.type)}`);
      case "cast":
        return this.types.castable(op.value.type, op.result.type)
          ? undefined
          : problem(30, `a ${typeText(op.value.type)} is never a ${typeText(op.result.type)}`);
      case "call":
        return this.call(op);
      case "if":
        return this.ifElse(op);
      case "for":
        return this.forLoop(op);
      case "while":
        return this.whileLoop(op);
      case "foreign":
      case "throw":
        return op.text.length === op.args.length + 1
          ? undefined
          : problem(21, `${op.text.length} parts of text for ${op.args.length} arguments`);
      case "global": {
        const decl = this.program.globals.get(op.name);
        return decl !== undefined && same(decl.type, op.result.type)
          ? undefined
          : problem(22, `no global ${op.name} of this type`);
      }
      case "closure": {
        const { type } = op.result;
        const { params, yields } = op.body;
        if (type.kind !== "closure" || yields === null)
          return problem(23, "a closure yields, and its type is that of a closure");
        const fits = (types: readonly Type[], values: readonly Value[]): boolean =>
          types.length === values.length && types.every((t, i) => same(t, values[i]?.type));
        return fits(type.params, params) && fits(type.results, yields)
          ? undefined
          : problem(23, `its region is not a ${typeText(type)}`);
      }
      case "openTape":
        return this.tape(op.result, []);
      case "closeTape":
        return this.tape(op.tape, []);
      case "tapeTop":
        return this.tape(op.tape, [op.result]);
      case "tapeRewind":
        return this.tape(op.tape, [op.mark]);
      case "reserve":
        return this.tape(op.tape, [op.numbers, op.flags]);
      case "save":
      case "restore": {
        const moved = op.kind === "save" ? op.values : op.results;
        return (
          this.tape(op.tape, []) ??
          (moved.some((v) => v.type.kind === "tape") ? problem(24, "a tape does not hold tapes") : undefined)
        );
      }
      default:
        return assertNever(op, "operation");
    }
  }

  private tape(tape: Value, numbers: readonly Value[]): Problem | undefined {
    const ok = tape.type.kind === "tape" && numbers.every((v) => v.type.kind === "num");
    return ok ? undefined : problem(24, "this takes a tape and numbers");
  }

  private prim(op: PrimOp): Problem | undefined {
    const row = primitives[op.name];
    if (row.arity !== -1 && row.arity !== op.args.length)
      return problem(6, `${op.name} takes ${row.arity} operands, not ${op.args.length}`);
    if (op.result.type.kind !== row.result)
      return problem(6, `${op.name} makes a ${row.result}, not a ${typeText(op.result.type)}`);
    const kind = operandKinds[op.name] ?? "num";
    if (kind === "any") return undefined;
    if (kind === "same") {
      const [a, b] = op.args;
      const comparable =
        a !== undefined && b !== undefined && (same(a.type, b.type) || isVague(a.type) || isVague(b.type));
      return comparable ? undefined : problem(6, `${op.name} compares values of one type, not ${list(op.args)}`);
    }
    const ok = op.args.every((v) => v.type.kind === kind);
    return ok ? undefined : problem(6, `${op.name} takes ${kind} operands, not ${list(op.args)}`);
  }

  /** With `isPresent`, what is loaded or added is there, even where the place may hold nothing. */
  private place(place: Place, content: Value, isPresent = false): Problem | undefined {
    const { type: base } = place.base;
    const key = base.kind === "dict" ? base.key : "num";
    if (place.kind === "elem" && place.index.type.kind !== key)
      return problem(8, "an index is a number, a key is text");
    const type = placeType(place, this.program.records);
    if (type === undefined) {
      const what = place.kind === "elem" ? "elements" : `field ${place.name}`;
      return problem(8, `a ${typeText(place.base.type)} has no ${what}`);
    }
    return same(isPresent ? present(type) : type, content.type)
      ? undefined
      : problem(9, `the place holds a ${typeText(type)}, not a ${typeText(content.type)}`);
  }

  private aggregate(members: readonly Value[], type: Type): Problem | undefined {
    const wanted = this.memberTypes(type, members.length);
    if (wanted === undefined) return problem(11, `new does not make a ${typeText(type)}`);
    const ok = wanted.length === members.length && wanted.every((t, i) => same(t, members[i]?.type));
    return ok
      ? undefined
      : problem(11, `a ${typeText(type)} is made of (${wanted.map(typeText).join(", ")}), not ${list(members)}`);
  }

  private memberTypes(type: Type, count: number): readonly Type[] | undefined {
    switch (type.kind) {
      case "array":
        return Array.from({ length: count }, () => type.elem);
      case "dict":
        return [];
      case "tuple":
        return type.elems;
      case "record":
        return this.program.records.get(type.name)?.fields.map((f) => f.type);
      default:
        return undefined;
    }
  }

  private share(op: Op & { kind: "share" }): Problem | undefined {
    const { make, source, result } = op;
    if (op.memo.type.kind !== "opaque") return problem(13, "the memo of a share is a Map");
    if (make === "zeros") return this.zeros(source.type, result.type);
    if (make === "copy" ? same(source.type, result.type) : this.types.shaped(result.type, source.type))
      return undefined;
    return problem(13, `no ${make} of a ${typeText(source.type)} is a ${typeText(result.type)}`);
  }

  private zeros(like: Type, result: Type): Problem | undefined {
    const wanted = shadowType(like, this.program.records);
    if (!same(wanted, result))
      return problem(13, `zeros of a ${typeText(like)} is a ${typeText(wanted)}, not a ${typeText(result)}`);
    return this.types.shadowRecords(like);
  }

  private call(op: Call): Problem | undefined {
    const callee = this.program.funcs.get(op.callee);
    if (callee === undefined) return problem(14, `there is no function ${op.callee}`);
    if (!sameTypes(op.args, callee.body.params))
      return problem(14, `${op.callee} takes ${list(callee.body.params)}, not ${list(op.args)}`);
    const ok =
      op.results.length === callee.results.length && op.results.every((v, i) => same(v.type, callee.results[i]));
    return ok
      ? undefined
      : problem(14, `${op.callee} results in (${callee.results.map(typeText).join(", ")}), not ${list(op.results)}`);
  }

  private ifElse(op: If): Problem | undefined {
    if (op.cond.type.kind !== "bool") return problem(15, "an if tests a boolean");
    for (const arm of [op.then, op.else]) {
      if (arm.params.length > 0) return problem(15, "an arm has no parameters");
      if (arm.yields !== null && !sameTypes(arm.yields, op.results))
        return problem(15, `an arm yields ${list(arm.yields)} for results ${list(op.results)}`);
    }
    const ended = op.then.yields !== null || op.else.yields !== null;
    return ended || op.results.length === 0 ? undefined : problem(15, "neither arm ends, so there are no results");
  }

  private forLoop(op: For): Problem | undefined {
    const [index, ...carried] = op.body.params;
    const numbers = [op.from, op.to, index, op.count ?? op.from];
    if (!numbers.every((v) => same(v?.type, num))) return problem(16, "a for has a numeric range, index and count");
    if (!Number.isInteger(op.step) || op.step === 0) return problem(16, `${op.step} is not a step`);
    if (!sameTypes(op.inits, carried) || !sameTypes(op.inits, op.results))
      return problem(16, `it carries ${list(carried)} from ${list(op.inits)} to ${list(op.results)}`);
    return this.loopBody(op, op.body, op.breaks);
  }

  private whileLoop(op: While): Problem | undefined {
    if (op.count !== undefined && op.count.type.kind !== "num") return problem(17, "count is a number");
    if (![op.cond.params, op.body.params, op.results].every((values) => sameTypes(values, op.inits)))
      return problem(
        17,
        `it carries ${list(op.cond.params)} and ${list(op.body.params)} from ${list(op.inits)} to ${list(op.results)}`,
      );
    const test = op.cond.yields;
    if (test?.length !== 1 || test[0]?.type.kind !== "bool")
      return problem(19, "the test of a while yields one boolean");
    const impure = firstImpure(op.cond);
    if (impure !== undefined) return problem(19, `the test of a while is pure, without ${impure.kind}`);
    return this.loopBody(op, op.body, op.breaks);
  }

  private loopBody(op: For | While, body: Region, breaks: boolean): Problem | undefined {
    if (body.yields === null) return undefined;
    const [first, ...rest] = body.yields;
    if (breaks && !same(first?.type, bool)) return problem(18, "a loop that breaks yields first a boolean");
    const next = breaks ? rest : body.yields;
    return sameTypes(next, op.results)
      ? undefined
      : problem(18, `the body yields ${list(next)} for ${list(op.results)}`);
  }
}
