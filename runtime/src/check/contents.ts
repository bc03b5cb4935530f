/** What arrays and objects hold, so that a function that writes to its arguments can be called again and again. */

/** An array or object and what it holds, by its own keys in their order. */
interface Content {
  readonly of: object;
  readonly held: readonly (readonly [key: string, value: unknown])[];
  /** Of an array or typed array; they hold their elements here. */
  readonly elements?: readonly unknown[] | Float64Array;
}

/** Any typed array of numbers. */
const isNumbers = (x: unknown): x is Float64Array =>
  ArrayBuffer.isView(x) && !(x instanceof DataView || x instanceof BigInt64Array || x instanceof BigUint64Array);

const isLeftAlone = (x: object): boolean =>
  ArrayBuffer.isView(x) || x instanceof Map || x instanceof Set || x instanceof Date || x instanceof RegExp;

/** The contents of everything that these values lead to through arrays and members. */
export function contentsOf(values: readonly unknown[]): readonly Content[] {
  const found = new Map<object, Content>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || found.has(value)) return;
    if (isNumbers(value)) {
      found.set(value, { of: value, held: [], elements: value.slice() });
      return;
    }
    if (isLeftAlone(value)) return;
    if (Array.isArray(value)) {
      const elements: unknown[] = value.slice();
      found.set(value, { of: value, held: [], elements });
      elements.forEach(visit);
      return;
    }
    const held = Object.entries(value);
    found.set(value, { of: value, held });
    held.forEach(([, member]) => {
      visit(member);
    });
  };
  values.forEach(visit);
  return [...found.values()];
}

export function isUnchanged(contents: readonly Content[]): boolean {
  return contents.every(({ of, held, elements }) => {
    if (isNumbers(of) || Array.isArray(of)) {
      const list: ArrayLike<unknown> = of;
      return (
        elements !== undefined &&
        list.length === elements.length &&
        Array.from(elements).every((element, i) => Object.is(element, list[i]))
      );
    }
    const now = Object.entries(of);
    return (
      now.length === held.length && held.every(([key, value], i) => now[i]?.[0] === key && Object.is(now[i][1], value))
    );
  });
}

export function putBack(contents: readonly Content[]): void {
  for (const { of, held, elements } of contents) {
    if (isNumbers(of)) {
      if (isNumbers(elements)) of.set(elements);
    } else if (Array.isArray(of)) {
      of.length = elements?.length ?? 0;
      Array.from(elements ?? []).forEach((element, i) => {
        if (!Object.is(of[i], element)) of[i] = element;
      });
    } else {
      const kept = new Set(held.map(([key]) => key));
      for (const key of Object.keys(of)) if (!kept.has(key)) Reflect.deleteProperty(of, key);
      for (const [key, value] of held) if (!Object.is(Reflect.get(of, key), value)) Reflect.set(of, key, value);
    }
  }
}

/** A copy of data; what else there is in it stays what it is. */
export function copyOf<T>(value: T): T {
  const made = new Map<object, unknown>();
  const copy = (item: unknown): unknown => {
    if (typeof item !== "object" || item === null) return item;
    if (made.has(item)) return made.get(item);
    if (isNumbers(item)) return keep(item, item.slice());
    if (Array.isArray(item)) {
      const list: unknown[] = [];
      made.set(item, list);
      for (const element of item) list.push(copy(element));
      return list;
    }
    const prototype: unknown = Object.getPrototypeOf(item);
    if (prototype !== Object.prototype && prototype !== null) return item;
    const members: Record<string, unknown> = {};
    made.set(item, members);
    for (const [key, member] of Object.entries(item)) members[key] = copy(member);
    return members;
  };
  const keep = <U>(item: object, result: U): U => {
    made.set(item, result);
    return result;
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a copy has the type of what it is a copy of
  return copy(value) as T;
}
