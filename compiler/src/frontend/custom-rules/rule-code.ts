/**
 * How a rule is called: by its name in the module that exports it, or as code of the program. Either way it returns a
 * pair, and of a `@vjp` rule the second part can be called with a seed.
 */
import { language, rule as said, type Diagnostic } from "../../diagnostics.js";
import { type Builder, field, value } from "../../ir/build.js";
import type { Type, TypeImport, Value } from "../../ir/ir.js";
import { num, opaque, tupleOf, voidType } from "../../ir/types.js";
import type { FileContext, Signature } from "../file-context.js";
import { type OneFunction, whichField } from "../function-types.js";
import { resultOf, signatureOf } from "../signature.js";
import { spanOf } from "../source.js";
import { noBindings } from "../types.js";
import type { RuleFunction } from "./table.js";

/** What a rule is given: the type of each parameter, absent where nothing is passed. */
export type Given = readonly (Type | undefined)[];

export interface RuleCode {
  /** The signatures that calling it needs lowered. */
  readonly calls: readonly Signature[];
  /** The types of the two things it returns. */
  readonly parts: readonly [Type, Type];
  /** Calls it; absent arguments are left out. */
  call(b: Builder, args: readonly (Value | undefined)[]): Value;
  /** What to keep of a result so that its pullback can be called. */
  readonly kept: readonly Type[];
  keep(b: Builder, pair: Value): readonly Value[];
  /** Calls the pullback. */
  pull(b: Builder, kept: readonly Value[], seed: Value): Value;
}

/** A rule that the generated file imports. */
export function importedRule(
  rule: RuleFunction,
  { name, from, as }: TypeImport,
  parts: readonly [Type, Type | undefined],
  gradient: Type,
): RuleCode {
  const local = as ?? name;
  const callee = rule.member === undefined ? local : `${local}.${rule.member}`;
  const imports = [{ name, from, ...(as === undefined ? {} : { as }) }];
  const [result, tangent] = parts;
  const second = tangent ?? opaque(`ReturnType<typeof ${callee}>[1]`);
  const pair = tupleOf([result, second]);
  return {
    calls: [],
    parts: [result, second],
    kept: [pair],
    call: (b, args) => {
      const given = args.slice(0, args.findLastIndex((a) => a !== undefined) + 1);
      const text = [`${callee}(`];
      const holes: Value[] = [];
      given.forEach((arg, i) => {
        const before = i === 0 ? "" : ", ";
        const spread = rule.node.parameters[i]?.dotDotDotToken === undefined ? "" : "...";
        text[text.length - 1] += arg === undefined ? `${before}undefined` : `${before}${spread}`;
        if (arg === undefined) return;
        holes.push(arg);
        text.push("");
      });
      text[text.length - 1] += ")";
      const made = value(pair, "ruled");
      b.push({ kind: "foreign", text, args: holes, pure: false, result: made, imports });
      return made;
    },
    keep: (_, made) => [made],
    pull: (b, [made], seed) => {
      const result = value(gradient);
      if (made === undefined) return result;
      const pullback = b.load(field(made, "1"), second, "pullback");
      b.push({ kind: "foreign", text: ["", "(", ")"], args: [pullback, seed], pure: false, result });
      return result;
    },
  };
}

/** A rule as code of the program; the diagnostic where it cannot be. */
export function loweredRule(
  file: FileContext,
  caller: Signature,
  rule: RuleFunction,
  name: string,
  given: Given,
  seed: Type | undefined,
): RuleCode | readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const report = (d: Diagnostic): void => void problems.push(d);
  const instance = { bindings: noBindings, self: undefined, captures: [], given };
  const reached = { call: rule.node, caller };
  const signature = signatureOf(file.of(rule.node), rule.node, reached, report, instance);
  const pair = signature === undefined ? undefined : resultOf(signature);
  if (signature === undefined || problems.length > 0) return problems;
  const [result, second] = pair?.kind === "tuple" ? pair.elems : [];
  const notKnown = (why: string): readonly Diagnostic[] => {
    const own = signature.diagnostics.filter((d) => d.category === "error");
    if (own.length > 0) return own;
    return [said.ruleSignature(spanOf(rule.node), rule.tag, name, why, "one whose result is an array of two")];
  };
  if (pair === undefined || result === undefined || second === undefined)
    return notKnown("What it returns is not known as a pair");
  const call: RuleCode["call"] = (b, args) => {
    const made = value(pair, "ruled");
    b.push({ kind: "call", callee: signature.name, args: args.filter((a) => a !== undefined), results: [made] });
    return made;
  };
  const base = { parts: [result, second] as const, call };
  if (rule.tag === "jvp" || seed === undefined)
    return { ...base, calls: [signature], kept: [], keep: () => [], pull: (b) => b.absent(voidType, undefined) };
  const pulled = functionCode(file, second, seed, signature, undefined, report);
  if (problems.length > 0) return problems;
  if (pulled === undefined) return notKnown("Its pullback cannot be followed");
  return {
    ...base,
    calls: [signature, ...pulled.calls],
    kept: pulled.kept,
    keep: (b, made) => pulled.keep(b, b.load(field(made, "1"), second, "pullback")),
    pull: (b, kept, given) => pulled.pull(b, kept, given),
  };
}

