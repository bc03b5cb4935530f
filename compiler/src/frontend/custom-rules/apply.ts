/** Puts the rules of a function in force: where its instance has been lowered, it gets `Func.rule`. */
import { ts } from "ts-morph";
import { analyzeMemory, type MemoryClass, type MemoryModel, reachable } from "../../analysis/memory.js";
import { type Diagnostic, rule as said } from "../../diagnostics.js";
import { Builder, like } from "../../ir/build.js";
import type { Func, FunctionRule, Program, Region, Type, TypeImport } from "../../ir/ir.js";
import { isDifferentiable, isReference, type Records } from "../../ir/types.js";
import { withoutRule } from "../../ir/rule-functions.js";
import { walk } from "../../ir/walk.js";
import { findRequests, hasAnnotation, type Request } from "../annotations.js";
import type { ClassNode } from "../classes.js";
import type { FileContext, Signature } from "../file-context.js";
import type { Annotated, Mode } from "../lowered.js";
import { isPrelude } from "../prelude.js";
import { spanAt, spanOf } from "../source.js";
import { fitOf } from "./fit.js";
import { makeRule, type MadeRule } from "./make.js";
import type { Given } from "./rule-code.js";
import type { Ruled, RuleFunction, RuleTag } from "./table.js";

/** Modes for which the reverse transformation alone is enough. */
const reverseModes: ReadonlySet<Mode> = new Set<Mode>(["grad", "value_and_grad", "vjp", "accumulate", "jacobian"]);

export class RulesInForce {
  readonly #made = new Map<string, { readonly made: MadeRule; readonly ruled: Ruled }>();
  /** The functions whose bodies come from their rules. */
  readonly #valued = new Set<string>();
  readonly #needsCode: boolean;
  readonly #taken: ReadonlySet<string>;

  constructor(
    private readonly file: FileContext,
    private readonly source: ts.SourceFile,
    requests: readonly Request[],
    private readonly report: (d: Diagnostic) => void,
  ) {
    const modes = requests.flatMap((r) => r.modes?.map((m) => m.name) ?? []);
    this.#needsCode = modes.some((m) => !reverseModes.has(m));
    const named = requests.flatMap((r) => [...modes, "grad", "value_and_grad", "vjp"].map((m) => `${r.name}_${m}`));
    this.#taken = new Set(named);
  }

  /** Whatever is wrong with the rules that stand in this file, and with tags that nobody else would hear of. */
  check(): void {
    const { rules } = this.file;
    for (const { file, diagnostic } of rules.problems)
      if (file === this.source || !hasAnnotation(file)) this.report(diagnostic);
    for (const ruled of rules.all)
      for (const rule of [ruled.vjp, ruled.jvp]) {
        if (rule === undefined || rule.node.getSourceFile() !== this.source) continue;
        const fit = fitOf(this.file, ruled, rule, markedNames(ruled));
        if (!("wrt" in fit)) this.report(fit);
      }
  }

  /** Enters a function with rules into the program; returns what it needs lowered. */
  enter(signature: Signature, ruled: Ruled): readonly Signature[] {
    const file = this.file.of(signature.node);
    for (const rule of [ruled.vjp, ruled.jvp]) if (rule !== undefined && !isPrelude(rule.node)) file.touch(rule.node);
    const result = signature.func?.results[0] ?? signature.result;
    const made =
      result === undefined || result.kind === "void"
        ? undefined
        : makeRule(
            file,
            {
              ruled,
              name: signature.name,
              source: signature.source,
              signature,
              given: givenTo(signature, ruled),
              result,
              marked: markedNames(ruled),
              needsCode: this.#needsCode,
              importOf: (rule) => this.#importOf(rule),
            },
            this.report,
          );
    if (made === undefined) {
      for (const d of signature.diagnostics) this.report(d);
      if (signature.func !== undefined) file.funcs.set(signature.name, signature.func);
      return signature.calls;
    }
    this.#made.set(signature.name, { made, ruled });
    for (const func of made.funcs) file.funcs.set(func.name, func);
    // A body that cannot be followed is not needed: the rule says what the function returns.
    const isReadable = signature.func !== undefined && signature.diagnostics.every((d) => d.category !== "error");
    const own = isReadable ? signature.func : undefined;
    const func: Func | undefined =
      own ??
      (made.value === undefined || result === undefined
        ? undefined
        : { name: signature.name, source: signature.source, body: made.value, results: [result] });
    if (own === undefined) this.#valued.add(signature.name);
    if (func === undefined) for (const d of signature.diagnostics) this.report(d);
    else file.funcs.set(signature.name, { ...func, rule: withReturned(made.rule, own) });
    return own === undefined ? made.calls : [...signature.calls, ...made.calls];
  }

