/** `@adc/compiler/rollup`: `import adc from "@adc/compiler/rollup"`, then `plugins: [adc()]`. */
export { rollupPlugin as default } from "./rollup-plugin.js";
export type { AdcPluginOptions } from "./generate.js";
