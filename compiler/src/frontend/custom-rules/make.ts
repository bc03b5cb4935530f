/** From the rules of a function to the IR functions that `Func.rule` names. */
import { type Diagnostic, rule as said } from "../../diagnostics.js";
import { Builder, field, value } from "../../ir/build.js";
import type { Func, FunctionRule, Loc, Type, TypeImport, Value, VjpRule } from "../../ir/ir.js";
import { holdsInstances, num, sameType } from "../../ir/types.js";
import { invariant } from "../../support/invariant.js";
import type { FileContext, Signature } from "../file-context.js";
import { locOf } from "../source.js";
import { type Fit, fitOf } from "./fit.js";
import { type Given, importedRule, loweredRule, type RuleCode } from "./rule-code.js";
import type { Ruled, RuleFunction } from "./table.js";

/** What becomes of the rules of one instance of a function. */
export interface MadeRule {
  readonly rule: FunctionRule;
  readonly funcs: readonly Func[];
  readonly calls: readonly Signature[];
  /** The body that the rule gives the function, where it has none that can be read. */
  readonly value: Func["body"] | undefined;
  /** Parameters the rule is silent about: their position among those of the IR function, and their name. */
  readonly silent: readonly { readonly position: number; readonly name: string }[];
  /** Why the rule can be called by its name, but not be differentiated in its turn; empty where it can. */
  readonly obstacles: readonly Diagnostic[];
}

export interface RuleRequest {
  readonly ruled: Ruled;
  /** The IR function the rule is for. */
  readonly name: string;
  readonly source: string;
  readonly signature: Signature;
  /** The type of each declared parameter (after the object of a method), absent where nothing is passed. */
  readonly given: Given;
  readonly result: Type;
  /** What `wrt=` names, where the function is marked. */
  readonly marked: readonly string[] | undefined;
  /** The rule is differentiated in its turn, or gives tangents: it is refused where its code cannot be read. */
  readonly needsCode: boolean;
  /** How the generated file can name a rule. */
  readonly importOf: (rule: RuleFunction) => TypeImport | undefined;
}

export function makeRule(
  file: FileContext,
  request: RuleRequest,
  report: (d: Diagnostic) => void,
): MadeRule | undefined {
  const { ruled } = request;
  const fits = new Map<"vjp" | "jvp", Fit>();
  for (const rule of [ruled.vjp, ruled.jvp]) {
    if (rule === undefined) continue;
    const fit = fitOf(file, ruled, rule, request.marked);
    if ("wrt" in fit) fits.set(rule.tag, fit);
    else report(fit);
  }
  const [first] = fits.values();
  if (first === undefined) return undefined;
  return new Maker(file, request, report).make(fits.get("vjp"), fits.get("jvp"), first);
}

/** What cannot be lowered of a rule, in all that it calls. */
function obstaclesTo(file: FileContext, code: RuleCode | readonly Diagnostic[]): readonly Diagnostic[] {
  if (!("call" in code)) return code;
  const found = new Set(code.calls);
  for (const signature of found) {
    if (signature.state === "new") file.lower(signature);
    const errors = signature.diagnostics.filter((d) => d.category === "error");
    if (errors.length > 0) return errors;
    for (const called of signature.calls) found.add(called);
  }
  return [];
}

class Maker {
  #obstacles: readonly Diagnostic[] = [];
  readonly #funcs: Func[] = [];
  readonly #calls: Signature[] = [];
  /** IR positions of the declared parameters that something is passed for. */
  readonly #positions: readonly number[];
  readonly #types: readonly Type[];
  readonly #loc: Loc;

  constructor(
    private readonly file: FileContext,
    private readonly request: RuleRequest,
    private readonly report: (d: Diagnostic) => void,
  ) {
    let next = 0;
    this.#positions = request.given.map((type) => (type === undefined ? -1 : next++));
    this.#types = request.given.filter((t) => t !== undefined);
    this.#loc = locOf(request.signature.node);
  }

