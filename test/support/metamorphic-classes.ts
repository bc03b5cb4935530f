/** Classes rewritten as plain objects and functions: `p.energy(k)` becomes `Body_energy(p, k)`. */
import ts from "typescript";
import { applyEdits, eachNode, type Edit, parse, replace } from "./edits.js";

const insert = (at: number, text: string): Edit => ({ start: at, end: at, text });

/** Every class that stands alone, as an object type and functions. The names of members are told apart by the generator. */
export function classesToFunctions(source: string): string {
  const file = parse(source);
  const classes = file.statements.filter(ts.isClassDeclaration).filter((node) => isSimple(node, file));
  if (classes.length === 0) return source;
  const members = new Map<string, { readonly owner: string; readonly member: ts.ClassElement }>();
  const owners = new Set<string>();
  for (const node of classes) {
    const owner = node.name?.text ?? "";
    owners.add(owner);
    for (const member of node.members)
      if (member.name !== undefined && !ts.isPropertyDeclaration(member))
        members.set(member.name.getText(), { owner, member });
      else if (member.name !== undefined && isStatic(member)) members.set(member.name.getText(), { owner, member });
  }
  const edits: Edit[] = [];
  const uses = (root: ts.Node, into: Edit[]): void => {
    eachNode(root, (node) => {
      into.push(...useOf(node, members, owners));
      return true;
    });
  };
  for (const statement of file.statements) {
    if (ts.isClassDeclaration(statement) && classes.includes(statement)) {
      edits.push(replace(statement, asFunctions(source, statement, uses)));
    } else uses(statement, edits);
  }
  return applyEdits(source, edits);
}

const isStatic = (node: ts.ClassElement): boolean =>
  ts.canHaveModifiers(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true;

function isSimple(node: ts.ClassDeclaration, file: ts.SourceFile): boolean {
  const name = node.name?.text;
  if (name === undefined || node.heritageClauses !== undefined || node.typeParameters !== undefined) return false;
  const extended = file.statements.some(
    (other) =>
      ts.isClassDeclaration(other) && other.heritageClauses?.some((clause) => clause.getText().includes(name)) === true,
  );
  return !extended && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) !== true;
}

/** What a use of a member becomes. Only edits that lie beside each other, so that uses may nest. */
function useOf(
  node: ts.Node,
  members: ReadonlyMap<string, { readonly owner: string; readonly member: ts.ClassElement }>,
  owners: ReadonlySet<string>,
): Edit[] {
  if (ts.isNewExpression(node) && owners.has(node.expression.getText()))
    return [{ start: node.getStart(), end: node.expression.getEnd(), text: `${node.expression.getText()}_new` }];
  if (!ts.isPropertyAccessExpression(node)) return [];
  const found = members.get(node.name.text);
  if (found === undefined) return [];
  const { owner, member } = found;
  const target = node.expression;
  if (isStatic(member)) return [{ start: node.getStart(), end: node.getEnd(), text: `${owner}_${node.name.text}` }];
  const { parent } = node;
  if (ts.isMethodDeclaration(member) && ts.isCallExpression(parent) && parent.expression === node) {
    return [
      insert(node.getStart(), `${owner}_${node.name.text}(`),
      {
        start: target.getEnd(),
        end: parent.arguments.pos,
        text: parent.arguments.length > 0 ? ", " : "",
      },
    ];
  }
  if (ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.getText() === "=") {
    return [
      insert(node.getStart(), `${owner}_${node.name.text}(`),
      { start: target.getEnd(), end: parent.right.getStart(), text: ", " },
      insert(parent.right.getEnd(), ")"),
    ];
  }
  return [
    insert(node.getStart(), `${owner}_${node.name.text}(`),
    { start: target.getEnd(), end: node.getEnd(), text: ")" },
  ];
}

function asFunctions(source: string, node: ts.ClassDeclaration, uses: (root: ts.Node, into: Edit[]) => void): string {
  const owner = node.name?.text ?? "";
  const fields: string[] = [];
  const values: string[] = [];
  const functions: string[] = [];
  /** The text of a part of the class with its uses rewritten and `this` named. */
  const text = (part: ts.Node): string => {
    const edits: Edit[] = [];
    uses(part, edits);
    named(part, edits);
    const from = part.getStart();
    const shifted = edits.map((edit) => ({ ...edit, start: edit.start - from, end: edit.end - from }));
    return applyEdits(source.slice(from, part.getEnd()), shifted);
  };
  const list = (parameters: ts.NodeArray<ts.ParameterDeclaration>): string =>
    parameters.map((parameter) => `${parameter.name.getText()}: ${parameter.type?.getText() ?? "number"}`).join(", ");
  for (const member of node.members) {
    if (ts.isPropertyDeclaration(member)) {
      if (isStatic(member))
        functions.push(`const ${owner}_${member.name.getText()} = ${member.initializer?.getText() ?? "0"};`);
      else {
        fields.push(`${member.name.getText()}: ${member.type?.getText() ?? "number"}`);
        if (member.initializer !== undefined) values.push(`${member.name.getText()}: ${text(member.initializer)}`);
      }
    } else if (ts.isConstructorDeclaration(member)) {
      const rest: string[] = [];
      for (const parameter of member.parameters) {
        if (parameter.modifiers === undefined) continue;
        fields.push(`${parameter.name.getText()}: ${parameter.type?.getText() ?? "number"}`);
        values.push(`${parameter.name.getText()}: ${parameter.name.getText()}`);
      }
      for (const statement of member.body?.statements ?? []) {
        const [, field] = /^this\.(\w+) = /.exec(statement.getText()) ?? [];
        if (field !== undefined && ts.isExpressionStatement(statement) && ts.isBinaryExpression(statement.expression))
          values.push(`${field}: ${text(statement.expression.right)}`);
        else rest.push(text(statement));
      }
      functions.push(
        `export function ${owner}_new(${list(member.parameters)}): ${owner} {\nconst self: ${owner} = { ${values.join(", ")} };\n${rest.join("\n")}\nreturn self;\n}`,
      );
    } else if (ts.isMethodDeclaration(member) || ts.isAccessor(member)) {
      if (member.body === undefined) continue;
      const own = list(member.parameters);
      const self = isStatic(member) ? "" : `self: ${owner}${own === "" ? "" : ", "}`;
      const type = member.type?.getText() ?? "void";
      functions.push(
        `function ${owner}_${member.name.getText()}(${self}${own}): ${type === "this" ? owner : type} ${text(member.body)}`,
      );
    }
  }
  return `export interface ${owner} { ${fields.join("; ")} }\n${functions.join("\n")}`;
}

/** `this` as `self`, except in functions that have a `this` of their own. */
function named(node: ts.Node, edits: Edit[]): void {
  if (node.kind === ts.SyntaxKind.ThisKeyword) edits.push(replace(node, "self"));
  const own = ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isMethodDeclaration(node);
  if (!own) ts.forEachChild(node, (child) => named(child, edits));
}
