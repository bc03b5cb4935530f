/** The primitives whose slope is zero wherever it exists: steps, jumps included, and everything that yields a truth value. */

export const flat = [
  // steps
  "ceil",
  "floor",
  "round",
  "trunc",
  "sign",
  // bits
  "bitAnd",
  "bitOr",
  "bitXor",
  "bitNot",
  "shl",
  "shr",
  "ushr",
  "clz32",
  "imul",
  // truth values, and back
  "lt",
  "le",
  "gt",
  "ge",
  "eq",
  "ne",
  "not",
  "and",
  "or",
  "truthy",
  "isNullish",
  "fromBool",
  "is",
  "isNaN",
  "isFinite",
  "isInteger",
  "isSafeInteger",
  // a constant by the user's word
  "stopGradient",
] as const;
