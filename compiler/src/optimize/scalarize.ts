/**
 * **Purpose** Small objects disappear: tuples, records and short arrays that never leave the function become scalars, also
 * when they are carried round loops or chosen by an `if`.
 * **Needs** Verified IR; works best after `inline`.
 * **Guarantees** The same results and effects. A member declared `NoDiff` stays a constant: what is stored in it passes
 * `stopGradient`. The members of `zeros`, and of what `addInto` adds to, are adjoints: the first addend becomes the sum, so
 * that a zero of theirs may be negative where it was positive.
 * **How** `aggregates.ts` finds the values; this walk keeps for each of them the values of its members. A merged aggregate
 * becomes merged members. A written one is a single object with one name: its members are variables, which get SSA form
 * as they go through the regions that write them. An aggregate inside another is free in the next round.
 */
import { Builder, like, value } from "../ir/build.js";
import type {
  AddInto,
  Copy,
  Export,
  For,
  Func,
  If,
  Op,
  Place,
  Program,
  Region,
  Type,
  Value,
  ValueId,
  While,
  Zeros,
} from "../ir/ir.js";
import { isNumber, isReference, present, type Records, shadowType } from "../ir/types.js";
import { mapOp, regions } from "../ir/walk.js";
import { type Aggregate, memberShapes, type MemberShape, separableAggregates } from "./aggregates.js";
import { invariant } from "../support/invariant.js";
import { mapFuncs } from "./pass.js";
import { renameRegion } from "./rename.js";
import { Resolution } from "./resolution.js";

/** Depth of nesting that is taken apart. */
const maxRounds = 4;

export function scalarize(program: Program): Program {
  return mapFuncs(program, (func) => {
    let current = func;
    for (let round = 0; round < maxRounds; round++) {
      const aggregates = separableAggregates(current, program.records);
      if (aggregates.size === 0) break;
      const scalarizer = new Scalarizer(aggregates, program.records, current);
      current = { ...current, body: renameRegion(scalarizer.whole(current.body), scalarizer.named) };
    }
    return current;
  });
}

/** A member of a written aggregate, as a variable. */
interface Variable {
  readonly id: ValueId;
  readonly index: number;
}

class Scalarizer {
  /** Members that got a name from what they are members of, or from what reads them. */
  readonly named = new Map<ValueId, Value>();

  /** The values of the members at the place of the walk. */
  private readonly members = new Map<ValueId, readonly Value[]>();
  /** The names of the aggregates. */
  private readonly hints = new Map<ValueId, string>();
  private readonly resolution = new Resolution();
  private readonly literals = new Map<ValueId, number>();
  /** Members of `zeros` that nothing was added to yet. */
  private readonly untouched = new Set<ValueId>();
  /** The variables each region writes, at any depth. */
  private readonly writes = new Map<Region, ReadonlyMap<string, Variable>>();

  constructor(
    private readonly aggregates: ReadonlyMap<ValueId, Aggregate>,
    private readonly records: Records,
    func: Func,
  ) {
    this.collectWrites(func.body);
  }

  region(region: Region): Region {
    const ops: Op[] = [];
    for (const op of region.ops) this.op(op, ops);
    return { params: region.params, ops, yields: region.yields === null ? null : this.expand(region.yields) };
  }

  /** The body of a function or pullback: aggregates that it yields are put together at its end. */
  whole(region: Region): Region {
    const { params, ops, yields } = this.region({ ...region, yields: [] });
    if (region.yields === null || yields === null) return { params, ops, yields: null };
    const b = new Builder();
    const left = region.yields.map((v) => {
      const members = this.members.get(v.id);
      return members === undefined ? this.use(v) : b.aggregate(v.type, members, v.hint);
    });
    return { params, ops: [...ops, ...b.ops], yields: left };
  }

  private readonly use = (v: Value): Value => this.resolution.of(v);

  /** Values with each aggregate replaced by its members. */
  private expand(values: readonly Value[]): readonly Value[] {
    return values.flatMap((v) => this.members.get(v.id) ?? [this.use(v)]);
  }

  // ------------------------------------------------------------------------------------------------------- writes

  private collectWrites(region: Region): ReadonlyMap<string, Variable> {
    const found = new Map<string, Variable>();
    for (const op of region.ops) {
      if (op.kind === "const" && typeof op.value === "number") this.literals.set(op.result.id, op.value);
      for (const variable of this.written(op)) found.set(`${variable.id} ${variable.index}`, variable);
      for (const inner of regions(op))
        for (const [key, variable] of this.collectWrites(inner)) found.set(key, variable);
    }
    this.writes.set(region, found);
    return found;
  }

