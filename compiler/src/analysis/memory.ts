/**
 * Which references may point to the same memory: a unification-based points-to analysis over everything reachable from one
 * function (Steensgaard 1996), so its time is almost linear in the size of the program.
 *
 * Every reference value belongs to a `MemoryClass`; two values that may refer to the same array or object belong to the
 * same one. The references a class holds (elements, fields) belong to member classes. A *slot* is one kind of place in
 * one class: all elements (`"[]"`) or one field; what is known about numbers in memory is known per slot.
 */
import type { Op, Place, Program, Region, Type, Value, ValueId } from "../ir/ir.js";
import { fieldsWithin, isNumber, isReference, present, type Records } from "../ir/types.js";
import { ruleFunctions } from "../ir/rule-functions.js";
import { walk } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";
import { leadsTo, recursiveRecords } from "./recursive.js";

/** The key of all elements of an array; fields have their names. */
export const elements = "[]";

export const slotKey = (place: Place): string => (place.kind === "elem" ? elements : place.name);

export class MemoryClass {
  #parent: MemoryClass | undefined;
  #members = new Map<string, MemoryClass>();
  readonly #id: number;
  static #count = 0;
  /** The operations that allocate memory of this class. */
  allocations: Op[] = [];
  /** A reference of this class passes through a loop or branch, a call, or memory: instances may outlive the region that made them. */
  travels = false;
  /** Memory of this class may come from outside: it is reached from a parameter of the analysed function or a module constant. */
  external = false;
  /** Memory of this class may come out of something the program does not look into: others change it when they like. */
  foreign = false;

  constructor() {
    this.#id = MemoryClass.#count++;
  }

