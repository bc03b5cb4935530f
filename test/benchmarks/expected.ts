/** Shapes of the files of expected values. */

export interface GmmInput {
  readonly d: number;
  readonly k: number;
  readonly n: number;
  readonly alpha: readonly number[];
  readonly mu: readonly (readonly number[])[];
  readonly q: readonly (readonly number[])[];
  readonly l: readonly (readonly number[])[];
  readonly x: readonly (readonly number[])[];
  readonly gamma: number;
  readonly m: number;
}

/** `gmm_test` and `gmm_small_d3_K2_n4`. */
export interface GmmExpected {
  readonly input: GmmInput;
  readonly gradbench: {
    readonly objective: number;
    readonly gradient: {
      readonly alpha: readonly number[];
      readonly mu: readonly (readonly number[])[];
      readonly q: readonly (readonly number[])[];
      readonly l: readonly (readonly number[])[];
    };
  };
  readonly adbench: {
    readonly objective: number;
    readonly q: readonly (readonly number[])[];
    readonly l: readonly (readonly number[])[];
    readonly gradient_flat?: readonly number[];
  };
}

export interface GmmSummary {
  readonly d: number;
  readonly k: number;
  readonly n: number;
  readonly objective_gradbench: number;
  readonly objective_adbench: number;
  readonly log_prior: number;
  readonly norm_dalpha: number;
  readonly norm_dmu: number;
  readonly norm_dq_gradbench: number;
  readonly norm_dl_gradbench: number;
  readonly norm_dq_adbench: number;
  readonly norm_dl_adbench: number;
  readonly dmu_0_0: number;
  readonly dq_0_0_gradbench: number;
  readonly dl_0_0_gradbench: number;
}

interface BaRow {
  readonly cam: readonly number[];
  readonly point: readonly number[];
  readonly w: number;
}

export interface BaBlock {
  readonly input: {
    readonly n: number;
    readonly m: number;
    readonly p: number;
    readonly cam: readonly number[];
    readonly x: readonly number[];
    readonly w: number;
    readonly feat: readonly number[];
  };
  readonly residual: readonly [number, number];
  readonly w_err: number;
  readonly jacobian_block: { readonly row_x: BaRow; readonly row_y: BaRow; readonly d_werr_dw: number };
}

/** `ba_test_gradbench_jacobian`. */
export interface BaJacobian {
  readonly n: number;
  readonly m: number;
  readonly p: number;
  readonly output: {
    readonly rows: readonly number[];
    readonly cols: readonly number[];
    readonly vals: readonly number[];
  };
  readonly objective_output: {
    readonly reproj_error: { readonly elements: readonly number[]; readonly repeated: number };
    readonly w_err: { readonly element: number; readonly repeated: number };
  };
}

/** `lstm_tiny…`, `lstm_small…`. */
export interface LstmExpected {
  readonly l: number;
  readonly b: number;
  readonly c: number;
  readonly input: {
    readonly main_params: readonly (readonly number[])[];
    readonly extra_params: readonly (readonly number[])[];
    readonly state: readonly (readonly number[])[];
    readonly sequence: readonly (readonly number[])[];
  };
  readonly objective: number;
  readonly gradient: readonly number[];
}

export interface LstmSummary {
  readonly objective: number;
  readonly n_params: number;
  readonly norm_gradient: number;
  readonly first: number;
  readonly last: number;
}

export interface HandExpected {
  readonly objective: readonly number[];
  readonly jacobian: readonly (readonly number[])[];
}

export interface HandSummary {
  readonly rows: number;
  readonly cols: number;
  readonly norm_objective: number;
  readonly objective_first3: readonly number[];
  readonly norm_jacobian: number;
  readonly column_norms: readonly number[];
}

interface Determinant {
  readonly input: { readonly A: readonly number[]; readonly ell: number };
  readonly primal: number;
  readonly gradient: readonly number[];
}

interface LeastSquares {
  readonly input: { readonly x: readonly number[]; readonly n: number };
  readonly primal: number;
  readonly gradient: readonly number[];
}

interface OdeInput {
  readonly x: readonly number[];
  readonly s: number;
}

/** `gradbench_extra`. */
export interface GradbenchExtra {
  readonly det_ell5_first_gradbench_input: Determinant;
  readonly det_3x3: Determinant;
  readonly llsq_first_gradbench_input: LeastSquares;
  readonly llsq_m3_n5: LeastSquares;
  readonly lse_n4: {
    readonly input: { readonly x: readonly number[] };
    readonly primal: number;
    readonly gradient: readonly number[];
  };
  readonly ode_n3_s4: {
    readonly input: OdeInput;
    readonly primal: readonly number[];
    readonly gradient: readonly number[];
  };
  readonly ode_n6_s10: {
    readonly input: OdeInput;
    readonly primal: readonly number[];
    readonly gradient_of_rk_program: readonly number[];
  };
  readonly kmeans_n6_k2_d2: {
    readonly input: { readonly points: readonly number[][]; readonly centroids: readonly number[][] };
    readonly cost: number;
    readonly dir: readonly (readonly number[])[];
  };
  readonly particle: { readonly input: { readonly w: number }; readonly output: number };
  readonly saddle: { readonly input: { readonly start: readonly number[] }; readonly output: readonly number[] };
}

export interface Lstm1024 {
  readonly objective: number;
  readonly gradient: readonly number[];
}

/** What each file holds. The summaries and `ba_block` have a `note` besides. */
export interface ExpectedFiles {
  readonly gmm_test: GmmExpected;
  readonly gmm_small_d3_K2_n4: GmmExpected;
  readonly gmm_summaries: Readonly<Record<string, GmmSummary>>;
  readonly ba_block: Readonly<Record<string, BaBlock>>;
  readonly ba_test_gradbench_jacobian: BaJacobian;
  readonly lstm_tiny_l1_b2_c3: LstmExpected;
  readonly lstm_small_l2_b3_c5: LstmExpected;
  readonly lstm_l2_c1024: Lstm1024;
  readonly lstm_l4_c1024: Lstm1024;
  readonly lstm_summaries: Readonly<Record<string, LstmSummary>>;
  readonly hand_test_simple: HandExpected;
  readonly hand_test_complicated: HandExpected;
  readonly hand_summaries: Readonly<Record<string, HandSummary>>;
  readonly gradbench_extra: GradbenchExtra;
}
