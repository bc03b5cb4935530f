/** A graph as an SVG picture: values above the nodes, adjoints below, as textbooks draw it. */
import { escaped } from "./dot.js";
import { backRoom, type LaidOut, type Point, shapeSize, textRoom } from "./layout.js";
import type { Graph, GraphNode } from "./model.js";
import { measure } from "./measure.js";

const margin = 18;
const captionHeight = 26;

const style = `
  text { font-family: "STIX Two Text", "Latin Modern Roman", "Times New Roman", Times, serif; font-size: 14px; fill: #1a1a1a; text-anchor: middle; dominant-baseline: central; }
  .shape { fill: #ffffff; stroke: #1a1a1a; stroke-width: 1.1; }
  .input > .shape { fill: #e3ecf8; }
  .output > .shape { fill: #fdf0d9; stroke-width: 1.8; }
  .carried > .shape { fill: #eef3e6; }
  .structure > .shape, .call > .shape { fill: #f3eef8; }
  .name, .variable { font-style: italic; }
  .note { font-size: 11px; paint-order: stroke; stroke: #ffffff; stroke-width: 3px; stroke-linejoin: round; }
  .value { fill: #1b5e20; }
  .adjoint { fill: #b3261e; }
  .faint > .shape { stroke: #a3a3a3; fill: #fafafa; }
  .faint > text { fill: #8a8a8a; }
  .faint > .note.value { fill: #7fa083; }
  .edge { fill: none; stroke: #1a1a1a; stroke-width: 1; }
  .edge.quiet { stroke: #b0b0b0; }
  .edge.back { stroke-dasharray: 4 3; }
  .arrow { fill: #1a1a1a; }
  .arrow.quiet { fill: #b0b0b0; }
  .edge-label { font-size: 11px; font-style: italic; fill: #555555; paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }
  .group { stroke: #c4c4c4; stroke-width: 1; }
  .loop { fill: #f6f6f4; }
  .branch { fill: none; stroke-dasharray: 5 4; }
  .group-label { font-size: 13px; font-style: italic; fill: #555555; text-anchor: start; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
  .loop-group > .group-label { stroke: #f6f6f4; }
  .idle { opacity: 0.4; }
  .caption { font-size: 12px; fill: #555555; text-anchor: start; }
`;