  /** A rule of a method that a package declares, and its code has elsewhere or not at all, would be passed over. */
  checkMethods(): void {
    const { rules, packages } = this.file;
    for (const ruled of rules.all) {
      const { node, owner, name } = ruled;
      if (node !== undefined || owner === undefined || "kind" in owner || rules.isBound(ruled)) continue;
      if (!packages.isRead(owner) || hasMethod(this.file.codeOfOwner(ruled), ruled.symbol.name)) continue;
      const why = `The code of the package has no class \`${owner.name}\` with such a method of its own`;
      for (const rule of [ruled.vjp, ruled.jvp])
        if (rule !== undefined) this.report(said.ruleTargetMissing(rule.place, rule.tag, name, why));
    }
  }

  /** How the generated file names a rule: only what its own source file exports can be imported. */
  #importOf(rule: RuleFunction): TypeImport | undefined {
    if (rule.node.getSourceFile() !== this.source) return undefined;
    const name = this.file.types.exportedName(rule.root, this.source);
    if (name === undefined) return undefined;
    const from = this.source.fileName;
    return this.#taken.has(name) ? { name, from, as: `${name}_rule` } : { name, from };
  }

  /** What is passed where a rule is silent must not depend on what is differentiated. */
  keepSilent(): void {
    const { file } = this;
    for (const func of file.funcs.values())
      walk(func.body, (op) => {
        const found = op.kind === "call" ? this.#made.get(op.callee) : undefined;
        if (op.kind !== "call" || found === undefined) return;
        const { ruled, made } = found;
        const rule = (ruled.vjp ?? ruled.jvp)?.name ?? ruled.name;
        for (const { position, name } of made.silent) {
          const value = op.args[position];
          if (value === undefined) continue;
          const diagnostic = said.ruleSaysNothingOf(spanAt(file.program, op.loc), rule, ruled.name, name);
          file.kept.push({ value, diagnostic });
        }
      });
  }

  /** Whether the rules that a marked function reaches say enough for its modes, and are about functions they can be about. */
  checkUse(program: Program, annotated: Annotated): void {
    if ([...program.funcs.values()].every((f) => f.rule === undefined)) return;
    const names = reachable(program, annotated.func);
    const called = names.filter((name) => this.#made.has(name));
    const memory = analyzeMemory(program, annotated.func, names);
    const written = new Set(names.flatMap((name) => writtenBy(program.funcs.get(name), memory)));
    for (const name of called) {
      this.#checkWrites(program, name);
      this.#checkValue(program, name);
    }
    this.#checkInside(program, names);
    // What stands in a rule, or in a function that has one, is not differentiated.
    for (const name of reachable(withClosedRules(program), annotated.func)) {
      const func = program.funcs.get(name);
      walk(func === undefined || func.rule !== undefined ? noBody : func.body, (op) => {
        const found = op.kind === "call" ? this.#made.get(op.callee) : undefined;
        const func = op.kind === "call" ? program.funcs.get(op.callee) : undefined;
        if (op.kind !== "call" || func?.rule === undefined) return;
        const span = spanAt(this.file.program, op.loc) ?? spanOf(this.source);
        const name = found?.ruled.name ?? func.source;
        for (const mode of annotated.modes) {
          const needed = missingFor(mode, func.rule, func, program.records);
          if (needed !== undefined)
            this.report(said.ruleMissing(span, name, needed === "vjp" ? "jvp" : "vjp", mode, needed));
        }
        const [result] = op.results;
        // Functions of the runtime return what is new.
        if (result === undefined || !isReference(result.type) || func.external !== undefined) return;
        const isKnown = func.rule.returns !== undefined;
        const isReverse = annotated.modes.every((mode) => reverseModes.has(mode));
        if (isKnown && (isReverse || func.rule.isIdentity === true)) return;
        if (written.has(memory.classOf(result).slot("")) && returnsGiven(program, func))
          this.report(said.ruleOfShared(span, name));
      });
    }
  }

  /** A derivative that is called is differentiated again, and so are the rules in it. */
  #checkInside(program: Program, names: readonly string[]): void {
    const functions = new Set(names);
    for (const name of functions) {
      const derivative = program.funcs.get(name)?.derivative;
      if (derivative === undefined) continue;
      for (const inside of reachable(program, derivative.of)) {
        functions.add(inside);
        this.#made.get(inside)?.made.obstacles.forEach(this.report);
      }
    }
  }

  /** What a rule says of a function that cannot be read must not come from that function. */
  #checkValue(program: Program, name: string): void {
    const func = program.funcs.get(name);
    const rule = this.#made.get(name)?.ruled;
    if (func === undefined || rule === undefined || !this.#valued.has(name)) return;
    let isCircular = false;
    for (const called of reachable({ ...program, funcs: new Map(program.funcs).set(name, withoutRule(func)) }, name))
      walk(program.funcs.get(called)?.body ?? noBody, (op) => {
        isCircular ||= op.kind === "call" && op.callee === name;
      });
    const own = rule.vjp ?? rule.jvp;
    if (isCircular && own !== undefined) this.report(said.ruleCallsItself(spanOf(own.node), rule.name, own.name));
  }

  /** Neither a function with a rule nor the rule writes to what it is given. */
  #checkWrites(program: Program, name: string): void {
    const found = this.#made.get(name);
    if (found === undefined) return;
    const { ruled, made } = found;
    // Those of the runtime are known not to.
    if (ruled.node !== undefined && isPrelude(ruled.node)) return;
    const halves = [made.rule.vjp, made.rule.vjpCode].flatMap((h) => h?.forward ?? []);
    // The rule may pass something of its own to the function, which is then not what the function is given here.
    const own = program.funcs.get(name);
    const alone =
      own === undefined ? program : { ...program, funcs: new Map(program.funcs).set(name, withoutRule(own)) };
    for (const part of [name, ...halves]) {
      const whole = part === name ? alone : program;
      const names = reachable(whole, part);
      const memory = analyzeMemory(whole, part, names);
      const params = program.funcs.get(part)?.body.params.filter((p) => isReference(p.type)) ?? [];
      const given = params.flatMap((p) => classesIn(memory.classOf(p)));
      const written = new Set(names.flatMap((n) => writtenBy(program.funcs.get(n), memory)));
      if (!given.some((c) => written.has(c.slot("")))) continue;
      const rule = ruled.vjp ?? ruled.jvp;
      const node = part === name ? (ruled.node ?? rule?.node) : rule?.node;
      const span = node === undefined ? undefined : spanOf(node);
      this.report(said.ruleOfWriter(span, ruled.name, rule?.name ?? ruled.name));
      return;
    }
  }

  /** A marked function with a rule is differentiated as one that calls it. */
  asEntry(annotated: Annotated): Annotated {
    const func = this.file.funcs.get(annotated.func);
    if (func?.rule === undefined) return annotated;
    const name = `${func.name}.ruled`;
    if (!this.file.funcs.has(name)) {
      const b = new Builder(func.loc);
      const params = func.body.params.map(like);
      const results = func.results.map((type, i) =>
        like(func.body.yields?.[i] ?? { ...like(params[0] ?? nothing), type }),
      );
      b.push({ kind: "call", callee: func.name, args: params, results });
      this.file.funcs.set(name, { ...withoutRule(func), name, body: b.region(params, results) });
    }
    return { ...annotated, func: name };
  }
}

