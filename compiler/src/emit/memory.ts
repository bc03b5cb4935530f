/** What the emitter knows about memory: whether a load may move to the statement that uses it. */
import type { Load, Op, Type, Value } from "../ir/ir.js";
import { isNumber } from "../ir/types.js";
import type { Item, Layout } from "./layout.js";

export interface Memory {
  /** Does evaluating `item` at `at` read what it reads where it stands? */
  unchanged(item: Item, at: number): boolean;
  /** Is it cheap enough to be evaluated before every iteration: a length, or one off it? */
  isCheapBound(item: Item): boolean;
}

export function memoryOf(layout: Layout): Memory {
  const writes = layout.items.filter((item) => isWrite(item.op));
  const firstAfter = (pos: number): number => {
    let low = 0;
    let high = writes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((writes[middle]?.pos ?? Infinity) > pos) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const changes = (op: Load | Extract<Op, { kind: "length" }>, from: number, to: number): boolean => {
    const first = firstAfter(from);
    for (let k = first; k < writes.length; k++) {
      const write = writes[k];
      if (write === undefined || write.pos >= to) return false;
      if (k - first > 50 || mayChange(write.op, op, layout)) return true;
    }
    return false;
  };
  return {
    unchanged: (item, at) =>
      item.op.kind === "load" || item.op.kind === "length" ? !changes(item.op, item.pos, at) : true,
    isCheapBound: (item) => {
      const { op } = item;
      if (op.kind === "length") return true;
      if (op.kind !== "prim" || (op.name !== "add" && op.name !== "sub")) return false;
      const kinds = op.args.map((v) => kindOf(v, layout));
      return kinds.includes("const") && !kinds.some((kind) => kind === "prim" || kind === "load" || kind === "if");
    },
  };
}

function kindOf(v: Value, layout: Layout): Op["kind"] | undefined {
  return layout.definitions.get(layout.resolve(v).id)?.item?.op.kind;
}

function isWrite(op: Op): boolean {
  switch (op.kind) {
    case "store":
    case "accum":
    case "resize":
    case "addInto":
    case "clear":
    case "call":
      return true;
    case "foreign":
      return !op.pure;
    default:
      return false;
  }
}

function mayChange(write: Op, read: Load | Extract<Op, { kind: "length" }>, layout: Layout): boolean {
  const target = read.kind === "load" ? read.place.base : read.array;
  if (read.kind === "length") {
    if (target.type.kind === "typed" || write.kind === "accum" || write.kind === "addInto" || write.kind === "clear")
      return false;
  }
  switch (write.kind) {
    case "store":
    case "accum":
      if (read.kind === "load") {
        if (read.place.kind !== write.place.kind) return false;
        if (read.place.kind === "field" && write.place.kind === "field" && read.place.name !== write.place.name)
          return false;
      } else if (write.place.kind === "field") return false;
      return mayOverlap(write.place.base, target, layout);
    case "resize":
      return (read.kind === "length" || read.place.kind === "elem") && mayOverlap(write.array, target, layout);
    case "addInto":
    case "clear":
      if (read.kind === "load" && !isNumber(read.result.type)) return false;
      return mayReach(write.target, target, layout);
    default:
      return true;
  }
}

/** May two references used directly as a base be the same object? */
function mayOverlap(a: Value, b: Value, layout: Layout): boolean {
  if (memoryClass(a.type) !== memoryClass(b.type)) return false;
  return mayReach(a, b, layout);
}

/** May `b` be, or be inside, what `a` is the root of? */
function mayReach(a: Value, b: Value, layout: Layout): boolean {
  const x = layout.resolve(a);
  const y = layout.resolve(b);
  if (x.id === y.id) return true;
  const originX = originOf(x, layout);
  const originY = originOf(y, layout);
  return originX === "unknown" || originY === "unknown" || (originX === "parameter" && originY === "parameter");
}

function memoryClass(type: Type): string {
  if (type.kind === "array") return isNumber(type.elem) ? "numbers" : "array";
  if (type.kind === "dict") return isNumber(type.elem) ? "dict of numbers" : "dict";
  return type.kind;
}

/** Fresh objects are no parameter and no other fresh object. What comes out of memory or a loop may be anything. */
function originOf(v: Value, layout: Layout): "fresh" | "parameter" | "unknown" {
  const definition = layout.definitions.get(v.id);
  switch (definition?.item?.op.kind) {
    case "zeros":
    case "alloc":
    case "new":
    case "copy":
      return "fresh";
    case undefined:
      return definition?.block.role === "function" ? "parameter" : "unknown";
    default:
      return "unknown";
  }
}
