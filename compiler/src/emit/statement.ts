/** Blocks of operations as statements: loops, `if`s, assignments, exits. */
import type { Call, For, If, Value, While } from "../ir/ir.js";
import { isBySource } from "../ir/thrown.js";
import { typeText as irTypeText } from "../ir/types.js";
import { eachUse } from "../ir/walk.js";
import { assertNever, invariant } from "../support/invariant.js";
import { ifStatement, storeStatements, withContinue } from "./branches.js";
import { isSilentCast } from "./casts.js";
import { Assignments, type Pair } from "./assignments.js";
import { line, negate, precedence, type Stmt } from "./code.js";
import { isGift, isInside, openArm, type Block, type Item } from "./layout.js";
import { memoryStatements } from "./memory-statements.js";
import type { FunctionPlan } from "./plan.js";
import { Pops } from "./pop.js";
import { TapeCode } from "./tape-code.js";
import { carried, tailTargets } from "./variables.js";
import { append } from "../support/append.js";

export class Statements {
  private readonly assignments: Assignments;
  private readonly tape: TapeCode;
  private readonly pops: Pops;

  /** Elements that are assigned somewhere, as they are written. */
  private storedPlaces: ReadonlySet<string> | undefined;

  constructor(private readonly plan: FunctionPlan) {
    this.assignments = new Assignments(plan);
    this.pops = new Pops(plan);
    this.tape = new TapeCode(plan, (name) => this.assignments.fresh(name));
  }

  /** The body of the function. */
  body(): Stmt[] {
    const { root } = this.plan.layout;
    for (const param of root.region.params) this.plan.variables.of(param).declared = true;
    return [...this.tape.enter(root), ...this.block(root)];
  }

  // ---------------------------------------------------------------------------------------------------------- blocks

  private block(block: Block): Stmt[] {
    const out: Stmt[] = [];
    for (const item of block.items) {
      if (this.isSilent(item)) continue;
      if (item.op.note !== undefined) out.push({ kind: "comment", text: item.op.note });
      const first = out.length;
      this.item(item, out);
      const { loc } = item.op;
      if (loc === undefined) continue;
      for (let k = first; k < out.length; k++) {
        const made = out[k];
        if (made !== undefined && made.loc === undefined) out[k] = { ...made, loc };
      }
    }
    append(out, this.tail(block, out));
    return out;
  }

  /** Written where it is used, or pure and used nowhere. */
  private isSilent(item: Item): boolean {
    const { op } = item;
    const { folding } = this.plan;
    if (op.kind === "const" || op.kind === "global" || isGift(op)) return true;
    if (isSilentCast(op, this.plan.structures.records)) return true;
    if (op.kind === "prim" || op.kind === "load" || op.kind === "length" || op.kind === "new" || op.kind === "cast") {
      return folding.isInline(op.result) || this.isUnused(op.result);
    }
    const [result] = op.kind === "if" && folding.expressions.has(item) ? op.results : [];
    return result !== undefined && (folding.isInline(result) || this.isUnused(result));
  }

  private isUnused(v: Value): boolean {
    return (this.plan.folding.uses.get(v.id)?.length ?? 0) === 0;
  }

