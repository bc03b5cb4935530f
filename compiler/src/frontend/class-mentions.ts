/** What a source file says of classes, as syntax: read once per file, whatever program and table asks. */
import { ts } from "ts-morph";
import { eachChild } from "./chains.js";
import { bare } from "./source.js";

export interface ClassMentions {
  /** Its classes, in the order of the text. */
  readonly classes: readonly ts.ClassLikeDeclaration[];
  /** Names of classes that are asked for by `instanceof`, or stand in a union. */
  readonly askedFor: readonly string[];
}

const known = new WeakMap<ts.SourceFile, ClassMentions>();
const nothing: ClassMentions = { classes: [], askedFor: [] };

export function classMentions(file: ts.SourceFile): ClassMentions {
  if (file.isDeclarationFile) return nothing;
  let mentions = known.get(file);
  if (mentions === undefined) {
    mentions = /\b(class|instanceof)\b/.test(file.text) ? read(file) : nothing;
    known.set(file, mentions);
  }
  return mentions;
}

function read(file: ts.SourceFile): ClassMentions {
  const classes: ts.ClassLikeDeclaration[] = [];
  const askedFor: string[] = [];
  const visit = (n: ts.Node): void => {
    if (ts.isClassLike(n)) classes.push(n);
    else if (ts.isUnionTypeNode(n)) {
      const names = n.types.flatMap((t) => (ts.isTypeReferenceNode(t) ? [t.typeName.getText()] : []));
      if (names.length > 1) askedFor.push(...names);
    } else if (ts.isBinaryExpression(n) && n.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword) {
      askedFor.push(bare(n.right).getText());
    }
    eachChild(n, visit);
  };
  visit(file);
  return { classes, askedFor };
}

/** What all source files of a program say of classes. */
export interface ProgramMentions {
  /** In the order of the files. */
  readonly classes: readonly ts.ClassLikeDeclaration[];
  readonly askedFor: ReadonlySet<string>;
  /** The classes that have members with a name. */
  readonly byMember: ReadonlyMap<string, readonly ts.ClassLikeDeclaration[]>;
}

const ofPrograms = new WeakMap<ts.Program, ProgramMentions>();

export function programMentions(program: ts.Program): ProgramMentions {
  let mentions = ofPrograms.get(program);
  if (mentions === undefined) {
    const files = program.getSourceFiles().map(classMentions);
    const classes = files.flatMap((f) => f.classes);
    const byMember = new Map<string, ts.ClassLikeDeclaration[]>();
    for (const node of classes)
      for (const { name } of node.members) {
        if (name === undefined || ts.isComputedPropertyName(name)) continue;
        const known = byMember.get(name.text);
        if (known === undefined) byMember.set(name.text, [node]);
        else if (known.at(-1) !== node) known.push(node);
      }
    mentions = { classes, askedFor: new Set(files.flatMap((f) => f.askedFor)), byMember };
    ofPrograms.set(program, mentions);
  }
  return mentions;
}
