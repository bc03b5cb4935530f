/** What is to be said about each line of the source. */
import type { Rules } from "../adjoint/context.js";
import { integerValues } from "../analysis/integers.js";
import type { Op, Value, ValueId } from "../ir/ir.js";
import { isNumber, isReference } from "../ir/types.js";
import { operands, walk } from "../ir/walk.js";
import { Counter } from "./count.js";
import { eachOp, FlowFacts, namedResults } from "./flow.js";
import { Formula } from "./formula.js";
import { Names } from "./names.js";
import type { Observation, Settled } from "./observe.js";
import { bytesOf, lineKey, placeKey, Sweeps } from "./sweeps.js";

export interface LineNotes {
  /** Something active is computed here; something inactive; nothing with numbers. */
  readonly mark: "active" | "inactive" | "none";
  /** Bytes on the tape. */
  readonly tape: Formula;
  readonly remarks: readonly string[];
}

export class LineBook {
  readonly sweeps: Sweeps;
  readonly counter: Counter;
  readonly #flow: FlowFacts;
  readonly #names: Names;
  readonly #ops = new Map<string, Op[]>();
  readonly #loweredOps = new Map<string, Op[]>();
  readonly #integers = new Set<ValueId>();
  readonly #settled = new Map<string, Settled[]>();

