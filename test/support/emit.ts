/** Text IR to generated TypeScript, and its exports ready to run. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { emitModule } from "../../compiler/src/emit/module.js";
import type { Func, Program, Type, TypeText } from "../../compiler/src/ir/ir.js";
import { parseProgram } from "../../compiler/src/ir/parse.js";
import { present } from "../../compiler/src/ir/types.js";
import { verify } from "../../compiler/src/ir/verify.js";
import * as tape from "../../runtime/src/tape.js";
import { stripTypes } from "./strip-types.js";
import { typeCheck } from "./type-check.js";

/** The module of all functions of the program; those whose names begin with `_` are helpers. */
export function emitText(ir: string): string {
  const program = parseProgram(ir);
  verify(program);
  const exported = [...program.funcs.values()]
    .filter((func) => !func.name.startsWith("_"))
    .map((func) => ({
      exportName: func.name,
      doc: [],
      func,
      params: func.body.params.map((v, k) => ({ name: v.hint ?? `p${k}`, type: plain(typeOf(v.type, program)) })),
      returns: plain(returnsOf(func, program)),
    }));
  const helpers = new Map([...program.funcs].filter(([name]) => name.startsWith("_")));
  return emitModule(
    { sourcePath: "/src/model.ts", exported, program: { ...program, funcs: helpers } },
    { specifier: (from) => from },
  );
}

/** The statements of the only function, without header and signature. */
export function emitBody(ir: string): string {
  const text = emitText(ir);
  const start = text.indexOf("export function");
  const lines = text.slice(start).split("\n");
  const end = lines.indexOf("}");
  return lines
    .slice(1, end)
    .map((line) => line.replace(/^ {2}/, ""))
    .join("\n");
}

/** The exports of a generated text. Every import is of the runtime's tape. */
export function load(text: string): Record<string, (...args: never[]) => unknown> {
  const exports: Record<string, (...args: never[]) => unknown> = {};
  const run = new Function("exports", "require", stripTypes(text)) as (
    exports: object,
    require: (name: string) => object,
  ) => void;
  run(exports, () => tape);
  return exports;
}

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** What TypeScript says about generated texts, in its strictest mode. */
export function problems(texts: Readonly<Record<string, string>>): string[] {
  const files = Object.entries(texts).map(
    ([name, text]) => [join(root, "test/emit", `${name.replace(/\W+/g, "-")}.generated.ts`), text] as const,
  );
  return typeCheck(Object.fromEntries(files));
}

const plain = (text: string): TypeText => ({ text, imports: [] });

function returnsOf(func: Func, program: Program): string {
  const [only] = func.results;
  if (only === undefined) return "void";
  return func.results.length === 1
    ? typeOf(only, program)
    : `[${func.results.map((type) => typeOf(type, program)).join(", ")}]`;
}

/** A type of the IR in TypeScript. */
export function typeOf(type: Type, program: Program): string {
  const of = (inner: Type): string => typeOf(inner, program);
  switch (type.kind) {
    case "num":
      return "number";
    case "bool":
      return "boolean";
    case "str":
      return "string";
    case "typed":
      return type.name;
    case "array":
      return `(${of(type.elem)})[]`;
    case "dict":
      return `Record<${type.key === "num" ? "number" : "string"}, ${of(type.loose === true ? type.elem : present(type.elem))}>`;
    case "tuple":
      return `[${type.elems.map(of).join(", ")}]`;
    case "maybe":
      return `${of(type.of)} | ${type.absent === "both" ? "null | undefined" : type.absent}`;
    case "record": {
      const decl = program.records.get(type.name);
      if (decl?.text !== undefined) return decl.text.text;
      return `{ ${(decl?.fields ?? []).map((f) => `${f.name}: ${of(f.type)}`).join("; ")} }`;
    }
    case "closure": {
      const [only] = type.results;
      const result =
        type.results.length === 1 && only !== undefined ? of(only) : `[${type.results.map(of).join(", ")}]`;
      return `(${type.params.map((p, k) => `p${k}: ${of(p)}`).join(", ")}) => ${result}`;
    }
    case "opaque":
      return type.text;
    default:
      return "undefined";
  }
}
