/**
 * Maps and sets that hold what a derivative may flow through: the keys and the values lie in arrays, in the order in which
 * they came, and a map of JavaScript knows the place of each key. What is deleted keeps its place; nothing finds it there.
 *
 * `placeOf`, `putPlace`, `dropPlace`, `clearPlaces` and `isHeld` are known to the frontend alone.
 */

/** What the functions below use of the frontend. */
export const collectionLibrary = `
interface Places {}
declare function placeOf(places: Places, key: unknown): number;
declare function putPlace(places: Places, key: unknown, place: number): void;
declare function dropPlace(places: Places, key: unknown): void;
declare function clearPlaces(places: Places): void;
declare function isHeld(places: Places, key: unknown, place: number): boolean;
`;

/** A key is written once more where it is deleted, so that the change can be seen in a constant of the module. */
export const collections = `
interface OwnSet<K> { keys: K[]; places: Places; }
interface OwnMap<K, V> extends OwnSet<K> { values: V[]; }

export function mapGet<K, V>(map: OwnMap<K, V>, key: K): V | undefined {
  const place = placeOf(map.places, key);
  return place < 0 ? undefined : map.values[place];
}

export function mapSet<K, V>(map: OwnMap<K, V>, key: K, value: V): void {
  const place = placeOf(map.places, key);
  if (place < 0) {
    putPlace(map.places, key, map.keys.length);
    map.keys.push(key);
    map.values.push(value);
  } else map.values[place] = value;
}

export function mapFrom<K, V>(map: OwnMap<K, V>, pairs: readonly (readonly [K, V])[]): OwnMap<K, V> {
  const n = pairs.length;
  for (let i = 0; i < n; i++) mapSet(map, pairs[i][0], pairs[i][1]);
  return map;
}

export function setAdd<K>(set: OwnSet<K>, key: K): void {
  if (placeOf(set.places, key) < 0) {
    putPlace(set.places, key, set.keys.length);
    set.keys.push(key);
  }
}

export function setFrom<K>(set: OwnSet<K>, keys: readonly K[]): OwnSet<K> {
  const n = keys.length;
  for (let i = 0; i < n; i++) setAdd(set, keys[i]);
  return set;
}

export function keyDelete<K>(all: OwnSet<K>, key: K): boolean {
  const place = placeOf(all.places, key);
  if (place < 0) return false;
  all.keys[place] = key;
  dropPlace(all.places, key);
  return true;
}

export function keysClear<K>(all: OwnSet<K>): void {
  for (let i = 0; i < all.keys.length; i++) all.keys[i] = all.keys[i];
  clearPlaces(all.places);
}

export function keysOf<K>(all: OwnSet<K>): K[] {
  const out: K[] = [];
  const n = all.keys.length;
  for (let i = 0; i < n; i++) if (isHeld(all.places, all.keys[i], i)) out.push(all.keys[i]);
  return out;
}

export function valuesOf<K, V>(map: OwnMap<K, V>): V[] {
  const out: V[] = [];
  const n = map.keys.length;
  for (let i = 0; i < n; i++) if (isHeld(map.places, map.keys[i], i)) out.push(map.values[i]);
  return out;
}

export function entriesOf<K, V>(map: OwnMap<K, V>): [K, V][] {
  const out: [K, V][] = [];
  const n = map.keys.length;
  for (let i = 0; i < n; i++) if (isHeld(map.places, map.keys[i], i)) out.push([map.keys[i], map.values[i]]);
  return out;
}

export function pairsOf<K>(set: OwnSet<K>): [K, K][] {
  const out: [K, K][] = [];
  const n = set.keys.length;
  for (let i = 0; i < n; i++) if (isHeld(set.places, set.keys[i], i)) out.push([set.keys[i], set.keys[i]]);
  return out;
}

export function firstKey<K>(all: OwnSet<K>): K | undefined {
  const n = all.keys.length;
  for (let i = 0; i < n; i++) if (isHeld(all.places, all.keys[i], i)) return all.keys[i];
  return undefined;
}

export function firstValue<K, V>(map: OwnMap<K, V>): V | undefined {
  const n = map.keys.length;
  for (let i = 0; i < n; i++) if (isHeld(map.places, map.keys[i], i)) return map.values[i];
  return undefined;
}

export function firstEntry<K, V>(map: OwnMap<K, V>): [K, V] | undefined {
  const n = map.keys.length;
  for (let i = 0; i < n; i++) if (isHeld(map.places, map.keys[i], i)) return [map.keys[i], map.values[i]];
  return undefined;
}

export function mapForEach<K, V>(map: OwnMap<K, V>, f: (value: V, key: K, map: OwnMap<K, V>) => unknown): void {
  // What the function puts into it comes too.
  let i = 0;
  while (i < map.keys.length) {
    if (isHeld(map.places, map.keys[i], i)) f(map.values[i], map.keys[i], map);
    i++;
  }
}

export function setForEach<K>(set: OwnSet<K>, f: (key: K, again: K, set: OwnSet<K>) => unknown): void {
  let i = 0;
  while (i < set.keys.length) {
    if (isHeld(set.places, set.keys[i], i)) f(set.keys[i], set.keys[i], set);
    i++;
  }
}
`;
