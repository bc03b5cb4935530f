/**
 * Rules that come with the compiler: special functions of `@stdlib`, which compute by rational approximations in many
 * pieces. Their derivatives have closed forms, which are shorter, and as exact as the functions. A rule of the user's wins.
 */
import type { Diagnostic } from "../../diagnostics.js";
import { Builder, like, value } from "../../ir/build.js";
import type { Func, FunctionRule, Value } from "../../ir/ir.js";
import { num } from "../../ir/types.js";
import type { FileContext, Signature } from "../file-context.js";
import { preludeFunction } from "../prelude.js";
import { nameOfFunction } from "../function-types.js";
import { signatureOf } from "../signature.js";
import { noBindings } from "../types.js";

/** The slopes by each parameter, as functions of the prelude (`prelude/special.ts`). */
const slopes: Readonly<Record<string, readonly string[]>> = {
  erf: ["erfSlope"],
  erfc: ["erfcSlope"],
  erfinv: ["erfinvSlope"],
  erfcinv: ["erfcinvSlope"],
  gamma: ["gammaSlope"],
  gammaln: ["gammalnSlope"],
  digamma: ["digammaSlope"],
  trigamma: ["trigammaSlope"],
  beta: ["betaSlopeA", "betaSlopeB"],
  betaln: ["betalnSlopeA", "betalnSlopeB"],
};

const specialFile = /\/@stdlib\/(?:.*\/)?math[-/]base[-/]special[-/](\w+)\/lib\/(?:main|index)\.js$/;

function slopesOf(signature: Signature): readonly string[] | undefined {
  const [, name] = specialFile.exec(signature.node.getSourceFile().fileName) ?? [];
  if (name === undefined || nameOfFunction(signature.node) !== name) return undefined;
  return Object.hasOwn(slopes, name) ? slopes[name] : undefined;
}

/** The function with its rule, and what that needs lowered; absent where none is shipped. */
export function withShippedRule(
  file: FileContext,
  signature: Signature,
  func: Func,
  report: (d: Diagnostic) => void,
): readonly Signature[] | undefined {
  const names = slopesOf(signature);
  const { params } = func.body;
  const isFit = params.every((p) => p.type.kind === "num") && func.results[0]?.kind === "num";
  if (names === undefined || names.length !== params.length || !isFit) return undefined;
  const given = [...params.map(() => num), num];
  const instance = { bindings: noBindings, self: undefined, captures: [], given };
  const called = names.flatMap((name) => {
    const node = preludeFunction(name);
    return signatureOf(file.prelude, node, { call: node, caller: signature }, report, instance) ?? [];
  });
  if (called.length < names.length) return undefined;
  const about = { source: func.source, ...(func.loc === undefined ? {} : { loc: func.loc }) };

  const before = params.map(like);
  const there = new Builder(func.loc);
  const result = value(num, "value");
  there.push({ kind: "call", callee: func.name, args: before, results: [result] });
  const forward = `${func.name}.forward`;
  file.funcs.set(forward, {
    ...about,
    name: forward,
    // The value is kept too, before the arguments.
    body: there.region(before, [result, result, ...before]),
    results: [num, num, ...before.map(() => num)],
  });

  const kept = [value(num, "value"), ...params.map(like)];
  const [own, ...rest] = kept;
  const seed = value(num, "seed");
  const back = new Builder(func.loc);
  const gradients = called.map((slope): Value => {
    const made = value(num, "slope");
    back.push({ kind: "call", callee: slope.name, args: own === undefined ? rest : [...rest, own], results: [made] });
    return back.prim("mul", [seed, made]);
  });
  const pullback = `${func.name}.pullback`;
  file.funcs.set(pullback, {
    ...about,
    name: pullback,
    body: back.region([...kept, seed], gradients),
    results: gradients.map(() => num),
  });
  const vjp = { forward, pullback };
  const rule: FunctionRule = { wrt: params.map((_, i) => i), vjp, vjpCode: vjp };
  file.funcs.set(func.name, { ...func, rule });
  return called;
}
