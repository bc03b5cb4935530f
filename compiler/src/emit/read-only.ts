/** Which array parameters of helpers are only read, through every call: they are declared `readonly`. */
import type { Func, Program, Value, ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { regions, results, walk } from "../ir/walk.js";
import { append } from "../support/append.js";

export interface ReadOnlyParams {
  has(func: string, param: number): boolean;
}

/**
 * Values that may share memory are put together (a loaded row with its matrix, what an `if` yields with its result), and a
 * group that anything writes to, keeps, merges or returns is not read-only. Repeated until the calls agree.
 */
export function readOnlyParams(program: Program): ReadOnlyParams {
  const written = new Map<string, Set<number>>();
  for (const func of program.funcs.values()) written.set(func.name, new Set());
  for (let changed = true; changed; ) {
    changed = false;
    for (const func of program.funcs.values()) {
      const known = written.get(func.name) ?? new Set();
      for (const k of writtenParams(func, written)) {
        if (known.has(k)) continue;
        known.add(k);
        changed = true;
      }
    }
  }
  return { has: (func, param) => !(written.get(func)?.has(param) ?? true) };
}

function writtenParams(func: Func, written: ReadonlyMap<string, ReadonlySet<number>>): readonly number[] {
  const parents = new Map<ValueId, ValueId>();
  const rootOf = (id: ValueId): ValueId => {
    let root = id;
    for (let next = parents.get(root); next !== undefined && next !== root; next = parents.get(root)) root = next;
    if (root !== id) parents.set(id, root);
    return root;
  };
  const join = (a: Value, b: Value | undefined): void => {
    if (b === undefined || !isReference(a.type) || !isReference(b.type)) return;
    const [x, y] = [rootOf(a.id), rootOf(b.id)];
    if (x !== y) parents.set(x, y);
  };
  const marked: Value[] = [];
  const joinAll = (targets: readonly Value[], sources: readonly Value[] | null): void => {
    sources?.forEach((source, k) => {
      const target = targets[k];
      if (target !== undefined) join(source, target);
    });
  };

  walk(func.body, (op) => {
    switch (op.kind) {
      case "cast":
        join(op.result, op.value);
        return;
      case "load":
        join(op.result, op.place.base);
        return;
      case "store":
        marked.push(op.place.base, op.value);
        return;
      case "accum":
        marked.push(op.place.base);
        return;
      case "view":
        join(op.result, op.array);
        marked.push(op.array);
        return;
      case "resize":
        marked.push(op.array);
        return;
      case "addInto":
      case "clear":
        marked.push(op.target);
        return;
      case "new":
        append(marked, op.members);
        return;
      case "export":
        marked.push(op.source);
        join(op.result, op.source);
        return;
      case "call":
        op.args.forEach((v, k) => {
          if (written.get(op.callee)?.has(k) ?? true) marked.push(v);
        });
        return;
      case "if":
        for (const arm of regions(op)) joinAll(op.results, arm.yields);
        // A variable that takes different values is declared with its plain type.
        append(marked, op.results);
        return;
      case "for":
      case "while": {
        const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
        joinAll(params, op.inits);
        joinAll(op.results, params);
        append(marked, op.results);
        joinAll(params, op.breaks ? (op.body.yields?.slice(1) ?? null) : op.body.yields);
        if (op.kind === "while") joinAll(op.cond.params, params);
        return;
      }
      case "foreign":
        // The source may only read what it declared so.
        if (!op.pure) append(marked, [...op.args, ...results(op)]);
        return;
      case "closure":
        append(marked, op.body.yields ?? []);
        return;
      default:
        return;
    }
  });
  append(marked, func.body.yields ?? []);
  const bad = new Set(marked.filter((v) => isReference(v.type)).map((v) => rootOf(v.id)));
  return func.body.params.flatMap((v, k) => (isReference(v.type) && bad.has(rootOf(v.id)) ? [k] : []));
}
