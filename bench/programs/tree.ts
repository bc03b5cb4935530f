/** A soft decision tree: each branch goes both ways, with weights that depend on the input. */

interface Leaf {
  readonly kind: "leaf";
  readonly value: number;
}

export interface Branch {
  readonly kind: "branch";
  readonly weights: readonly number[];
  readonly bias: number;
  readonly left: Tree;
  readonly right: Tree;
}

export type Tree = Leaf | Branch;

/**
 * Mean squared error of the tree's predictions.
 *
 * @differentiable wrt=tree modes=grad,jvp
 */
export function treeError(tree: Tree, inputs: readonly (readonly number[])[], targets: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < inputs.length; i++) {
    sum += (predict(tree, inputs[i]!) - targets[i]!) ** 2;
  }
  return sum / inputs.length;
}

function predict(tree: Tree, input: readonly number[]): number {
  if (tree.kind === "leaf") return tree.value;
  const score = tree.weights.reduce((sum, weight, j) => sum + weight * input[j]!, tree.bias);
  const toLeft = 1 / (1 + Math.exp(-score));
  return toLeft * predict(tree.left, input) + (1 - toLeft) * predict(tree.right, input);
}
