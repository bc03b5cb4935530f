/** Checking a gradient against differences of the function itself: `checkGradient`. */
import { Arguments } from "./arguments.js";
import { type CheckOptions, type CheckReport, compared, reportOn } from "./report.js";
import { match } from "./shapes.js";

/**
 * Compares a gradient with extrapolated central differences of the function.
 *
 * ```ts
 * const report = checkGradient(loss, loss_grad, [w, xs]);
 * if (!report.ok) console.log(report.message);
 * ```
 *
 * A disagreement within what rounding can do to a difference counts as none. The checker agrees with adc's conventions at
 * a kink (the mean of the two slopes), but a function that jumps nearby, or whose slope is infinite, cannot be checked
 * there. It calls `f` some ten times for each number in the differentiated arguments.
 *
 * @param f A function that returns a number. May write to its arguments; they are put back.
 * @param gradient Its gradient: what `f` takes, to the gradient of the one differentiated argument, or the tuple of several.
 * @param args Where to compare. Numbers, float arrays, arrays, tuples and objects may hold the numbers; anything else is
 * passed along. Numbers are changed in place while it runs, so nothing may be frozen or passed twice.
 * @throws TypeError when the gradient has not the shape of a gradient of the arguments, or `wrt` is needed to tell.
 */
export function checkGradient<A extends readonly unknown[]>(
  f: (...args: A) => number,
  gradient: (...args: A) => unknown,
  args: readonly [...A],
  options: CheckOptions = {},
): CheckReport {
  return checkScalar("checkGradient", f, gradient, args, options);
}

/** The check itself, for those that are about a gradient in the end. */
export function checkScalar<A extends readonly unknown[]>(
  caller: string,
  f: (...args: A) => number,
  gradient: (...args: A) => unknown,
  args: readonly [...A],
  options: CheckOptions,
): CheckReport {
  const own = new Arguments<A>(args, options.precision);
  const differentiated = match(caller, own.values, gradient(...own.values), options.wrt);
  if (typeof own.probe(f) !== "number") throw new TypeError(`${caller}: the function does not return a number`);
  const groups = differentiated.map(({ index, leaves }) =>
    leaves.flatMap((leaf) => {
      const outputs = () => {
        const value = own.call(f);
        return value === undefined ? undefined : [value];
      };
      const path = `arguments[${index}]${leaf.path}`;
      return own.derivativesBy(leaf, outputs, 1, options.scale).map((numeric) => compared(path, leaf.partial, numeric));
    }),
  );
  return reportOn(groups, options.tolerance);
}
