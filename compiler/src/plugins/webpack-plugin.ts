/** The plugin for bundlers with the hooks of webpack: webpack itself, Rspack. */
import { type AdcPluginOptions, type Generated, Generation, withPlace } from "./generate.js";

/** As much of a compilation as is used. */
export interface WebpackCompilation {
  readonly errors: { push(error: Error): unknown };
  readonly warnings: { push(error: Error): unknown };
  readonly fileDependencies: { add(path: string): unknown };
}

interface AsyncHook {
  tapPromise(name: string, run: () => Promise<void>): unknown;
}
interface CompilationHook {
  tap(name: string, run: (compilation: WebpackCompilation) => void): unknown;
}

/** As much of their compiler as is used. */
export interface WebpackCompiler {
  readonly context: string;
  readonly hooks: {
    readonly beforeRun: AsyncHook;
    readonly watchRun: AsyncHook;
    readonly thisCompilation: CompilationHook;
    readonly afterCompile: CompilationHook;
  };
}

export interface WebpackPlugin {
  apply(compiler: WebpackCompiler): void;
}

const name = "adc";

export function webpackPlugin(options: AdcPluginOptions = {}): WebpackPlugin {
  const generation = new Generation(options);
  return {
    apply({ context, hooks }) {
      let last: Generated | undefined;
      const run = async (): Promise<void> => {
        last = await generation.run(context);
      };
      hooks.beforeRun.tapPromise(name, run);
      hooks.watchRun.tapPromise(name, run);
      hooks.thisCompilation.tap(name, ({ errors, warnings }) => {
        for (const error of last?.errors ?? []) errors.push(new Error(withPlace(error)));
        for (const warning of last?.warnings ?? []) warnings.push(new Error(withPlace(warning)));
      });
      hooks.afterCompile.tap(name, ({ fileDependencies }) => {
        for (const path of last?.inputs ?? []) fileDependencies.add(path);
      });
    },
  };
}
