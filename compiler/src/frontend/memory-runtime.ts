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
export declare function stopGradient(x: number): number;
type Differentiable<T> = typeof noDiff extends keyof T ? never : T extends (...args: never[]) => unknown ? never
  : T extends number | Float64Array | Float32Array ? T : T extends string | boolean | null | undefined ? never : T;
export type Gradient<T> = T extends number ? number : T extends Float64Array | Float32Array ? T
  : T extends readonly (infer E)[] ? (number extends T["length"] ? Gradient<E>[] : { -readonly [K in keyof T]: Gradient<T[K]> })
  : { -readonly [K in keyof T as Differentiable<T[K]> extends never ? never : K]: Gradient<T[K]> };
export interface DifferentiableOptions { readonly wrt?: readonly string[]; readonly modes?: readonly string[] }
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