  private written(op: Op): readonly Variable[] {
    switch (op.kind) {
      case "store":
      case "accum": {
        const { id } = op.place.base;
        const index = this.memberIndex(op.place);
        return index === undefined ? [] : [{ id, index }];
      }
      case "addInto":
      case "clear": {
        const { id } = op.target;
        return (this.aggregates.get(id)?.shapes ?? []).map((_, index) => ({ id, index }));
      }
      default:
        return [];
    }
  }

  /** The variables made outside the regions that one of them writes. */
  private variablesOf(inner: readonly Region[]): readonly Variable[] {
    const found = new Map<string, Variable>();
    for (const region of inner) for (const [key, variable] of this.writes.get(region) ?? []) found.set(key, variable);
    return [...found.values()].filter(({ id }) => this.members.has(id));
  }

  private memberIndex(place: Place): number | undefined {
    const shapes = this.aggregates.get(place.base.id)?.shapes;
    if (shapes === undefined) return undefined;
    return place.kind === "field"
      ? shapes.findIndex((shape) => shape.name === place.name)
      : this.literals.get(place.index.id);
  }

  // --------------------------------------------------------------------------------------------------- operations

  private op(op: Op, out: Op[]): void {
    const b = new Builder(op.loc);
    switch (op.kind) {
      case "new":
        if (this.aggregates.has(op.result.id)) this.make(op.result, op.members.map(this.use), b);
        else b.push(mapOp(op, this.use, (r) => r));
        break;
      case "alloc": {
        const aggregate = this.aggregates.get(op.result.id);
        // What nobody has set is no number.
        const fill = op.fill ?? (op.result.type.kind === "typed" ? 0 : Number.NaN);
        if (aggregate === undefined) b.push(mapOp(op, this.use, (r) => r));
        else
          this.make(
            op.result,
            aggregate.shapes.map(() => this.constant(fill, b)),
            b,
          );
        break;
      }
      case "copy":
      case "export":
      case "zeros":
        this.fresh(op, b);
        break;
      case "load":
        this.load(op, b);
        break;
      case "length": {
        const members = this.members.get(op.array.id);
        if (members === undefined) b.push(mapOp(op, this.use, (r) => r));
        else b.push({ kind: "const", value: members.length, result: op.result });
        break;
      }
      case "store":
      case "accum":
        this.store(op, b);
        break;
      case "addInto":
        this.addInto(op.target, op.source, op, b);
        break;
      case "clear":
        this.clear(op.target, op, b);
        break;
      case "if":
        this.branch(op, b);
        break;
      case "for":
      case "while":
        this.loop(op, b);
        break;
      default:
        b.push(mapOp(op, this.use, (r) => (op.kind === "closure" ? this.whole(r) : this.region(r))));
    }
    for (const made of b.ops) out.push(made);
  }

  /** From here on the aggregate has these members. */
  private make(aggregate: Value, members: readonly Value[], b: Builder): void {
    const shapes = this.aggregates.get(aggregate.id)?.shapes ?? [];
    const kept = members.map((member, k) => this.guard(member, shapes[k], b));
    if (aggregate.hint !== undefined) {
      this.hints.set(aggregate.id, aggregate.hint);
      kept.forEach((member, k) => this.suggest(member, `${aggregate.hint}_${shapes[k]?.name}`));
    }
    this.members.set(aggregate.id, kept);
  }

  private constant(literal: number, b: Builder): Value {
    const made = b.const(literal);
    this.literals.set(made.id, literal);
    return made;
  }

  /** What a constant member holds is a constant. */
  private guard(member: Value, shape: MemberShape | undefined, b: Builder): Value {
    return shape?.noDiff === true && member.type.kind === "num"
      ? b.prim("stopGradient", [member], member.hint)
      : member;
  }

  private suggest(v: Value, hint: string | undefined): void {
    if (v.hint === undefined && hint !== undefined && !this.named.has(v.id) && !this.literals.has(v.id))
      this.named.set(v.id, { ...v, hint });
  }

