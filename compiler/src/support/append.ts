/** Lists that grow by lists. */

/** Appends all items. Not `list.push(...items)`: arguments go on the stack, and ten thousands of them overflow it. */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}
