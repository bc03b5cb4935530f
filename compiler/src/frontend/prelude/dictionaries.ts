/** Objects with arbitrary keys, `Record<string, V>`: what JavaScript's `Object` does with their members. The frontend lists the keys. */
export const dictionaries = `
interface Dictionary<V> { [key: string]: V; }

export function memberValues<V>(table: Dictionary<V>, keys: readonly string[]): V[] {
  const out: V[] = [];
  const n = keys.length;
  for (let i = 0; i < n; i++) out.push(table[keys[i]]);
  return out;
}

export function memberEntries<V>(table: Dictionary<V>, keys: readonly string[]): [string, V][] {
  const out: [string, V][] = [];
  const n = keys.length;
  for (let i = 0; i < n; i++) out.push([keys[i], table[keys[i]]]);
  return out;
}

export function memberAssign<V>(table: Dictionary<V>, source: Dictionary<V>, keys: readonly string[]): void {
  const n = keys.length;
  for (let i = 0; i < n; i++) table[keys[i]] = source[keys[i]];
}

export function membersFrom<V>(table: Dictionary<V>, pairs: readonly (readonly [string, V])[]): Dictionary<V> {
  const n = pairs.length;
  for (let i = 0; i < n; i++) table[pairs[i][0]] = pairs[i][1];
  return table;
}
`;
