/** Who calls whom: the functions of a program with callees before callers, and which of them are recursive. */
import type { Program } from "../ir/ir.js";
import { walk } from "../ir/walk.js";

export interface CallGraph {
  /** Every function, callees before callers (within a recursion, in some order). */
  readonly order: readonly string[];
  readonly recursive: ReadonlySet<string>;
  /** The number of calls of each function, as they stand in the text. */
  readonly calls: ReadonlyMap<string, number>;
}

export function callGraph(program: Program): CallGraph {
  const callees = new Map<string, Set<string>>();
  const calls = new Map<string, number>();
  for (const [name, func] of program.funcs) {
    const found = new Set<string>();
    walk(func.body, (op) => {
      if (op.kind !== "call") return;
      found.add(op.callee);
      calls.set(op.callee, (calls.get(op.callee) ?? 0) + 1);
    });
    callees.set(name, found);
  }
  const search = new Components(callees);
  for (const name of program.funcs.keys()) search.visit(name);
  return { order: search.order, recursive: search.recursive, calls };
}

/** Strongly connected components (Tarjan 1972): a function is recursive if its component has two members or it calls itself. */
class Components {
  readonly order: string[] = [];
  readonly recursive = new Set<string>();
  private readonly index = new Map<string, number>();
  private readonly low = new Map<string, number>();
  private readonly stack: string[] = [];
  private readonly onStack = new Set<string>();

  constructor(private readonly callees: ReadonlyMap<string, ReadonlySet<string>>) {}

  visit(name: string): number {
    const seen = this.index.get(name);
    if (seen !== undefined) return this.onStack.has(name) ? (this.low.get(name) ?? seen) : Infinity;
    const own = this.index.size;
    this.index.set(name, own);
    this.low.set(name, own);
    this.stack.push(name);
    this.onStack.add(name);
    let low = own;
    for (const callee of this.callees.get(name) ?? []) low = Math.min(low, this.visit(callee));
    this.low.set(name, low);
    if (low === own) this.close(name);
    return low;
  }

  private close(root: string): void {
    const members: string[] = [];
    for (let name = this.stack.pop(); name !== undefined; name = this.stack.pop()) {
      this.onStack.delete(name);
      members.push(name);
      if (name === root) break;
    }
    const [only] = members;
    const isRecursive = members.length > 1 || (only !== undefined && this.callees.get(only)?.has(only) === true);
    for (const name of members) {
      this.order.push(name);
      if (isRecursive) this.recursive.add(name);
    }
  }
}