  find(): MemoryClass {
    let root: MemoryClass = this;
    while (root.#parent !== undefined) root = root.#parent;
    let node: MemoryClass = this;
    while (node.#parent !== undefined) {
      const next: MemoryClass = node.#parent;
      node.#parent = root;
      node = next;
    }
    return root;
  }

  member(key: string): MemoryClass {
    const root = this.find();
    let member = root.#members.get(key);
    if (member === undefined) {
      member = new MemoryClass();
      root.#members.set(key, member);
    }
    return member.find();
  }

  /** The member classes made so far. */
  members(): readonly MemoryClass[] {
    return [...this.find().#members.values()].map((m) => m.find());
  }

  /** The member classes made so far, by key. */
  entries(): readonly (readonly [string, MemoryClass])[] {
    return [...this.find().#members].map(([key, m]) => [key, m.find()] as const);
  }

  /** A name for the slot `key` of this class, the same for every member of the class. */
  slot(key: string): string {
    return `${this.find().#id}.${key}`;
  }

  static unify(a: MemoryClass, b: MemoryClass): void {
    const pending: [MemoryClass, MemoryClass][] = [[a, b]];
    for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
      let [x, y] = [pair[0].find(), pair[1].find()];
      if (x === y) continue;
      if (x.#members.size < y.#members.size) [x, y] = [y, x];
      y.#parent = x;
      x.travels ||= y.travels;
      x.external ||= y.external;
      x.foreign ||= y.foreign;
      if (y.allocations.length > 0) x.allocations = [...x.allocations, ...y.allocations];
      y.allocations = [];
      for (const [key, member] of y.#members) {
        const own = x.#members.get(key);
        if (own === undefined) x.#members.set(key, member);
        else pending.push([own, member]);
      }
      y.#members = new Map();
    }
  }
}

export class MemoryModel {
  readonly #classes = new Map<ValueId, MemoryClass>();
  readonly #globals = new Map<string, MemoryClass>();
  readonly #recursive: ReadonlySet<string>;

  constructor(private readonly records: Records) {
    this.#recursive = recursiveRecords(records);
  }

  /** The class of a reference value. */
  classOf(value: Value): MemoryClass {
    invariant(isReference(value.type), `value ${value.hint ?? ""}#${value.id} is not a reference`);
    let found = this.#classes.get(value.id);
    if (found === undefined) {
      found = new MemoryClass();
      this.#classes.set(value.id, found);
      if (this.#recursive.size > 0) this.#tie(found, value.type, new Map());
    }
    return found.find();
  }

  /** All objects of a recursive type that one of them leads to are one class: a list, a tree. So classes are finite. */
  #tie(owner: MemoryClass, held: Type, seen: Map<string, MemoryClass>): void {
    const type = present(held);
    if (type.kind === "array" || type.kind === "dict") this.#tieMember(owner, elements, type.elem, seen);
    else if (type.kind === "tuple") type.elems.forEach((elem, i) => this.#tieMember(owner, String(i), elem, seen));
    else if (type.kind === "record") {
      if (this.#recursive.has(type.name)) {
        const known = seen.get(type.name);
        if (known !== undefined) {
          MemoryClass.unify(owner, known);
          return;
        }
        seen.set(type.name, owner);
      }
      for (const f of fieldsWithin(type.name, this.records)) this.#tieMember(owner, f.name, f.type, seen);
    }
  }

  #tieMember(owner: MemoryClass, key: string, type: Type, seen: Map<string, MemoryClass>): void {
    if (leadsTo(type, this.records, (name) => this.#recursive.has(name))) this.#tie(owner.member(key), type, seen);
  }

  globalClass(name: string): MemoryClass {
    let found = this.#globals.get(name);
    if (found === undefined) {
      found = new MemoryClass();
      found.external = true;
      this.#globals.set(name, found);
    }
    return found.find();
  }

  /** What an external class leads to is external; the same for foreign ones. */
  spreadExternal(): void {
    for (const kind of ["external", "foreign"] as const) {
      const seen = new Set(
        [...this.#classes.values(), ...this.#globals.values()].map((c) => c.find()).filter((c) => c[kind]),
      );
      for (const owner of seen) {
        owner[kind] = true;
        for (const member of owner.members()) seen.add(member);
      }
    }
  }

  slotOf(place: Place): string {
    return this.classOf(place.base).slot(slotKey(place));
  }
}

/**
 * Analyses the functions of `names` (all that `entry` reaches, itself included). With `calls` "apart", what is passed and
 * what a call returns stay classes of their own: then the classes say nothing about what called functions do.
 */
export function analyzeMemory(
  program: Program,
  entry: string,
  names: readonly string[],
  calls: "joined" | "apart" = "joined",
): MemoryModel {
  const model = new MemoryModel(program.records);
  const same = (a: Value, b: Value): void => {
    if (isReference(a.type) && isReference(b.type)) MemoryClass.unify(model.classOf(a), model.classOf(b));
  };
  const travel = (values: readonly Value[]): void => {
    for (const v of values) if (isReference(v.type)) model.classOf(v).travels = true;
  };
  const yieldsTo = (region: Region, skip: number, targets: readonly Value[]): void => {
    region.yields?.slice(skip).forEach((v, i) => {
      const target = targets[i];
      if (target !== undefined) same(v, target);
    });
  };

  const visit = (op: Op): void => {
    switch (op.kind) {
      case "load":
        if (isReference(op.result.type))
          MemoryClass.unify(model.classOf(op.result), model.classOf(op.place.base).member(slotKey(op.place)));
        break;
      case "store":
        if (isReference(op.value.type)) {
          MemoryClass.unify(model.classOf(op.value), model.classOf(op.place.base).member(slotKey(op.place)));
          travel([op.value]);
        }
        break;
      case "new": {
        const owner = model.classOf(op.result);
        owner.allocations.push(op);
        memberKeys(program, op.result.type, op.members.length).forEach((key, i) => {
          const member = op.members[i];
          if (member !== undefined && isReference(member.type)) {
            MemoryClass.unify(model.classOf(member), owner.member(key));
            travel([member]);
          }
        });
        break;
      }
      case "cast":
        if (isReference(op.result.type)) same(op.value, op.result);
        break;
      case "alloc":
      case "zeros":
      case "copy":
      case "export":
      case "share":
        if (isReference(op.result.type)) model.classOf(op.result).allocations.push(op);
        break;
      case "view":
        // The same memory, so the same places.
        MemoryClass.unify(model.classOf(op.result), model.classOf(op.array));
        break;
      case "global":
        if (isReference(op.result.type)) MemoryClass.unify(model.classOf(op.result), model.globalClass(op.name));
        break;
      case "if":
        yieldsTo(op.then, 0, op.results);
        yieldsTo(op.else, 0, op.results);
        travel(op.results);
        break;
      case "for":
      case "while": {
        const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
        op.inits.forEach((init, i) => {
          const param = params[i];
          const result = op.results[i];
          if (param !== undefined) same(init, param);
          if (result !== undefined) same(init, result);
          if (op.kind === "while") {
            const test = op.cond.params[i];
            if (test !== undefined) same(init, test);
          }
        });
        yieldsTo(op.body, op.breaks ? 1 : 0, params);
        travel(op.results);
        break;
      }
      case "call": {
        if (calls === "apart") break;
        const callee = program.funcs.get(op.callee);
        invariant(callee !== undefined, `call of unknown function ${op.callee}`);
        op.args.forEach((arg, i) => {
          const param = callee.body.params[i];
          if (param !== undefined) same(arg, param);
        });
        callee.body.yields?.forEach((v, i) => {
          const result = op.results[i];
          if (result !== undefined) same(v, result);
        });
        travel(op.args);
        travel(op.results);
        break;
      }
      case "foreign":
        if (op.result !== undefined && isReference(op.result.type)) model.classOf(op.result).foreign = true;
        break;
      default:
        break;
    }
  };

  for (const name of names) {
    const func = program.funcs.get(name);
    invariant(func !== undefined, `no function ${name}`);
    for (const param of func.body.params) {
      if (isReference(param.type) && name === entry) model.classOf(param).external = true;
    }
    travel(func.body.params);
    if (func.body.yields !== null) travel(func.body.yields);
    walk(func.body, visit);
  }
  model.spreadExternal();
  return model;
}

/** The slot keys of the members of a `new`, in order. */
export function memberKeys(program: Program, type: Type, count: number): readonly string[] {
  if (type.kind === "record") {
    const decl = program.records.get(type.name);
    invariant(decl !== undefined, `unknown record ${type.name}`);
    return decl.fields.map((f) => f.name);
  }
  if (type.kind === "tuple") return type.elems.map((_, i) => String(i));
  return new Array<string>(count).fill(elements);
}

/** Names of the functions that `entry` reaches, itself first; with them those that rules of theirs call. */
export function reachable(program: Program, entry: string): readonly string[] {
  const seen = new Set<string>([entry]);
  const constants = new Set<string>();
  const visit = (op: Op): void => {
    if (op.kind === "call") seen.add(op.callee);
    if (op.kind !== "global" || constants.has(op.name)) return;
    // What makes a constant runs too.
    constants.add(op.name);
    const decl = program.globals.get(op.name);
    if (decl !== undefined) walk(decl.init, visit);
  };
  for (const name of seen) {
    const func = program.funcs.get(name);
    invariant(func !== undefined, `no function ${name}`);
    walk(func.body, visit);
    for (const called of ruleFunctions(func)) seen.add(called);
  }
  return [...seen];
}

/** Calls `visit` for every number a reference of this type leads to: its class and slot key. */
export function eachNumberSlot(
  program: Program,
  memory: MemoryClass,
  type: Type,
  visit: (owner: MemoryClass, key: string, noDiff: boolean) => void,
): void {
  const seen = new Set<string>();
  const go = (owner: MemoryClass, key: string, member: Type, noDiff: boolean): void => {
    if (isNumber(member)) visit(owner.find(), key, noDiff);
    else if (isReference(member)) inside(owner.member(key), member, noDiff);
  };
  const inside = (owner: MemoryClass, held: Type, noDiff: boolean): void => {
    const t = present(held);
    const id = `${owner.slot("")}${t.kind === "record" ? t.name : t.kind}${noDiff}`;
    if (seen.has(id)) return;
    seen.add(id);
    if (t.kind === "typed")
      visit(owner.find(), elements, noDiff || (t.name !== "Float64Array" && t.name !== "Float32Array"));
    else if (t.kind === "array" || t.kind === "dict") go(owner, elements, t.elem, noDiff);
    else if (t.kind === "tuple") t.elems.forEach((e, i) => go(owner, String(i), e, noDiff));
    else if (t.kind === "record") {
      for (const f of fieldsWithin(t.name, program.records)) go(owner, f.name, f.type, noDiff || f.noDiff === true);
    }
  };
  inside(memory, type, false);
}
