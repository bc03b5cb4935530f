/** `@adc/compiler/rolldown`: `import adc from "@adc/compiler/rolldown"`, then `plugins: [adc()]`. */
export { rollupPlugin as default } from "./rollup-plugin.js";
export type { AdcPluginOptions } from "./generate.js";
