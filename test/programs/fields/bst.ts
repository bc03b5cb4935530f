// A mutable binary search tree with recursive methods and a visitor.

class SearchNode {
  left?: SearchNode;
  right?: SearchNode;

  constructor(
    readonly key: number,
    public weight: number,
  ) {}

  insert(key: number, weight: number): void {
    if (key === this.key) {
      this.weight += weight;
      return;
    }
    const side = key < this.key ? "left" : "right";
    const child = this[side];
    if (child) child.insert(key, weight);
    else this[side] = new SearchNode(key, weight);
  }

  inOrder(visit: (n: SearchNode) => void): void {
    this.left?.inOrder(visit);
    visit(this);
    this.right?.inOrder(visit);
  }
}

/**
 * Area under the cumulative distribution of weighted samples.
 * @differentiable
 */
export function cumulativeArea(samples: [key: number, weight: number][]): number {
  const [first, ...rest] = samples;
  if (!first) return 0;
  const root = new SearchNode(...first);
  rest.forEach(([k, w]) => root.insert(k, w));
  let area = 0;
  let cumulative = 0;
  let last: number | null = null;
  root.inOrder(({ key, weight }) => {
    if (last !== null) area += cumulative * (key - last);
    cumulative += weight;
    last = key;
  });
  return area / cumulative;
}

export const cases = [
  {
    name: "cumulativeArea",
    args: () => [
      [
        [2.1, 0.5],
        [0.4, 1.2],
        [3.3, 0.9],
        [1.5, 0.3],
      ],
    ],
  },
];
