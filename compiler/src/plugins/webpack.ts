/** `@adc/compiler/webpack`: `import adc from "@adc/compiler/webpack"`, then `plugins: [adc()]`. */
export { webpackPlugin as default } from "./webpack-plugin.js";
export type { AdcPluginOptions } from "./generate.js";
