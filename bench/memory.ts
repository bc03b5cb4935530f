/** Bytes that a call allocates, and bytes of the tape it writes. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { borrowTape, returnTape } from "@adc/runtime";

/** How long a function is called before anything is counted, in milliseconds: optimised code allocates less. */
const warmUp = 80;
/** How long a function is called for one look, in milliseconds. */
const longEnough = 40;
/** About how many bytes are allocated between two looks; more could start the collector. */
const budget = 8 * 2 ** 20;

let collect: (() => void) | undefined;

function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  // The second time finds everything swept.
  collect();
  collect();
}

function allocatedSoFar(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What is allocated while a function is called some times, or less where the collector ran. */
function allocatedBy(run: () => unknown, calls: number): number {
  collectGarbage();
  const before = allocatedSoFar();
  for (let i = 0; i < calls; i++) run();
  return allocatedSoFar() - before;
}

/** Bytes that one call allocates on the heap and in array buffers: the most of some looks. */
export function allocatedBytes(run: () => unknown, looks: number): number {
  const start = performance.now();
  let warm = 0;
  while (performance.now() < start + warmUp) {
    run();
    warm++;
  }
  const once = Math.max(allocatedBy(run, 1), 1);
  const calls = Math.max(1, Math.floor(Math.min(200, budget / once, (warm * longEnough) / warmUp)));
  const nothing = allocatedBy(() => undefined, calls);
  let most = 0;
  for (let i = 0; i < looks; i++) most = Math.max(most, allocatedBy(run, calls) - nothing);
  return Math.round(most / calls);
}

/** A number that no program computes. */
const untouched = -1.234567890123e-290;
const untouchedFlag = 255;
/** As many as the runtime keeps. */
const tapeCount = 4;

/** Bytes of numbers and flags that one call writes on the tape; references are not counted. */
export function tapeBytes(run: () => unknown): number {
  // After the first call the tapes are large enough.
  run();
  const tapes = Array.from({ length: tapeCount }, borrowTape);
  // Last borrowed, first returned, so that the call gets the tape it got before.
  for (const tape of tapes.toReversed()) {
    tape.numbers.fill(untouched);
    tape.flags.fill(untouchedFlag);
    returnTape(tape);
  }
  run();
  const numbers = tapes.map((tape) => tape.numbers.findLastIndex((value) => value !== untouched) + 1);
  const flags = tapes.map((tape) => tape.flags.findLastIndex((value) => value !== untouchedFlag) + 1);
  return 8 * numbers.reduce((a, b) => a + b, 0) + flags.reduce((a, b) => a + b, 0);
}
