/** Raised when the compiler itself is wrong; the CLI reports it as our bug (exit 70), never as the user's. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Asserts what must hold if the compiler is right. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Closes a `switch` over a union: a new member that is not handled fails to type-check here. */
export function assertNever(value: never, what = "value"): never {
  throw new InvariantError(`unexpected ${what}: ${JSON.stringify(value)}`);
}
