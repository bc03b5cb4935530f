/** A computational graph as it is drawn. */

/** What a node is, which decides its shape. */
export type NodeKind =
  /** A parameter of the function. */
  | "input"
  /** An operation on numbers. */
  | "operation"
  /** A literal or a constant of the module. */
  | "constant"
  /** An array or object made on the way. */
  | "structure"
  /** An element or a field that is read. */
  | "element"
  /** One of two values, as a condition says. */
  | "choice"
  /** What a loop carries from iteration to iteration, or leaves behind. */
  | "carried"
  /** A function that stays a call, and code no derivative flows through. */
  | "call"
  | "output";

export interface GraphNode {
  readonly id: string;
  readonly kind: NodeKind;
  /** What stands in the shape: `×`, `sin`, `x`. */
  readonly label: string;
  /** The name of its value in the source, where it has one. */
  readonly name?: string;
  /** The whole expression, for who asks. */
  readonly title?: string;
  /** Derivatives flow through it. */
  readonly isActive: boolean;
  /** The group it stands in. */
  readonly group?: string;
  /** At a point: its value, and its adjoint. */
  readonly value?: string;
  readonly adjoint?: string;
  /** At a point: it stands in a branch that is not taken. */
  readonly isIdle?: boolean;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  /** From one iteration of a loop to the next. */
  readonly isBack?: boolean;
  readonly isActive: boolean;
}

/** A loop, or a branch. */
export interface GraphGroup {
  readonly id: string;
  readonly kind: "loop" | "branch";
  readonly label: string;
  readonly parent?: string;
  readonly isIdle?: boolean;
}

export interface Graph {
  readonly name: string;
  readonly caption: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly groups: readonly GraphGroup[];
}