  private item(item: Item, out: Stmt[]): void {
    const { expressions } = this.plan;
    const { op, block } = item;
    switch (op.kind) {
      case "const":
      case "global":
        return;
      case "prim":
        out.push(this.assignments.compound(item) ?? this.defineNumber(item, op.result, block));
        return;
      case "load":
        out.push(this.defineNumber(item, op.result, block));
        return;
      case "length":
      case "cast":
      case "new":
        out.push(this.assignments.define(op.result, expressions.definition(item, op.result).text, block));
        return;
      case "store":
        if (op.grows === true) out.push(line(`${this.name(op.place.base)}.push(${expressions.text(op.value, 1)});`));
        else append(out, storeStatements(op, this.plan));
        return;
      case "resize":
        this.pops.write(item, op, out);
        return;
      case "view":
      case "accum":
      case "alloc":
      case "copy":
      case "zeros":
      case "share":
      case "addInto":
      case "clear":
      case "export":
        append(out, memoryStatements(op, block, this.plan, this.assignments));
        return;
      case "call":
        this.call(op, block, out);
        return;
      case "if":
        this.if(item, op, out);
        return;
      case "for":
        this.for(item, op, out);
        return;
      case "while":
        this.while(item, op, out);
        return;
      case "foreign": {
        this.plan.module.need(op.imports ?? []);
        const text = expressions.withHoles(op.text, op.args);
        if (op.result !== undefined && !this.isUnused(op.result))
          out.push(this.assignments.define(op.result, text, block));
        else if (!op.pure) out.push(line(/^\s*(\{|function\b|class\b|let\b)/.test(text) ? `(${text});` : `${text};`));
        return;
      }
      case "throw":
        if (isBySource(op) && this.plan.original !== undefined) {
          const thrownBy = this.plan.module.runtime("thrownBy");
          out.push({ kind: "exit", text: `throw ${thrownBy}(() => ${this.plan.original});` });
          return;
        }
        this.plan.module.need(op.imports ?? []);
        out.push({ kind: "exit", text: `throw ${expressions.withHoles(op.text, op.args)};` });
        return;
      case "closure":
        this.closure(item, op.result, out);
        return;
      case "openTape":
        out.push(
          this.assignments.define(op.result, this.tape.open(op.owned), block),
          ...this.tape.load(block, op.result),
        );
        return;
      case "closeTape":
        out.push(this.tape.close(op.tape));
        return;
      case "tapeTop":
        append(out, this.tape.writeBack(block, op.tape, out));
        out.push(this.assignments.define(op.result, `${this.name(op.tape)}.mark()`, block));
        return;
      case "tapeRewind":
        out.push(line(`${this.name(op.tape)}.rewind(${this.name(op.mark)});`), ...this.tape.load(block, op.tape));
        return;
      case "reserve":
        append(out, this.tape.reserve(op, block));
        return;
      case "save":
        append(out, this.tape.save(op, block));
        return;
      case "restore":
        out.push(
          ...this.tape.restore(
            op,
            block,
            (v) => !this.isUnused(v),
            (v, text) => this.assignments.define(v, text, block),
          ),
        );
        return;
      default:
        assertNever(op, "operation");
    }
  }

  private name(v: Value): string {
    return this.plan.expressions.text(v, precedence.atom);
  }

  // ------------------------------------------------------------------------------------------------------------ exits

  private tail(block: Block, before: readonly Stmt[]): Stmt[] {
    const tail = this.plan.folding.exits.tails.get(block);
    if (tail === undefined || tail.kind === "none" || tail.kind === "value") return [];
    if (tail.kind === "return") return this.return(tail.values, block, before);
    const pairs = tailTargets(tail);
    if (tail.kind === "arm")
      return this.assignments.copies(
        pairs.filter(([result]) => this.isNeeded(result)),
        block,
      );
    return this.iterationEnd(tail.values, tail.loop, pairs, block);
  }

  /** A result nobody reads, alone in its variable, is not assigned. */
  private isNeeded(result: Value): boolean {
    return !this.isUnused(result) || this.plan.variables.of(result).members.length > 1;
  }

  private return(values: readonly Value[], block: Block, before: readonly Stmt[]): Stmt[] {
    const { expressions } = this.plan;
    const out = this.tape.leave(block, before);
    const [only] = values;
    if (only === undefined) return out;
    const text =
      values.length === 1 ? expressions.text(only) : `[${values.map((v) => expressions.text(v, 1)).join(", ")}]`;
    const seenAs = isInClosure(block) ? undefined : this.plan.returnsAs;
    const shown =
      seenAs === undefined ? text : `${/^[[{\w$]*$|^[[{]/.test(text) ? text : `(${text})`} as unknown as ${seenAs}`;
    return [...out, { kind: "exit", text: `return ${shown};` }];
  }

  private iterationEnd(values: readonly Value[], loop: Item, pairs: readonly Pair[], block: Block): Stmt[] {
    const { expressions } = this.plan;
    const stop = isLoop(loop.op) && loop.op.breaks ? values[0] : undefined;
    if (stop === undefined || this.isTestedAfter(loop)) return this.assignments.copies(pairs, block);
    const constant = expressions.constant(stop);
    if (constant !== undefined) {
      const out = this.assignments.copies(pairs, block);
      return constant === true ? [...out, { kind: "exit", text: "break;" }] : out;
    }
    const test = expressions.of(stop);
    const copies = this.assignments.copies(pairs, block);
    const reads = this.assignments.reads(stop);
    const exit: Stmt = { kind: "exit", text: "break;" };
    if (![...this.assignments.changed(pairs)].some((variable) => reads.has(variable)))
      return [...copies, { kind: "if", cond: test, then: [exit], else: [] }];
    const name = this.assignments.fresh("stop");
    const declare: Stmt = { kind: "declare", variable: { name, writes: 1 }, init: test.text };
    return [declare, ...copies, { kind: "if", cond: { text: name, level: precedence.atom }, then: [exit], else: [] }];
  }

  // ------------------------------------------------------------------------------------------------------------- ifs

  private if(item: Item, op: If, out: Stmt[]): void {
    const { expressions, folding, variables } = this.plan;
    const { block } = item;
    const [thenBlock, elseBlock] = item.blocks;
    invariant(thenBlock !== undefined && elseBlock !== undefined, "an if has two arms");
    const [result] = op.results;
    if (folding.expressions.has(item) && result !== undefined) {
      out.push(this.defineNumber(item, result, block));
      return;
    }
    let done: Block | undefined;
    if (openArm(op) !== undefined) {
      // The other arm follows as part of this block.
    } else if (!folding.exits.final.has(item)) {
      done = [elseBlock, thenBlock].find((arm) => this.isInitial(arm, block));
      if (done !== undefined) expressions.outside.add(done);
      if (done !== undefined) append(out, this.assignments.copies(this.armPairs(done), block));
      for (const v of op.results) {
        const variable = variables.of(v);
        if (variable.declared || !this.isNeeded(v)) continue;
        variable.declared = true;
        out.push({ kind: "declare", variable, type: this.plan.types.text(variable.type) });
      }
    }
    const cond = expressions.of(op.cond);
    const open = openArm(op);
    const arm = (inner: Block): Stmt[] => (inner === done || inner.region === open ? [] : this.block(inner));
    const then = arm(thenBlock);
    const otherwise = arm(elseBlock);
    append(out, ifStatement(cond, then, otherwise));
  }

  private armPairs(arm: Block): readonly Pair[] {
    const tail = this.plan.folding.exits.tails.get(arm);
    return tail?.kind === "arm" ? tailTargets(tail).filter(([result]) => this.isNeeded(result)) : [];
  }

  /** Can what this arm yields be what the results start with, so that the arm is not needed? */
  private isInitial(arm: Block, block: Block): boolean {
    const { variables, folding, layout } = this.plan;
    if (!arm.items.every((inner) => this.isSilent(inner))) return false;
    const pairs = this.armPairs(arm);
    const changed = this.assignments.changed(pairs);
    if (changed.size === 0) return false;
    for (const [to, from] of pairs) {
      const target = variables.of(to);
      if (!changed.has(target)) continue;
      if (target.declared || target.block !== block) return false;
      const source = layout.resolve(from);
      if ([...this.assignments.reads(source)].some((read) => changed.has(read) || !read.declared)) return false;
      if (folding.isInline(source) && layout.definitions.get(source.id)?.item?.op.kind !== "const") return false;
    }
    return true;
  }

  // ----------------------------------------------------------------------------------------------------------- loops

  private loopStart(item: Item, op: For | While, out: Stmt[]): void {
    const pairs = carried(item).flatMap((param, k) => {
      const init = op.inits[k];
      return init === undefined ? [] : [[param, init] as const];
    });
    append(out, this.assignments.copies(pairs, item.block));
    if (op.count !== undefined && !this.isUnused(op.count))
      out.push(this.assignments.define(op.count, "0", item.block));
  }

  private loopBody(op: For | While, body: Block): Stmt[] {
    const out: Stmt[] = [];
    if (op.count !== undefined && !this.isUnused(op.count)) {
      const variable = this.plan.variables.of(op.count);
      variable.writes++;
      out.push(line(`${variable.name}++;`));
    }
    append(out, this.block(body));
    return withContinue(out);
  }

  private for(item: Item, op: For, out: Stmt[]): void {
    const { expressions, variables } = this.plan;
    const [body] = item.blocks;
    const [index] = op.body.params;
    invariant(body !== undefined && index !== undefined, "a for has a body with an index");
    this.loopStart(item, op, out);
    const variable = variables.of(index);
    variable.declared = true;
    const i = variable.name;
    const size = Math.abs(op.step);
    const step = size === 1 ? `${i}${op.step > 0 ? "++" : "--"}` : `${i} ${op.step > 0 ? "+=" : "-="} ${size}`;
    const test = `${i} ${op.test} ${expressions.text(op.to, precedence.relational + 1)}`;
    const open = `for (let ${i} = ${expressions.text(op.from, 1)}; ${test}; ${step}) {`;
    out.push({ kind: "block", open, body: this.loopBody(op, body), close: "}" });
  }

  private while(item: Item, op: While, out: Stmt[]): void {
    const { expressions } = this.plan;
    const [cond, body] = item.blocks;
    const [test] = cond?.yields ?? [];
    invariant(cond !== undefined && body !== undefined && test !== undefined, "a while has a test and a body");
    this.loopStart(item, op, out);
    if (this.isTestedAfter(item)) {
      const tail = this.plan.folding.exits.tails.get(body);
      const stop = tail?.kind === "loop" ? tail.values[0] : undefined;
      invariant(stop !== undefined, "a do loop has a test");
      const statements = this.loopBody(op, body);
      out.push({
        kind: "block",
        open: "do {",
        body: statements,
        close: `} while (${negate(expressions.of(stop)).text});`,
      });
      return;
    }
    if (cond.items.every((inner) => this.isSilent(inner))) {
      out.push({
        kind: "block",
        open: `while (${expressions.text(test)}) {`,
        body: this.loopBody(op, body),
        close: "}",
      });
      return;
    }
    // The test needs statements of its own.
    const before = this.block(cond);
    const leave: Stmt = {
      kind: "if",
      cond: negate(expressions.of(test)),
      then: [{ kind: "exit", text: "break;" }],
      else: [],
    };
    out.push({
      kind: "block",
      open: "while (true) {",
      body: [...before, leave, ...this.loopBody(op, body)],
      close: "}",
    });
  }

  /** Is it a `do` loop: always entered, and left by a test at its end that reads nothing of its body? */
  private isTestedAfter(item: Item): boolean {
    const { folding, expressions } = this.plan;
    const { op } = item;
    if (op.kind !== "while" || !op.breaks) return false;
    const [cond, body] = item.blocks;
    const [test] = cond?.yields ?? [];
    if (body === undefined || test === undefined || expressions.constant(test) !== true) return false;
    const tail = folding.exits.tails.get(body);
    if (tail?.kind !== "loop") return false;
    const [stop] = tail.values;
    if (stop === undefined || expressions.constant(stop) !== undefined) return false;
    const changed = this.assignments.changed(tailTargets(tail));
    return [...this.assignments.reads(stop)].every(
      (variable) => !changed.has(variable) && !isInside(variable.block, body),
    );
  }

  // ----------------------------------------------------------------------------------------------- calls and closures

  /**
   * TypeScript follows assignments to an element round a loop, and finds the type of `const t = out[2]!; out[2] = t + 1`
   * to depend on itself. There the constant says that it is a number.
   */
  private defineNumber(item: Item, result: Value, block: Block): Stmt {
    const { expressions, layout } = this.plan;
    const made = this.assignments.define(result, expressions.definition(item, result).text, block);
    if (made.kind !== "declare" || result.type.kind !== "num") return made;
    let at: Block | undefined = block;
    while (at !== undefined && at.role !== "loop") at = at.owner?.block;
    if (at === undefined) return made;
    this.storedPlaces ??= new Set(
      layout.items.flatMap(({ op }) =>
        op.kind === "store" && op.place.kind === "elem" ? [expressions.place(op.place, false)] : [],
      ),
    );
    const reads = made.init?.match(/[\w$]+\[[^[\]]*\]/g) ?? [];
    return reads.some((place) => this.storedPlaces?.has(place) === true) ? { ...made, type: "number" } : made;
  }

  private call(op: Call, block: Block, out: Stmt[]): void {
    const { expressions, module } = this.plan;
    const tapes = op.args.filter((v) => v.type.kind === "tape");
    for (const tape of tapes) append(out, this.tape.writeBack(block, tape, out));
    const text = `${module.functionName(op.callee)}(${op.args.map((v) => expressions.text(v, 1)).join(", ")})`;
    const used = op.results.filter((v) => !this.isUnused(v));
    const [only] = op.results;
    if (used.length === 0 || only === undefined) {
      out.push(line(`${text};`));
    } else if (op.results.length === 1) {
      out.push(this.assignments.define(only, text, block));
    } else {
      const name = this.assignments.fresh("result");
      out.push({ kind: "declare", variable: { name, writes: 1 }, init: text });
      op.results.forEach((v, k) => {
        if (!this.isUnused(v)) out.push(this.assignments.define(v, `${name}[${k}]`, block));
      });
    }
    for (const tape of tapes) append(out, this.tape.reload(block, tape));
  }

  private closure(item: Item, result: Value, out: Stmt[]): void {
    const { variables, types } = this.plan;
    const [body] = item.blocks;
    const { type } = result;
    invariant(body !== undefined && type.kind === "closure", `a closure has type ${irTypeText(type)}`);
    const captured = new Map<number, Value>();
    eachUse(body.region, (v) => {
      if (v.type.kind === "tape") captured.set(v.id, v);
    });
    for (const tape of captured.values()) append(out, this.tape.writeBack(item.block, tape, out));
    const params = body.region.params.map((v) => {
      const variable = variables.of(v);
      variable.declared = true;
      const isMarked = this.plan.module.marksUnused && this.isUnused(v);
      return `${isMarked ? this.assignments.fresh(`_${variable.name}`) : variable.name}: ${types.text(v.type)}`;
    });
    const statements = [...this.tape.enter(body), ...this.block(body)];
    const variable = variables.of(result);
    variable.declared = true;
    variable.writes++;
    const open = `const ${variable.name} = (${params.join(", ")}): ${types.result(type.results)} => {`;
    out.push({ kind: "block", open, body: statements, close: "};" });
  }
}

function isLoop(op: Item["op"]): op is For | While {
  return op.kind === "for" || op.kind === "while";
}

/** Is this part of a pullback, and not of the function around it? */
function isInClosure(block: Block): boolean {
  for (let at: Block | undefined = block; at !== undefined; at = at.owner?.block)
    if (at.role === "closure") return true;
  return false;
}
