import { readFileSync } from "node:fs";
import { it } from "vitest";
import { openMemory } from "../../compiler/src/frontend/index.js";
import { compileFile } from "../../compiler/src/build/compile.js";
import { problems } from "../support/emit.js";
it("e", () => {
  const texts: Record<string,string> = {};
  for (const file of (process.env["F"] ?? "").split(" ")) {
    const path = "/memory/model.ts";
    const fe = openMemory({ [path]: readFileSync(file, "utf8") });
    const o = compileFile(fe, path, (f) => f);
    if (o.code !== undefined) { console.log(o.code); texts[file] = o.code; } else console.log(JSON.stringify(o.diagnostics), o.internalError);
  }
  console.log(problems(texts).join("\n"));
}, 60000);
