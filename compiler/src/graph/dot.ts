/** A graph as text in the DOT language of Graphviz. */
import type { Graph, GraphNode } from "./model.js";
import { groupMembers } from "./groups.js";

const shapes: Readonly<Record<GraphNode["kind"], string>> = {
  input: "box",
  operation: "circle",
  constant: "plaintext",
  structure: "box",
  element: "box",
  choice: "diamond",
  carried: "box",
  call: "box",
  output: "box",
};

const colours = { value: "#1b5e20", adjoint: "#b3261e", faint: "#9e9e9e" } as const;

export function toDot(graph: Graph): string {
  const lines = [
    `digraph ${quoted(graph.name)} {`,
    "  rankdir = LR",
    `  label = ${quoted(graph.caption)}`,
    '  fontname = "Times"',
    '  node [fontname = "Times", fontsize = 14]',
    '  edge [fontname = "Times", fontsize = 11, arrowsize = 0.7]',
  ];
  const write = (group: string | undefined, indent: string): void => {
    const { nodes, groups } = groupMembers(graph, group);
    for (const node of nodes) lines.push(`${indent}${nodeText(node)}`);
    for (const inner of groups) {
      lines.push(`${indent}subgraph cluster_${inner.id} {`);
      lines.push(
        `${indent}  label = ${quoted(inner.label)}; labeljust = l; style = ${inner.kind === "loop" ? '"rounded,filled"; fillcolor = "#f5f5f5"' : '"rounded,dashed"'}; color = "#bdbdbd"`,
      );
      write(inner.id, `${indent}  `);
      lines.push(`${indent}}`);
    }
  };
  write(undefined, "  ");
  for (const { from, to, label, isBack, isActive } of graph.edges) {
    const attributes = [
      ...(label === undefined ? [] : [`label = ${quoted(label)}`]),
      ...(isBack === true ? ["style = dashed", "constraint = false"] : []),
      ...(isActive ? [] : [`color = "${colours.faint}"`]),
    ];
    lines.push(`  ${from} -> ${to}${attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`}`);
  }
  return `${lines.join("\n")}\n}\n`;
}

function nodeText(node: GraphNode): string {
  const { id, kind, label, name, value, adjoint, isActive, isIdle, title } = node;
  const isFaint = !isActive || isIdle === true;
  const attributes = [
    ...(isFaint ? [`color = "${colours.faint}"`, 'fontcolor = "#757575"'] : []),
    ...(title === undefined ? [] : [`tooltip = ${quoted(title)}`]),
  ];
  const style =
    kind === "input" || kind === "carried" || kind === "element"
      ? ["style = rounded"]
      : kind === "output"
        ? ["peripheries = 2"]
        : [];
  if (value === undefined && adjoint === undefined) {
    const shown = name === undefined || name === label ? label : `${name} =\n${label}`;
    return `${id} [${[`shape = ${shapes[kind]}`, `label = ${quoted(shown)}`, ...style, ...attributes].join(", ")}]`;
  }
  // Primal values above, adjoints below.
  const row = (text: string | undefined, colour: string): string =>
    text === undefined
      ? ""
      : `<TR><TD BORDER="0"><FONT COLOR="${colour}" POINT-SIZE="11">${escaped(text)}</FONT></TD></TR>`;
  const above = value === undefined ? undefined : name === undefined || name === label ? value : `${name} = ${value}`;
  const table = `<TABLE BORDER="0" CELLBORDER="${kind === "constant" ? 0 : 1}" CELLSPACING="0" CELLPADDING="3">${row(above, colours.value)}<TR><TD${kind === "structure" ? "" : ' STYLE="ROUNDED"'} CELLPADDING="6">${escaped(label)}</TD></TR>${row(adjoint, colours.adjoint)}</TABLE>`;
  return `${id} [${["shape = plaintext", `label = <${table}>`, ...attributes].join(", ")}]`;
}

const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
