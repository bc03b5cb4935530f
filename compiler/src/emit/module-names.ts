/** Names at the top level of a generated file: functions, module constants, imports. */
import type { Op, Program, Region, TypeImport, TypeText } from "../ir/ir.js";
import { primitive } from "../ir/primitives.js";
import { walk } from "../ir/walk.js";
import { throwsBySource } from "../ir/thrown.js";
import { invariant } from "../support/invariant.js";
import type { EmitOptions, GeneratedModule } from "./generated.js";
import { freeName, identifier, neverNames } from "./names.js";

/** What generated code takes from the runtime. */
export type RuntimeName = "Tape" | "borrowTape" | "returnTape" | "thrownBy" | "ThrownBySource";

const runtimePackage = "@adc/runtime";

interface Import {
  readonly from: string;
  readonly name: string;
  readonly local: string;
  isType: boolean;
}

export class ModuleNames {
  private readonly functions = new Map<string, string>();
  private readonly globals = new Map<string, string>();
  private readonly imports = new Map<string, Import>();
  /** Functions that are imported, not written: the runtime's primitives, and external functions of the program. */
  private readonly outside = new Map<string, { readonly item: TypeImport; readonly local: string }>();
  private readonly used = new Set<string>();
  /** Declarations of which this file has a copy, by name, in the order of need. */
  private readonly copies = new Map<string, string>();

  /** Do parameters that are not used have an underscore before their names? */
  get marksUnused(): boolean {
    return this.options.marksUnused === true;
  }

  constructor(
    module: GeneratedModule,
    private readonly options: EmitOptions,
  ) {
    const params = new Set(module.exported.flatMap((f) => f.params.map((p) => p.name)));
    for (const f of module.exported) {
      this.functions.set(f.func.name, f.exportName);
      this.used.add(f.exportName);
    }
    // What is imported keeps its name.
    const types = module.exported.flatMap((f) => [...f.params.map((p) => p.type), f.returns]);
    for (const type of types) for (const { name } of type.imports) this.used.add(name);
    for (const { instance, text } of module.program.records.values()) {
      if (instance?.exportedFrom !== undefined) this.used.add(instance.exportedFrom.name);
      for (const { name } of text?.imports ?? []) this.used.add(name);
    }
    const visit = (op: Op): void => {
      if (op.kind === "foreign" || op.kind === "throw")
        for (const item of op.imports ?? []) this.used.add(item.as ?? item.name);
    };
    for (const { func } of module.exported) walk(func.body, visit);
    for (const func of module.program.funcs.values()) walk(func.body, visit);
    for (const { func, original } of module.exported) {
      const throws = throwsBySource(func, module.program);
      if (original?.imported !== undefined && (throws.own || throws.called)) this.used.add(original.imported.name);
    }
    const isTaken = (name: string): boolean => this.used.has(name) || neverNames.has(name) || params.has(name);
    const importLater = (key: string, item: TypeImport): void => {
      if (this.outside.has(key)) return;
      const local = freeName(item.name, isTaken);
      this.outside.set(key, { item, local });
      this.used.add(local);
    };
    for (const region of regionsOf(module))
      walk(region, (op) => {
        const spelling = op.kind === "prim" ? primitive(op.name).spelling : undefined;
        if (spelling?.kind === "call" && spelling.runtime === true)
          importLater(spelling.text, { name: spelling.text, from: runtimePackage });
      });
    for (const func of module.program.funcs.values())
      if (func.external !== undefined) importLater(func.name, func.external);
    for (const func of module.program.funcs.values()) {
      if (this.functions.has(func.name) || func.external !== undefined) continue;
      const name = freeName(identifier(func.source), isTaken);
      this.functions.set(func.name, name);
      this.used.add(name);
    }
    for (const global of module.program.globals.values()) {
      const local = freeName(global.exportedFrom?.name ?? identifier(global.name), isTaken);
      this.globals.set(global.name, local);
      this.used.add(local);
    }
  }

  functionName(callee: string): string {
    if (this.outside.has(callee)) return this.importedFunction(callee);
    const name = this.functions.get(callee);
    invariant(name !== undefined, `${callee} is not in the module`);
    return name;
  }

  /** The name of a module constant; imports it when it is exported somewhere. */
  globalName(name: string, program: Program): string {
    const local = this.globals.get(name);
    invariant(local !== undefined, `constant ${name} is not in the module`);
    const exported = program.globals.get(name)?.exportedFrom;
    if (exported !== undefined) this.import(exported, false, local);
    return local;
  }

  /** Something of the runtime. */
  runtime(name: RuntimeName, isType = false): string {
    this.import({ name, from: runtimePackage }, isType, name);
    return name;
  }

  /** A function that is imported, by the spelling of the primitive or the name in the program. */
  importedFunction(key: string): string {
    const found = this.outside.get(key);
    invariant(found !== undefined, `${key} is not imported`);
    this.import(found.item, false, found.local);
    return found.local;
  }

  /** The names that some source text uses as values. */
  need(imports: readonly TypeImport[]): void {
    for (const item of imports) {
      if (item.copy === undefined) this.import(item, item.isType === true, item.as ?? item.name);
      else this.copies.set(item.name, item.copy);
    }
  }

  /** The copies of declarations that some source text uses. */
  get copied(): readonly string[] {
    return [...this.copies.values()];
  }

  /** The text of a type, with the names it needs imported. */
  type(type: TypeText): string {
    for (const item of type.imports) this.import(item, true, item.name);
    return type.text;
  }

  /** A name of this file's own: a helper, an interface. */
  own(name: string): string {
    const free = freeName(identifier(name), (candidate) => this.used.has(candidate) || neverNames.has(candidate));
    this.used.add(free);
    return free;
  }

  /** Every name at the top level so far. */
  get all(): ReadonlySet<string> {
    return this.used;
  }

  private import({ name, from }: TypeImport, isType: boolean, local: string): void {
    const found = this.imports.get(local);
    if (found !== undefined) {
      invariant(found.from === from && found.name === name, `two imports are called ${local}`);
      found.isType &&= isType;
      return;
    }
    this.used.add(local);
    this.imports.set(local, { from, name, local, isType });
  }

  /** The import statements, sorted. */
  importLines(): string[] {
    const byModule = new Map<string, Import[]>();
    for (const item of this.imports.values()) {
      const specifier = this.options.specifier(item.from);
      byModule.set(specifier, [...(byModule.get(specifier) ?? []), item]);
    }
    // Packages before files, each in the order of code units, which is the same on every machine.
    const order = (specifier: string): string => (specifier.startsWith(".") ? `1${specifier}` : `0${specifier}`);
    return [...byModule.keys()]
      .sort((a, b) => compare(order(a), order(b)))
      .map((specifier) => importLine(specifier, byModule.get(specifier) ?? []));
  }
}

/** All code of the module. */
function regionsOf({ exported, program }: GeneratedModule): readonly Region[] {
  const funcs = [...exported.map((f) => f.func), ...program.funcs.values()];
  return [...funcs.map((func) => func.body), ...[...program.globals.values()].map((global) => global.init)];
}

function importLine(specifier: string, items: readonly Import[]): string {
  const allTypes = items.every((item) => item.isType);
  const names = [...items]
    .sort((a, b) => compare(a.name, b.name))
    .map((item) => {
      const alias = item.name === item.local ? item.name : `${item.name} as ${item.local}`;
      return item.isType && !allTypes ? `type ${alias}` : alias;
    });
  return `import ${allTypes ? "type " : ""}{ ${names.join(", ")} } from ${JSON.stringify(specifier)};`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
