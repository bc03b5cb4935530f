/** `adc build --watch`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { adc, makeFolder, square, tsconfig } from "./support.js";

test("builds again when a source changes or appears, and ends when it is told to", async () => {
  const folder = makeFolder({
    "package.json": '{ "type": "module" }',
    "tsconfig.json": tsconfig,
    "src/square.ts": square,
  });
  const { status, out } = await adc(folder, "build --watch", {
    untilStopped: async (printed) => {
      const builds = (count: number) =>
        vi.waitFor(
          () => expect(printed().split("watching for changes").length - 1).toBeGreaterThanOrEqual(count),
          20_000,
        );
      await builds(1);
      folder.write("src/square.ts", square.replace("x * x", "x * x * x"));
      await builds(2);
      folder.write("src/deep/other.ts", square);
      await vi.waitFor(() => expect(existsSync(join(folder.path, "src/deep/other_grad.ts"))).toBe(true), 20_000);
    },
  });
  expect(status).toBe(0);
  expect(out).toMatch(
    /^adc: 1 function in 1 file, 1 written, .*\nadc: watching for changes\nadc: 1 function in 1 file, 1 written, /,
  );
});
