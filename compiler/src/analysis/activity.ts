/**
 * Which numbers need an adjoint: those that depend on a differentiated input (*varied*) and that a differentiated output
 * depends on (*useful*). Both are reachability in one graph of value flow: nodes are values and memory slots, an edge
 * leads from what is read to what is computed from it with a slope that is not zero everywhere. Memory is one node per
 * slot, whenever it is written: an over-approximation, so unknown means active. Linear in the size of the program.
 */
import type { Op, Place, Program, Region, Type, Value, ValueId } from "../ir/ir.js";
import type { PrimName } from "../ir/primitives.js";
import { isDifferentiable, isFloatArray, isNumber, isReference, voidType } from "../ir/types.js";
import { walk } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";
import { eachNumberSlot, type MemoryClass, memberKeys, type MemoryModel, reachable } from "./memory.js";

/** Has this operand of this primitive a slope that is not zero everywhere? */
export type HasSlope = (name: PrimName, arity: number, operand: number) => boolean;

export interface Activity {
  /** Needs an adjoint: a number that is varied and useful. */
  isActive(value: Value): boolean;
  isActiveSlot(slot: string): boolean;
  /** Needs a shadow: a reference that leads to an active slot. */
  hasShadow(value: Value): boolean;
  /** The function does something an adjoint must undo. */
  isActiveFunction(name: string): boolean;
}

type FlowNode = ValueId | string;

/** Is this place one a derivative can flow through? */
export function isFloatPlace(program: Program, place: Place): boolean {
  const type = place.base.type;
  if (place.kind === "elem")
    return type.kind === "typed"
      ? isFloatArray(type)
      : (type.kind === "array" || type.kind === "dict") && isNumber(type.elem);
  if (type.kind === "tuple") return isNumber(type.elems[Number(place.name)] ?? voidType);
  if (type.kind !== "record") return false;
  const field = program.records.get(type.name)?.fields.find((f) => f.name === place.name);
  return field !== undefined && field.noDiff !== true && isNumber(field.type);
}

class Flow {
  readonly forward = new Map<FlowNode, FlowNode[]>();
  readonly backward = new Map<FlowNode, FlowNode[]>();

  edge(from: FlowNode, to: FlowNode): void {
    push(this.forward, from, to);
    push(this.backward, to, from);
  }
}

function push(map: Map<FlowNode, FlowNode[]>, key: FlowNode, item: FlowNode): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

export function reach(edges: ReadonlyMap<FlowNode, readonly FlowNode[]>, seeds: readonly FlowNode[]): Set<FlowNode> {
  const seen = new Set<FlowNode>(seeds);
  for (const node of seen) for (const next of edges.get(node) ?? []) seen.add(next);
  return seen;
}

export function buildFlow(program: Program, memory: MemoryModel, names: readonly string[], hasSlope: HasSlope): Flow {
  const flow = new Flow();
  const numbers = (from: Value | undefined, to: Value | undefined): void => {
    if (from !== undefined && to !== undefined && isNumber(from.type) && isNumber(to.type)) flow.edge(from.id, to.id);
  };
  const nodesOf = (v: Value): readonly FlowNode[] => {
    if (!isReference(v.type)) return [v.id];
    const slots: FlowNode[] = [];
    eachNumberSlot(program, memory.classOf(v), v.type, (owner, key, noDiff) => {
      if (!noDiff) slots.push(owner.slot(key));
    });
    return slots;
  };
  /** A custom rule may let every number of a parameter flow into every number of the result. */
  const throughRule = (from: Value | undefined, to: Value | undefined): void => {
    if (from === undefined || to === undefined) return;
    for (const source of nodesOf(from)) for (const target of nodesOf(to)) flow.edge(source, target);
  };
  const yields = (region: Region, skip: number, targets: readonly Value[]): void => {
    region.yields?.slice(skip).forEach((v, i) => numbers(v, targets[i]));
  };
  const structure = (from: Value, to: Value): void => {
    // A deep copy: every slot of the source flows into the same slot of the result.
    const target = new Map<string, string>();
    const path = (owner: MemoryClass, type: Type, visit: (key: string, slot: string) => void): void => {
      let i = 0;
      eachNumberSlot(program, owner, type, (c, key, noDiff) => {
        if (!noDiff) visit(`${i}`, c.slot(key));
        i++;
      });
    };
    path(memory.classOf(to), to.type, (key, slot) => target.set(key, slot));
    path(memory.classOf(from), from.type, (key, slot) => {
      const t = target.get(key);
      if (t !== undefined) flow.edge(slot, t);
    });
  };
  const visit = (op: Op): void => {
    switch (op.kind) {
      case "prim":
        op.args.forEach((arg, i) => {
          if (arg.type.kind === "num" && hasSlope(op.name, op.args.length, i)) numbers(arg, op.result);
        });
        break;
      case "load":
        if (isFloatPlace(program, op.place)) flow.edge(memory.slotOf(op.place), op.result.id);
        break;
      case "store":
      case "accum":
        if (isFloatPlace(program, op.place)) flow.edge(op.value.id, memory.slotOf(op.place));
        break;
      case "new": {
        const owner = memory.classOf(op.result);
        memberKeys(program, op.result.type, op.members.length).forEach((key, i) => {
          const member = op.members[i];
          const place: Place = { kind: "field", base: op.result, name: key };
          const flows = op.result.type.kind === "array" || isFloatPlace(program, place);
          if (member !== undefined && isNumber(member.type) && flows) flow.edge(member.id, owner.slot(key));
        });
        break;
      }
      case "cast":
        numbers(op.value, op.result);
        break;
      case "copy":
        if (isReference(op.result.type)) structure(op.source, op.result);
        else numbers(op.source, op.result);
        break;
      case "if":
        yields(op.then, 0, op.results);
        yields(op.else, 0, op.results);
        break;
      case "for":
      case "while": {
        const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
        op.inits.forEach((init, i) => {
          numbers(init, params[i]);
          numbers(params[i], op.results[i]);
          if (op.kind === "while") numbers(params[i], op.cond.params[i]);
        });
        yields(op.body, op.breaks ? 1 : 0, params);
        break;
      }
      case "call": {
        const callee = program.funcs.get(op.callee);
        invariant(callee !== undefined, `call of unknown function ${op.callee}`);
        op.args.forEach((arg, i) => numbers(arg, callee.body.params[i]));
        yields(callee.body, 0, op.results);
        for (const i of callee.rule?.wrt ?? []) throughRule(op.args[i], op.results[0]);
        break;
      }
      default:
        break;
    }
  };
  for (const name of names) {
    const func = program.funcs.get(name);
    if (func !== undefined) walk(func.body, visit);
  }
  return flow;
}

