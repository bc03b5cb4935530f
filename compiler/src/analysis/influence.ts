/**
 * What depends on the differentiated parameters, and what of that reaches the results: for the refusal of derivatives that
 * would be lost, and for warnings. A parameter reaches a result *smoothly* where every operation on the way has a slope, and
 * *in steps* where some have none, *by choice* where it only decides what is computed.
 */
import type { Op, Program, Type, Value, ValueId } from "../ir/ir.js";
import { fieldsWithin, isNumber, isReference, present } from "../ir/types.js";
import { walk } from "../ir/walk.js";
import { joinAliases } from "./aliases.js";
import { buildFlow, type HasSlope, reach } from "./activity.js";
import { analyzeMemory, eachNumberSlot, elements, memberKeys, type MemoryModel, reachable } from "./memory.js";

/** `stopped`: by `stopGradient`, and by nothing else. */
export type Reach = "smoothly" | "in steps" | "by choice" | "stopped" | "not at all";

export interface Influence {
  /** Does this value, or a number it leads to, depend on a differentiated parameter? Text does where it was made from one. */
  isVaried(v: Value): boolean;
  /** How the parameter at a position reaches the results. */
  reachOf(position: number): Reach;
}

export function analyzeInfluence(
  program: Program,
  entry: string,
  wrt: readonly number[],
  hasSlope: HasSlope,
): Influence {
  const names = reachable(program, entry);
  const memory = analyzeMemory(program, entry, names);
  const apart = influenceIn(program, entry, names, memory, wrt, hasSlope);
  let joined: Influence | undefined;
  return {
    isVaried: (v) => apart.isVaried(v),
    reachOf: (position) => {
      const found = apart.reachOf(position);
      if (found === "smoothly") return found;
      // It may also reach a result through an object that another parameter holds too.
      if (joined === undefined) {
        const shared = analyzeMemory(program, entry, names);
        const isShared = joinAliases(program, entry, names, shared).size > 0;
        joined = isShared ? influenceIn(program, entry, names, shared, wrt, hasSlope) : apart;
      }
      return joined.reachOf(position);
    },
  };
}

function influenceIn(
  program: Program,
  entry: string,
  names: readonly string[],
  memory: MemoryModel,
  wrt: readonly number[],
  hasSlope: HasSlope,
): Influence {
  const { body } = program.funcs.get(entry) ?? { body: { params: [], ops: [], yields: null } };
  const known = new Set<ValueId>(body.params.map((p) => p.id));
  for (const name of names) {
    const func = program.funcs.get(name);
    func?.body.params.forEach((p) => known.add(p.id));
    if (func !== undefined) walk(func.body, (op) => resultsOf(op).forEach((v) => known.add(v.id)));
  }
  const nodesOf = (v: Value): (ValueId | string)[] => {
    if (!known.has(v.id)) return [];
    if (isNumber(v.type)) return [v.id];
    if (!isReference(v.type)) return [];
    const slots: string[] = [];
    eachNumberSlot(program, memory.classOf(v), v.type, (owner, key, noDiff) => {
      if (!noDiff) slots.push(owner.slot(key));
    });
    return slots;
  };
  const inputs = (positions: readonly number[]) =>
    positions.flatMap((i) => {
      const param = body.params[i];
      return param === undefined ? [] : nodesOf(param);
    });
  const smooth = buildFlow(program, memory, names, hasSlope);
  const varied = reach(smooth.forward, inputs(wrt));
  const outputs = (body.yields ?? []).flatMap(nodesOf);
  const useful = reach(smooth.backward, outputs);
  let flows: Flows | undefined;
  const tainted = reach(textFlow(program, memory, names), [...varied]);
  return {
    isVaried: (v) =>
      isReference(v.type) || isNumber(v.type) ? nodesOf(v).some((n) => varied.has(n)) : tainted.has(v.id),
    reachOf: (position) => {
      const own = inputs([position]);
      if (own.some((n) => useful.has(n))) return "smoothly";
      flows ??= {
        inSteps: reach(buildFlow(program, memory, names, (name) => name !== "stopGradient").backward, outputs),
        any: buildFlow(program, memory, names, () => true),
        choosing: choosers(program, names),
      };
      const { inSteps, any, choosing } = flows;
      if (own.some((n) => inSteps.has(n))) return "in steps";
      const forward = reach(any.forward, own);
      if (outputs.some((n) => forward.has(n))) return "stopped";
      return [...forward].some((n) => choosing.has(n)) ? "by choice" : "not at all";
    },
  };
}

interface Flows {
  readonly inSteps: ReadonlySet<ValueId | string>;
  readonly any: ReturnType<typeof buildFlow>;
  readonly choosing: ReadonlySet<ValueId | string>;
}

