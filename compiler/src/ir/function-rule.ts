/** What stands for the derivatives of a function: custom rules, and functions that are derivatives. Part of `ir.ts`. */

/**
 * A derivative that a function calls. `value` is the function itself, as generated functions give its result: its arguments stay as they
 * are, and what it returns is new. `pullback` is the gradient of the result weighted with a seed.
 */
export interface Derivative {
  readonly of: string;
  readonly mode:
    | "value"
    | "grad"
    | "value_and_grad"
    | "pullback"
    | "jvp"
    | "hvp"
    | "jacobian"
    | "hessian"
    | `d${number}`;
  /** Positions of the differentiated parameters, ascending. After the parameters of `of` come the tangents by them, or the seed. */
  readonly wrt: readonly number[];
}

/**
 * A custom rule of a function, as names of functions of the program. The function then has one result, writes to nothing it is
 * given, and is called, not inlined, until it has been differentiated.
 */
export interface FunctionRule {
  /** Positions of the parameters that the rule is about, ascending; derivatives by the others are zero. */
  readonly wrt: readonly number[];
  /** For the reverse transformation. */
  readonly vjp?: VjpRule;
  /** The same rule as code that can be differentiated in its turn; `vjp` may call it in another module. */
  readonly vjpCode?: VjpRule;
  /** The position of the parameter that the function returns: the same array or object, known under two names. */
  readonly returns?: number;
  /** In forward mode the function does nothing but that. */
  readonly isIdentity?: true;
  /** What it gives in reverse is not the derivative of what it computes, on purpose: a hook puts another adjoint there. */
  readonly replaces?: true;
  /** A function of the parameters, then a tangent for each position of `wrt`, that returns the result and its tangent. */
  readonly jvp?: string;
}

export interface VjpRule {
  /** Takes what the function takes; returns its result, and after it what the pullback needs. */
  readonly forward: string;
  /** Takes what the forward function returns after the result, and a seed (`Gradient<R>`); returns the gradient of each parameter of `wrt`. */
  readonly pullback: string;
}
