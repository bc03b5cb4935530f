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

declare const valueIdBrand: unique symbol;
/** Identity of a value. Made only by `ir/build.ts`; unique in the whole process. */
export type ValueId = number & { readonly [valueIdBrand]: "ValueId" };

// ------------------------------------------------------------------------------------------------------------- types

/** Element kinds of typed arrays. */
export type TypedArrayName =
  | "Float64Array"
  | "Float32Array"
  | "Int8Array"
  | "Uint8Array"
  | "Uint8ClampedArray"
  | "Int16Array"
  | "Uint16Array"
  | "Int32Array"
  | "Uint32Array";

export type Type =
  /** A JavaScript number. The only scalar a derivative can flow through. */
  | { readonly kind: "num" }
  | { readonly kind: "bool" }
  | { readonly kind: "str" }
  /** `undefined` and functions without a result. */
  | { readonly kind: "void" }
  /** A JavaScript array. */
  | { readonly kind: "array"; readonly elem: Type }
  | { readonly kind: "typed"; readonly name: TypedArrayName }
  | { readonly kind: "tuple"; readonly elems: readonly Type[] }
  /** An object type; its fields are found by name in `Program.records`, so that recursive types are finite. */
  | { readonly kind: "record"; readonly name: string }
  /** Anything no derivative flows through and no operation looks into (a Map, a RegExp, an Error …). `text` is its TypeScript type. */
  | { readonly kind: "opaque"; readonly text: string }
  /** A value of `of`, or what `absent` says: `number | undefined`, `Node | null`. `of` is neither void nor itself a maybe. */
  | { readonly kind: "maybe"; readonly of: Type; readonly absent: Absence }
  /** The storage of one run: what the forward sweep saves and the reverse sweep restores. */
  | { readonly kind: "tape" }
  /** The pullback that `closure` makes. */
  | { readonly kind: "closure"; readonly params: readonly Type[]; readonly results: readonly Type[] };

/** How a value may be missing. */
export type Absence = "undefined" | "null" | "both";

export interface Field {
  readonly name: string;
  readonly type: Type;
  /** Declared `x?: T` (its type is then a maybe that may be `undefined`): literals leave it out where it is absent. */
  readonly optional?: true;
  /** Of a wide record: the type to see the object as where generated TypeScript reads this field, `(s as Circle).r`. */
  readonly through?: TypeText;
  /** Declared `NoDiff<…>`: a constant whatever is stored in it. */
  readonly noDiff?: boolean;
  /** Declared as a `readonly` array or tuple somewhere: generated code says so where it puts the content elsewhere. */
  readonly isReadonly?: true;
}

/** The shape of an object type. Records with the same name are the same type. */
export interface RecordDecl {
  readonly name: string;
  readonly fields: readonly Field[];
  /**
   * A *wide* record, the union of these: it has every field of every variant. Fields that all have with one type keep it;
   * one that some variant lacks is a maybe. A value of a variant becomes one of the union, and back, by `cast`.
   */
  readonly variants?: readonly string[];
  /** The class whose instances these are. */
  readonly instance?: InstanceOf;
  /** How the primal type is written in a generated file (a name that is imported, or the structure spelled out). */
  readonly text?: TypeText;
}

/** What generated code must know of a class where instances come in and go out. */
export interface InstanceOf {
  /** Where the class can be imported from; absent where nobody else can name it. */
  readonly exportedFrom?: TypeImport;
  /** Some fields are `private` or `protected`: instances are seen as plain objects through a cast. */
  readonly isGuarded?: true;
}

/** A TypeScript type as it is written in a generated file, with the names it needs imported. */
export interface TypeText {
  readonly text: string;
  readonly imports: readonly TypeImport[];
}
export interface TypeImport {
  readonly name: string;
  /** Absolute path of the source file that exports it, or a package name. */
  readonly from: string;
}

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

/** Where in memory: an element by index (array, typed array) or a field by name (record; tuple positions are "0", "1", …). */
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
 * array's length (`push`).
 */
export interface Store extends Base {
  readonly kind: "store";
  readonly place: Place;
  readonly value: Value;
  readonly grows?: true;
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