  constructor(
    private readonly observation: Observation,
    rules: Rules,
  ) {
    const { facts, lowered, settled } = observation;
    this.sweeps = new Sweeps(observation);
    this.counter = new Counter(observation.program, this.sweeps.names);
    // The counter learns where values are made.
    this.counter.total(observation.generated.func, () => 0);
    for (const name of facts.names) {
      const func = facts.program.funcs.get(name);
      if (func !== undefined) for (const id of integerValues(func)) this.#integers.add(id);
    }
    this.#flow = new FlowFacts(facts, rules);
    this.#names = new Names(facts.names.flatMap((name) => facts.program.funcs.get(name)?.body ?? []));
    eachOp(facts, (op) => push(this.#ops, op));
    for (const func of lowered.funcs.values()) walk(func.body, (op) => push(this.#loweredOps, op));
    for (const s of settled) {
      const loc = this.#names.definition(s.value)?.loc;
      if (loc === undefined) continue;
      const key = lineKey(loc.file, loc.line);
      this.#settled.set(key, [...(this.#settled.get(key) ?? []), s]);
    }
  }

  /** There is no reverse sweep. */
  get #isTangent(): boolean {
    return this.observation.mode === "jvp";
  }

  at(file: string, line: number): LineNotes {
    const key = lineKey(file, line);
    const ops = this.#ops.get(key) ?? [];
    const remarks = [
      ...this.#parameters(file, line),
      ...ops.flatMap((op) => this.#loop(op)),
      ...this.#calls(key, ops),
      ...this.#values(ops),
      ...this.#stored(key),
      ...this.#again(key),
      ...this.#kept(key),
      ...this.#leftOut(ops),
    ];
    const before = this.#loweredOps.get(key) ?? [];
    if (ops.length === 0 && before.some((op) => op.kind !== "const" && op.kind !== "call" && op.kind !== "throw")) {
      remarks.push("nothing is left of it: its values are constants, or nothing needs them");
    }
    return { mark: this.#mark(ops), tape: this.#tape(key), remarks };
  }

  /** Computations that the generated function does not repeat: only their adjoints are needed. */
  #leftOut(ops: readonly Op[]): string[] {
    const computing = ops.filter((op) => op.kind === "prim" || op.kind === "load");
    const isLeft = computing.some(
      (op) => "result" in op && op.result !== undefined && this.sweeps.isDefined(op.result),
    );
    return computing.length === 0 || isLeft
      ? []
      : [`not run forward: no value of this line is needed, only ${this.#isTangent ? "tangents" : "adjoints"}`];
  }

  #mark(ops: readonly Op[]): LineNotes["mark"] {
    const { activity } = this.observation.facts;
    let numbers = false;
    for (const op of ops) {
      if (op.kind === "const" || op.kind === "length") continue;
      const values =
        op.kind === "store" || op.kind === "accum"
          ? [op.value]
          : "result" in op && op.result !== undefined
            ? [op.result]
            : "results" in op
              ? op.results
              : [];
      if (values.some((v) => activity.isActive(v) || activity.hasShadow(v))) return "active";
      numbers ||= values.some((v) => isNumber(v.type));
    }
    return numbers ? "inactive" : "none";
  }

  // ----------------------------------------------------------------------------------------------------- parameters

  #parameters(file: string, line: number): string[] {
    const { facts } = this.observation;
    const func = facts.program.funcs.get(facts.entry);
    if (func?.loc === undefined || func.loc.file !== file || func.loc.line !== line) return [];
    const differentiated = new Set(facts.wrt);
    const groups = new Map<string, string[]>();
    func.body.params.forEach((param, i) => {
      const name = this.observation.annotated.params[i]?.name ?? param.hint ?? `parameter ${i + 1}`;
      const how = !differentiated.has(i)
        ? "constant, not differentiated"
        : this.#flow.isUseful(param)
          ? "differentiated"
          : "differentiated, but the result does not depend on it: its gradient is zero";
      groups.set(how, [...(groups.get(how) ?? []), name]);
    });
    return [...groups].map(([how, names]) => `${names.join(", ")}: ${how}`);
  }

  // --------------------------------------------------------------------------------------------------------- control

  #loop(op: Op): string[] {
    if (op.kind !== "for" && op.kind !== "while") return [];
    const { sweeps, counter } = this;
    const fate = sweeps.loops.get(placeKey(op.loc));
    const shown = fate?.forward ?? fate?.fused ?? (fate?.reverse === undefined ? undefined : op);
    if (fate === undefined || shown === undefined)
      return ["loop: gone; nothing that the generated function needs is computed in it"];
    const parts = [`loop: ${counter.trips(shown).shown(40)} iterations`];
    if (this.#isTangent) return parts;
    if (fate.fused !== undefined) {
      const runs =
        fate.forward === undefined ? "each is reversed" : "each runs again in the reverse sweep and is reversed";
      parts.push(`${runs} at once`, "nothing is stored");
    } else if (fate.reverse === undefined) parts.push("nothing to reverse");
    else {
      parts.push("reversed as a loop, last iteration first");
      if (!fate.saves)
        parts.push(fate.forward === undefined ? "not run forward: nothing is stored" : "nothing is stored in it");
    }
    return [parts.join("; ")];
  }

  #calls(key: string, ops: readonly Op[]): string[] {
    const kept = new Set(ops.flatMap((op) => (op.kind === "call" ? [op.callee] : [])));
    const { lowered } = this.observation;
    const remarks = new Set<string>();
    for (const op of this.#loweredOps.get(key) ?? []) {
      if (op.kind !== "call") continue;
      const callee = lowered.funcs.get(op.callee);
      if (callee === undefined || !/^[\w$.]+$/.test(callee.source)) continue;
      // Of a derivative along a vector the functions have names made of those of the source.
      if ([...kept].some((name) => name === op.callee || name.startsWith(`${op.callee}.`)))
        remarks.add(
          this.#isTangent
            ? `${callee.source}: stays a call; the value and the tangent come from a function of its own`
            : `${callee.source}: stays a call; forward and reverse are functions of their own`,
        );
      else if (ops.length > 0) remarks.add(`${callee.source}: inlined`);
    }
    return [...remarks];
  }

  // ---------------------------------------------------------------------------------------------------------- values

  #values(ops: readonly Op[]): string[] {
    const remarks: string[] = [];
    const said = new Set<string>();
    const say = (name: string, v: Value): void => {
      if (said.has(name)) return;
      said.add(name);
      remarks.push(`${name} ${this.#whyActive(v)}`);
    };
    for (const op of ops) {
      const cut = this.#flow.cutBy(op);
      if (cut !== undefined)
        remarks.push(
          cut === "stopGradient"
            ? "stopGradient: a constant from here on"
            : `${cut}: slope zero everywhere, so a constant from here on`,
        );
      if (op.kind === "const" || op.kind === "length") continue;
      for (const v of namedResults(op)) {
        if (!isNumber(v.type) && !isReference(v.type)) continue;
        if ("count" in op && v === op.count) continue;
        if (this.#integers.has(v.id) && this.#flow.dependsOn(v).length === 0) continue;
        if (v.hint !== undefined) say(v.hint, v);
      }
      if (op.kind === "store" || op.kind === "accum") {
        const place = this.#names.place(op.place);
        if (isNumber(op.value.type) && !said.has(place)) {
          said.add(place);
          remarks.push(`${place} ${this.#whyActive(op.value, op.place.base.hint)}`);
        }
      }
    }
    const { facts } = this.observation;
    const yields = facts.program.funcs.get(facts.entry)?.body.yields ?? [];
    for (const op of ops)
      if ("result" in op && op.result !== undefined && op.result.hint === undefined && yields.includes(op.result))
        say("the result", op.result);
    return remarks;
  }

  #whyActive(v: Value, holder?: string): string {
    const from = this.#flow.dependsOn(v);
    const isUseful = this.#flow.isUseful(v);
    if (from.length === 0)
      return isUseful ? "is a constant: no differentiated parameter flows into it" : "is a constant";
    if (!isUseful)
      return `depends on ${list(from)}, but the result does not depend on it: no ${this.#isTangent ? "tangent" : "adjoint"}`;
    const into = this.#flow
      .flowsInto(v)
      .filter((name) => name !== holder && (name !== "the result" || v.hint !== undefined));
    return `is active: depends on ${list(from)}${into.length === 0 ? "" : `, flows into ${list(into)}`}`;
  }