const nothing = new Builder().const(0);
const noBody: Region = { params: [], ops: [], yields: null };

function withClosedRules(program: Program): Program {
  const funcs = [...program.funcs].map(([name, func]) => {
    return [name, func.rule === undefined ? func : { ...withoutRule(func), body: noBody }] as const;
  });
  return { ...program, funcs: new Map(funcs) };
}

/** A function that always returns one of its parameters is known to. */
function withReturned(rule: FunctionRule, func: Func | undefined): FunctionRule {
  const [result] = func?.body.yields ?? [];
  const returns = func?.body.params.findIndex((p) => p === result) ?? -1;
  return returns === -1 ? rule : { ...rule, returns };
}

/** May a function return something it is given, or a part of it? */
function returnsGiven(program: Program, func: Func): boolean {
  const memory = analyzeMemory(program, func.name, reachable(program, func.name));
  return (func.body.yields ?? []).some((v) => isReference(v.type) && memory.classOf(v).external);
}

/** The classes of memory that a function writes to itself. */
function writtenBy(func: Func | undefined, memory: MemoryModel): readonly string[] {
  const found: string[] = [];
  walk(func?.body ?? noBody, (op) => {
    if (op.kind === "store" || op.kind === "accum") found.push(memory.classOf(op.place.base).slot(""));
    else if (op.kind === "resize") found.push(memory.classOf(op.array).slot(""));
  });
  return found;
}

