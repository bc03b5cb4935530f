/**
 * The intermediate representation: structured SSA over JavaScript's memory. Types only; read this file first.
 *
 * A `Program` holds functions. A function is one region. A region is a list of operations in program order, followed by
 * the values it yields. Control flow is nesting: `if`, `for` and `while` own regions; `break`, `continue` and `return`
 * do not exist (the frontend nests them away, the emitter restores them). Local variables are SSA values. Arrays and
 * objects are references into memory with JavaScript's semantics of sharing; only `load`, `store`, `accum` and the few
 * structural operations below touch memory, and they stay in program order.
 *
 * Every value has exactly one definition: a function parameter, a region parameter, or the result of one operation.
 * A region sees the values of the regions around it.
 */

import type { Derivative, FunctionRule } from "./function-rule.js";
import type { RecordDecl, Type, TypeImport } from "./type.js";

export type { Derivative, FunctionRule, VjpRule } from "./function-rule.js";
export type {
  Absence,
  Field,
  InstanceOf,
  RecordDecl,
  Type,
  TypedArrayName,
  TypeImport,
  TypeText,
} from "./type.js";

declare const valueIdBrand: unique symbol;
/** Identity of a value. Made only by `ir/build.ts`; unique in the whole process. */
export type ValueId = number & { readonly [valueIdBrand]: "ValueId" };

// ------------------------------------------------------------------------------------------------------------ values

export interface Value {
  readonly id: ValueId;
  readonly type: Type;
  /** The user's name for it, or the best one we have: `loss`, `dx`. Not unique; the emitter makes it so. */
  readonly hint?: string;
}

