/** What `@adc/runtime` declares for the source files that adc reads; for programs that exist only in memory. */
export const runtimeDeclarations: Readonly<Record<string, string>> = {
  "/node_modules/@adc/runtime/package.json": JSON.stringify({
    name: "@adc/runtime",
    type: "module",
    types: "./index.d.ts",
    exports: { ".": { types: "./index.d.ts" } },
  }),
  "/node_modules/@adc/runtime/index.d.ts": `
export declare const noDiff: unique symbol;
export type NoDiff<T> = T & { readonly [noDiff]?: true };
export declare function stopGradient<T>(x: T): T;
export declare function tapGradient<T>(x: T, hook: (gradient: Gradient<T>) => Gradient<T> | undefined | void): T;
export declare function relu(x: number): number;
export declare function leakyRelu(x: number, slope?: number): number;
export declare function sigmoid(x: number): number;
export declare function softplus(x: number): number;
export declare function logAddExp(x: number, y: number): number;
export declare function logSumExp(xs: Float64Array | readonly number[]): number;
export declare function softmax(xs: Float64Array): Float64Array;
export declare function softmax(xs: readonly number[]): number[];
export declare function matmul(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array;
export declare function matvec(a: Float64Array, x: Float64Array, m: number, n: number): Float64Array;
export declare function outer(x: Float64Array, y: Float64Array): Float64Array;
export declare function transpose(a: Float64Array, m: number, n: number): Float64Array;
export declare function cholesky(a: Float64Array, n: number): Float64Array;
export declare function solve(a: Float64Array, b: Float64Array, n: number): Float64Array;
export declare function logDet(a: Float64Array, n: number): number;
export declare function matmul_vjp(a: Float64Array, b: Float64Array, m: number, k: number, n: number): [value: Float64Array, pullback: (seed: Float64Array) => [a: Float64Array, b: Float64Array]];
export declare function matvec_vjp(a: Float64Array, x: Float64Array, m: number, n: number): [value: Float64Array, pullback: (seed: Float64Array) => [a: Float64Array, x: Float64Array]];
export declare function outer_vjp(x: Float64Array, y: Float64Array): [value: Float64Array, pullback: (seed: Float64Array) => [x: Float64Array, y: Float64Array]];
export declare function transpose_vjp(a: Float64Array, m: number, n: number): [value: Float64Array, pullback: (seed: Float64Array) => Float64Array];
export declare function cholesky_vjp(a: Float64Array, n: number): [value: Float64Array, pullback: (seed: Float64Array) => Float64Array];
export declare function solve_vjp(a: Float64Array, b: Float64Array, n: number): [value: Float64Array, pullback: (seed: Float64Array) => [a: Float64Array, b: Float64Array]];
export declare function logDet_vjp(a: Float64Array, n: number): [value: number, pullback: (seed: number) => Float64Array];
export declare function addInto(target: number, source: number, factor?: number): number;
export declare function addInto<T>(target: T, source: Gradient<T>, factor?: number): T;
export declare function scale<G>(gradient: G, factor: number): G;
export declare function norm(gradient: unknown): number;
export declare function clipByNorm<G>(gradient: G, limit: number): G;
export declare function clipByValue<G>(gradient: G, low: number, high?: number): G;
export declare function zerosLike<T>(value: T): Gradient<T>;
export interface CheckOptions { readonly tolerance?: number; readonly wrt?: readonly number[]; readonly scale?: number; readonly precision?: "double" | "single" }
export interface CheckedPartial { readonly path: string; readonly analytic: number; readonly numeric: number; readonly relativeError: number; readonly step: number }
export interface CheckReport { readonly ok: boolean; readonly maxRelativeError: number; readonly worst?: CheckedPartial; readonly checked: number; readonly message: string }
export declare function checkGradient<A extends readonly unknown[]>(f: (...args: A) => number, gradient: (...args: A) => unknown, args: readonly [...A], options?: CheckOptions): CheckReport;
export declare function checkVjp<A extends readonly unknown[], R, S>(f: (...args: A) => R, vjp: (...args: A) => readonly [value: R, pullback: (seed: S) => unknown], args: readonly [...A], options?: CheckOptions & { readonly seed?: S }): CheckReport;
export declare function checkJvp<A extends readonly unknown[], R>(f: (...args: A) => R, jvp: (...args: never[]) => readonly [value: R, tangent: unknown], args: readonly [...A], options?: CheckOptions & { readonly tangents?: readonly unknown[] }): CheckReport;
export declare function checkHvp<A extends readonly unknown[]>(gradient: (...args: A) => unknown, hvp: (...args: never[]) => readonly [grad: unknown, hv: unknown], args: readonly [...A], options?: CheckOptions & { readonly vectors?: readonly unknown[] }): CheckReport;
export declare function checkHessian<A extends readonly unknown[]>(gradient: (...args: A) => unknown, hessian: (...args: A) => unknown, args: readonly [...A], options?: CheckOptions): CheckReport;
export declare function checkJacobian<A extends readonly unknown[]>(f: (...args: A) => unknown, jacobian: (...args: A) => unknown, args: readonly [...A], options?: CheckOptions): CheckReport;
export interface NotFinite { readonly caller: string; readonly what: "value" | "partial derivative"; readonly place: string; readonly number: number }
export type NotFiniteHandler = (report: NotFinite) => void;
export declare function onNotFinite(next?: NotFiniteHandler): void;
export type GradientHook<T> = (gradient: Gradient<T>) => Gradient<T> | undefined | void;
export type Mode = "grad" | "value_and_grad" | "vjp" | "jvp" | "accumulate" | "jacobian" | "hvp" | "hessian" | \`d\${number}\`;
type Differentiable<T> = typeof noDiff extends keyof T ? never : T extends (...args: never[]) => unknown ? never
  : T extends number | Float64Array | Float32Array ? T : T extends string | boolean | null | undefined ? never : T;
export type Gradient<T> = T extends number ? number : T extends Float64Array | Float32Array ? T
  : T extends readonly (infer E)[] ? (number extends T["length"] ? Gradient<E>[] : { -readonly [K in keyof T]: Gradient<T[K]> })
  : { -readonly [K in keyof T as Differentiable<T[K]> extends never ? never : K]: Gradient<T[K]> };
export interface SparseMatrix {
  readonly rows: Int32Array;
  readonly cols: Int32Array;
  readonly values: Float64Array;
  readonly shape: [rows: number, cols: number];
}
export interface DifferentiableOptions { readonly wrt?: readonly string[]; readonly modes?: readonly string[]; readonly sparse?: boolean }
type Method = (this: never, ...args: never[]) => unknown;
export interface MethodDecoration {
  (method: Method, context: ClassMethodDecoratorContext): void;
  (prototype: object, name: string | symbol, descriptor: object): void;
}
export declare function differentiable(options: DifferentiableOptions): MethodDecoration;
export declare function differentiable(method: Method, context: ClassMethodDecoratorContext): void;
export declare function differentiable(prototype: object, name: string | symbol, descriptor: object): void;
`,
};
