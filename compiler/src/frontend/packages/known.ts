/**
 * Functions of packages that adc knows by name. `@stdlib` computes elementary functions from the bits of a number,
 * where no derivative can be followed; so its elementary functions are the primitives they are, and those that read or
 * write bits are written down here as what they mean for a real number. Each is a small module that stands in the place
 * of the package's own.
 */

const unary: Readonly<Record<string, string>> = {
  "math-base-special-abs": "Math.abs(x)",
  "math-base-special-acos": "Math.acos(x)",
  "math-base-special-acosh": "Math.acosh(x)",
  "math-base-special-asin": "Math.asin(x)",
  "math-base-special-asinh": "Math.asinh(x)",
  "math-base-special-atan": "Math.atan(x)",
  "math-base-special-atanh": "Math.atanh(x)",
  "math-base-special-cbrt": "Math.cbrt(x)",
  "math-base-special-ceil": "Math.ceil(x)",
  "math-base-special-cos": "Math.cos(x)",
  "math-base-special-cosh": "Math.cosh(x)",
  "math-base-special-exp": "Math.exp(x)",
  "math-base-special-exp2": "Math.pow(2, x)",
  "math-base-special-exp10": "Math.pow(10, x)",
  "math-base-special-expm1": "Math.expm1(x)",
  "math-base-special-floor": "Math.floor(x)",
  "math-base-special-ln": "Math.log(x)",
  "math-base-special-log10": "Math.log10(x)",
  "math-base-special-log1p": "Math.log1p(x)",
  "math-base-special-log2": "Math.log2(x)",
  "math-base-special-round": "Math.round(x)",
  "math-base-special-signum": "Math.sign(x)",
  "math-base-special-sin": "Math.sin(x)",
  "math-base-special-sinh": "Math.sinh(x)",
  "math-base-special-sqrt": "Math.sqrt(x)",
  "math-base-special-tan": "Math.tan(x)",
  "math-base-special-tanh": "Math.tanh(x)",
  "math-base-special-trunc": "Math.trunc(x)",
  "math-base-assert-is-nan": "x !== x",
  "math-base-assert-is-infinite": "x === Infinity || x === -Infinity",
  "math-base-assert-is-finite": "Number.isFinite(x)",
  "math-base-assert-is-positive-zero": "x === 0 && 1 / x === Infinity",
  "math-base-assert-is-negative-zero": "x === 0 && 1 / x === -Infinity",
  "number-float64-base-to-float32": "Math.fround(x)",
};

/** The weight of the last bit of the high word of |x|. */
const unit = `function unit(a) {
  if (!(a >= 2.2250738585072014e-308)) return Math.pow(2, -1042);
  var e = Math.min(Math.floor(Math.log2(a)), 1023);
  var p = Math.pow(2, e);
  if (p > a) p = p / 2;
  else if (p <= a / 2) p = p * 2;
  return p / 1048576;
}`;

