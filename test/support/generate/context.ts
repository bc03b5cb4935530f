/** What the generator knows while it writes a function: the variables in scope, the loops around, what is left to spend. */
import type { Random } from "../random.js";
import type { Feature } from "./features.js";
import type { ClassInfo, Parameter, Shape } from "./shapes.js";

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
  /** Has this shape by a test around it. */
  readonly narrowed: boolean;
}

/** A loop, a switch or a labelled block around the statement being written. */
export interface Target {
  readonly kind: "loop" | "switch" | "block";
  readonly label: string;
  labelUsed: boolean;
}

/** A function that later ones may call. */
export interface Helper {
  readonly name: string;
  readonly params: readonly Parameter[];
  readonly returns: Shape;
  /** Counts down to the end of the recursion; the first parameter then. */
  readonly recursive: boolean;
  /** About how many statements one call executes. */
  readonly cost: number;
  /** Writes into the arrays or objects it is given, or into what it captures. */
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
  /** What the programs may use beyond the basics; absent: nothing. */
  readonly features?: readonly Feature[];
}

/** A numeric expression, safe as an operand, and a bound on its absolute value. */
export interface Expression {
  readonly text: string;
  readonly bound: number;
}

/** What a statement does to the block it is in: nothing may follow one that ends it. */
export type Outcome = "ends" | undefined;

type Weighted<T> = readonly (readonly [weight: number, make: T])[];

/** What one feature adds to the language of a program. Those that return undefined found nothing to work on. */
export interface Plug {
  /** Declares types and functions of the module; what it returns stands in front of everything. */
  readonly module?: (whole: Whole) => readonly string[];
  readonly statements?: Weighted<(context: Context) => Outcome | "nothing">;
  readonly numbers?: Weighted<(context: Context, depth: number) => Expression | undefined>;
  readonly conditions?: readonly ((context: Context) => string | undefined)[];
  /** Shapes for variables, parameters, fields and elements. */
  readonly shapes?: (whole: Whole) => readonly (readonly [weight: number, shape: Shape])[];
}

/** Shared by the functions of one program. */
export interface Whole {
  readonly random: Random;
  readonly options: Options;
  readonly features: ReadonlySet<Feature>;
  readonly plugs: readonly Plug[];
  /** Length of every array that is not grown. */
  readonly length: number;
  readonly records: readonly Shape[];
  readonly classes: ClassInfo[];
  /** Lists, trees and unions. */
  readonly structures: Shape[];
  readonly helpers: Helper[];
  /** Constants of the module. */
  readonly constants: { readonly name: string; readonly shape: Shape }[];
  nextName: number;
}

const hostile = ["dx", "da", "tape", "grad", "value", "seed", "$s", "_t", "pullback", "top", "result", "f_grad", "x_1"];

/** One function being written. */
export class Context {
  readonly lines: string[] = [];
  readonly variables: Variable[] = [];
  /** Functions declared inside this one. */
  readonly locals: Helper[] = [];
  readonly targets: Target[] = [];
  indent = 1;
  /** Statements still to write. */
  budget: number;
  /** How many times the statement being written may run. */
  trips = 1;
  /** Estimated statements executed. */
  cost = 0;
  writesParameters = false;
  /** Nothing that is written here may throw out of a call: a handler would have to catch it. */
  quiet = false;
  /** Calls around the argument being written. */
  nesting = 0;
  /** Functions around this one. */
  depth = 0;
  /** Names of the arrays and objects that this function reads and writes most. */
  readonly favourites = new Set<string>();
  /** Names given out that might be given out again. */
  private issued = new Set<string>();
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

  has(feature: Feature): boolean {
    return this.whole.features.has(feature);
  }

  line(text: string): void {
    this.lines.push("  ".repeat(this.indent) + text);
  }

  /** Writes what `inside` writes one level deeper, in a scope of its own. */
  block(inside: () => void): void {
    const scope = this.variables.length;
    const functions = this.locals.length;
    this.indent++;
    inside();
    this.indent--;
    this.variables.length = scope;
    this.locals.length = functions;
  }

  /** Writes a loop: its head, what `inside` writes in a scope of its own, its end. It has a label if an exit uses one. */
  loop(head: string, trips: number, inside: () => void, close = "}"): void {
    const target: Target = { kind: "loop", label: `loop${++this.whole.nextName}`, labelUsed: false };
    const place = this.lines.length;
    this.line(head);
    this.targets.push(target);
    const outer = this.trips;
    this.trips *= trips;
    this.block(inside);
    this.trips = outer;
    this.targets.pop();
    this.line(close);
    if (target.labelUsed)
      this.lines[place] = this.lines[place]!.replace(/^( *)/, (spaces) => `${spaces}${target.label}: `);
  }

  /** A function inside this one, which sees what is visible here. `keepsThis`: an arrow function. */
  inner(returns: Shape, budget: number, keepsThis: boolean): Context {
    const made = new Context(this.whole, returns, budget, false);
    // A function declaration has its own `this`, and knows nothing of the tests around it.
    const seen = this.visible().filter(({ name, narrowed }) => keepsThis || !(narrowed || /^this\b/.test(name)));
    made.variables.push(...seen.map((variable) => ({ ...variable, local: false })));
    made.locals.push(...this.locals);
    made.issued = this.issued;
    made.quiet = this.quiet;
    for (const name of this.favourites) made.favourites.add(name);
    made.indent = this.indent + 1;
    made.depth = this.depth + 1;
    made.trips = this.trips;
    return made;
  }

  /** A name nobody has: short, ordinary, and now and then one a careless compiler would take for itself. */
  fresh(stem: string): string {
    const taken = new Set([
      ...this.variables.map((variable) => variable.name),
      ...this.whole.helpers.map((helper) => helper.name),
      ...this.locals.map((helper) => helper.name),
    ]);
    if (this.random.chance(0.06)) {
      const name = this.random.pick(hostile);
      if (!taken.has(name) && !this.issued.has(name)) {
        this.issued.add(name);
        return name;
      }
    }
    this.whole.nextName++;
    return `${stem}${this.whole.nextName}`;
  }

  declare(
    name: string,
    shape: Shape,
    how: { assignable?: boolean; writable?: boolean; root?: string; local?: boolean; narrowed?: boolean } = {},
  ): void {
    const { assignable = false, root = name, local = root === name, narrowed = false } = how;
    const writable = how.writable !== false && !(shape.kind === "array" && shape.readonly === true);
    this.variables.push({ name, shape, assignable, writable, root, local, narrowed });
    const limit = this.main ? 2 : 1;
    const { kind } = shape;
    const counts = writable && (kind === "floats" || kind === "array" || kind === "record" || kind === "class");
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

  /** The visible variables of one kind of shape. */
  ofKind<K extends Shape["kind"]>(kind: K): (Variable & { readonly shape: Extract<Shape, { readonly kind: K }> })[] {
    return this.visible().filter(
      (variable): variable is Variable & { readonly shape: Extract<Shape, { readonly kind: K }> } =>
        variable.shape.kind === kind,
    );
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