/** Activity of everything `entry` reaches, for derivatives of all its results by the parameters at positions `wrt`. */
export function analyzeActivity(
  program: Program,
  entry: string,
  wrt: readonly number[],
  memory: MemoryModel,
  hasSlope: HasSlope,
): Activity {
  const names = reachable(program, entry);
  const flow = buildFlow(program, memory, names, hasSlope);
  const func = program.funcs.get(entry);
  invariant(func !== undefined, `no function ${entry}`);

  const nodesOf = (v: Value): FlowNode[] => {
    if (isNumber(v.type)) return [v.id];
    if (!isReference(v.type)) return [];
    const slots: FlowNode[] = [];
    eachNumberSlot(program, memory.classOf(v), v.type, (owner, key, noDiff) => {
      if (!noDiff) slots.push(owner.slot(key));
    });
    return slots;
  };
  const inputs = wrt.flatMap((i) => {
    const param = func.body.params[i];
    return param === undefined ? [] : nodesOf(param);
  });
  const varied = reach(flow.forward, inputs);
  const useful = reach(flow.backward, (func.body.yields ?? []).flatMap(nodesOf));
  const active = (node: FlowNode): boolean => varied.has(node) && useful.has(node);

  // A class needs a shadow when one of its number slots is active, or a member's is, or an owner has one.
  const shadowed = new Map<string, boolean>();
  const leadsToActive = (v: Value): boolean => {
    const key = memory.classOf(v).slot(JSON.stringify(v.type));
    let answer = shadowed.get(key);
    if (answer === undefined) {
      answer = nodesOf(v).some(active);
      shadowed.set(key, answer);
    }
    return answer;
  };
  const owned = ownedByShadowed(program, names, memory, leadsToActive);

  const activeFunctions = new Set<string>();
  const isActive = (v: Value): boolean => isNumber(v.type) && active(v.id);
  const hasShadow = (v: Value): boolean =>
    isReference(v.type) &&
    isDifferentiable(v.type, program.records) &&
    (leadsToActive(v) || owned.has(memory.classOf(v).slot("")));
  for (const name of names) {
    const f = program.funcs.get(name);
    if (f === undefined) continue;
    let found =
      f.body.params.some((p) => isActive(p) || hasShadow(p)) ||
      (f.body.yields ?? []).some((v) => isActive(v) || hasShadow(v));
    walk(f.body, (op) => {
      if (op.kind === "load" || op.kind === "store" || op.kind === "accum") found ||= hasShadow(op.place.base);
    });
    if (found) activeFunctions.add(name);
  }
  return {
    isActive,
    isActiveSlot: active,
    hasShadow,
    isActiveFunction: (name) => activeFunctions.has(name),
  };
}

/**
 * Classes with a shadow: those that lead to active numbers in one of the types they are seen in, their members, since the
 * shadow structure mirrors the whole primal structure, and their owners, through which the shadow is found.
 */
function ownedByShadowed(
  program: Program,
  names: readonly string[],
  memory: MemoryModel,
  leads: (v: Value) => boolean,
): Set<string> {
  const owned = new Set<string>();
  const pending: MemoryClass[] = [];
  const owners = new Map<string, Map<string, MemoryClass>>();
  const add = (found: MemoryClass): void => {
    const key = found.slot("");
    if (owned.has(key)) return;
    owned.add(key);
    pending.push(found);
  };
  const look = (v: Value): void => {
    if (!isReference(v.type)) return;
    const found = memory.classOf(v);
    for (const member of found.members()) {
      const key = member.slot("");
      const known = owners.get(key) ?? new Map<string, MemoryClass>();
      owners.set(key, known.set(found.slot(""), found));
    }
    if (leads(v)) add(found);
  };
  for (const name of names) {
    const func = program.funcs.get(name);
    if (func === undefined) continue;
    func.body.params.forEach(look);
    walk(func.body, (op) => {
      if ("result" in op && op.result !== undefined) look(op.result);
      if ("results" in op) op.results.forEach(look);
    });
  }
  for (let found = pending.pop(); found !== undefined; found = pending.pop()) {
    for (const member of found.members()) add(member);
    for (const owner of owners.get(found.slot(""))?.values() ?? []) add(owner);
  }
  return owned;
}