const others: Readonly<Record<string, string>> = {
  "math-base-special-pow": "module.exports = function pow(x, y) { return Math.pow(x, y); };",
  "math-base-special-atan2": "module.exports = function atan2(y, x) { return Math.atan2(y, x); };",
  "math-base-special-hypot": "module.exports = function hypot(x, y) { return Math.hypot(x, y); };",
  "math-base-special-max": "module.exports = function max(x, y) { return Math.max(x, y); };",
  "math-base-special-min": "module.exports = function min(x, y) { return Math.min(x, y); };",
  "math-base-special-copysign": `module.exports = function copysign(x, y) {
  return (y < 0 || (y === 0 && 1 / y < 0)) ? -Math.abs(x) : Math.abs(x);
};`,
  // In two steps: a single power of two may be out of range where the product is not.
  "math-base-special-ldexp": `module.exports = function ldexp(x, k) {
  var half = Math.trunc(k / 2);
  return x * Math.pow(2, half) * Math.pow(2, k - half);
};`,
  // Cuts the lower 32 bits off, which rounds the number; rounding has slope 1.
  "number-float64-base-set-low-word": `${unit}
module.exports = function setLowWord(x, low) {
  var a = Math.abs(x);
  if (!(a < Infinity)) return x;
  var u = unit(a);
  var cut = a % u - (low >>> 0) * (u / 4294967296);
  return x - stopGradient(x < 0 ? -cut : cut);
};`,
  // The words of a number, its exponent and its sign: step functions of it.
  "number-float64-base-get-high-word": `${unit}
module.exports = function getHighWord(x) {
  var a = Math.abs(x);
  var sign = x < 0 || (x === 0 && 1 / x < 0) ? 2147483648 : 0;
  if (!(a <= 1.7976931348623157e308)) return sign + (a === Infinity ? 2146435072 : 2146959360);
  var u = unit(a);
  if (a < 2.2250738585072014e-308) return sign + Math.floor(a / u);
  return sign + (Math.log2(u) + 1042) * 1048576 + Math.floor(a / u);
};`,
  "number-float64-base-get-low-word": `${unit}
module.exports = function getLowWord(x) {
  var a = Math.abs(x);
  if (!(a <= 1.7976931348623157e308)) return 0;
  var u = unit(a);
  return Math.floor((a % u) / (u / 4294967296));
};`,
  "number-float64-base-from-words": `module.exports = function fromWords(high, low) {
  var h = high >>> 0;
  var e = (h >>> 20) & 2047;
  var m = (h & 1048575) + (low >>> 0) / 4294967296;
  var a;
  if (e === 2047) a = m === 0 ? Infinity : NaN;
  else if (e === 0) a = m * Math.pow(2, -1042);
  else a = (1048576 + m) * Math.pow(2, e - 1043);
  return h >= 2147483648 ? -a : a;
};`,
  "number-float64-base-exponent": `${unit}
module.exports = function exponent(x) {
  var a = Math.abs(x);
  if (!(a < Infinity)) return 1024;
  if (a < 2.2250738585072014e-308) return -1023;
  return Math.log2(unit(a)) + 20;
};`,
  "number-float64-base-signbit": `module.exports = function signbit(x) {
  return x < 0 || (x === 0 && 1 / x < 0) ? 1 : 0;
};`,
  "blas-base-assert-is-layout":
    'module.exports = function isLayout(x) { return x === "row-major" || x === "column-major"; };',
  "blas-base-assert-is-transpose-operation": `module.exports = function isTransposeOperation(x) {
  return x === "no-transpose" || x === "transpose" || x === "conjugate-transpose";
};`,
  // What messages of errors are made with.
  "string-format": `/** @param {string} text @param {string | number} [a] @param {string | number} [b] @returns {string} */
module.exports = function format(text, a, b) {
  var first = text.replace("%s", String(a));
  var made = first === text ? text.replace("%d", String(a)) : first;
  return b === undefined ? made : made.replace("%d", String(b));
};`,
  // How many numbers fit a line of the cache.
  "ndarray-base-unary-tiling-block-size": `module.exports = function unaryBlockSize(x, y) {
  return x === "float32" && y === "float32" ? 16 : 8;
};`,
  "assert-is-integer": "module.exports = function isInteger(x) { return Number.isInteger(x); };",
};

/**
 * Tests for single points that are left out: behind them the code computes the same value there, and its slope, which
 * the constant that is returned does not have. `erf(0)` is 0, and its slope is not 1. All of `@stdlib`.
 */
const redundant: readonly { readonly file: RegExp; readonly test: RegExp }[] = [
  { file: /\/(polyval|rational)\w*\.js$/, test: /x === 0\.0/ },
  { file: /math-base-special-erfc?\/lib\/main\.js$/, test: /x === 0\.0/ },
  { file: /math-base-special-gammaln\/lib\/main\.js$/, test: /x === 1\.0 \|\| x === 2\.0/ },
];

const folder = "/adc/packages/";

const text = (name: string): string | undefined => {
  if (!name.startsWith("@stdlib/")) return undefined;
  // The whole of stdlib in one package has a folder for each of them.
  const own = name.slice("@stdlib/".length).replaceAll("/", "-");
  const expression = unary[own];
  if (expression !== undefined) return `module.exports = function known(x) { return ${expression}; };`;
  return others[own];
};

export const knownModule = {
  /** The file that stands for a package. */
  pathOf: (specifier: string): string | undefined =>
    text(specifier) === undefined ? undefined : `${folder}${specifier}.js`,
  /** The package that one of these files stands for. */
  nameOf: (path: string): string | undefined =>
    path.startsWith(folder) ? path.slice(folder.length).replace(/\.js$/, "") : undefined,
  textOf: (path: string): string | undefined => {
    const name = knownModule.nameOf(path);
    return name === undefined ? undefined : text(name);
  },
  /** The code of a file of a package, without tests that hide a slope: every character stays in its place. */
  smooth: (path: string, code: string): string => {
    if (!path.includes("/@stdlib/")) return code;
    // What would run natively is there in JavaScript too.
    const [, blas] = /\/blas-(?:ext-)?base-(\w+)\/lib\/index\.js$/.exec(path) ?? [];
    if (blas !== undefined && code.includes("./native.js"))
      return `var main = require( './${blas}.js' );\nmodule.exports = main;\n`;
    // Where the pair of results goes is seen at once.
    if (/\/math-base-special-bessel[jy]\d\/lib\//.test(path))
      return code.replaceAll(/sincos\( (\w+), sc, 1, 0 \);/g, "sc[ 0 ] = Math.sin( $1 ); sc[ 1 ] = Math.cos( $1 );");
    if (code.includes(" ).ndarray;"))
      return code.replaceAll(/(@stdlib\/blas-(?:ext-)?base-\w+)' \)\.ndarray;/g, "$1/lib/ndarray.js' );");
    const found = redundant.find(({ file }) => file.test(path));
    return found === undefined ? code : code.replace(found.test, (test) => "false".padEnd(test.length));
  },
};