/** The numbers that decide something: compared, counted to, used as an index or a length, written out. */
function choosers(program: Program, names: readonly string[]): Set<ValueId | string> {
  const found = new Set<ValueId | string>();
  const add = (...values: readonly (Value | undefined)[]): void => {
    for (const v of values) if (v !== undefined) found.add(v.id);
  };
  for (const name of names) {
    const func = program.funcs.get(name);
    if (func === undefined) continue;
    walk(func.body, (op) => {
      switch (op.kind) {
        case "prim":
          if (op.result.type.kind === "bool") add(...op.args);
          break;
        case "for":
          add(op.from, op.to);
          break;
        case "alloc":
        case "resize":
          add(op.length);
          break;
        case "load":
        case "store":
        case "accum":
          if (op.place.kind === "elem") add(op.place.index);
          break;
        case "foreign":
        case "throw":
          add(...op.args);
          break;
        default:
      }
    });
  }
  return found;
}

type Edges = Map<ValueId | string, (ValueId | string)[]>;

/** How text goes: from what it is made of, through variables and memory. */
function textFlow(program: Program, memory: MemoryModel, names: readonly string[]): Edges {
  const edges: Edges = new Map();
  const edge = (from: ValueId | string, to: ValueId | string): void => {
    const list = edges.get(from);
    if (list === undefined) edges.set(from, [to]);
    else list.push(to);
  };
  const move = (from: Value | undefined, to: Value | undefined): void => {
    if (from !== undefined && to !== undefined && isText(from.type) && isText(to.type)) edge(from.id, to.id);
  };
  const moveAll = (from: readonly Value[] | null, to: readonly Value[]): void =>
    from?.forEach((v, i) => move(v, to[i]));
  const nodesIn = (v: Value): (ValueId | string)[] => {
    if (!isReference(v.type)) return [v.id];
    const owner = memory.classOf(v);
    const type = present(v.type);
    const found: string[] = type.kind === "array" || type.kind === "dict" ? [owner.slot(elements)] : [];
    const fields = type.kind === "record" ? fieldsWithin(type.name, program.records) : [];
    for (const f of fields) if (isText(f.type)) found.push(owner.slot(f.name));
    eachNumberSlot(program, owner, v.type, (c, key, noDiff) => {
      if (!noDiff) found.push(c.slot(key));
    });
    return found;
  };
  /** What the keys of an object with arbitrary keys are made of. */
  const keysIn = (v: Value): (ValueId | string)[] =>
    present(v.type).kind === "dict" ? [memory.classOf(v).slot("keys")] : nodesIn(v);
  const visit = (op: Op): void => {
    switch (op.kind) {
      case "foreign":
        // What a text is put into holds it from then on.
        for (const arg of op.args) {
          for (const from of isListingKeys(op) ? keysIn(arg) : nodesIn(arg)) {
            for (const to of op.result === undefined ? [] : nodesIn(op.result)) edge(from, to);
            const [receiver] = op.args;
            if (receiver !== undefined && receiver !== arg && receiver.type.kind === "opaque") edge(from, receiver.id);
          }
        }
        break;
      case "load":
        if (isText(op.result.type)) edge(memory.slotOf(op.place), op.result.id);
        break;
      case "store":
        if (isText(op.value.type)) edge(op.value.id, memory.slotOf(op.place));
        if (op.place.kind === "elem" && op.place.base.type.kind === "dict")
          for (const keys of keysIn(op.place.base)) edge(op.place.index.id, keys);
        break;
      case "new": {
        const owner = memory.classOf(op.result);
        memberKeys(program, op.result.type, op.members.length).forEach((key, i) => {
          const member = op.members[i];
          if (member !== undefined && isText(member.type)) edge(member.id, owner.slot(key));
        });
        break;
      }
      case "cast":
        move(op.value, op.result);
        break;
      case "if":
        moveAll(op.then.yields, op.results);
        moveAll(op.else.yields, op.results);
        break;
      case "for":
      case "while": {
        const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
        moveAll(op.inits, params);
        moveAll(params, op.results);
        if (op.kind === "while") moveAll(params, op.cond.params);
        moveAll(op.body.yields?.slice(op.breaks ? 1 : 0) ?? null, params);
        break;
      }
      case "call": {
        const callee = program.funcs.get(op.callee);
        if (callee === undefined) break;
        moveAll(op.args, callee.body.params);
        moveAll(callee.body.yields, op.results);
        break;
      }
      default:
    }
  };
  for (const name of names) {
    const func = program.funcs.get(name);
    if (func !== undefined) walk(func.body, visit);
  }
  return edges;
}

/** `Object.keys(table)` shows nothing of what the members are. */
const isListingKeys = (op: Op & { kind: "foreign" }): boolean => op.text[0] === "Object.keys(";

const isText = (type: Type): boolean => present(type).kind === "str" || present(type).kind === "opaque";

const resultsOf = (op: Op): readonly Value[] =>
  "results" in op ? op.results : "result" in op && op.result !== undefined ? [op.result] : [];
