/** What code generated with `adc build --debug` calls: it reports the first number of a run that is not finite. */

/** A value or a partial derivative that is not finite. */
export interface NotFinite {
  /** The generated function that was called: `loss_grad`. */
  readonly caller: string;
  readonly what: "value" | "partial derivative";
  /** `model.ts:12`. */
  readonly place: string;
  /** NaN, Infinity or −Infinity. */
  readonly number: number;
}

export type NotFiniteHandler = (report: NotFinite) => void;

/** Every engine has it, no library of the language declares it. */
declare const console: { warn(text: string): void };

const toConsole: NotFiniteHandler = ({ caller, what, place, number }) => {
  console.warn(`adc: ${caller}: a ${what} is ${number} at ${place}`);
};

let handler = toConsole;
let caller = "";
let isReported = false;

/**
 * Says what happens with the first number of each call that is not finite: to throw, to stop a debugger, to collect.
 *
 * @param next Called with the report. Default, and without an argument: a warning on the console.
 */
export function onNotFinite(next: NotFiniteHandler = toConsole): void {
  handler = next;
}

/** A generated function begins. */
export function beginChecks(name: string): void {
  caller = name;
  isReported = false;
}

/** Looks at a number of the run; reports it when it is the first that is not finite. */
export function checkFinite(number: number, what: NotFinite["what"], place: string): void {
  if (isReported || Number.isFinite(number)) return;
  isReported = true;
  handler({ caller, what, place, number });
}
