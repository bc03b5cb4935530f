/** The residuals of `handResidualsComplicated` as a function of the pose alone: each point's own coordinates move three of them only. */
import { type HandData, handResidualsComplicated } from "../../examples/adbench/hand.js";

/** @differentiable wrt=theta modes=jacobian */
export function residualsByPose(theta: Float64Array, us: Float64Array, data: HandData): Float64Array {
  return handResidualsComplicated(us, theta, data);
}
