/** What the mapper of types knows of its records, asked without touching a TypeScript type; `RecordTable` keeps it. */
import type { Field, InstanceOf, RecordDecl, Type } from "../ir/ir.js";
import { present } from "../ir/types.js";
import type { ClassInstance } from "./class-types.js";
import type { ClassNode } from "./classes.js";
import type { ChoiceTypes } from "./choice-types.js";
import type { CollectionTypes } from "./collection-types.js";
import type { FunctionTypes } from "./function-types.js";
import { RecordTable } from "./record-table.js";
import type { Mapped } from "./types.js";

export abstract class TypeRecords {
  /** That of another program too, where this one maps to the same records. */
  protected readonly recordTable: RecordTable;

  constructor(recordTable = new RecordTable()) {
    this.recordTable = recordTable;
  }

  get records(): Map<string, RecordDecl> {
    return this.recordTable.records;
  }

  /** The classes that records stand for, by the name of the record. */
  get classes(): Map<string, ClassInstance> {
    return this.recordTable.classes;
  }

  /** The classes that records of static methods stand for. */
  get classObjects(): Map<string, ClassNode> {
    return this.recordTable.classObjects;
  }

  /** What is known of function values. */
  get functions(): FunctionTypes {
    return this.recordTable.functions;
  }

  /** Values of several types. */
  get choices(): ChoiceTypes {
    return this.recordTable.choices;
  }

  /** Maps and sets of our own. */
  get collections(): CollectionTypes {
    return this.recordTable.collections;
  }

  /** Does a value of this type hold functions of which nothing is known? */
  hasFunction(type: Type): boolean {
    return this.recordTable.contents.hasFunction(type);
  }

  /** Does a value say more than this type does: which functions it holds, whether a map in it is one of our own? */
  isOpen(type: Type): boolean {
    return this.recordTable.contents.isOpen(type);
  }

  /** Is there something in a value of this type that is known by the value alone: functions, maps and sets of our own? */
  holdsOwn(type: Type): boolean {
    return this.recordTable.contents.holdsOwn(type);
  }

  /** Are there functions in a value of this type, known or not? */
  holdsFunction(type: Type): boolean {
    return this.recordTable.contents.holdsFunction(type);
  }

  /** Is it not known which object a value is: a function, one of several types? */
  isNotOne(type: Type): boolean {
    return [type, present(type)].some((t) => this.functions.of(t) !== undefined || this.choices.of(t) !== undefined);
  }

  /** The type of a place that is declared one way and given a value of another: which functions it holds, the value says. */
  given(declared: Type, value: Type): Type {
    return this.recordTable.given(declared, value);
  }

  /** A field that objects of a type in this one have with types that no value has both of. */
  apartIn(type: Type): string | undefined {
    return this.recordTable.apartIn(type);
  }

  /** The narrowest type that values of both types have after a cast; absent where there is none. */
  join(a: Type, b: Type): Type | undefined {
    return this.recordTable.join(a, b);
  }

  /** The wide record of some records; the same for the same ones in whatever order. */
  unite(names: readonly string[]): Mapped {
    return this.recordTable.unite(names);
  }

  /** A record with these fields that stands for no type of the source. */
  undeclaredOf(fields: readonly Field[]): Type {
    return this.recordTable.undeclaredOf(fields);
  }

  /** The record with these fields. */
  recordOf(fields: readonly Field[]): Type {
    return this.recordTable.recordOf(fields);
  }

  /** What `this` is in a static method: a record without fields that says which class it is. */
  classObject(node: ClassNode): Type {
    return this.recordTable.classObject(node);
  }

  classRecord(identity: string): string | undefined {
    return this.recordTable.classRecord(identity);
  }

  reserve(base: string, identity: string): string {
    return this.recordTable.reserve(base, identity);
  }

  settle(name: string, fields: readonly Field[], instance: ClassInstance, about: InstanceOf): void {
    this.recordTable.settle(name, fields, instance, about);
  }

  family(base: string, identity: string, variants: () => readonly Mapped[]): Mapped {
    return this.recordTable.family(base, identity, variants);
  }

  release(name: string, identity: string): void {
    this.recordTable.release(name, identity);
  }
}
