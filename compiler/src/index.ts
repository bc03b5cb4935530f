/** The public door of `@adc/compiler`. */
export { build, type BuildOptions, type BuildResult, type Progress } from "./build/build.js";
export type { InternalError } from "./build/compile.js";
export { compileSource, type CompileSourceOptions, type CompileSourceResult } from "./build/compile-source.js";
export type { Output, OutputStatus } from "./build/outputs.js";
export type { Diagnostic, Span } from "./diagnostics.js";
export { formatDiagnostics, type FormatOptions } from "./frontend/format-diagnostics.js";
export type { SpecifierEnding } from "./frontend/settings.js";
