/**
 * Function values as IR types. A function value is a record of what the function captures, and the code it runs is
 * known from the type. Where values of different functions meet, they become a choice: a record with a number that says
 * which function it is, and the captures of all of them.
 */
import { ts } from "ts-morph";
import { leadsTo } from "../analysis/recursive.js";
import type { Field, RecordDecl, Type } from "../ir/ir.js";
import { maybe, num, record, typeText } from "../ir/types.js";
import type { FileContext } from "./file-context.js";
import type { GeneratedCallee } from "./generated.js";
import type { Key } from "./lower/env.js";
import type { FunctionNode } from "./source.js";
import type { Bindings } from "./types.js";

/** A variable a function value carries along. */
export interface Captured {
  readonly key: Key;
  /** Of the record's field. */
  readonly name: string;
  /** That of the variable, or of the box it lives in. */
  readonly type: Type;
  /** The variable lives in a box that holds this. */
  readonly boxed: Type | undefined;
}

/** The values of one function. */
export interface OneFunction {
  readonly kind: "one";
  readonly name: string;
  readonly node: FunctionNode;
  /** Whose checker knows the node. */
  readonly file: FileContext;
  /** What the type parameters around the function stand for. */
  readonly bindings: Bindings;
  readonly captures: readonly Captured[];
  /** It is not the function itself, but what adc generates from it. */
  readonly generated?: GeneratedCallee;
}

/** Values of one of several functions. */
export interface AnyOfFunctions {
  readonly kind: "any";
  readonly name: string;
  readonly members: readonly OneFunction[];
  /** The field of each capture of each member. */
  readonly fields: readonly (readonly string[])[];
}

export const whichField = "which";

export class FunctionTypes {
  readonly #known = new Map<string, OneFunction | AnyOfFunctions>();
  readonly #byIdentity = new Map<string, string>();
  readonly #numbers = new Map<FunctionNode, number>();
  /** Choices of places that are given functions all over the program: they grow while it is read. */
  readonly #growing = new Set<string>();
  /** Has one of them grown, so that what was read before it must be read again? */
  hasGrown = false;

  constructor(readonly records: Map<string, RecordDecl>) {}

  /** The functions a value of this type may be; absent where it is no function, or nothing is known of it. */
  of(type: Type): OneFunction | AnyOfFunctions | undefined {
    return type.kind === "record" ? this.#known.get(type.name) : undefined;
  }

  typeOf(
    file: FileContext,
    node: FunctionNode,
    bindings: Bindings,
    captures: readonly Captured[],
    generated?: GeneratedCallee,
  ): Type {
    const number = this.#numbers.get(node) ?? this.#numbers.size;
    this.#numbers.set(node, number);
    const bound = [...bindings.values()].map(typeText).join();
    const identity = `${number}|${bound}|${captures.map((c) => typeText(c.type)).join()}|${generated?.name ?? ""}`;
    const known = this.#byIdentity.get(identity);
    if (known !== undefined) return record(known);
    const name = this.#freeName(`${generated?.name ?? nameOfFunction(node)}Function`);
    const fields = captures.map((c): Field => ({ name: c.name, type: c.type }));
    this.records.set(name, { name, fields });
    this.#byIdentity.set(identity, name);
    const made = generated === undefined ? {} : { generated };
    this.#known.set(name, { kind: "one", name, node, file, bindings, captures, ...made });
    return record(name);
  }

  /** The type of values of either; absent where one of them is no function. */
  join(a: Type, b: Type): Type | undefined {
    const left = this.of(a);
    const right = this.of(b);
    if (left === undefined || right === undefined) return undefined;
    const all = new Map<string, OneFunction>();
    for (const side of [left, right])
      for (const member of side.kind === "one" ? [side] : side.members) all.set(member.name, member);
    const order = [...this.#known.keys()];
    const members = [...all.values()].toSorted((x, y) => order.indexOf(x.name) - order.indexOf(y.name));
    const identity = members.map((m) => m.name).join("|");
    const known = this.#byIdentity.get(identity);
    if (known !== undefined) return record(known);
    const name = this.#freeName(`AnyOf${members.map((m) => capital(nameOfFunction(m.node))).join("")}`.slice(0, 40));
    const declared: Field[] = [{ name: whichField, type: num, noDiff: true }];
    const taken = new Set([whichField]);
    const fields = members.map((member, k) =>
      member.captures.map((capture) => {
        const own = taken.has(capture.name) ? `${capture.name}${k + 1}` : capture.name;
        const free = taken.has(own) ? `${own}_${k + 1}` : own;
        taken.add(free);
        declared.push({ name: free, type: capture.type });
        return free;
      }),
    );
    this.records.set(name, { name, fields: declared });
    this.#byIdentity.set(identity, name);
    this.#known.set(name, { kind: "any", name, members, fields });
    return record(name);
  }

  /** The type of a place that may hold any function that is put there anywhere in the program. */
  growing(base: string, place: string): Type {
    const identity = `place ${place}`;
    const known = this.#byIdentity.get(identity);
    if (known !== undefined) return record(known);
    const name = this.#freeName(`${capital(base)}Functions`);
    this.records.set(name, { name, fields: [{ name: whichField, type: num, noDiff: true }] });
    this.#byIdentity.set(identity, name);
    this.#known.set(name, { kind: "any", name, members: [], fields: [] });
    this.#growing.add(name);
    return record(name);
  }

  isGrowing(type: Type): boolean {
    return type.kind === "record" && this.#growing.has(type.name);
  }

  /** Such a place is given these functions. */
  grow(place: AnyOfFunctions, given: readonly OneFunction[]): void {
    const members = [...place.members];
    const fields = [...place.fields];
    const declared = [...(this.records.get(place.name)?.fields ?? [])];
    const taken = new Set(declared.map((f) => f.name));
    for (const one of given) {
      if (members.some((m) => m.name === one.name)) continue;
      this.hasGrown = true;
      members.push(one);
      fields.push(
        one.captures.map((capture) => {
          let free = capture.name;
          for (let k = members.length; taken.has(free); k++) free = `${capture.name}${k}`;
          taken.add(free);
          // What leads back to this place has no value to stand for it while another function is there.
          const isCycle = leadsTo(capture.type, this.records, (name) => name === place.name);
          declared.push({ name: free, type: isCycle ? maybe(capture.type) : capture.type });
          return free;
        }),
      );
    }
    this.records.set(place.name, { name: place.name, fields: declared });
    this.#known.set(place.name, { kind: "any", name: place.name, members, fields });
  }

  #freeName(base: string): string {
    let name = base;
    for (let i = 2; this.records.has(name); i++) name = `${base}${i}`;
    return name;
  }
}

const capital = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** The function's own name, or that of what it is the value of. */
export function nameOfFunction(node: FunctionNode): string {
  if (ts.isConstructorDeclaration(node)) return node.parent.name?.text ?? "constructor";
  if (node.name !== undefined)
    return ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name)
      ? node.name.text.replaceAll("#", "")
      : "member";
  for (
    let at: ts.Node = node.parent;
    at !== undefined && !ts.isFunctionLike(at) && !ts.isSourceFile(at);
    at = at.parent
  ) {
    if (ts.isVariableDeclaration(at) || ts.isPropertyAssignment(at) || ts.isPropertyDeclaration(at))
      return ts.isIdentifier(at.name) ? at.name.text : "member";
    if (ts.isCallExpression(at) || ts.isReturnStatement(at) || ts.isArrayLiteralExpression(at)) break;
    if (ts.isExportAssignment(at)) return "default";
  }
  return "callback";
}
