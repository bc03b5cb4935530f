/** What each feature adds. */
import { callbacks } from "./callbacks.js";
import { classes } from "./classes.js";
import { closures } from "./closures.js";
import type { Plug } from "./context.js";
import { control } from "./control.js";
import { dictionaries } from "./dictionaries.js";
import { derivatives } from "./derivatives.js";
import { destructuring } from "./destructuring.js";
import { exceptions } from "./exceptions.js";
import type { Feature } from "./features.js";
import { functionValues } from "./function-values.js";
import { generics } from "./generics.js";
import { growing } from "./growing.js";
import { linked } from "./linked.js";
import { objects } from "./objects.js";
import { optional } from "./optional.js";
import { rules } from "./rules.js";
import { several } from "./several.js";
import { sharing } from "./sharing.js";
import { steering } from "./steering.js";
import { unions } from "./unions.js";

export const allPlugs: { readonly [feature in Feature]: Plug } = {
  objects,
  classes,
  // Changes what `classes` writes.
  inheritance: {},
  closures,
  functionValues,
  callbacks,
  growing,
  destructuring,
  optional,
  linked,
  unions,
  several,
  sharing,
  exceptions,
  control,
  steering,
  // Changes how helpers are declared and called.
  parameters: {},
  generics,
  dictionaries,
  rules,
  derivatives,
};