  // ------------------------------------------------------------------------------------------------ what is kept how

  #tape(key: string): Formula {
    const saved = this.sweeps.saved.get(key);
    return saved === undefined ? Formula.zero : this.bytes(saved);
  }

  /** Bytes on the tape for some values, in a run of the generated function. */
  bytes(values: readonly Value[] | undefined): Formula {
    return this.counter.peak(this.observation.generated.func, (op) =>
      op.kind !== "save"
        ? 0
        : op.values.filter((v) => values?.includes(v) ?? true).reduce((sum, v) => sum + bytesOf(v), 0),
    );
  }

  #stored(key: string): string[] {
    return (this.sweeps.saved.get(key) ?? []).map((v) => {
      const what = v.type.kind === "num" ? "" : v.type.kind === "bool" ? " (a flag)" : " (a reference)";
      return `stored: ${this.sweeps.names.of(v)}${what}, ${this.bytes([v]).shown(40)} bytes`;
    });
  }

  #again(key: string): string[] {
    const again = (this.#settled.get(key) ?? []).filter(
      ({ how, standIn, value }) =>
        how === "again" && this.sweeps.isDefined(standIn) && isNumber(value.type) && !this.#integers.has(value.id),
    );
    // What is part of something that is computed again needs no mention of its own.
    const parts = new Set(again.flatMap(({ value }) => operandsOf(this.#names.definition(value)).map((v) => v.id)));
    const whole = again.filter(({ value }) => !parts.has(value.id));
    const isRead = ({ value }: Settled): boolean => this.#names.definition(value)?.kind === "load";
    return [
      ...sentence(
        "read again",
        whole.filter(isRead).map((s) => this.#names.of(s.value, true)),
      ),
      ...sentence(
        "computed again",
        whole.filter((s) => !isRead(s)).map((s) => this.#names.of(s.value, true)),
      ),
    ];
  }

  #kept(key: string): string[] {
    const kept = (this.#settled.get(key) ?? []).filter(
      ({ how, standIn, value }) =>
        (how === "kept" || how === "hoisted") &&
        isNumber(value.type) &&
        !this.#integers.has(value.id) &&
        this.#names.definition(value)?.kind !== "const" &&
        this.sweeps.isUsedInReverse(standIn),
    );
    return sentence("kept in a variable", [...new Set(kept.map((s) => this.#names.of(s.value)))]);
  }
}

const operandsOf = (op: Op | undefined): readonly Value[] => (op === undefined ? [] : operands(op));

const sentence = (start: string, what: readonly string[]): string[] =>
  what.length === 0 ? [] : [`${start}: ${[...new Set(what)].join(", ")}`];

export function list(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

function push(map: Map<string, Op[]>, op: Op): void {
  if (op.loc === undefined) return;
  const key = lineKey(op.loc.file, op.loc.line);
  const known = map.get(key);
  if (known === undefined) map.set(key, [op]);
  else known.push(op);
}