/** How a function value of one argument is called, given what is kept of it. */
export interface FunctionCode {
  readonly calls: readonly Signature[];
  readonly kept: readonly Type[];
  keep(b: Builder, f: Value): readonly Value[];
  pull(b: Builder, kept: readonly Value[], seed: Value): Value;
}

/** The code of a function value; absent where it is not known. What it returns is `result`, or else what its code returns. */
export function functionCode(
  file: FileContext,
  type: Type,
  seed: Type,
  caller: Signature,
  result: ((b: Builder, made: Value | undefined, seed: Value) => Value) | undefined,
  report: (d: Diagnostic) => void,
): FunctionCode | undefined {
  const known = file.types.functions.of(type);
  if (known === undefined) return undefined;
  const members = known.kind === "one" ? [known] : known.members;
  if (members.some((m) => m.generated !== undefined)) return undefined;
  const signatures = members.flatMap((one) => pullbackOf(one, seed, caller, report) ?? []);
  const [returned] = signatures.map((s) => resultOf(s));
  if (signatures.length < members.length || returned === undefined) return undefined;
  const made = result === undefined ? returned : seed;
  const pullOne = (b: Builder, k: number, captures: readonly Value[], given: Value): Value => {
    const target = signatures[k];
    const own = target === undefined ? returned : (resultOf(target) ?? returned);
    const outcome = value(own);
    const args = target?.params.length === 0 ? captures : [...captures, given];
    const results = own.kind === "void" ? [] : [outcome];
    if (target !== undefined) b.push({ kind: "call", callee: target.name, args, results });
    return result === undefined ? b.cast(outcome, made) : result(b, results[0], given);
  };
  if (known.kind === "one")
    return {
      calls: signatures,
      kept: known.captures.map((c) => c.type),
      keep: (b, f) => known.captures.map((c) => b.load(field(f, c.name), c.type, c.name)),
      pull: (b, kept, given) => pullOne(b, 0, kept, given),
    };
  const capturesOf = (b: Builder, f: Value, k: number): readonly Value[] =>
    (known.members[k]?.captures ?? []).map((c, i) => b.load(field(f, known.fields[k]?.[i] ?? c.name), c.type, c.name));
  return {
    calls: signatures,
    kept: [type],
    keep: (_, f) => [f],
    pull: (b, [f], given) => {
      if (f === undefined) return b.absent(made, undefined);
      const which = b.load(field(f, whichField), num, whichField);
      const from = (at: Builder, k: number): Value => {
        if (k === members.length - 1) return pullOne(at, k, capturesOf(at, f, k), given);
        const chosen = value(made);
        at.if(
          at.prim("eq", [which, at.const(k)]),
          [chosen],
          (then) => [pullOne(then, k, capturesOf(then, f, k), given)],
          (otherwise) => [from(otherwise, k + 1)],
        );
        return chosen;
      };
      return from(b, 0);
    },
  };
}

function pullbackOf(
  one: OneFunction,
  seed: Type,
  caller: Signature,
  report: (d: Diagnostic) => void,
): Signature | undefined {
  const captures = one.file.captures.of(one.node);
  if (captures.usesThis || captures.self.length > 0) {
    report(language.lostThis(spanOf(one.node), one.name));
    return undefined;
  }
  const given = one.node.parameters.map((_, i) => (i === 0 ? seed : undefined));
  const instance = { bindings: one.bindings, self: undefined, captures: one.captures, given };
  return signatureOf(one.file, one.node, { call: one.node, caller }, report, instance);
}