export function toSvg(graph: Graph, at: LaidOut): string {
  const captionWidth = measure(graph.caption, 12);
  // Text beside narrow nodes may reach further than their boxes.
  const width = Math.ceil(Math.max(at.width, captionWidth) + 2 * margin + 12);
  const height = Math.ceil(at.height + 2 * margin + captionHeight);
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(`Computational graph of ${graph.name}`)}</title>`,
    `<style>${style}</style>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<g transform="translate(${margin + 6} ${margin})">`,
  ];
  for (const group of graph.groups) {
    const box = at.groups.get(group.id);
    if (box === undefined) continue;
    const idle = group.isIdle === true ? " idle" : "";
    out.push(
      `<g class="${group.kind}-group${idle}"><rect class="group ${group.kind}" x="${n(box.left)}" y="${n(box.top)}" width="${n(box.width)}" height="${n(box.height)}" rx="8"/>` +
        `<text class="group-label" x="${n(box.left + 9)}" y="${n(box.top + 13)}">${escaped(group.label)}</text></g>`,
    );
  }
  graph.edges.forEach((edge, i) => {
    const laid = edge.isBack === true ? wayBack(edge, graph, at) : at.edges[i];
    if (laid !== undefined) out.push(edgeText(edge, laid));
  });
  for (const node of graph.nodes) {
    const centre = at.nodes.get(node.id);
    if (centre !== undefined) out.push(nodeText(node, centre));
  }
  out.push("</g>");
  out.push(
    `<text class="caption" x="${margin}" y="${height - captionHeight / 2 - 2}">${escaped(graph.caption)}</text>`,
  );
  out.push("</svg>");
  return `${out.join("\n")}\n`;
}

function edgeText(edge: Graph["edges"][number], laid: LaidOut["edges"][number]): string {
  const [start, ...rest] = laid.spline;
  if (start === undefined) return "";
  const path = `M${xy(start)} ${chunks(rest)
    .map((c) => `C${c.map(xy).join(" ")}`)
    .join(" ")}`;
  const end = laid.spline.at(-1) ?? start;
  const quiet = edge.isActive ? "" : " quiet";
  const back = edge.isBack === true ? " back" : "";
  const { tip } = laid;
  const last = tip === undefined ? "" : ` L${xy(tip)}`;
  const arrow = tip === undefined ? "" : `<path class="arrow${quiet}" d="${arrowHead(end, tip)}"/>`;
  const label =
    edge.label === undefined || laid.label === undefined
      ? ""
      : `<text class="edge-label" x="${n(laid.label.x)}" y="${n(laid.label.y)}">${escaped(edge.label)}</text>`;
  return `<path class="edge${quiet}${back}" d="${path}${last}"/>${arrow}${label}`;
}

/** The way back to the beginning of a loop: below what it goes round, or above where it begins higher up. */
function wayBack(edge: Graph["edges"][number], graph: Graph, at: LaidOut): LaidOut["edges"][number] | undefined {
  const isAbove = (at.nodes.get(edge.to)?.y ?? 0) < (at.nodes.get(edge.from)?.y ?? 0) - 8;
  const side = isAbove ? -1 : 1;
  const border = (id: string): Point | undefined => {
    const node = graph.nodes.find((each) => each.id === id);
    const centre = at.nodes.get(id);
    if (node === undefined || centre === undefined) return undefined;
    const name = isAbove && node.name !== undefined && node.name !== node.label ? textRoom : 0;
    return { x: centre.x, y: centre.y + side * (shapeSize(node).height / 2 + name) };
  };
  const from = border(edge.from);
  const to = border(edge.to);
  if (from === undefined || to === undefined) return undefined;
  const low = (isAbove ? Math.min(from.y, to.y) : Math.max(from.y, to.y)) + side * backRoom;
  const tip = { x: to.x, y: to.y };
  const end = { x: to.x, y: to.y + side * 6 };
  const lean = Math.min(24, Math.abs(from.x - to.x) / 3) * Math.sign(to.x - from.x);
  return { spline: [from, { x: from.x + lean / 3, y: low }, { x: to.x - lean / 3, y: low }, end], tip };
}

/** A slender triangle from the end of a spline to its tip. */
function arrowHead(from: Point, tip: Point): string {
  const length = Math.hypot(tip.x - from.x, tip.y - from.y) || 1;
  const ux = (tip.x - from.x) / length;
  const uy = (tip.y - from.y) / length;
  const base = { x: tip.x - 8 * ux, y: tip.y - 8 * uy };
  const side = (s: number): Point => ({ x: base.x - s * 3 * uy, y: base.y + s * 3 * ux });
  return `M${xy(tip)} L${xy(side(1))} L${xy(side(-1))} Z`;
}

function nodeText(node: GraphNode, { x, y }: Point): string {
  const { width, height } = shapeSize(node);
  const classes = [node.kind, ...(node.isActive ? [] : ["faint"]), ...(node.isIdle === true ? ["idle"] : [])];
  const parts = [
    ...(node.title === undefined ? [] : [`<title>${escaped(node.title)}</title>`]),
    shapeText(node, x, y, width, height),
    `<text class="${isVariable(node) ? "variable" : "symbol"}" x="${n(x)}" y="${n(y)}">${escaped(node.label)}</text>`,
  ];
  const name = node.name === undefined || node.name === node.label ? undefined : node.name;
  const above = textRoom / 2 + height / 2;
  if (node.value !== undefined || name !== undefined) {
    const named = name === undefined ? "" : `<tspan class="name">${escaped(name)}</tspan>`;
    const value = node.value === undefined ? "" : escaped(node.value);
    const between = named !== "" && value !== "" ? " = " : "";
    parts.push(`<text class="note value" x="${n(x)}" y="${n(y - above)}">${named}${between}${value}</text>`);
  }
  if (node.adjoint !== undefined)
    parts.push(`<text class="note adjoint" x="${n(x)}" y="${n(y + above)}">${escaped(node.adjoint)}</text>`);
  return `<g class="${classes.join(" ")}">${parts.join("")}</g>`;
}

const isVariable = (node: GraphNode): boolean =>
  node.kind === "input" ||
  node.kind === "carried" ||
  node.kind === "output" ||
  node.kind === "element" ||
  node.kind === "structure";

function shapeText(node: GraphNode, x: number, y: number, width: number, height: number): string {
  const left = x - width / 2;
  const top = y - height / 2;
  const box = (radius: number): string =>
    `<rect class="shape" x="${n(left)}" y="${n(top)}" width="${n(width)}" height="${n(height)}" rx="${radius}"/>`;
  switch (node.kind) {
    case "constant":
      return "";
    case "operation":
      return width <= 33 ? `<circle class="shape" cx="${n(x)}" cy="${n(y)}" r="16"/>` : box(16);
    case "choice": {
      const points = [
        [left, y],
        [left + 12, top],
        [left + width - 12, top],
        [left + width, y],
        [left + width - 12, top + height],
        [left + 12, top + height],
      ];
      return `<polygon class="shape" points="${points.map(([px = 0, py = 0]) => `${n(px)},${n(py)}`).join(" ")}"/>`;
    }
    case "structure":
    case "call":
      return box(3);
    default:
      return box(9);
  }
}

/** Coordinates with two decimals: enough for any screen, and the same everywhere. */
const n = (x: number): string => String(Math.round(x * 100) / 100);
const xy = (p: Point): string => `${n(p.x)},${n(p.y)}`;

function chunks(points: readonly Point[]): Point[][] {
  const out: Point[][] = [];
  for (let i = 0; i + 2 < points.length; i += 3) out.push(points.slice(i, i + 3));
  return out;
}
