/**
 * Checks that a program is well formed; runs after every pass, in time linear in the program. What holds:
 *
 *  1. Declarations stand under their own names; the fields of a record have different names.
 *  2. Every record that a type mentions is declared.
 *  3. A value is defined once in its function.
 *  4. A value is used only after its definition, in the region of the definition or inside it.
 *  5. A use has the type of the definition.
 *  6. A primitive has as many operands as its row says, of the types it takes, and the row's result type.
 *  7. A literal has the type of what it says; `undefined` and `null` are void, opaque, or a maybe that may be so absent.
 *  8. An element's base is an array or typed array and its index a number; a field's base is a record or tuple that has it.
 *  9. What is loaded or stored has the type of the place; `accum` adds a number to a number. Of a place that may be absent
 *     `orZero` loads a number, and to it `accum` adds one.
 * 10. `length` is the number of elements of an array or typed array.
 * 11. `new` makes an array of like elements, a tuple of its members, or a record from its fields in declaration order.
 * 12. `alloc` makes an array or typed array from a length; it fills only numbers.
 * 13. `copy` keeps the type; `zeros` makes the shadow type; `addInto` and `clear` change a reference; `addInto` and
 *     `export` go between structures of one shape.
 * 14. A call names a function of the program and has its parameter and result types.
 * 15. An `if` tests a boolean; its arms have no parameters and yield the results' types, or never end. When neither arm
 *     ends there are no results.
 * 16. A `for` runs over numbers in steps of a non-zero integer; index and `count` are numbers; initial values, carried
 *     parameters and results have the same types.
 * 17. A `while` carries the same types in initial values, both regions and results; `count` is a number.
 * 18. A loop body yields the next carried values; with `breaks`, a boolean before them.
 * 19. The test of a `while` yields one boolean and is pure: literals, primitives, casts, loads, lengths, globals, pure
 *     foreign text and `if`s of these.
 * 20. A `throw`, or an `if` neither arm of which ends, is the last of its region; a region yields `null` exactly then.
 * 21. Text has one hole for each argument.
 * 22. A global is declared, with its type; what initialises it takes nothing and yields one value of that type.
 * 23. A closure has the type of its region, which yields.
 * 24. Tape operations work on a tape; marks and reserved sizes are numbers; nothing saved or restored is a tape.
 * 25. A function yields its result types.
 * 26. The record that `zeros` makes has the differentiable fields of the original, in shadow types, in order.
 * 27. Only JavaScript arrays grow or are resized; views are typed arrays of the kind they look into.
 * 28. A maybe is of what is neither void nor a maybe; an optional field is a maybe that may be `undefined`.
 * 29. A wide record has every field of each of its variants, with the type it has there or a maybe of it, but for those
 *     that are said to be apart.
 * 30. A cast is between types that one value can have: T and a maybe of T, a wide record and its variants, arrays and
 *     tuples of such, what no operation looks into.
 */
import { InvariantError } from "../support/invariant.js";
import { neverEnds } from "./derive.js";
import type { Func, Op, Program, Region, Type, Value, ValueId } from "./ir.js";
import { printOp } from "./print.js";
import { mayBeAbsent, sameType, typeText } from "./types.js";
import { OpChecks } from "./verify-op.js";
import type { VerifiedTypes } from "./verify-types.js";
import { operands, results } from "./walk.js";

export function verify(program: Program): void {
  const ops = new OpChecks(program);
  const { types } = ops;
  for (const [name, decl] of program.records) {
    require(name === decl.name, 1, `record ${decl.name} is declared as ${name}`);
    require(new Set(decl.fields.map((f) => f.name)).size ===
      decl.fields.length, 1, `record ${name} has two fields of one name`);
    for (const f of decl.fields) {
      requireKnown(types, f.type, `field ${f.name} of record ${name}`);
      require(f.optional !== true ||
        mayBeAbsent(f.type, undefined), 28, `field ${f.name} of record ${name} is never absent`);
    }
    const lacking = types.variantProblem(decl);
    require(lacking === undefined, 29, lacking ?? "");
  }
  for (const [name, decl] of program.globals) {
    require(name === decl.name, 1, `global ${decl.name} is declared as ${name}`);
    requireKnown(types, decl.type, `global ${name}`);
    const { params, yields } = decl.init;
    require(params.length === 0 && yields?.length === 1, 22, `global ${name} must take nothing and yield one value`);
    require(yields[0] !== undefined &&
      sameType(yields[0].type, decl.type), 22, `global ${name} is not initialised with its type`);
    new Verifier(ops, decl.init, `global ${name}`).region(decl.init);
  }
  for (const [name, func] of program.funcs) {
    require(name === func.name, 1, `function ${func.name} is declared as ${name}`);
    verifyFunc(func, ops);
  }
}

