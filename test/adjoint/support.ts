/** Differentiating IR without a source, and running what comes out in the interpreter. */
import { powConstant, ruleSet } from "../../compiler/src/frontend/rules.js";
import { emitModule } from "../../compiler/src/emit/module.js";
import type { GeneratedModule } from "../../compiler/src/emit/generated.js";
import type { Program, Type, TypeText } from "../../compiler/src/ir/ir.js";
import { num } from "../../compiler/src/ir/types.js";
import { optionalPasses } from "../../compiler/src/optimize/index.js";
import { generate } from "../../compiler/src/pipeline.js";
import { typeOf } from "../support/emit.js";
import { interpret, type JsValue } from "../support/interpret.js";

export const withoutPasses = optionalPasses;

/** What is generated for `name`, differentiated by the parameters `wrt`. Every pass is verified. */
function generated(
  program: Program,
  name: string,
  wrt: readonly number[],
  without: readonly string[],
): GeneratedModule {
  const text = (type: Type): TypeText => ({ text: typeOf(type, program), imports: [] });
  const gradient = (type: Type): TypeText => ({ text: `Gradient<${typeOf(type, program)}>`, imports: [] });
  const func = program.funcs.get(name);
  if (func === undefined) throw new Error(`no function ${name}`);
  return generate(
    {
      path: "/source.ts",
      program,
      annotated: [
        {
          func: name,
          exportName: name,
          modes: ["grad", "value_and_grad", "vjp"],
          wrt,
          params: func.body.params.map((p) => ({
            name: p.hint ?? "x",
            type: text(p.type),
            gradient: gradient(p.type),
          })),
          returns: text(func.results[0] ?? num),
          returnsGradient: gradient(func.results[0] ?? num),
          loc: { file: "source.ts", line: 1, column: 1 },
        },
      ],
    },
    { ruleSet, powConstant },
    { verifyEach: true, without },
  );
}

/** The program with `name` differentiated: functions `name.grad`, `name.vjp`. */
export function differentiated(
  program: Program,
  name: string,
  wrt: readonly number[],
  without: readonly string[],
): Program {
  const module = generated(program, name, wrt, without);
  return {
    ...module.program,
    funcs: new Map([...module.program.funcs, ...module.exported.map((e) => [e.func.name, e.func] as const)]),
  };
}

/** The generated file, which begins with the declarations of the types that the program mentions by name. */
export function generatedText(
  program: Program,
  name: string,
  wrt: readonly number[],
  without: readonly string[],
  declarations: string,
): string {
  const text = emitModule(generated(program, name, wrt, without), { specifier: (from) => from });
  return `import type { Gradient } from "@adc/runtime";\n${declarations}\n${text}`;
}

/** Runs both forms of the gradient. */
export function gradients(
  program: Program,
  name: string,
  args: readonly JsValue[],
): {
  readonly grad: unknown;
  readonly pullback: (seed: number) => unknown;
  readonly argumentsAfter: readonly unknown[];
} {
  const argumentsAfter = structuredClone([...args]);
  const [grad] = interpret(program, `${name}.grad`, argumentsAfter);
  const [, pullback] = interpret(program, `${name}.vjp`, structuredClone([...args]));
  if (typeof pullback !== "function") throw new Error("no pullback");
  return { grad, pullback: (seed) => Reflect.apply(pullback, undefined, [seed]), argumentsAfter };
}

/** All numbers of a structure, in order. */
export function numbersOf(x: unknown): readonly number[] {
  if (typeof x === "number") return [x];
  if (typeof x !== "object" || x === null) return [];
  return Object.values(x).flatMap(numbersOf);
}

/** The largest difference of two structures of numbers, relative to the largest number of the first (at least 1). */
export function relativeError(expected: unknown, got: unknown): number {
  const [a, b] = [numbersOf(expected), numbersOf(got)];
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(1, ...a.map(Math.abs));
  const worst = Math.max(0, ...a.map((x, i) => Math.abs(x - (b[i] ?? Number.NaN)) / scale));
  return Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst;
}
