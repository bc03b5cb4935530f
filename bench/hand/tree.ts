/** The gradient of `treeError`: two recursions for each input; what a branch must remember lies in the order of visits. */
import type { Tree } from "../programs/tree.js";

interface LeafGradient {
  kind: "leaf";
  value: number;
}

interface BranchGradient {
  kind: "branch";
  weights: number[];
  bias: number;
  left: TreeGradient;
  right: TreeGradient;
}

type TreeGradient = LeafGradient | BranchGradient;

/** For each branch its share to the left, and the values of its left and right tree, in the order of visits. */
interface Kept {
  numbers: Float64Array;
  top: number;
}

/** Stays from call to call. */
const kept: Kept = { numbers: new Float64Array(0), top: 0 };

export function treeGradient(
  tree: Tree,
  inputs: readonly (readonly number[])[],
  targets: readonly number[],
): TreeGradient {
  const gradient = zeros(tree);
  const needed = 3 * branches(tree);
  if (kept.numbers.length < needed) kept.numbers = new Float64Array(needed);
  const factor = 2 / inputs.length;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]!;
    kept.top = 0;
    const value = forward(tree, input, kept);
    kept.top = 0;
    reverse(tree, gradient, input, factor * (value - targets[i]!), kept);
  }
  return gradient;
}

function forward(tree: Tree, input: readonly number[], kept: Kept): number {
  if (tree.kind === "leaf") return tree.value;
  const { weights } = tree;
  let score = tree.bias;
  for (let j = 0; j < weights.length; j++) score += weights[j]! * input[j]!;
  const toLeft = 1 / (1 + Math.exp(-score));
  const own = kept.top;
  kept.top = own + 3;
  const left = forward(tree.left, input, kept);
  const right = forward(tree.right, input, kept);
  const { numbers } = kept;
  numbers[own] = toLeft;
  numbers[own + 1] = left;
  numbers[own + 2] = right;
  return right + toLeft * (left - right);
}

function reverse(tree: Tree, gradient: TreeGradient, input: readonly number[], seed: number, kept: Kept): void {
  if (tree.kind === "leaf" || gradient.kind === "leaf") {
    if (gradient.kind === "leaf") gradient.value += seed;
    return;
  }
  const { numbers, top } = kept;
  kept.top = top + 3;
  const toLeft = numbers[top]!;
  const dScore = seed * (numbers[top + 1]! - numbers[top + 2]!) * toLeft * (1 - toLeft);
  const { weights } = gradient;
  gradient.bias += dScore;
  for (let j = 0; j < weights.length; j++) weights[j]! += dScore * input[j]!;
  reverse(tree.left, gradient.left, input, seed * toLeft, kept);
  reverse(tree.right, gradient.right, input, seed * (1 - toLeft), kept);
}

function zeros(tree: Tree): TreeGradient {
  if (tree.kind === "leaf") return { kind: "leaf", value: 0 };
  return {
    kind: "branch",
    weights: tree.weights.map(() => 0),
    bias: 0,
    left: zeros(tree.left),
    right: zeros(tree.right),
  };
}

function branches(tree: Tree): number {
  return tree.kind === "leaf" ? 0 : 1 + branches(tree.left) + branches(tree.right);
}
