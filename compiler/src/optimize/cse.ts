/**
 * **Purpose** Computes and reads each thing once: primitives, literals, lengths and loads whose value is already at hand,
 * also when it was just stored there.
 * **Needs** Verified IR.
 * **Guarantees** The same results to the last bit, the same effects. Nothing is computed that was not computed before.
 * **How** Tables of available values, scoped like the regions. The key of a read contains the versions of the memory it
 * depends on (`memory-state.ts`); a write makes new versions. What a loop writes is taken as written before its first
 * iteration. Aliasing is decided by type, field, literal index and origin (`effects.ts`).
 */
import type {
  Alloc,
  Const,
  For,
  Func,
  Length,
  Load,
  New,
  Op,
  Prim,
  Program,
  Region,
  Store,
  Type,
  Value,
  ValueId,
} from "../ir/ir.js";
import type { PrimName } from "../ir/primitives.js";
import { type Records, typeText } from "../ir/types.js";
import { mapOp, regions, results } from "../ir/walk.js";
import { type EffectsTable, functionEffects, hasViews, Origins, regionWrites, Writes, writesOf } from "./effects.js";
import { familyText } from "./families.js";
import { MemoryState } from "./memory-state.js";
import { mapFuncs } from "./pass.js";
import { renameRegion } from "./rename.js";
import { Resolution } from "./resolution.js";
import { ScopedMap } from "./scoped-map.js";

export function eliminateCommonSubexpressions(program: Program): Program {
  const effects = functionEffects(program);
  return mapFuncs(program, (func) => {
    const walker = new Available(func, program, effects);
    return { ...func, body: renameRegion(walker.region(func.body), walker.named) };
  });
}

/** Primitives that give the same bits with their two operands exchanged. (`maxLiteral` does too, but its derivative tells them apart.) */
const commutative: ReadonlySet<PrimName> = new Set<PrimName>([
  "add",
  "mul",
  "eq",
  "ne",
  "is",
  "and",
  "or",
  "bitAnd",
  "bitOr",
  "bitXor",
  "imul",
  "max",
  "min",
]);

class Available {
  /** Values that take over the name of a value they replace. */
  readonly named = new Map<ValueId, Value>();

  private readonly resolution = new Resolution();
  private readonly expressions = new ScopedMap<Value>();
  private readonly memory = new MemoryState();
  private readonly origins: Origins;
  private readonly writesOfOp: (op: Op) => Writes;
  private readonly writes: ReadonlyMap<Region, Writes>;
  private readonly records: Records;
  private readonly hasViews: boolean;

  private readonly literals = new Map<ValueId, Const["value"]>();
  /** Typed arrays that have the length of another, which stands for both. */
  private readonly lengthOf = new Map<ValueId, ValueId>();
  /** What values are the length of. */
  private readonly lengths = new Map<ValueId, ValueId>();
  /** Indices of loops that count from at least 0 up to below a value. */
  private readonly below = new Map<ValueId, Value>();

  constructor(func: Func, program: Program, effects: EffectsTable) {
    this.records = program.records;
    this.hasViews = hasViews(program);
    this.origins = new Origins(func, program.records);
    this.writesOfOp = (op) => writesOf(op, program.records, this.origins, effects);
    this.writes = regionWrites(func.body, this.writesOfOp);
  }

  region(region: Region): Region {
    const expressions = this.expressions.mark();
    const memory = this.memory.mark();
    const ops: Op[] = [];
    for (const op of region.ops) this.op(op, ops);
    const yields = region.yields === null ? null : region.yields.map(this.use);
    this.expressions.undo(expressions);
    this.memory.undo(memory);
    return { params: region.params, ops, yields };
  }

  private readonly use = (v: Value): Value => this.resolution.of(v);

  private op(original: Op, out: Op[]): void {
    if (regions(original).length > 0) {
      this.control(original, out);
      return;
    }
    const op = mapOp(original, this.use, (r) => r);
    const key = this.key(op);
    const [result] = results(op);
    if (key !== undefined && result !== undefined) {
      const found = this.expressions.get(key);
      if (found !== undefined) {
        this.resolution.set(result, found);
        if (found.hint === undefined && result.hint !== undefined && !this.named.has(found.id)) {
          this.named.set(found.id, { ...found, hint: result.hint });
        }
        return;
      }
      this.expressions.set(key, result);
    }
    out.push(op);
    this.learn(op);
  }

  // ------------------------------------------------------------------------------------------------- control flow

  private control(op: Op, out: Op[]): void {
    const memory = this.memory.mark();
    if (op.kind === "for" || op.kind === "while")
      for (const inner of regions(op)) this.memory.writeAll(this.writesIn(inner));
    // A closure runs at another time, when anything may have been written.
    if (op.kind === "closure") this.memory.forget();
    if (op.kind === "for") this.learnIndex(op);
    out.push(mapOp(op, this.use, (r) => this.region(r)));
    this.memory.undo(memory);
    if (op.kind === "closure") return;
    for (const inner of regions(op)) {
      // Code after a region that never ends does not follow it.
      if (inner.yields !== null || op.kind !== "if") this.memory.writeAll(this.writesIn(inner));
    }
  }

  private writesIn(region: Region): Writes {
    return this.writes.get(region) ?? Writes.all();
  }

  private learnIndex(op: For): void {
    const [index] = op.body.params;
    const from = this.number(this.use(op.from));
    if (index !== undefined && from !== undefined && from >= 0 && op.step > 0 && op.test === "<")
      this.below.set(index.id, this.use(op.to));
  }

  // --------------------------------------------------------------------------------------------------------- keys

