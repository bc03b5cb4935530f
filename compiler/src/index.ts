/** The public door of `@adc/compiler`. */
export { build, type BuildOptions, type BuildResult, type Progress } from "./build/build.js";
export { BuildSession } from "./build/session.js";
export type { InternalError } from "./build/compile.js";
export { compileSource, type CompileSourceOptions, type CompileSourceResult } from "./build/compile-source.js";
export { explainFunction, type ExplainOptions, type Explanation } from "./explain/explain.js";
export { formatExplanation, type FormatExplanationOptions } from "./explain/format.js";
export type { NotFound } from "./build/find.js";
export { type FunctionGraph, graphFunction, type GraphOptions } from "./graph/graph.js";
export type { Graph, GraphEdge, GraphGroup, GraphNode, NodeKind } from "./graph/model.js";
export { initProject, type InitOptions, type InitResult } from "./init/init.js";
export type { Output, OutputStatus } from "./build/outputs.js";
export type { Diagnostic, Span } from "./diagnostics.js";
export { formatDiagnostics, type FormatOptions } from "./frontend/format-diagnostics.js";
export type { SpecifierEnding } from "./frontend/settings.js";
export { verify, type Verified, type VerifyOptions, type VerifyResult } from "./verify/verify.js";
