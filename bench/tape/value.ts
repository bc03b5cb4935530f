/** A tape of objects, as small as it can be: each operation makes a node that knows its operands and slopes. */

/** Nodes in the order they were made. */
let nodes: Value[] = [];

type Operand = Value | number;

export class Value {
  adjoint = 0;

  constructor(
    readonly value: number,
    readonly left?: Value,
    readonly leftSlope: number = 0,
    readonly right?: Value,
    readonly rightSlope: number = 0,
  ) {
    nodes.push(this);
  }

  plus(other: Operand): Value {
    if (typeof other === "number") return new Value(this.value + other, this, 1);
    return new Value(this.value + other.value, this, 1, other, 1);
  }

  minus(other: Operand): Value {
    if (typeof other === "number") return new Value(this.value - other, this, 1);
    return new Value(this.value - other.value, this, 1, other, -1);
  }

  times(other: Operand): Value {
    if (typeof other === "number") return new Value(this.value * other, this, other);
    return new Value(this.value * other.value, this, other.value, other, this.value);
  }

  over(other: Value): Value {
    const quotient = this.value / other.value;
    return new Value(quotient, this, 1 / other.value, other, -quotient / other.value);
  }

  exp(): Value {
    const value = Math.exp(this.value);
    return new Value(value, this, value);
  }

  log(): Value {
    return new Value(Math.log(this.value), this, 1 / this.value);
  }

  sqrt(): Value {
    const value = Math.sqrt(this.value);
    return new Value(value, this, 0.5 / value);
  }

  sin(): Value {
    return new Value(Math.sin(this.value), this, Math.cos(this.value));
  }

  cos(): Value {
    return new Value(Math.cos(this.value), this, -Math.sin(this.value));
  }

  tanh(): Value {
    const value = Math.tanh(this.value);
    return new Value(value, this, 1 - value * value);
  }

  sigmoid(): Value {
    const value = 1 / (1 + Math.exp(-this.value));
    return new Value(value, this, value * (1 - value));
  }
}

/** Forgets what was recorded. */
export function startTape(): void {
  nodes = [];
}

export function values(numbers: ArrayLike<number>): Value[] {
  return Array.from(numbers, (value) => new Value(value));
}

/** Sends an adjoint of 1 back from a result. */
export function backpropagate(result: Value): void {
  for (const node of nodes) node.adjoint = 0;
  result.adjoint = 1;
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { adjoint, left, leftSlope, right, rightSlope } = nodes[i]!;
    if (left !== undefined) left.adjoint += leftSlope * adjoint;
    if (right !== undefined) right.adjoint += rightSlope * adjoint;
  }
}

export function adjoints(of: readonly Value[]): Float64Array {
  return Float64Array.from(of, ({ adjoint }) => adjoint);
}

export function logSumExp(of: readonly Value[]): Value {
  const max = of.reduce((most, { value }) => Math.max(most, value), -Infinity);
  let sum = new Value(0);
  for (const each of of) sum = sum.plus(each.minus(max).exp());
  return sum.log().plus(max);
}