/** Has a class this method among its own? */
const hasMethod = (cls: ClassNode | undefined, name: string): boolean =>
  cls?.members.some((m) => ts.isMethodDeclaration(m) && m.name.getText() === name) === true;

/** A class and all it leads to. */
function classesIn(owner: MemoryClass): readonly MemoryClass[] {
  const found = new Set([owner]);
  for (const at of found) for (const member of at.members()) found.add(member);
  return [...found];
}

/** The tag of the rule that a mode needs and that is not there. */
function missingFor(mode: Mode, rule: FunctionRule, func: Func, records: Records): RuleTag | undefined {
  if (func.derivative !== undefined) return undefined;
  if (reverseModes.has(mode)) return rule.vjp === undefined && rule.vjpCode === undefined ? "vjp" : undefined;
  if (rule.isIdentity === true) return undefined;
  // A tangent follows from the pullback, number by number, where no number may be missing.
  const types = [...func.results, ...rule.wrt.map((i) => func.body.params[i]?.type)];
  return rule.jvp === undefined && !types.every((t) => t !== undefined && isComplete(t, records)) ? "jvp" : undefined;
}

/** Is every number of a structure there, in a structure that ends? */
function isComplete(type: Type, records: Records, seen: ReadonlySet<string> = new Set()): boolean {
  switch (type.kind) {
    case "maybe":
      return !isDifferentiable(type.of, records);
    case "array":
      return isComplete(type.elem, records, seen);
    case "tuple":
      return type.elems.every((t) => isComplete(t, records, seen));
    case "record": {
      const decl = records.get(type.name);
      if (seen.has(type.name) || decl?.variants !== undefined) return false;
      const inside = new Set(seen).add(type.name);
      return (decl?.fields ?? []).every((f) => f.noDiff === true || isComplete(f.type, records, inside));
    }
    default:
      return true;
  }
}

/** The type of each declared parameter, after the object of a method; absent where nothing is passed. */
function givenTo(signature: Signature, ruled: Ruled): Given {
  if (signature.ruled !== undefined) return signature.instance.given.map((g) => (g === "declared" ? undefined : g));
  const { self } = signature.instance;
  const own = signature.node.parameters.map((p) => signature.params.find((q) => q.node === p)?.type);
  return ruled.owner === undefined ? own : [self, ...own];
}

/** What the `wrt=` of a marked function names. */
function markedNames(ruled: Ruled): readonly string[] | undefined {
  const { node } = ruled;
  if (node === undefined || !hasAnnotation(node.getSourceFile())) return undefined;
  const request = findRequests(node.getSourceFile(), () => {}).find((r) => r.node === node);
  return request?.wrt?.map((w) => w.name);
}
