/** Which nodes and groups stand directly in a group. */
import type { Graph, GraphGroup, GraphNode } from "./model.js";

export function groupMembers(
  graph: Graph,
  group: string | undefined,
): { readonly nodes: readonly GraphNode[]; readonly groups: readonly GraphGroup[] } {
  return {
    nodes: graph.nodes.filter((n) => n.group === group),
    groups: graph.groups.filter((g) => g.parent === group),
  };
}
