import { it } from "vitest";
import { emitModule } from "../../compiler/src/emit/module.js";
import { randomFunction } from "../support/random-ir.js";
it("s", () => { for (const seed of [3, 7, 12, 33]) {
  const func = randomFunction(seed); const plain = (text: string) => ({ text, imports: [] });
  console.log(emitModule({ sourcePath: "/f.ts", exported: [{exportName:"f",doc:[],func,params:["s","b","x","y"].map((name)=>({name,type:plain("number")})),returns:plain("number")}], program: { funcs: new Map(), records: new Map(), globals: new Map() } }, { specifier: (f) => f }).split("\n").slice(5).join("\n"));
}});
