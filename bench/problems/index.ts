/** All problems, in the order of the tables. Each is loaded when it is measured. */
import type { Problem } from "../workload.js";
import { ba } from "./ba.js";
import { gmm } from "./gmm.js";
import { det, kmeans, llsq, lse, ode } from "./gradbench.js";
import { hand, handComplicated } from "./hand.js";
import { lstm } from "./lstm.js";
import { fourier, gaussianProcess, heat, integrator, kepler, network, particles, tree } from "./programs.js";

/** The suites' problems by the names they have there, then the idiomatic programs. */
export const problems: ReadonlyMap<string, () => Promise<Problem>> = new Map([
  ["gmm", gmm],
  ["lstm", lstm],
  ["ba", ba],
  ["hand simple", hand],
  ["hand complicated", handComplicated],
  ["llsq", llsq],
  ["lse", lse],
  ["det", det],
  ["kmeans", kmeans],
  ["ode", ode],
  ["particles", particles],
  ["network", network],
  ["integrator", integrator],
  ["heat", heat],
  ["gaussian process", gaussianProcess],
  ["fourier", fourier],
  ["kepler", kepler],
  ["tree", tree],
]);
