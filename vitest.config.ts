/** Tests run from the TypeScript sources; only the integration tests use the built packages. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@adc\/runtime$/, replacement: source("runtime/src/index.ts") },
      { find: /^@adc\/compiler$/, replacement: source("compiler/src/index.ts") },
      { find: /^@adc\/compiler\/transformer$/, replacement: source("compiler/src/transformer.ts") },
    ],
  },
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/integration/**"],
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
