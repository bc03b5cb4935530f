// A binary tree as a discriminated union: a soft decision tree for regression.

type Tree =
  | { leaf: true; value: number }
  | { leaf: false; feature: number; threshold: number; left: Tree; right: Tree };

const isLeaf = (t: Tree): t is Extract<Tree, { leaf: true }> => t.leaf;

const depth = (t: Tree): number => (isLeaf(t) ? 0 : 1 + Math.max(depth(t.left), depth(t.right)));

function predict(tree: Tree, x: readonly number[], sharpness: number): number {
  if (isLeaf(tree)) return tree.value;
  const { feature, threshold, left, right } = tree;
  const p = 1 / (1 + Math.exp(-sharpness * (x[feature]! - threshold)));
  return (1 - p) * predict(left, x, sharpness) + p * predict(right, x, sharpness);
}

function leaves(tree: Tree, out: number[] = []): number[] {
  if (isLeaf(tree)) {
    out.push(tree.value);
  } else {
    leaves(tree.left, out);
    leaves(tree.right, out);
  }
  return out;
}

/**
 * Regression loss with shrinkage of the leaves.
 * @differentiable wrt=tree
 */
export function softTreeLoss(tree: Tree, rows: readonly { x: number[]; y: number }[], sharpness = 4): number {
  if (depth(tree) > 10) throw new RangeError("tree too deep");
  const mse = rows.reduce((acc, { x, y }) => acc + (predict(tree, x, sharpness) - y) ** 2, 0) / rows.length;
  const ls = leaves(tree);
  const mean = ls.reduce((a, b) => a + b) / ls.length;
  return mse + 0.01 * ls.map((v) => (v - mean) ** 2).reduce((a, b) => a + b);
}

const leaf = (value: number): Tree => ({ leaf: true, value });

export const cases = [
  {
    name: "softTreeLoss",
    args: () => [
      {
        leaf: false,
        feature: 0,
        threshold: 0.2,
        left: leaf(-0.5),
        right: { leaf: false, feature: 1, threshold: -0.4, left: leaf(0.3), right: leaf(1.1) },
      },
      [
        { x: [0.1, 0.4], y: 0.2 },
        { x: [-0.8, 1.1], y: -0.4 },
        { x: [0.9, -0.7], y: 0.6 },
      ],
    ],
  },
];
