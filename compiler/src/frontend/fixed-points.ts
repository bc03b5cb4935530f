/** What a loop must be for its fixed point to be differentiated: asked of the lowered program. */
import type { ts } from "ts-morph";
import { buildFlow } from "../analysis/activity.js";
import { analyzeInfluence } from "../analysis/influence.js";
import { analyzeMemory, eachNumberSlot, type MemoryModel, reachable } from "../analysis/memory.js";
import { type Diagnostic, schedule } from "../diagnostics.js";
import type { For, Func, Op, Program, Region, Value, ValueId, While } from "../ir/ir.js";
import { isNumber, isReference } from "../ir/types.js";
import { eachDefinition, eachUse, walk } from "../ir/walk.js";
import type { Annotated } from "./lowered.js";
import { tagSpanAt } from "./loop-tags.js";
import { ruleSet } from "./rules.js";

type Loop = For | While;
type FlowNode = ValueId | string;

export function checkFixedPoints(
  lowered: Program,
  annotated: readonly Annotated[],
  program: ts.Program,
  report: (d: Diagnostic) => void,
): void {
  for (const func of lowered.funcs.values())
    walk(func.body, (op) => {
      if ((op.kind !== "for" && op.kind !== "while") || op.tag?.kind !== "implicit") return;
      const reason = reasonAgainst(lowered, annotated, func, op);
      if (reason !== undefined) report(schedule.noFixedPoint(tagSpanAt(program, op.loc), reason));
    });
}

function reasonAgainst(lowered: Program, annotated: readonly Annotated[], func: Func, loop: Loop): string | undefined {
  const names = reachable(lowered, func.name);
  const memory = analyzeMemory(lowered, func.name, names);
  const { forward } = buildFlow(lowered, memory, names, hasSlope);
  const carried = new Set<FlowNode>(
    (loop.kind === "for" ? loop.body.params.slice(1) : loop.body.params).map((v) => v.id),
  );
  const reach = (seeds: readonly FlowNode[]): ReadonlySet<FlowNode> => {
    const seen = new Set(seeds);
    // What comes round is the state again.
    for (const node of seen) for (const next of forward.get(node) ?? []) if (!carried.has(next)) seen.add(next);
    return seen;
  };
  const { state, stores } = stateOf(lowered, loop);
  if (stores.some((op) => isReference(op.value.type)))
    return "It puts arrays or objects into others, or into a variable that a function keeps; the state must be numbers and arrays of numbers";
  const [index] = loop.kind === "for" ? loop.body.params : [];
  if (index !== undefined) {
    const byNumber = reach([index.id]);
    const isVaried = (v: Value): boolean =>
      annotated.some((a) => analyzeInfluence(lowered, a.func, a.wrt, hasSlope).isVaried(v));
    const isCounted = (v: Value): boolean => nodesOf(lowered, memory, v).some((node) => byNumber.has(node));
    if (state.some((v) => isCounted(v) && isVaried(v))) return "The iteration depends on its own number";
  }
  const outside = reach(given(lowered, loop.body, memory));
  const isReached = (v: Value): boolean => nodesOf(lowered, memory, v).some((node) => outside.has(node));
  if (!state.some(isReached))
    return "The state goes where comparisons say, as in bisection: nothing from outside the loop reaches it smoothly";
  return undefined;
}

const hasSlope = (name: Parameters<typeof ruleSet>[0], arity: number, operand: number): boolean =>
  ruleSet(name, arity).slots[operand] != null;

/** A number, or those that a reference leads to. */
function nodesOf(lowered: Program, memory: MemoryModel, v: Value): readonly FlowNode[] {
  if (!isReference(v.type)) return [v.id];
  const found: FlowNode[] = [];
  eachNumberSlot(lowered, memory.classOf(v), v.type, (owner, key) => found.push(owner.slot(key)));
  return found;
}

/** What an iteration leaves for the next, in variables and in memory. */
function stateOf(
  lowered: Program,
  loop: Loop,
): { readonly state: readonly Value[]; readonly stores: readonly (Op & { kind: "store" | "accum" })[] } {
  const stores: (Op & { kind: "store" | "accum" })[] = [];
  const seen = new Set<string>();
  const visit = (op: Op): void => {
    if (op.kind === "store" || op.kind === "accum") stores.push(op);
    if (op.kind !== "call" || seen.has(op.callee)) return;
    seen.add(op.callee);
    const callee = lowered.funcs.get(op.callee);
    if (callee !== undefined) walk(callee.body, visit);
  };
  walk(loop.body, visit);
  const yields = (loop.body.yields ?? []).slice(loop.breaks ? 1 : 0);
  const state = [...yields, ...stores.map((op) => op.value)].filter((v) => isNumber(v.type) || isReference(v.type));
  return { state, stores };
}

/** What an iteration is given from outside: numbers, and memory. */
function given(lowered: Program, body: Region, memory: MemoryModel): readonly FlowNode[] {
  const inside = new Set<ValueId>();
  const found = new Set<FlowNode>();
  eachDefinition(body, (v) => inside.add(v.id));
  eachUse(body, (v) => {
    if (inside.has(v.id)) return;
    if (isNumber(v.type) || isReference(v.type)) for (const node of nodesOf(lowered, memory, v)) found.add(node);
  });
  return [...found];
}