  private load(op: Op & { kind: "load" }, b: Builder): void {
    const index = this.memberIndex(op.place);
    const member = index === undefined ? undefined : this.members.get(op.place.base.id)?.[index];
    if (member === undefined) {
      b.push(mapOp(op, this.use, (r) => r));
      return;
    }
    this.resolution.set(op.result, this.use(member));
    this.suggest(member, op.result.hint);
  }

  private store(op: Op & { kind: "store" | "accum" }, b: Builder): void {
    const index = this.memberIndex(op.place);
    const members = this.members.get(op.place.base.id);
    const before = index === undefined ? undefined : members?.[index];
    if (index === undefined || members === undefined || before === undefined) {
      b.push(mapOp(op, this.use, (r) => r));
      return;
    }
    const stored = op.kind === "store" ? this.use(op.value) : this.sum(before, this.use(op.value), b);
    this.set(
      { id: op.place.base.id, index },
      this.guard(stored, this.aggregates.get(op.place.base.id)?.shapes[index], b),
    );
  }

  private sum(before: Value, amount: Value, b: Builder): Value {
    return this.untouched.has(before.id) ? amount : b.prim("add", [before, amount], before.hint);
  }

  private get({ id, index }: Variable): Value | undefined {
    return this.members.get(id)?.[index];
  }

  private set({ id, index }: Variable, content: Value): void {
    this.members.set(id, this.members.get(id)?.with(index, content) ?? []);
  }

  /** A copy, an export or zeros, of an aggregate that is taken apart, or to be taken apart, or neither. */
  private fresh(op: Copy | Export | Zeros, b: Builder): void {
    const source = op.kind === "zeros" ? op.like : op.source;
    const apart = this.members.get(source.id);
    const isSeparable = this.aggregates.has(op.result.id);
    if (apart === undefined && !isSeparable) {
      b.push(mapOp(op, this.use, (r) => r));
      return;
    }
    const from = apart ?? this.readMembers(source, b);
    const shapes = memberShapes(op.result.type, this.records, from.length);
    const names = memberShapes(source.type, this.records, from.length).map((shape) => shape.name);
    const made = shapes.map((shape): Value => {
      const member = from[names.indexOf(shape.name)];
      if (op.kind === "zeros" && shape.type.kind === "num") {
        const zero = this.constant(0, b);
        this.untouched.add(zero.id);
        return zero;
      }
      if (op.kind === "zeros" && member !== undefined && isNumber(shape.type))
        return zeroIfPresent(member, shape.type, b);
      invariant(member !== undefined, `a ${op.kind} has a member ${shape.name} that its source lacks`);
      if (!isDeep(member)) return member;
      const result = value(this.freshType(op, member.type, shape.type));
      b.push(op.kind === "zeros" ? { kind: "zeros", like: member, result } : { ...op, source: member, result });
      return result;
    });
    if (isSeparable) this.make(op.result, made, b);
    else {
      const given = op.kind === "copy" && op.instances === true ? ({ instances: true } as const) : {};
      b.push({ kind: "new", members: made, result: op.result, ...given });
    }
  }

  /** The type of the copy, export or zeros of a member. An export may have single precision where its source has double. */
  private freshType(op: Copy | Export | Zeros, member: Type, asked: Type): Type {
    if (op.kind === "zeros") return shadowType(member, this.records);
    if (op.kind === "copy") return member;
    return member.kind === "maybe" ? asked : present(asked);
  }

  /** Reads every member of an aggregate that stays in memory. */
  private readMembers(source: Value, b: Builder): readonly Value[] {
    const base = this.use(source);
    return memberShapes(source.type, this.records, 0).map((shape) =>
      b.load({ kind: "field", base, name: shape.name }, shape.type),
    );
  }

  private addInto(target: Value, source: Value, op: AddInto, b: Builder): void {
    const into = this.members.get(target.id);
    const from = this.members.get(source.id);
    if (into === undefined && from === undefined) {
      b.push(mapOp(op, this.use, (r) => r));
      return;
    }
    const base = this.use(target);
    const added = from ?? this.readMembers(source, b);
    memberShapes(target.type, this.records, 0).forEach((shape, index) => {
      const amount = added[index];
      if (amount === undefined) return;
      const before = into?.[index];
      if (isDeep(amount)) {
        const inner = before ?? b.load({ kind: "field", base, name: shape.name }, shape.type);
        b.push({ ...op, target: inner, source: amount });
      } else if (before === undefined) b.accum({ kind: "field", base, name: shape.name }, amount);
      // Only adjoints are added into: one that is still the literal zero it was made of becomes the addend.
      else
        this.set({ id: target.id, index }, this.literals.get(before.id) === 0 ? amount : this.sum(before, amount, b));
    });
  }

