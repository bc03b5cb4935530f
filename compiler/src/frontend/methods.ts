/** The array methods that take functions, and the functions of the prelude that they are. */

/** With one more argument than the callback, the second. */
export const callbackMethods: ReadonlyMap<string, readonly [string, string?]> = new Map<
  string,
  readonly [string, string?]
>([
  ["map", ["map"]],
  ["reduce", ["reduce", "reduceFrom"]],
  ["reduceRight", ["reduceRight", "reduceRightFrom"]],
  ["forEach", ["forEach"]],
  ["filter", ["filter"]],
  ["some", ["some"]],
  ["every", ["every"]],
  ["find", ["find"]],
  ["findIndex", ["findIndex"]],
  ["findLast", ["findLast"]],
  ["findLastIndex", ["findLastIndex"]],
  ["flatMap", ["flatMap"]],
  ["sort", ["sort"]],
  ["toSorted", ["toSorted"]],
]);

export const takesCallback = (name: string): boolean => callbackMethods.has(name);
