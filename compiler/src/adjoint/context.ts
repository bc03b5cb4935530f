/** What the halves of all functions share while one annotated function is differentiated. */
import { type Activity, analyzeActivity } from "../analysis/activity.js";
import { joinAliases } from "../analysis/aliases.js";
import { integerValues } from "../analysis/integers.js";
import { analyzeGrowth, type Growth } from "../analysis/growth.js";
import { analyzeMemory, type MemoryClass, type MemoryModel, reachable } from "../analysis/memory.js";
import { probedSlots } from "../analysis/probes.js";
import { Snapshots } from "../analysis/snapshots.js";
import { analyzeStability, type Stability } from "../analysis/stability.js";
import type { Func, FunctionRule, Op, Program, RecordDecl, Type, Value, ValueId } from "../ir/ir.js";
import { gradientRecord, gradientType, isReference, shadowName, shadowRecord, shadowType } from "../ir/types.js";
import { regions, walk } from "../ir/walk.js";
import type { Rule, RuleSet } from "../rules/rule.js";
import { withClosedRules } from "./closed-rules.js";
import { invariant } from "../support/invariant.js";
import type { Decisions } from "./decisions.js";
import { append } from "../support/append.js";

export interface Rules {
  readonly ruleSet: RuleSet;
  /** The rule of `x ** exponent` for a constant exponent. */
  readonly powConstant: (exponent: number) => Rule;
}

/** The objects that are copied as a whole, with what they hold: by class. */
function copiedClasses(funcs: readonly Func[], memory: MemoryModel): ReadonlySet<string> {
  const pending: MemoryClass[] = [];
  for (const func of funcs)
    walk(func.body, (op) => {
      if (op.kind === "copy" && isReference(op.source.type)) pending.push(memory.classOf(op.source));
    });
  const found = new Set<string>();
  for (let owner = pending.pop(); owner !== undefined; owner = pending.pop()) {
    const key = owner.slot("");
    if (found.has(key)) continue;
    found.add(key);
    append(pending, owner.members());
  }
  return found;
}

export class Context {
  readonly memory: MemoryModel;
  /** Parameters whose copies and shadows share as the arguments do. */
  readonly sharing: ReadonlySet<ValueId>;
  /** Some forward sweep of a pullback notes the links of shadows on the tape. */
  notesLinks = false;
  /** The reverse sweep goes through whole shadow structures as they were: those of copies, and of a result. */
  readonly goesThroughShadows: boolean;
  readonly #copied: ReadonlySet<string>;
  readonly activity: Activity;
  readonly names: readonly string[];
  readonly growth: Growth;
  /** Array slots that may be read where there is no element. */
  readonly probed: ReadonlySet<string>;
  /** Functions made so far: the halves. */
  readonly made = new Map<string, Func>();
  readonly records: Map<string, RecordDecl>;
  readonly #stability = new Map<string, Stability>();
  #isTrial = false;
  #snapshots: Snapshots | undefined;
  #relinked: Set<string> | undefined;
  #viewed: Set<string> | undefined;
  readonly #integers = new Map<string, ReadonlySet<ValueId>>();

  /** As the analyses see it: functions with rules are not looked into. */
  readonly program: Program;