function verifyFunc(func: Func, ops: OpChecks): void {
  const { yields } = func.body;
  for (const type of func.results) requireKnown(ops.types, type, `result of function ${func.name}`);
  new Verifier(ops, func.body, `function ${func.name}`).region(func.body);
  if (yields === null) return;
  require(yields.length ===
    func.results.length, 25, `function ${func.name} yields ${yields.length} values for ${func.results.length} results`);
  func.results.forEach((type, i) => {
    const found = yields[i];
    const message = `function ${func.name} yields ${found === undefined ? "nothing" : typeText(found.type)} for result ${i}, a ${typeText(type)}`;
    require(found !== undefined && sameType(found.type, type), 25, message);
  });
}

function require(condition: boolean, number: number, message: string): asserts condition {
  if (!condition) throw new InvariantError(`invariant ${number}: ${message}`);
}

function requireKnown(types: VerifiedTypes, type: Type, what: string): void {
  const missing = types.unknownRecord(type);
  require(missing === undefined, 2, `${what}: record ${missing} is not declared`);
}

/** Walks one function (or initialiser), keeping the values in scope. */
class Verifier {
  private readonly defined = new Set<ValueId>();
  private readonly visible = new Map<ValueId, Value>();

  constructor(
    private readonly ops: OpChecks,
    private readonly root: Region,
    private readonly where: string,
  ) {}

  region(region: Region): void {
    const here: Value[] = [];
    for (const v of region.params) this.define(v, here, undefined);
    const lastIndex = region.ops.length - 1;
    region.ops.forEach((op, index) => {
      for (const v of operands(op)) this.use(v, op);
      const problem = this.ops.problem(op);
      if (problem !== undefined) this.fail(problem.invariant, problem.message, op);
      this.inner(op);
      if (index < lastIndex && (op.kind === "throw" || op.kind === "if") && neverEnds([op]))
        this.fail(20, "nothing may follow what never ends", op);
      for (const v of results(op)) this.define(v, here, op);
    });
    if ((region.yields === null) !== neverEnds(region.ops))
      this.fail(
        20,
        region.yields === null ? "a region that ends must yield" : "a region that never ends cannot yield",
        region.ops.at(-1),
      );
    for (const v of region.yields ?? []) this.use(v, undefined);
    for (const v of here) this.visible.delete(v.id);
  }

  private inner(op: Op): void {
    switch (op.kind) {
      case "if":
        this.region(op.then);
        this.region(op.else);
        break;
      case "while":
        this.region(op.cond);
        this.region(op.body);
        break;
      case "for":
      case "closure":
        this.region(op.body);
        break;
      default:
    }
  }

  private define(v: Value, here: Value[], op: Op | undefined): void {
    if (this.defined.has(v.id)) this.fail(3, `${this.describe(v)} is defined twice`, op);
    if (this.ops.types.isMalformed(v.type)) this.fail(28, `a ${typeText(v.type)} is a maybe of nothing`, op);
    const missing = this.ops.types.unknownRecord(v.type);
    if (missing !== undefined) this.fail(2, `record ${missing} is not declared`, op);
    this.defined.add(v.id);
    this.visible.set(v.id, v);
    here.push(v);
  }

  private use(v: Value, op: Op | undefined): void {
    const definition = this.visible.get(v.id);
    if (definition === undefined) this.fail(4, `${this.describe(v)} is used out of scope or before its definition`, op);
    else if (definition !== v && !sameType(definition.type, v.type))
      this.fail(
        5,
        `${this.describe(v)} is defined as ${typeText(definition.type)} and used as ${typeText(v.type)}`,
        op,
      );
  }

  private describe(v: Value): string {
    return `value ${v.id}${v.hint === undefined ? "" : ` (${v.hint})`}`;
  }

  private fail(number: number, message: string, op: Op | undefined): never {
    const at = op === undefined ? "in what it takes or yields" : printOp(op, this.root);
    const line = op?.loc === undefined ? "" : ` (source line ${op.loc.line})`;
    throw new InvariantError(`invariant ${number}: ${message}\n  in ${this.where}: ${at}${line}`);
  }
}