  make(vjp: Fit | undefined, jvp: Fit | undefined, first: Fit): MadeRule | undefined {
    const { request } = this;
    const wrt = this.#kept(first).map((k) => this.#positions[first.wrt[k] ?? -1] ?? -1);
    const reversed = vjp === undefined ? undefined : this.#vjp(vjp);
    const tangent = jvp === undefined ? undefined : this.#jvp(jvp);
    const value = reversed?.value ?? tangent?.value;
    if (value === undefined) return undefined;
    const ownVjp =
      reversed?.byName ?? reversed?.code ?? (tangent === undefined ? undefined : this.#vjpOfTangent(tangent.name, wrt));
    const code = reversed?.code;
    const rule: FunctionRule = {
      wrt,
      ...(ownVjp === undefined ? {} : { vjp: ownVjp }),
      ...(code === undefined ? {} : { vjpCode: code }),
      ...(tangent === undefined ? {} : { jvp: tangent.name }),
    };
    const silent = [...first.silent].flatMap(([i, name]) => {
      const position = this.#positions[i] ?? -1;
      return position === -1 ? [] : [{ position, name }];
    });
    const isShort = request.result.kind === "void";
    invariant(!isShort, "a function with a rule returns something");
    return { rule, funcs: this.#funcs, calls: this.#calls, value, silent, obstacles: this.#obstacles };
  }

  /** Which of a rule's gradients are for something that is passed. */
  #kept(fit: Fit): readonly number[] {
    return fit.wrt.flatMap((i, k) => ((this.#positions[i] ?? -1) === -1 ? [] : [k]));
  }

  #params(): readonly Value[] {
    const { node } = this.request.signature;
    let k = 0;
    return this.request.given.flatMap((type, i) => {
      if (type === undefined) return [];
      const own = this.request.ruled.owner !== undefined ? i - 1 : i;
      const name = node.parameters[own]?.name.getText();
      k++;
      return [value(type, own < 0 ? "self" : name !== undefined && /^[\w$]+$/.test(name) ? name : `x${k}`)];
    });
  }

  /** The arguments by declared position. */
  #declared(params: readonly Value[]): readonly (Value | undefined)[] {
    return this.#positions.map((p) => params[p]);
  }

  #add(suffix: string, params: readonly Value[], b: Builder, yields: readonly Value[]): string {
    const name = `${this.request.name}.${suffix}`;
    this.#funcs.push({
      name,
      source: `${this.request.source}_${suffix.replace(/\W.*/, "")}`,
      body: b.region(params, yields),
      results: yields.map((v) => v.type),
      loc: this.#loc,
    });
    return name;
  }

  #vjp(fit: Fit): { readonly byName?: VjpRule; readonly code?: VjpRule; readonly value: Func["body"] } | undefined {
    const { request, file } = this;
    const { rule } = fit;
    const gradientTypes = fit.gradients;
    const [only, ...others] = gradientTypes;
    invariant(only !== undefined, "a rule gives some gradient");
    const gradient: Type = others.length === 0 ? only : { kind: "tuple", elems: gradientTypes };
    const seed = request.result.kind === "num" ? num : (fit.seed ?? request.result);
    const imported = this.#importOf(rule);
    const byName =
      imported === undefined
        ? undefined
        : this.#halves("rule", importedRule(rule, imported, [request.result, undefined], gradient), seed, fit);
    const alone = byName === undefined ? undefined : { byName: byName.rule, value: byName.value };
    const code = loweredRule(file, request.signature, rule, request.ruled.name, request.given, seed);
    if (alone !== undefined && !request.needsCode) {
      const obstacles = obstaclesTo(file, code);
      this.#obstacles = [...this.#obstacles, ...obstacles];
      if (obstacles.length > 0) return alone;
    }
    if (!("call" in code)) {
      code.forEach(this.report);
      return undefined;
    }
    const lowered = this.#halves("code", code, seed, fit);
    if (lowered === undefined) return undefined;
    return {
      code: lowered.rule,
      value: byName?.value ?? lowered.value,
      ...(byName === undefined ? {} : { byName: byName.rule }),
    };
  }

  #halves(
    suffix: string,
    code: RuleCode,
    seedType: Type,
    fit: Fit,
  ): { readonly rule: VjpRule; readonly value: Func["body"] } | undefined {
    this.#calls.push(...code.calls);
    const { request } = this;
    const forwardBody = (isWhole: boolean): Func["body"] | undefined => {
      const params = this.#params();
      const b = new Builder(this.#loc);
      const pair = code.call(b, this.#declared(params));
      const made = this.#asResult(b, pair, code);
      if (made === undefined) return undefined;
      return b.region(params, isWhole ? [made, ...code.keep(b, pair)] : [made]);
    };
    const body = forwardBody(true);
    const alone = forwardBody(false);
    if (body === undefined || alone === undefined) {
      const why = "The type of its value is not the one that is returned where it is called";
      this.report(said.ruleSignature(fit.rule.place, fit.rule.tag, request.ruled.name, why, "the declared types"));
      return undefined;
    }
    const forward = `${request.name}.forward.${suffix}`;
    this.#funcs.push({
      name: forward,
      source: `${request.source}_forward`,
      body,
      results: (body.yields ?? []).map((v) => v.type),
      loc: this.#loc,
    });
    const b = new Builder(this.#loc);
    const kept = code.kept.map((type) => value(type));
    const seed = value(seedType, "seed");
    const gradient = code.pull(b, kept, seed);
    const wanted = this.#kept(fit);
    const yields =
      fit.wrt.length === 1
        ? [gradient]
        : wanted.map((k) => {
            const type = gradient.type.kind === "tuple" ? gradient.type.elems[k] : undefined;
            return b.load(field(gradient, String(k)), type ?? num);
          });
    const pullback = this.#add(`pullback.${suffix}`, [...kept, seed], b, yields.slice(0, wanted.length));
    return { rule: { forward, pullback }, value: alone };
  }

  /** How a rule is named in the generated file; there instances of classes are plain objects, which a rule would not take. */
  #importOf(rule: RuleFunction): TypeImport | undefined {
    const { records } = this.file.types;
    const types = [...this.#types, this.request.result];
    return types.some((t) => holdsInstances(t, records)) ? undefined : this.request.importOf(rule);
  }

  #asResult(b: Builder, pair: Value, code: RuleCode): Value | undefined {
    const { result } = this.request;
    const [own] = code.parts;
    const made = b.load(field(pair, "0"), own, "value");
    if (sameType(own, result)) return made;
    return own.kind === "record" && result.kind === "record" ? b.cast(made, result) : undefined;
  }

  #jvp(fit: Fit): { readonly name: string; readonly value: Func["body"] } | undefined {
    const { request, file } = this;
    const { rule } = fit;
    const tangentTypes = fit.gradients;
    const imported = request.needsCode ? undefined : this.#importOf(rule);
    const given = [...request.given, ...tangentTypes];
    const lowered = loweredRule(file, request.signature, rule, request.ruled.name, given, undefined);
    const obstacles = imported === undefined ? [] : obstaclesTo(file, lowered);
    this.#obstacles = [...this.#obstacles, ...obstacles];
    const code =
      imported === undefined || obstacles.length === 0
        ? lowered
        : importedRule(rule, imported, [request.result, fit.second], num);
    if (!("call" in code)) {
      code.forEach(this.report);
      return undefined;
    }
    this.#calls.push(...code.calls);
    const build = (): { params: readonly Value[]; b: Builder; yields: readonly Value[] } | undefined => {
      const params = this.#params();
      const b = new Builder(this.#loc);
      const kept = this.#kept(fit);
      const tangents = tangentTypes.map((type) => value(type, "tangent"));
      const passed = tangents.map((t, k) => (kept.includes(k) ? t : undefined));
      const pair = code.call(b, [...this.#declared(params), ...passed]);
      const made = this.#asResult(b, pair, code);
      if (made === undefined) return undefined;
      const tangent = b.load(field(pair, "1"), code.parts[1], "tangent");
      return { params: [...params, ...kept.flatMap((k) => tangents[k] ?? [])], b, yields: [made, tangent] };
    };
    const made = build();
    if (made === undefined) {
      const why = "The type of its value is not the one that is returned where it is called";
      this.report(said.ruleSignature(rule.place, rule.tag, request.ruled.name, why, "the declared types"));
      return undefined;
    }
    const name = this.#add("jvp", made.params, made.b, made.yields);
    // The value alone, with tangents of zero.
    const params = this.#params();
    const b = new Builder(this.#loc);
    const zeros = tangentTypes.map((type) => (type.kind === "num" ? b.const(0) : undefined));
    const alone = zeros.some((z) => z === undefined) ? undefined : code.call(b, [...this.#declared(params), ...zeros]);
    const result = alone === undefined ? undefined : this.#asResult(b, alone, code);
    return { name, value: b.region(params, result === undefined ? null : [result]) };
  }

  /** For numbers and a number: each partial derivative is the tangent along one of them. */
  #vjpOfTangent(jvp: string, wrt: readonly number[]): VjpRule | undefined {
    if (this.request.result.kind !== "num" || !wrt.every((i) => this.#types[i]?.kind === "num")) return undefined;
    const params = this.#params();
    const b = new Builder(this.#loc);
    const outcomes = wrt.map((_, k) => {
      const results = [value(num, "value"), value(num, "slope")] as const;
      const tangents = wrt.map((_, j) => b.const(j === k ? 1 : 0));
      b.push({ kind: "call", callee: jvp, args: [...params, ...tangents], results });
      return results;
    });
    const [first] = outcomes;
    invariant(first !== undefined, "a rule is about some parameter");
    const forward = this.#add("forward.tangent", params, b, [first[0], ...outcomes.map(([, slope]) => slope)]);
    const back = new Builder(this.#loc);
    const slopes = wrt.map(() => value(num, "slope"));
    const seed = value(num, "seed");
    const gradients = slopes.map((slope) => back.prim("mul", [seed, slope]));
    return { forward, pullback: this.#add("pullback.tangent", [...slopes, seed], back, gradients) };
  }
}
