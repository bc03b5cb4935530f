/**
 * The types of values, as data: what a number, an array, an object is, and how an object type is declared. Types only, all
 * of them exported by `ir.ts` too; `types.ts` has the functions on them.
 */

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
  /** A JavaScript number. The only scalar a derivative can flow through. With `only`, TypeScript holds it for one of these (as text below). */
  | { readonly kind: "num"; readonly only?: readonly number[] }
  | { readonly kind: "bool" }
  | { readonly kind: "str"; readonly only?: readonly string[] }
  /** `undefined` and functions without a result. */
  | { readonly kind: "void" }
  /** A JavaScript array. With `or`, of a parameter: the caller may pass a typed array of this kind as well, which is read and written alike. */
  | { readonly kind: "array"; readonly elem: Type; readonly or?: "Float64Array" }
  | { readonly kind: "typed"; readonly name: TypedArrayName }
  /**
   * An object with arbitrary keys, text or numbers. Its places are elements, with a key for an index; `elem` is a maybe,
   * for there may be nothing at a key, and a store may add one. A `loose` one may hold `undefined` at a key that it has.
   */
  | { readonly kind: "dict"; readonly key: "str" | "num"; readonly elem: Type; readonly loose?: true }
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
  /**
   * Fields that variants have with types that no value has both of. The wide record lacks them: they are seen through the
   * variants alone, and nothing goes through a whole object as what the wide record says of it (no copies, no zeros).
   */
  readonly apart?: readonly string[];
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
  /** It has tuples with members that may be left out, which are arrays in the IR. */
  readonly isOpen?: true;
}
export interface TypeImport {
  readonly name: string;
  /** Absolute path of the source file that exports it, or a package name. */
  readonly from: string;
  /** The name it is imported as, where its own is taken. */
  readonly as?: string;
  /** The text of its declaration, of which the generated file has a copy: nobody can import it. */
  readonly copy?: string;
  /** Only its type is used. */
  readonly isType?: true;
}
