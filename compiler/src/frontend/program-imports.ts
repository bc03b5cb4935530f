/** What TypeScript has made of the imports of a file. */
import type { ts } from "ts-morph";

/** What a file imports, as it is written; absent where TypeScript does not tell. */
export function specifiersOf(file: ts.SourceFile): readonly { readonly text: string }[] | undefined {
  // Not among the declared members; without it everything is done once more.
  const literals: unknown = Reflect.get(file, "imports");
  return Array.isArray(literals) ? (literals as readonly ts.StringLiteralLike[]) : undefined;
}

/** The files that a file imports, `undefined` for what means nothing; absent where TypeScript does not tell. */
export function importsOf(program: ts.Program, file: ts.SourceFile): readonly (string | undefined)[] | undefined {
  const ask: unknown = Reflect.get(program, "getResolvedModuleFromModuleSpecifier");
  if (typeof ask !== "function") return undefined;
  return specifiersOf(file)?.map((literal) => {
    const found: unknown = Reflect.apply(ask, program, [literal, file]);
    if (typeof found !== "object" || found === null || !("resolvedModule" in found)) return undefined;
    const { resolvedModule } = found;
    if (typeof resolvedModule !== "object" || resolvedModule === null || !("resolvedFileName" in resolvedModule))
      return undefined;
    return String(resolvedModule.resolvedFileName);
  });
}