  /** What an operation computes, as text: equal keys at one point mean equal values. */
  private key(op: Op): string | undefined {
    switch (op.kind) {
      case "const":
        // Names of literals are the user's: `const n = 2` does not name every other 2.
        return `${this.literalKey(op.value)} ${typeText(op.result.type)} ${op.result.hint ?? ""}`;
      case "prim":
        return this.primKey(op);
      case "length":
        return this.lengthKey(op.array);
      case "load":
        return op.orZero === true ? `${this.loadKey(op.place)} or 0` : this.loadKey(op.place);
      case "cast":
        return `cast ${op.value.id} ${typeText(op.result.type)}`;
      case "global":
        return `global ${op.name}`;
      default:
        return undefined;
    }
  }

  private literalKey(literal: Const["value"]): string {
    if (typeof literal === "string") return JSON.stringify(literal);
    return `${typeof literal} ${Object.is(literal, -0) ? "-0" : String(literal)}`;
  }

  /** An operand in a key. Literals count by what they say. */
  private operand(v: Value): string {
    return this.literals.has(v.id) ? `(${this.literalKey(this.literals.get(v.id))})` : `${v.id}`;
  }

  private primKey(op: Prim): string {
    const args = op.args.map((arg) => this.operand(arg));
    if (args.length === 2 && commutative.has(op.name)) args.sort();
    return `${op.name} ${args.join(" ")}`;
  }

  private lengthKey(array: Value): string {
    if (array.type.kind === "typed") return `length ${this.sized(array)}`;
    return `length ${array.id} ${this.memory.version(this.origins.lengthSite(array))}`;
  }

  private loadKey(place: Load["place"]): string {
    const site = this.origins.site(place);
    if (place.kind === "field") return `load ${place.base.id}.${place.name} ${this.memory.version(site, 0)}`;
    const literal = this.literalOf(place);
    return `load ${place.base.id}[${this.operand(place.index)}] ${this.memory.version(site, literal)}`;
  }

  private number(v: Value): number | undefined {
    const literal = this.literals.get(v.id);
    return typeof literal === "number" ? literal + 0 : undefined;
  }

  /** The array that stands for all that are known to have the length of this one. */
  private sized(array: Value): ValueId {
    return this.lengthOf.get(array.id) ?? array.id;
  }

  // ------------------------------------------------------------------------------------------------- what follows

  private learn(op: Op): void {
    switch (op.kind) {
      case "const":
        this.literals.set(op.result.id, op.value);
        break;
      case "length":
        this.learnLength(op);
        break;
      case "alloc":
        this.learnAlloc(op);
        break;
      case "zeros":
      case "copy": {
        const source = op.kind === "zeros" ? op.like : op.source;
        if (op.result.type.kind === "typed") this.lengthOf.set(op.result.id, this.sized(source));
        break;
      }
      case "new":
        this.learnMembers(op);
        break;
      case "store":
        this.learnStore(op);
        break;
      case "accum":
        this.memory.write(this.origins.site(op.place), this.literalOf(op.place));
        break;
      default:
        this.memory.writeAll(this.writesOfOp(op));
    }
  }

  private learnLength(op: Length): void {
    if (op.array.type.kind === "typed") this.lengths.set(op.result.id, this.sized(op.array));
  }

  /** A typed array of a length that is surely an integer has that very length. */
  private learnAlloc(op: Alloc): void {
    if (op.result.type.kind !== "typed") return;
    const sameLength = this.lengths.get(op.length.id);
    const literal = this.number(op.length);
    if (sameLength !== undefined) this.lengthOf.set(op.result.id, sameLength);
    else if (literal === undefined || !Number.isInteger(literal)) return;
    else this.lengths.set(op.length.id, op.result.id);
    this.expressions.set(this.lengthKey(op.result), op.length);
  }

  /** The members of a new aggregate can be read from where they came from. */
  private learnMembers(op: New): void {
    const { type } = op.result;
    op.members.forEach((member, k) => {
      const place = this.memberPlace(type, k);
      if (place === undefined) return;
      const site = {
        area: `${familyText(type, this.records)}${type.kind === "array" ? "[]" : place}`,
        origin: this.origins.of(op.result),
      };
      this.expressions.set(
        `load ${op.result.id}${place} ${this.memory.version(site, type.kind === "array" ? k : 0)}`,
        member,
      );
    });
  }

  private memberPlace(type: Type, k: number): string | undefined {
    if (type.kind === "array") return `[(${this.literalKey(k)})]`;
    if (type.kind === "tuple") return `.${k}`;
    const field = type.kind === "record" ? this.records.get(type.name)?.fields[k] : undefined;
    // What is stored in a `NoDiff` field is a constant when it is read, whatever it was before.
    return field === undefined || field.noDiff === true ? undefined : `.${field.name}`;
  }

  private literalOf(place: Store["place"]): number | undefined {
    if (place.kind === "field") return 0;
    return this.hasViews && place.base.type.kind === "typed" ? undefined : this.number(place.index);
  }

  private learnStore(op: Store): void {
    this.memory.write(this.origins.site(op.place), this.literalOf(op.place));
    if (this.keepsStored(op.place)) this.expressions.set(this.loadKey(op.place), op.value);
  }

  /** Does a read right after a store give the very value stored? Not if the array rounds it, or has no such element. */
  private keepsStored(place: Store["place"]): boolean {
    const { type } = place.base;
    if (place.kind === "field") return type.kind !== "record" || !this.isConstantField(type.name, place.name);
    if (type.kind === "array") return true;
    if (type.kind !== "typed" || type.name !== "Float64Array") return false;
    const bound = this.below.get(place.index.id);
    return bound !== undefined && this.lengths.get(bound.id) === this.sized(place.base);
  }

  private isConstantField(recordName: string, fieldName: string): boolean {
    return this.records.get(recordName)?.fields.some((f) => f.name === fieldName && f.noDiff === true) === true;
  }
}