  constructor(
    /** With the bodies and the rules of functions that have rules. */
    readonly complete: Program,
    readonly entry: string,
    readonly wrt: readonly number[],
    readonly rules: Rules,
    private readonly listener?: Decisions,
    /** Positions of parameters that are given copies made for this call: nobody else holds them, and they need not stay as they are. */
    private readonly own: ReadonlySet<number> = new Set(),
    /** May loops run again iteration by iteration? */
    readonly fuses = true,
  ) {
    const program = withClosedRules(complete);
    this.program = program;
    this.names = reachable(program, entry);
    this.memory = analyzeMemory(program, entry, this.names);
    this.sharing = joinAliases(program, entry, this.names, this.memory, own);
    this.activity = analyzeActivity(program, entry, wrt, this.memory, (name, arity, operand) => {
      return rules.ruleSet(name, arity).slots[operand] != null;
    });
    this.growth = analyzeGrowth(program, this.names, this.memory);
    this.probed = probedSlots(program, this.names, this.memory);
    this.records = new Map(program.records);
    this.#copied = copiedClasses(
      this.names.map((name) => this.func(name)),
      this.memory,
    );
    this.goesThroughShadows =
      (this.func(entry).body.yields ?? []).some((v) => isReference(v.type)) || this.#copied.size > 0;
    listener?.begins(this);
  }

  /** Who hears what is decided. A trial is heard by nobody. */
  get decisions(): Decisions | undefined {
    return this.#isTrial ? undefined : this.listener;
  }

  /** Runs a differentiation that is only looked at. */
  tried<T>(run: () => T): T {
    this.#isTrial = true;
    const found = run();
    this.#isTrial = false;
    return found;
  }

  /** Must the shadow structure of these objects be, on the way back, what it was on the way there? */
  isRelinked(owner: MemoryClass): boolean {
    return owner.external || this.#copied.has(owner.slot(""));
  }

  /** Are there views (`subarray`) of typed arrays of this class? */
  hasViews(owner: MemoryClass): boolean {
    if (this.#viewed === undefined) {
      this.#viewed = new Set();
      for (const name of this.names)
        walk(this.func(name).body, (op) => {
          if (op.kind === "view") this.#viewed?.add(this.memory.classOf(op.result).slot(""));
        });
    }
    return this.#viewed.has(owner.slot(""));
  }

  /** Are references stored into objects of this class, other than when these are made, or do they change their length? */
  changesReferences(owner: MemoryClass): boolean {
    if (this.#relinked === undefined) {
      this.#relinked = new Set();
      for (const name of this.names)
        walk(this.func(name).body, (op) => {
          if (op.kind === "store" && isReference(op.value.type))
            this.#relinked?.add(this.memory.classOf(op.place.base).slot(""));
        });
    }
    return this.growth.changes(owner) || this.#relinked.has(owner.slot(""));
  }

  /** Does this reference lead to an array that may become longer or shorter? */
  changesLength(v: Value): boolean {
    const classes = new Set([this.memory.classOf(v)]);
    for (const owner of classes) {
      if (this.growth.changes(owner)) return true;
      for (const member of owner.members()) classes.add(member);
    }
    return false;
  }

  /**
   * May the reverse code of the last `if` follow in its arms? Shadows are made before it then, and so no array may become
   * longer or shorter in it.
   */
  isReversedInArms(op: Op): op is Op & { readonly kind: "if" } {
    let isSteady = op.kind === "if";
    const visit = (inner: Op): void => {
      const isCalled = inner.kind === "call" && inner.args.some((a) => isReference(a.type) && this.changesLength(a));
      if (inner.kind === "resize" || (inner.kind === "store" && inner.grows === true) || isCalled) isSteady = false;
    };
    for (const arm of regions(op)) walk(arm, visit);
    return isSteady;
  }

  /** Is this parameter of the differentiated function given a copy that nobody else holds? */
  isOwn(param: Value): boolean {
    return this.own.size > 0 && this.func(this.entry).body.params.some((p, i) => p === param && this.own.has(i));
  }

  func(name: string): Func {
    const func = this.program.funcs.get(name);
    invariant(func !== undefined, `no function ${name}`);
    return func;
  }

  /** The rule of a function that has one. */
  ruleOf(name: string): FunctionRule | undefined {
    return this.complete.funcs.get(name)?.rule;
  }

  /** A function that a rule consists of. */
  ruleFunc(name: string): Func {
    const func = this.complete.funcs.get(name);
    invariant(func !== undefined, `no function ${name}`);
    return func;
  }

  stability(name: string): Stability {
    let found = this.#stability.get(name);
    if (found === undefined) {
      found = analyzeStability(this.program, this.func(name), this.names, this.entry, this.memory, this.growth);
      this.#stability.set(name, found);
    }
    return found;
  }

  /** What need not be copied into snapshots. */
  get snapshots(): Snapshots {
    this.#snapshots ??= new Snapshots(this.program, this.names, this.entry, this.growth);
    return this.#snapshots;
  }

  integers(name: string): ReadonlySet<ValueId> {
    let found = this.#integers.get(name);
    if (found === undefined) {
      found = integerValues(this.func(name));
      this.#integers.set(name, found);
    }
    return found;
  }

  /** The type of the shadow of a value of this type; declares the records it needs. */
  shadowType(type: Type): Type {
    this.#declare(type);
    return shadowType(type, this.program.records);
  }

  /** The type of the gradient of a value of this type; declares the records it needs. */
  gradientType(type: Type): Type {
    this.#declare(type);
    return gradientType(type, this.program.records);
  }

  #declare(type: Type): void {
    declareShadows(type, this.program.records, this.records);
  }
}

/** Declares the records that the shadow and the gradient of a value of this type are made of. */
export function declareShadows(
  type: Type,
  primal: ReadonlyMap<string, RecordDecl>,
  into: Map<string, RecordDecl>,
): void {
  const declare = (inner: Type): void => declareShadows(inner, primal, into);
  if (type.kind === "array" || type.kind === "dict") declare(type.elem);
  else if (type.kind === "maybe") declare(type.of);
  else if (type.kind === "tuple") type.elems.forEach(declare);
  else if (type.kind === "record" && !into.has(shadowName(type.name))) {
    const decl = primal.get(type.name);
    invariant(decl !== undefined, `unknown record ${type.name}`);
    const shadow = shadowRecord(decl, primal);
    into.set(shadow.name, shadow);
    const gradient = gradientRecord(decl, primal);
    into.set(gradient.name, gradient);
    decl.fields.forEach((f) => declare(f.type));
    decl.variants?.forEach((name) => declare({ kind: "record", name }));
  }
}
