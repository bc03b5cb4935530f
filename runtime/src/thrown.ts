/** What a function of the source throws and a generated file cannot write down: an error of a class that is not exported, say. */

/** Stands for such an error until the generated function that was called lets the source function throw it. */
export class ThrownBySource extends Error {}

/** What a call throws. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return new Error("the generated function throws where the source function does not");
}
