/**
 * `@adc/compiler/vite`: `import adc from "@adc/compiler/vite"`, then `plugins: [adc()]`. Generated files are written before a
 * build, and by the development server whenever a source changes; what is wrong fails the build, and is shown by the server.
 */
import { resolve } from "node:path";
import { type AdcPluginOptions, type Generated, Generation, together, withPlace } from "./generate.js";
import { messageOf, type RollupContext } from "./rollup-plugin.js";

export type { AdcPluginOptions } from "./generate.js";

interface ViteConfig {
  readonly root: string;
  readonly command: "build" | "serve";
  readonly logger: { error(text: string): void; warn(text: string): void };
}

interface ViteServer {
  readonly watcher: { on(event: "all", run: (event: string, path: string) => void): unknown };
  readonly ws: { send(payload: { type: "error"; err: { message: string; stack: string; plugin: string } }): void };
}

export interface VitePlugin {
  readonly name: string;
  readonly enforce: "pre";
  configResolved(config: ViteConfig): void;
  configureServer(server: ViteServer): void;
  buildStart(this: RollupContext): Promise<void>;
}

export default function adc(options: AdcPluginOptions = {}): VitePlugin {
  const generation = new Generation(options);
  let config: ViteConfig | undefined;
  let inputs: ReadonlySet<string> = new Set();
  let started = false;
  const run = async (): Promise<Generated> => {
    const made = await generation.run(config?.root ?? process.cwd());
    inputs = new Set(made.inputs.map((path) => resolve(path)));
    return made;
  };
  const log = ({ errors, warnings }: Generated): void => {
    for (const warning of warnings) config?.logger.warn(withPlace(warning));
    if (errors.length > 0) config?.logger.error(together(errors));
  };
  return {
    name: "adc",
    enforce: "pre",
    configResolved(resolved) {
      config = resolved;
    },
    configureServer({ watcher, ws }) {
      const change = async (event: string, path: string): Promise<void> => {
        // A new file may be a source; what is generated is none.
        const isNew = event === "add" && /(?<!_grad|\.d)\.[cm]?tsx?$/.test(path);
        if (!isNew && !inputs.has(resolve(path))) return;
        const made = await run();
        log(made);
        if (made.errors.length > 0)
          ws.send({ type: "error", err: { message: together(made.errors), stack: "", plugin: "adc" } });
      };
      watcher.on("all", (event, path) => void change(event, path));
    },
    async buildStart() {
      // Each environment begins with this hook; a server writes once, and then when something changes.
      if (config?.command === "serve") {
        if (started) return;
        started = true;
        log(await run());
        return;
      }
      const made = await run();
      for (const path of inputs) this.addWatchFile(path);
      for (const warning of made.warnings) this.warn(messageOf(warning));
      const [first, ...others] = made.errors;
      if (first === undefined) return;
      this.error(others.length === 0 ? messageOf(first) : { message: together(made.errors) });
    },
  };
}
