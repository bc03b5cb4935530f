/** `@adc/compiler/esbuild`: `import adc from "@adc/compiler/esbuild"`, then `plugins: [adc()]`. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type AdcPluginOptions, type Generated, Generation, type Said } from "./generate.js";

export type { AdcPluginOptions } from "./generate.js";

interface EsbuildMessage {
  text: string;
  location?: { file: string; line: number; column: number; lineText: string };
}

/** As much of esbuild's plugin interface as is used. */
interface EsbuildBuild {
  readonly initialOptions: { absWorkingDir?: string };
  onStart(run: () => Promise<{ errors: EsbuildMessage[]; warnings: EsbuildMessage[] }>): void;
  onLoad(
    options: { filter: RegExp; namespace?: string },
    run: (args: {
      path: string;
    }) => Promise<{ contents: string; loader: "ts" | "tsx"; watchFiles: string[] } | undefined>,
  ): void;
}

export interface EsbuildPlugin {
  name: string;
  setup(build: EsbuildBuild): void;
}

export default function adc(options: AdcPluginOptions = {}): EsbuildPlugin {
  return {
    name: "adc",
    setup(build) {
      const generation = new Generation(options);
      let last: Generated | undefined;
      build.onStart(async () => {
        const made = await generation.run(build.initialOptions.absWorkingDir ?? process.cwd());
        last = made;
        const shown = (list: readonly Said[]): Promise<EsbuildMessage[]> => Promise.all(list.map(messageOf));
        return { errors: await shown(made.errors), warnings: await shown(made.warnings) };
      });
      // A bundle need not hold the sources of its generated files: these say what they are made from.
      build.onLoad({ filter: /_grad\.[cm]?tsx?$/, namespace: "file" }, async ({ path }) => {
        if (last === undefined || !last.outputs.some((output) => resolve(output) === path)) return undefined;
        const contents = await readFile(path, "utf8");
        return { contents, loader: path.endsWith("x") ? "tsx" : "ts", watchFiles: [path, ...last.inputs] };
      });
    },
  };
}

/** A message with its place, and the line it is about, which esbuild shows below. */
async function messageOf({ text, file, line, column }: Said): Promise<EsbuildMessage> {
  if (file === undefined || line === undefined) return { text };
  const source = await readFile(file, "utf8").catch(() => "");
  return { text, location: { file, line, column: column ?? 0, lineText: source.split(/\r?\n/)[line - 1] ?? "" } };
}
