/** `@adc/compiler/rspack`: `import adc from "@adc/compiler/rspack"`, then `plugins: [adc()]`. */
export { webpackPlugin as default } from "./webpack-plugin.js";
export type { AdcPluginOptions } from "./generate.js";