/** A place in the source. Lines and columns count from 1. */
export interface Loc {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

// -------------------------------------------------------------------------------------------------------- operations

/** Where in memory: an element by index (array, typed array; by key of a dict) or a field by name (record; tuple positions are "0", "1", …). */
export type Place =
  | { readonly kind: "elem"; readonly base: Value; readonly index: Value }
  | { readonly kind: "field"; readonly base: Value; readonly name: string };

interface Base {
  readonly loc?: Loc;
  /** A comment line for the emitter to print above the statement: `Reverse sweep.`, `Adjoint of the loop at line 12.` */
  readonly note?: string;
}

/** A literal. */
export interface Const extends Base {
  readonly kind: "const";
  readonly value: number | boolean | string | undefined | null;
  readonly result: Value;
}

/** A pure scalar operation; see `ir/primitives.ts`. */
export interface Prim extends Base {
  readonly kind: "prim";
  readonly name: import("./primitives.js").PrimName;
  readonly args: readonly Value[];
  readonly result: Value;
}

/** Reads memory. An element out of range is `undefined`, as in JavaScript; with `orZero` (adjoints of writes that may go nowhere, and of what may be absent) it is 0. */
export interface Load extends Base {
  readonly kind: "load";
  readonly place: Place;
  readonly orZero?: boolean;
  readonly result: Value;
}

/**
 * Writes memory. With `grows`, the array becomes longer by one: the place is an element, and its index is exactly the
 * array's length (`push`). With `removes`, the place is an optional field, what is written is its absence, and no key is left (`delete`).
 */
export interface Store extends Base {
  readonly kind: "store";
  readonly place: Place;
  readonly value: Value;
  readonly grows?: true;
  readonly removes?: true;
}

/** `place += value` on a number; what is absent counts as 0. Its adjoint only reads: the old content is neither needed nor killed. */
export interface Accum extends Base {
  readonly kind: "accum";
  readonly place: Place;
  readonly value: Value;
}

/** `array.length = length` on a JavaScript array: elements past it are gone; where it was shorter there are holes. */
export interface Resize extends Base {
  readonly kind: "resize";
  readonly array: Value;
  readonly length: Value;
}

/** `array.length`: a place that changes where the array may grow (`Store.grows`, a store past the end) or is resized. */
export interface Length extends Base {
  readonly kind: "length";
  readonly array: Value;
  readonly result: Value;
}

/** `array.subarray(from, to)`: another typed array over a part of the same memory. */
export interface View extends Base {
  readonly kind: "view";
  readonly array: Value;
  readonly from: Value;
  readonly to: Value;
  readonly result: Value;
}

/** A fresh aggregate with its members given in order: array literal, tuple, object literal (fields in declaration order). */
export interface New extends Base {
  readonly kind: "new";
  readonly members: readonly Value[];
  readonly result: Value;
  /** As in `Copy`. */
  readonly instances?: true;
}

/** A fresh array of `length` elements, each `fill` (a constant; typed arrays: absent means 0; arrays of references: each element is set by later stores; other arrays: absent leaves holes, as `new Array(length)`). */
export interface Alloc extends Base {
  readonly kind: "alloc";
  readonly length: Value;
  readonly fill?: number;
  readonly result: Value;
  /** It holds adjoints, as what `zeros` makes does: the sign of a zero in it does not count. */
  readonly adjoint?: true;
}

/** A deep copy by type: fresh arrays and objects, the same numbers. What was shared inside is not shared any more (nor in `zeros`); `share` keeps it. */
export interface Copy extends Base {
  readonly kind: "copy";
  readonly source: Value;
  readonly result: Value;
  /** It is given to the user: what stands for instances of classes is made with their prototypes. */
  readonly instances?: true;
}

/** A structure of zeros in the shape of `like`, of its *shadow type* (`ir/types.ts`): what adjoints accumulate into. */
export interface Zeros extends Base {
  readonly kind: "zeros";
  readonly like: Value;
  readonly result: Value;
}

/**
 * What `copy`, `zeros` or `export` make, with the sharing of the source: one object there has one here, also where objects lead
 * back to themselves. `memo` (a `Map<object, object>`) says which was made for which, so operations with the same memo share too.
 */
export interface Share extends Base {
  readonly kind: "share";
  readonly make: "copy" | "zeros" | "export";
  readonly source: Value;
  readonly memo: Value;
  readonly result: Value;
}

/** `target += source`, number by number, through the whole structure (target has the shadow type, source the gradient or shadow type of the same primal type). With `common`, arrays may differ in length: only the elements that both have. With `memo` (as in `Share`), an object that was added to is not added to again. */
export interface AddInto extends Base {
  readonly kind: "addInto";
  readonly target: Value;
  readonly source: Value;
  readonly memo?: Value;
  readonly common?: true;
}

/** Sets every number of a shadow structure to zero; with `memo` (as in `Share`), one that may lead back to itself. */
export interface Clear extends Base {
  readonly kind: "clear";
  readonly target: Value;
  readonly memo?: Value;
}

/** A shadow structure as the gradient the user gets (a fresh structure of `Gradient<T>`). With `take`, the shadow itself may be given away. */
export interface Export extends Base {
  readonly kind: "export";
  readonly source: Value;
  readonly take: boolean;
  readonly result: Value;
}

/**
 * The same run-time value under another type, unchecked: T as a maybe of T; a maybe where the code has tested it as what
 * it is then; a record as a wide record it is a variant of, and back. Nothing happens at run time: the result is the same reference.
 * One that makes the type narrower, and whatever uses its result, must stay behind the test it relies on.
 */
export interface Cast extends Base {
  readonly kind: "cast";
  readonly value: Value;
  readonly result: Value;
}

/** Calls a function of the program. Arguments and results by position. */
export interface Call extends Base {
  readonly kind: "call";
  readonly callee: string;
  readonly args: readonly Value[];
  readonly results: readonly Value[];
}

/**
 * One of two regions (no parameters); the results are what the region that ran yields. When neither region ends there are
 * no results, and the `if` is the last operation of a region that never ends either.
 */
export interface If extends Base {
  readonly kind: "if";
  readonly cond: Value;
  readonly then: Region;
  readonly else: Region;
  readonly results: readonly Value[];
}

/**
 * A counted loop over integers: `for (let i = from; i TEST to; i += step)`. `from` is integer-valued and `step` a non-zero
 * integer; `to` may be any number. Body parameters: the index, then the carried values (initially `inits`). Body yields:
 * with `breaks`, first a boolean "stop after this iteration"; then the next carried values. Results: the carried values
 * at the end and, when `count` is present, the number of iterations that ran.
 */
export interface For extends Base {
  readonly kind: "for";
  readonly from: Value;
  readonly test: "<" | "<=" | ">" | ">=";
  readonly to: Value;
  readonly step: number;
  readonly inits: readonly Value[];
  readonly body: Region;
  readonly breaks: boolean;
  readonly results: readonly Value[];
  readonly count?: Value;
  readonly tag?: LoopTag;
}

/**
 * A loop that tests before each iteration. `cond` is a pure region (literals, primitives, loads, lengths, globals, pure
 * foreign text and `if`s of these) with the carried values as parameters and
 * one boolean yielded; `body` has the carried values as parameters and yields as `For` does. A `do` loop, or a test with
 * side effects, is written with a constant-true `cond` and `breaks`.
 */
export interface While extends Base {
  readonly kind: "while";
  readonly inits: readonly Value[];
  readonly cond: Region;
  readonly body: Region;
  readonly breaks: boolean;
  readonly results: readonly Value[];
  readonly count?: Value;
  readonly tag?: LoopTag;
}

/** How a loop is reversed, where the user says it. */
export type LoopTag = Checkpointing | Implicit;

/**
 * `@checkpoint`: only some of its states are kept, and the iterations between them run again. `optimize/outline.ts` makes
 * checkpointed functions of such a loop; after it there are none.
 */
export interface Checkpointing {
  readonly kind: "checkpoint";
  /** `sqrt`: segments of equal length, or of growing length where their number is not known. `revolve`: the binomial schedule. */
  readonly schedule: "sqrt" | "revolve";
  /** States that are kept at any one time. */
  readonly snapshots?: number;
  /** Bytes that these may take; then their number follows at run time. */
  readonly memory?: number;
}

/** `@implicit`: the loop goes to a fixed point of its body, and it is the fixed point that is differentiated. */
export interface Implicit {
  readonly kind: "implicit";
  /** The adjoint of the state is complete when what a round adds is smaller, relative to what it began with. */
  readonly tolerance: number;
  /** It must be so after so many rounds. */
  readonly rounds: number;
}

/**
 * A JavaScript expression no derivative flows through, kept as text with holes: `console.log(`, `)`. `text` has one more
 * part than there are `args`. Runs in order, once; is never recomputed unless `pure`.
 */
export interface Foreign extends Base {
  readonly kind: "foreign";
  readonly text: readonly string[];
  readonly args: readonly Value[];
  readonly pure: boolean;
  readonly result?: Value;
  /** Names of the source module that the text uses and the generated file must import. */
  readonly imports?: readonly TypeImport[];
}

/** Throws; `text` with holes as in `Foreign` is the thrown expression. Ends its region (whose `yields` is then `null`). */
export interface Throw extends Base {
  readonly kind: "throw";
  readonly text: readonly string[];
  readonly args: readonly Value[];
  readonly imports?: readonly TypeImport[];
}

/** An inactive module-level constant (`Program.globals`). */
export interface Global extends Base {
  readonly kind: "global";
  readonly name: string;
  readonly result: Value;
}

/** A local function over the values around it; made only for pullbacks. */
export interface Closure extends Base {
  readonly kind: "closure";
  readonly body: Region;
  readonly result: Value;
}

/** Opens a tape: `owned` by the result (a pullback's), or borrowed from the pool until `closeTape`. */
export interface OpenTape extends Base {
  readonly kind: "openTape";
  readonly owned: boolean;
  readonly result: Value;
}
export interface CloseTape extends Base {
  readonly kind: "closeTape";
  readonly tape: Value;
}

/** Puts the tape's top back to where it was when the forward sweep ended, so that a pullback can run again. `mark` is a saved `tapeTop`. */
export interface TapeTop extends Base {
  readonly kind: "tapeTop";
  readonly tape: Value;
  readonly result: Value;
}
export interface TapeRewind extends Base {
  readonly kind: "tapeRewind";
  readonly tape: Value;
  readonly mark: Value;
}

/** Makes room for `numbers` more numbers and `flags` more booleans. More than what lies on the tape now: popping
 *  gives the room back. A `save` relies on a `reserve` before it. References need no room. */
export interface Reserve extends Base {
  readonly kind: "reserve";
  readonly tape: Value;
  readonly numbers: Value;
  readonly flags: Value;
}

/** Pushes a frame of values: numbers, booleans and references each on their own stack of the tape. */
export interface Save extends Base {
  readonly kind: "save";
  readonly tape: Value;
  readonly values: readonly Value[];
}

/** Pops a frame: results as the matching `Save` had its values. */
export interface Restore extends Base {
  readonly kind: "restore";
  readonly tape: Value;
  readonly results: readonly Value[];
}

export type Op =
  | Const
  | Prim
  | Load
  | Store
  | Accum
  | Resize
  | Length
  | View
  | New
  | Alloc
  | Copy
  | Zeros
  | Share
  | AddInto
  | Clear
  | Export
  | Cast
  | Call
  | If
  | For
  | While
  | Foreign
  | Throw
  | Global
  | Closure
  | OpenTape
  | CloseTape
  | TapeTop
  | TapeRewind
  | Reserve
  | Save
  | Restore;

/** Operations in order, then what they yield. `yields` is `null` when the end is never reached (the last operation throws, or is
 *  an `if` neither region of which ends). */
export interface Region {
  readonly params: readonly Value[];
  readonly ops: readonly Op[];
  readonly yields: readonly Value[] | null;
}

// --------------------------------------------------------------------------------------------------------- functions

export interface Func {
  /** Unique in the program: `src/model.ts#loss`-like names are the frontend's to choose. */
  readonly name: string;
  /** Parameters are `body.params`; results are `body.yields`. */
  readonly body: Region;
  readonly results: readonly Type[];
  /** The function's own name in the source, for comments and for naming its halves. */
  readonly source: string;
  readonly loc?: Loc;
  /** Lines of the doc comment of a helper in the generated file; the emitter has a default. */
  readonly doc?: readonly string[];
  /** Calls of it keep what it is given, and nothing of what happens in it: the reverse sweep runs it again. It is never inlined before differentiation. */
  readonly checkpoint?: true;
  /**
   * Of a part of a loop: positions of numbers that all parts are given. Their adjoints run through the parts as they run
   * through the iterations of a loop, so that they are summed in the same order.
   */
  readonly running?: readonly number[];
  /** Derivatives that take the place of those of the body. */
  readonly rule?: FunctionRule;
  /** A derivative of another function, which is called here; the body is made when the program is differentiated. */
  readonly derivative?: Derivative;
  /** Only generated code calls it, and no array that it makes gets to the user. */
  readonly hidden?: true;
  /** Generated code imports the function instead of having one of its own; the body says what it computes. Never inlined. */
  readonly external?: TypeImport;
}

/** A module-level constant that functions read: imported from the source when it is exported, else rebuilt from `init`. */
export interface GlobalDecl {
  readonly name: string;
  readonly type: Type;
  readonly init: Region;
  readonly exportedFrom?: TypeImport;
}

export interface Program {
  readonly funcs: ReadonlyMap<string, Func>;
  readonly records: ReadonlyMap<string, RecordDecl>;
  readonly globals: ReadonlyMap<string, GlobalDecl>;
}
