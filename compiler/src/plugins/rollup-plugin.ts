/** The plugin for bundlers with the hooks of Rollup: Rollup itself, Rolldown, Vite. */
import { resolve } from "node:path";
import { type AdcPluginOptions, Generation, type Said, together } from "./generate.js";

/** What a message is to them. */
export interface RollupMessage {
  readonly message: string;
  readonly id?: string;
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
}

/** As much of their plugin context as is used. */
export interface RollupContext {
  addWatchFile(path: string): void;
  warn(message: RollupMessage): void;
  error(message: RollupMessage): never;
}

export interface RollupPlugin {
  readonly name: string;
  buildStart(this: RollupContext): Promise<void>;
}

export function rollupPlugin(options: AdcPluginOptions = {}): RollupPlugin {
  const generation = new Generation(options);
  return {
    name: "adc",
    async buildStart() {
      const { errors, warnings, inputs } = await generation.run(process.cwd());
      for (const path of inputs) this.addWatchFile(path);
      for (const warning of warnings) this.warn(messageOf(warning));
      const [first, ...others] = errors;
      if (first === undefined) return;
      this.error(others.length === 0 ? messageOf(first) : { message: together(errors) });
    },
  };
}

export function messageOf({ text, file, line, column }: Said): RollupMessage {
  if (file === undefined) return { message: text };
  const id = resolve(file);
  return line === undefined
    ? { message: text, id }
    : { message: text, id, loc: { file: id, line, column: column ?? 0 } };
}
