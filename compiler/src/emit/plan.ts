/** Everything known about a function when its statements are made. */
import type { Annotations } from "./annotations.js";
import type { Expressions } from "./expression.js";
import type { Folding } from "./fold.js";
import type { Layout } from "./layout.js";
import type { ModuleNames } from "./module-names.js";
import type { Structures } from "./structures.js";
import type { TypeNames } from "./type-names.js";
import type { Variables } from "./variables.js";

export interface FunctionPlan {
  readonly layout: Layout;
  readonly folding: Folding;
  readonly variables: Variables;
  readonly expressions: Expressions;
  readonly module: ModuleNames;
  readonly structures: Structures;
  readonly types: TypeNames;
  readonly annotations: Annotations;
  /** The type that what the function returns must be seen as, where its own is not assignable. */
  readonly returnsAs?: string;
  /** A call of the source's function with the same arguments, where only that can throw what is thrown. */
  readonly original?: string;
  /** Names that variables may not have. */
  readonly taken: ReadonlySet<string>;
  /** Those of them that stand for something else already: parameters, what the module declares. */
  readonly around: ReadonlySet<string>;
}
