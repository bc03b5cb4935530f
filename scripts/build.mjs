/** `npm run build`: both packages to `dist/`. */
import { ensureBuilt } from "./lib.mjs";

ensureBuilt();
