/** Whole functions as the emitter writes them: read these to see what it is for. */
import { describe, expect, it } from "vitest";
import { emitBody, emitText, load, problems } from "../support/emit.js";

const rosenbrock = `func rosenbrock_grad(%x: Float64Array) -> (Float64Array) {
  %dx = zeros %x
  %n = length %x
  %one = const 1
  %z = const 0
  %0 = sub %n %one
  for %i = %z to %0 step 1 test < () -> () {
    %a = load %x[%i]
    %1 = add %i %one
    %2 = load %x[%1]
    %3 = mul %a %a
    %t = sub %2 %3
    %4 = const -400
    %5 = mul %4 %t
    %6 = mul %5 %a
    %7 = const 2
    %8 = sub %one %a
    %9 = mul %7 %8
    %10 = sub %6 %9
    accum %dx[%i] += %10
    %11 = add %i %one
    %12 = const 200
    %13 = mul %12 %t
    accum %dx[%11] += %13
  }
  %14 = export %dx take
  yield %14
}`;

describe("rosenbrock", () => {
  it("is what an expert writes", () => {
    console.log(emitText(rosenbrock));
  });
});
