/** A program with values that may be absent or of several types, and what it is called with. */
import type { JsValue } from "../support/interpret.js";

export interface MaybeCase {
  readonly args: readonly JsValue[];
  readonly wrt: readonly number[];
  readonly text: string;
}
