/** An equaliser: a chain of second-order filters for audio. */

export type FilterKind = "lowpass" | "highpass" | "peak";

export interface Band {
  readonly kind: FilterKind;
  /** In units of the sampling rate. */
  readonly frequency: number;
  readonly quality: number;
  /** In decibels; peaks only. */
  readonly gain: number;
}

/**
 * The filtered signal.
 *
 * @differentiable wrt=bands,samples modes=vjp
 */
export function equalise(bands: readonly Band[], samples: Float64Array): Float64Array {
  const output = new Float64Array(samples.length);
  for (let i = 0; i < samples.length; i++) output[i] = samples[i]!;
  for (const band of bands) applyFilter(band, output);
  return output;
}

/**
 * How far the filtered signal is from a wanted one, after the filters have settled.
 *
 * @differentiable wrt=bands modes=grad
 */
export function equaliserError(bands: readonly Band[], samples: Float64Array, wanted: Float64Array): number {
  const output = equalise(bands, samples);
  let error = 0;
  let peak = 0;
  for (let i = 8; i < output.length; i++) {
    error += (output[i]! - wanted[i]!) ** 2;
    if (Math.abs(output[i]!) > peak) peak = Math.abs(output[i]!);
  }
  return error / output.length + 0.01 * peak;
}

function applyFilter(band: Band, signal: Float64Array): void {
  const w = 2 * Math.PI * band.frequency;
  const alpha = Math.sin(w) / (2 * band.quality);
  const cosine = Math.cos(w);
  let [b0, b1, b2, a0, a2] = [1, 0, 0, 1 + alpha, 1 - alpha];
  switch (band.kind) {
    case "lowpass":
      b1 = 1 - cosine;
      b0 = b2 = b1 / 2;
      break;
    case "highpass":
      b1 = -(1 + cosine);
      b0 = b2 = -b1 / 2;
      break;
    case "peak": {
      const a = 10 ** (band.gain / 40);
      b0 = 1 + alpha * a;
      b1 = -2 * cosine;
      b2 = 1 - alpha * a;
      a0 = 1 + alpha / a;
      a2 = 1 - alpha / a;
    }
  }
  const a1 = -2 * cosine;

  let x1 = 0;
  let x2 = 0;
  let y1 = 0;
  let y2 = 0;
  for (let i = 0; i < signal.length; i++) {
    const x = signal[i]!;
    const y = (b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2) / a0;
    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    signal[i] = y;
  }
}