  private clear(target: Value, op: Op, b: Builder): void {
    const members = this.members.get(target.id);
    if (members === undefined) {
      b.push(mapOp(op, this.use, (r) => r));
      return;
    }
    members.forEach((member, index) => {
      if (isDeep(member)) b.push({ kind: "clear", target: member });
      else if (member.type.kind === "num") this.set({ id: target.id, index }, this.constant(0, b));
    });
  }

  // ------------------------------------------------------------------------------------------------- control flow

  private branch(op: If, b: Builder): void {
    const cond = this.use(op.cond);
    const variables = this.variablesOf([op.then, op.else]);
    const arm = (region: Region): Region =>
      this.within(variables, () => this.withVariables(this.region(region), variables));
    const then = arm(op.then);
    const otherwise = arm(op.else);
    const results = op.results.flatMap((v) => this.open(v));
    b.push({ ...op, cond, then, else: otherwise, results: [...results, ...this.renew(variables)] });
  }

  private loop(op: For | While, b: Builder): void {
    const inner = regions(op);
    const variables = this.variablesOf(inner);
    const inits = [...this.expand(op.inits), ...variables.flatMap((variable) => this.get(variable) ?? [])];
    const walk = (region: Region, plain: number): Region =>
      this.within(variables, () => {
        const params = [
          ...region.params.slice(0, plain),
          ...region.params.slice(plain).flatMap((v) => this.open(v)),
          ...this.renew(variables),
        ];
        const walked = this.region(region);
        return { ...(region === op.body ? this.withVariables(walked, variables) : walked), params };
      });
    if (op.kind === "for") {
      const read = { ...op, from: this.use(op.from), to: this.use(op.to), inits, body: walk(op.body, 1) };
      b.push({ ...read, results: [...op.results.flatMap((v) => this.open(v)), ...this.renew(variables)] });
    } else {
      const read = { ...op, inits, cond: walk(op.cond, 0), body: walk(op.body, 0) };
      b.push({ ...read, results: [...op.results.flatMap((v) => this.open(v)), ...this.renew(variables)] });
    }
  }

  /** A merged value, as the values that stand for it. */
  private open(v: Value): readonly Value[] {
    const aggregate = this.aggregates.get(v.id);
    if (aggregate === undefined) return [v];
    const members = aggregate.shapes.map((shape) =>
      value(shape.type, v.hint === undefined ? undefined : memberName(v.hint, shape.name)),
    );
    this.members.set(v.id, members);
    return members;
  }

  /** New values for variables, which they have from here on. */
  private renew(variables: readonly Variable[]): readonly Value[] {
    return variables.flatMap((variable) => {
      const before = this.get(variable);
      if (before === undefined) return [];
      const whole = this.hints.get(variable.id);
      const name = this.aggregates.get(variable.id)?.shapes[variable.index]?.name;
      const made = whole === undefined ? like(before) : value(before.type, memberName(whole, name));
      this.set(variable, made);
      return [made];
    });
  }

  /** Runs a part of the walk after which the variables are what they were before. */
  private within(variables: readonly Variable[], walk: () => Region): Region {
    const before = variables.map((variable) => this.get(variable));
    const walked = walk();
    variables.forEach((variable, k) => {
      const content = before[k];
      if (content !== undefined) this.set(variable, content);
    });
    return walked;
  }

  private withVariables(region: Region, variables: readonly Variable[]): Region {
    if (region.yields === null) return region;
    return { ...region, yields: [...region.yields, ...variables.flatMap((variable) => this.get(variable) ?? [])] };
  }
}

/** The zero of an adjoint that is absent where its primal is. */
function zeroIfPresent(primal: Value, type: Type, b: Builder): Value {
  const result = value(type);
  b.if(
    b.prim("isNullish", [primal]),
    [result],
    (then) => [then.cast(primal, type)],
    (otherwise) => [otherwise.cast(otherwise.const(0), type)],
  );
  return result;
}

/** `p_x`; what a box holds is called as the box. */
const memberName = (whole: string, member: string | undefined): string =>
  member === undefined || member === "value" ? whole : `${whole}_${member}`;

function isDeep(v: Value): boolean {
  return isReference(v.type);
}
