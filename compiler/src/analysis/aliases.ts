/**
 * What the caller may hold twice: two arguments that are one array, one object at two places of a structure. Where the
 * function overwrites such objects, writing at one place is seen at the other, so the places are one memory class.
 *
 * Objects are told apart by their types: those of one type may be one object (wide records and their variants, too).
 */
import type { Program, Type, Value, ValueId } from "../ir/ir.js";
import { fieldsWithin, isReference, present, type Records, typeText } from "../ir/types.js";
import { elements, MemoryClass, type MemoryModel } from "./memory.js";
import { recursiveRecords } from "./recursive.js";
import { runsAgain, sharedBases } from "./writes.js";

/** The types that an object holds, each with its key as a slot. */
export function heldTypes(type: Type, records: Records): readonly (readonly [key: string, Type])[] {
  switch (type.kind) {
    case "array":
    case "dict":
      return [[elements, type.elem]];
    case "tuple":
      return type.elems.map((elem, k) => [String(k), elem] as const);
    case "record":
      return fieldsWithin(type.name, records).map((f) => [f.name, f.type] as const);
    default:
      return [];
  }
}

/** Something that arguments hold. */
interface Held {
  readonly owner: MemoryClass;
  /** More than one such object is held at this position. */
  readonly many: boolean;
}

/**
 * Unifies the classes of overwritten objects that parameters of `entry` may hold twice. The result is the parameters whose copies
 * and shadows must share as the arguments do: those that lead to such objects, and those that hold objects of a type that these hold.
 * Parameters `own` are given copies: what they hold, no other parameter holds.
 */
export function joinAliases(
  program: Program,
  entry: string,
  names: readonly string[],
  memory: MemoryModel,
  own: ReadonlySet<number> = new Set(),
): ReadonlySet<ValueId> {
  const params = program.funcs.get(entry)?.body.params ?? [];
  const groups = [params.filter((_, i) => !own.has(i)), params.filter((_, i) => own.has(i))];
  return new Set(groups.flatMap((group) => [...joinGroup(program, group, names, memory)]));
}

function joinGroup(
  program: Program,
  params: readonly Value[],
  names: readonly string[],
  memory: MemoryModel,
): ReadonlySet<ValueId> {
  if (!params.some((p) => isReference(p.type))) return new Set();
  const bases = writtenBases(program, names);
  const key = keysOf(program.records);
  const recursive = recursiveRecords(program.records);
  const contested = new Set<string>();
  for (let changed = true; changed; ) {
    changed = false;
    const written = new Set(bases.map((base) => memory.classOf(base)));
    for (const [type, all] of heldBy(params, memory, program.records, recursive, key)) {
      if (all.length < 2 && !all.some((one) => one.many)) continue;
      if (!all.some((one) => written.has(one.owner.find()))) continue;
      changed ||= !contested.has(type);
      contested.add(type);
      const [first, ...others] = all;
      for (const other of others) {
        if (first === undefined || first.owner.find() === other.owner.find()) continue;
        MemoryClass.unify(first.owner, other.owner);
        changed = true;
      }
    }
  }
  return contested.size === 0 ? new Set() : sharingParams(params, program.records, key, contested);
}

/** The aggregates that something is written into, other than into what the function that writes has made itself. */
function writtenBases(program: Program, names: readonly string[]): readonly Value[] {
  const bases: Value[] = [];
  for (const name of names) {
    const func = program.funcs.get(name);
    if (func !== undefined) sharedBases(func.body, (base) => bases.push(base), runsAgain(program, names));
  }
  return bases;
}

/** Everything that the parameters lead to, by type. */
function heldBy(
  params: readonly Value[],
  memory: MemoryModel,
  records: Records,
  recursive: ReadonlySet<string>,
  key: (type: Type) => string,
): ReadonlyMap<string, readonly Held[]> {
  const held = new Map<string, Held[]>();
  const visited = new Set<string>();
  const collect = (type: Type, owner: MemoryClass, isOneOfMany: boolean, around: ReadonlySet<string>): void => {
    const shape = present(type);
    const text = key(shape);
    const isRecursive = around.has(text);
    // What is met again may be another object, so what it holds is held twice.
    const many = isOneOfMany || isRecursive || visited.has(`${owner.slot(text)} false`);
    const all = held.get(text) ?? [];
    held.set(text, all);
    all.push({ owner, many });
    const visit = `${owner.slot(text)} ${many}`;
    if (isRecursive || visited.has(visit)) return;
    visited.add(visit);
    const inside = new Set(around).add(text);
    const holdsMany =
      shape.kind === "array" || shape.kind === "dict" || (shape.kind === "record" && recursive.has(shape.name));
    for (const [name, member] of heldTypes(shape, records))
      if (isReference(member)) collect(member, owner.member(name), many || holdsMany, inside);
  };
  for (const p of params) if (isReference(p.type)) collect(p.type, memory.classOf(p), false, new Set());
  return held;
}

/** One text for all types that one object may have. */
function keysOf(records: Records): (type: Type) => string {
  const parents = new Map<string, string>();
  const root = (name: string): string => {
    let at = name;
    for (let up = parents.get(at); up !== undefined; up = parents.get(at)) at = up;
    return at;
  };
  for (const decl of records.values())
    for (const variant of decl.variants ?? []) {
      const [a, b] = [root(decl.name), root(variant)];
      if (a !== b) parents.set(b, a);
    }
  const key = (type: Type): string => {
    if (type.kind === "record") return typeText({ ...type, name: root(type.name) });
    if (type.kind === "maybe") return key(type.of);
    if (type.kind === "array") return `[${key(type.elem)}]`;
    if (type.kind === "dict") return `{${type.key}: ${key(type.elem)}}`;
    return typeText(type);
  };
  return key;
}

function sharingParams(
  all: readonly Value[],
  records: Records,
  key: (type: Type) => string,
  contested: ReadonlySet<string>,
): ReadonlySet<ValueId> {
  const typesIn = (type: Type, found: Set<string> = new Set()): ReadonlySet<string> => {
    const shape = present(type);
    const text = key(shape);
    if (found.has(text)) return found;
    found.add(text);
    for (const [, member] of heldTypes(shape, records)) if (isReference(member)) typesIn(member, found);
    return found;
  };
  const params = all.filter((p) => isReference(p.type));
  const shared = new Set(contested);
  const found = new Set<ValueId>();
  for (let before = -1; found.size > before; ) {
    before = found.size;
    for (const p of params) {
      const types = typesIn(p.type);
      if (found.has(p.id) || ![...types].some((type) => shared.has(type))) continue;
      found.add(p.id);
      for (const type of types) shared.add(type);
    }
  }
  return found;
}
