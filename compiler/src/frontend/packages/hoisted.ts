/**
 * `var` in the code of packages. Most are used like `let`, inside of the block that declares them; the others belong to
 * the whole function: they are declared at its start, and where they stand they are assigned.
 */
import { ts } from "ts-morph";
import { eachChild } from "../chains.js";
import { type FunctionNode, isFunctionNode, symbolOf } from "../source.js";
import { isPackageFile } from "./program.js";

const found = new WeakMap<ts.Node, ReadonlySet<ts.Symbol>>();

const isVar = (node: ts.VariableDeclarationList): boolean => (node.flags & ts.NodeFlags.BlockScoped) === 0;

/** May the declaration be a `var` at all? Only code that is not the user's to change may have them. */
export const mayBeVar = (list: ts.VariableDeclarationList): boolean =>
  isVar(list) && isPackageFile(list.getSourceFile().fileName);

/** The variables of a function that are used outside of the block that declares them, or are declared twice. */
export function hoistedIn(checker: ts.TypeChecker, node: FunctionNode): ReadonlySet<ts.Symbol> {
  if (!isPackageFile(node.getSourceFile().fileName) || node.body === undefined) return nothing;
  const known = found.get(node);
  if (known !== undefined) return known;
  const { body } = node;
  const blocks = new Map<ts.Symbol, ts.Node>();
  const hoisted = new Set<ts.Symbol>();
  const declare = (name: ts.BindingName, block: ts.Node): void => {
    if (!ts.isIdentifier(name)) {
      for (const element of name.elements) if (ts.isBindingElement(element)) declare(element.name, block);
      return;
    }
    const symbol = checker.getSymbolAtLocation(name);
    if (symbol === undefined) return;
    if (blocks.has(symbol) && block !== body) hoisted.add(symbol);
    if (blocks.has(symbol) && blocks.get(symbol) !== body) hoisted.add(symbol);
    blocks.set(symbol, block);
  };
  const declarations = (at: ts.Node): void => {
    if (at !== node && ts.isFunctionLike(at)) return;
    if (ts.isVariableDeclarationList(at) && isVar(at))
      for (const d of at.declarations) declare(d.name, blockOf(at, body));
    eachChild(at, declarations);
  };
  declarations(body);
  const uses = (at: ts.Node): void => {
    if (ts.isIdentifier(at)) {
      const symbol = symbolOf(checker, at);
      const block = symbol === undefined ? undefined : blocks.get(symbol);
      if (symbol !== undefined && block !== undefined && block !== body && !isInside(at, block)) hoisted.add(symbol);
      return;
    }
    eachChild(at, uses);
  };
  if ([...blocks.values()].some((block) => block !== body)) uses(body);
  found.set(node, hoisted);
  return hoisted;
}

const nothing: ReadonlySet<ts.Symbol> = new Set();

/** Is this the place of a variable that was declared at the start of its function? */
export function isHoisted(checker: ts.TypeChecker, declaration: ts.VariableDeclaration): boolean {
  if (!ts.isVariableDeclarationList(declaration.parent) || !mayBeVar(declaration.parent)) return false;
  if (!ts.isIdentifier(declaration.name)) return false;
  const symbol = checker.getSymbolAtLocation(declaration.name);
  for (let at: ts.Node | undefined = declaration.parent; at !== undefined; at = at.parent) {
    if (isFunctionNode(at)) return symbol !== undefined && hoistedIn(checker, at).has(symbol);
  }
  return false;
}

/** The block, the loop or the function body in which a declaration stands. */
function blockOf(node: ts.Node, body: ts.Node): ts.Node {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (at === body || ts.isBlock(at) || ts.isCaseBlock(at) || ts.isIterationStatement(at, false)) return at;
  }
  return body;
}

function isInside(node: ts.Node, block: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) if (at === block) return true;
  return false;
}
