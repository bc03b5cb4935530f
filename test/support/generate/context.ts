/** What the generator knows while it writes a function: the variables in scope, the loops around, what is left to spend. */
import type { Random } from "../random.js";
import type { Shape } from "./shapes.js";

export interface Variable {
  readonly name: string;
  readonly shape: Shape;
  /** May be assigned: a `let` or a parameter that the loops around do not rely on. */
  readonly assignable: boolean;
  /** Its elements or fields may be written. */
  readonly writable: boolean;
  /** The variable whose memory this one looks into: itself, unless it is a row or an element of another. */
  readonly root: string;
  /** Made in this function: its memory is nobody else's. */
  readonly local: boolean;
}

/** A loop or a switch around the statement being written. */
export interface Target {
  readonly kind: "loop" | "switch";
  readonly label: string;
  labelUsed: boolean;
}

/** A function that later ones may call. */
export interface Helper {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly shape: Shape }[];
  readonly returns: Shape;
  /** Counts down to the end of the recursion; the first parameter then. */
  readonly recursive: boolean;
  /** About how many statements one call executes. */
  readonly cost: number;
  /** Writes into the arrays or objects it is given. */
  readonly writes: boolean;
}

/** What kinds of program to write. */
export interface Options {
  /** About how many statements the differentiated function has. */
  readonly size: number;
  /** References assigned, stored and passed twice: allowed to be refused, never to be wrong. */
  readonly aliases: boolean;
  /** Only forms that the metamorphic transformations understand well: no effects inside expressions. */
  readonly plain: boolean;
}

/** Shared by the functions of one program. */
export interface Whole {
  readonly random: Random;
  readonly options: Options;
  /** Length of every array. */
  readonly length: number;
  readonly records: readonly Shape[];
  readonly helpers: Helper[];
  /** Constants of the module. */
  readonly constants: { readonly name: string; readonly shape: Shape }[];
  nextName: number;
}

/** One function being written. */
export class Context {
  readonly lines: string[] = [];
  readonly variables: Variable[] = [];
  readonly targets: Target[] = [];
  indent = 1;
  /** Statements still to write. */
  budget: number;
  /** How many times the statement being written may run. */
  trips = 1;
  /** Estimated statements executed. */
  cost = 0;
  writesParameters = false;
  /** Names of the arrays and objects that this function reads and writes most. */
  readonly favourites = new Set<string>();
  readonly whole: Whole;
  readonly returns: Shape;
  /** The differentiated function: what it returns may be large. */
  readonly main: boolean;

  constructor(whole: Whole, returns: Shape, budget: number, main: boolean) {
    this.main = main;
    this.whole = whole;
    this.returns = returns;
    this.budget = budget;
  }

  get random(): Random {
    return this.whole.random;
  }

  line(text: string): void {
    this.lines.push("  ".repeat(this.indent) + text);
  }

  /** Writes what `inside` writes one level deeper, in a scope of its own. */
  block(inside: () => void): void {
    const scope = this.variables.length;
    this.indent++;
    inside();
    this.indent--;
    this.variables.length = scope;
  }

  /** A name nobody has: short, ordinary, and now and then one a careless compiler would take for itself. */
  fresh(stem: string): string {
    const taken = new Set([
      ...this.variables.map((variable) => variable.name),
      ...this.whole.helpers.map((helper) => helper.name),
    ]);
    const hostile = [
      "dx",
      "da",
      "tape",
      "grad",
      "value",
      "seed",
      "$s",
      "_t",
      "pullback",
      "top",
      "result",
      "f_grad",
      "x_1",
    ];
    if (this.random.chance(0.06)) {
      const name = this.random.pick(hostile);
      if (!taken.has(name)) return name;
    }
    this.whole.nextName++;
    return `${stem}${this.whole.nextName}`;
  }

  declare(
    name: string,
    shape: Shape,
    how: { assignable?: boolean; writable?: boolean; root?: string; local?: boolean } = {},
  ): void {
    const { assignable = false, writable = true, root = name, local = root === name } = how;
    this.variables.push({ name, shape, assignable, writable, root, local });
    const limit = this.main ? 2 : 1;
    const counts = writable && (shape.kind === "floats" || shape.kind === "array" || shape.kind === "record");
    if (counts && this.favourites.size < limit && this.random.chance(0.7)) this.favourites.add(name);
  }

  /** One of `from`, a favourite more often than not. */
  prefer(from: readonly Variable[]): Variable {
    const favourites = from.filter(({ name, root }) => this.favourites.has(name) || this.favourites.has(root));
    return this.random.pick(favourites.length > 0 && this.random.chance(0.6) ? favourites : from);
  }

  /** The visible variables, innermost meaning of each name only. */
  visible(): Variable[] {
    const byName = new Map<string, Variable>();
    for (const variable of this.variables) byName.set(variable.name, variable);
    return [...byName.values()];
  }

  /** Text for the length of every array. */
  lengthText(): string {
    const arrays = this.visible().filter(
      ({ shape }) => shape.kind === "floats" || shape.kind === "array" || shape.kind === "ints",
    );
    if (arrays.length > 0 && this.random.chance(0.7)) return `${this.random.pick(arrays).name}.length`;
    const lengths = this.visible().filter((variable) => variable.name === "n");
    return lengths.length > 0 ? "n" : String(this.whole.length);
  }
}
