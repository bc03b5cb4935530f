/**
 * Constants whose initialisers change other constants: `const rng = generator(7)`, then `const noise = createNoise(rng)`.
 * Generated code makes the constants it needs, and no others; so the second must be the only one that gets at the first.
 */
import { ts } from "ts-morph";
import { constantWrites } from "../analysis/constant-writes.js";
import { type Diagnostic, language } from "../diagnostics.js";
import type { Func, GlobalDecl, Program, Region } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { walk } from "../ir/walk.js";
import { eachChild } from "./chains.js";
import type { FileContext } from "./file-context.js";
import { isRepeatable } from "./lower/repeatable.js";
import { spanOf, symbolOf } from "./source.js";

export function refuseSharedInitialisers(program: Program, file: FileContext, report: (d: Diagnostic) => void): void {
  const mayBeShared = [...program.globals.values()].filter((g) => isReference(g.type)).length > 1;
  let byFunctions: ReadonlySet<string> | undefined;
  for (const decl of program.globals.values()) {
    const node = file.globalNodes.get(decl.name);
    // What the source exports is imported, not made once more.
    if (node === undefined || decl.exportedFrom !== undefined || !callsSomething(decl)) continue;
    if (touchesWorld(program, decl)) {
      const related = [
        { span: spanOf(node), message: "Making it once more gives something else, or changes something outside." },
      ];
      report({ ...language.moduleConstantInit(spanOf(node.initializer ?? node), node.name.getText()), related });
      continue;
    }
    if (!mayBeShared) continue;
    byFunctions ??= new Set(constantWrites(program).map(({ name }) => name));
    const { yields } = decl.init;
    const init: Func = {
      name: `${decl.name} initialiser`,
      source: decl.name,
      body: decl.init,
      results: (yields ?? []).map((v) => v.type),
    };
    const writes = constantWrites({ ...program, funcs: new Map(program.funcs).set(init.name, init) });
    for (const { name } of writes) {
      const written = file.globalNodes.get(name);
      if (byFunctions.has(name) || written === undefined || isOnlyUsedIn(file, written, node)) continue;
      report(language.moduleConstantWritten(spanOf(node), written.name.getText()));
    }
  }
}

/** Does making it ask for something that is different each time, as `Math.random()`, or change something outside? */
function touchesWorld(program: Program, decl: GlobalDecl): boolean {
  const seen = new Set<string>();
  const touches = (region: Region): boolean => {
    let found = false;
    walk(region, (op) => {
      if (found) return;
      if (op.kind === "foreign") found = !isRepeatable(op);
      if (op.kind !== "call" || seen.has(op.callee)) return;
      seen.add(op.callee);
      const func = program.funcs.get(op.callee);
      if (func !== undefined) found = touches(func.body);
    });
    return found;
  };
  return touches(decl.init);
}

function callsSomething(decl: GlobalDecl): boolean {
  let found = false;
  walk(decl.init, (op) => {
    if (op.kind === "call") found = true;
  });
  return found;
}

/** Is the constant mentioned nowhere but in the initialiser of another, and seen by no other file? */
function isOnlyUsedIn(
  file: FileContext,
  constant: ts.Declaration & { readonly name: ts.Node },
  user: ts.Node,
): boolean {
  if (!ts.isVariableDeclaration(constant) || !ts.isIdentifier(constant.name)) return false;
  const { checker } = file;
  const source = constant.getSourceFile();
  const symbol = checker.getSymbolAtLocation(constant.name);
  const { text } = constant.name;
  let only = true;
  const visit = (at: ts.Node): void => {
    if (!only || at === user) return;
    if (ts.isIdentifier(at) && at.text === text && at !== constant.name && symbolOf(checker, at) === symbol)
      only = false;
    eachChild(at, visit);
  };
  visit(source);
  const exported = ts.isVariableStatement(constant.parent.parent)
    ? (ts.getModifiers(constant.parent.parent) ?? []).some((m) => m.kind === ts.SyntaxKind.ExportKeyword)
    : true;
  return only && !exported;
}
