/**
 * Where everything goes: Graphviz's layered layout (`dot`; Gansner, Koutsofios, North and Vo 1993), run as WebAssembly, so that
 * nothing has to be installed. It sees boxes of the sizes that the picture needs; points are 1/72 inch, the origin is top left.
 */
import type { Graphviz } from "@hpcc-js/wasm-graphviz";
import { invariant } from "../support/invariant.js";
import { groupMembers } from "./groups.js";
import { measure } from "./measure.js";
import type { Graph, GraphNode } from "./model.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
export interface LaidOut {
  readonly width: number;
  readonly height: number;
  /** Centres, by the ids of nodes. */
  readonly nodes: ReadonlyMap<string, Point>;
  readonly groups: ReadonlyMap<string, Box>;
  /** In the order of `graph.edges`: the control points of a Bézier spline (1 + 3k of them), where its arrow ends, where its label is. */
  readonly edges: readonly { readonly spline: readonly Point[]; readonly tip?: Point; readonly label?: Point }[];
}

/** The shape that stands in the middle of a node. */
export function shapeSize(node: GraphNode): { readonly width: number; readonly height: number } {
  const label = measure(node.label, 14);
  switch (node.kind) {
    case "operation":
      return { width: Math.max(32, label + 16), height: 32 };
    case "constant":
      return { width: label + 6, height: 22 };
    case "choice":
      return { width: label + 34, height: 32 };
    default:
      return {
        width: Math.max(
          36,
          label + 20,
          ...[node.value, node.adjoint].map((t) => (t === undefined ? 0 : measure(t, 11) + 4)),
        ),
        height: 30,
      };
  }
}

/** Room above and below the shape for values. */
export const textRoom = 15;

/** How far below a node the way back to the beginning of a loop goes. */
export const backRoom = 26;

export async function layOut(graph: Graph): Promise<LaidOut> {
  const graphviz = await loadGraphviz();
  let found: LaidOut | undefined;
  for (const routing of routings) {
    found = read(graph, JSON.parse(graphviz.layout(skeleton(graph, routing), "json", "dot")));
    if (found.edges.every(({ spline }, i) => spline.length > 0 || graph.edges[i]?.isBack === true)) break;
  }
  invariant(found !== undefined, "there is a way to lay out");
  return found;
}

/** How edges are drawn: the next way where Graphviz finds no path round everything for some edge. */
const routings: readonly string[] = ["newrank=true; splines=true", "splines=true", "splines=line"];

let loaded: Promise<Graphviz> | undefined;

/** Graphviz takes `console.error` when it starts and tells it of edges that it cannot route, which are seen to here. */
function loadGraphviz(): Promise<Graphviz> {
  loaded ??= import("@hpcc-js/wasm-graphviz").then(async ({ Graphviz }) => {
    const { error } = console;
    console.error = () => {};
    try {
      return await Graphviz.load();
    } finally {
      console.error = error;
    }
  });
  return loaded;
}

/** The graph as boxes of fixed sizes. */
function skeleton(graph: Graph, routing: string): string {
  const lines = [
    "digraph {",
    `rankdir=LR; nodesep=0.16; ranksep=0.55; ${routing}`,
    'node [shape=box, fixedsize=true, label=""]',
    'edge [fontname="Times", fontsize=11]',
  ];
  const write = (group: string | undefined): void => {
    const { nodes, groups } = groupMembers(graph, group);
    for (const node of nodes) {
      const { width, height } = shapeSize(node);
      const above = node.value !== undefined || node.name !== undefined;
      const below = node.adjoint !== undefined;
      // The same room on both sides, so that edges meet the middle.
      const room = above || below ? 2 * textRoom : 0;
      lines.push(`${node.id} [width=${inches(width)}, height=${inches(height + room)}]`);
    }
    for (const inner of groups) {
      lines.push(
        `subgraph cluster_${inner.id} { margin=${hasWayBack(graph, inner.id) ? backRoom : 14}; labeljust=l; fontname="Times"; fontsize=13; label=${JSON.stringify(inner.label)}`,
      );
      write(inner.id);
      lines.push("}");
    }
  };
  write(undefined);
  const inputs = graph.nodes.filter((node) => node.kind === "input").map((node) => node.id);
  if (inputs.length > 0) lines.push(`{ rank=source; ${inputs.join("; ")} }`);
  for (const { from, to, label, isBack } of graph.edges) {
    const shown = label === undefined ? "" : `label=${JSON.stringify(label)}, `;
    // Ways back are drawn below what is laid out; they only keep what they go round together.
    if (isBack === true) lines.push(`${from} -> ${to} [constraint=false, style=invis]`);
    else lines.push(`${from}:e -> ${to}:w [${shown}]`);
  }
  return `${lines.join("\n")}\n}`;
}

const hasWayBack = (graph: Graph, group: string): boolean =>
  graph.edges.some((edge) => edge.isBack === true && graph.nodes.some((n) => n.id === edge.to && n.group === group));

const inches = (points: number): string => (points / 72).toFixed(4);

/** What Graphviz says of something under a name. */
function textAt(given: unknown, name: string): string | undefined {
  const found: unknown = typeof given === "object" && given !== null ? Reflect.get(given, name) : undefined;
  return typeof found === "string" ? found : undefined;
}

function listAt(given: unknown, name: string): readonly unknown[] {
  const found: unknown = typeof given === "object" && given !== null ? Reflect.get(given, name) : undefined;
  return Array.isArray(found) ? found : [];
}

function read(graph: Graph, given: unknown): LaidOut {
  const bb = textAt(given, "bb") ?? "0,0,0,0";
  const objects = listAt(given, "objects");
  const edges = listAt(given, "edges");
  const [, , width = 0, height = 0] = bb.split(",").map(Number);
  const point = (text: string): Point => {
    const [x = 0, y = 0] = text.split(",").map(Number);
    return { x, y: height - y };
  };
  const nodes = new Map<string, Point>();
  const groups = new Map<string, Box>();
  for (const object of objects) {
    const [name = "", pos, box] = [textAt(object, "name"), textAt(object, "pos"), textAt(object, "bb")];
    if (pos !== undefined) nodes.set(name, point(pos));
    else if (box !== undefined) {
      const [left = 0, low = 0, right = 0, high = 0] = box.split(",").map(Number);
      groups.set(name.replace(/^cluster_/, ""), { left, top: height - high, width: right - left, height: high - low });
    }
  }
  return {
    width,
    height,
    nodes,
    groups,
    edges: graph.edges.map((_, i) => {
      const [pos = "", lp] = [textAt(edges[i], "pos"), textAt(edges[i], "lp")];
      const parts = pos.split(" ");
      const tip = parts.find((part) => part.startsWith("e,"));
      const spline = parts.filter((part) => /^[-\d.]/.test(part)).map(point);
      return {
        spline,
        ...(tip === undefined ? {} : { tip: point(tip.slice(2)) }),
        ...(lp === undefined ? {} : { label: point(lp) }),
      };
    }),
  };
}
