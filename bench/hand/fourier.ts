/** The gradient of `spectralCost`: the transform is linear, so it is applied to the signal, and its adjoint to 2 w X. */

export function spectralGradient(signal: Float64Array, weights: Float64Array): Float64Array {
  const n = signal.length;
  const real = new Float64Array(n);
  const imaginary = new Float64Array(n);
  const cosines = new Float64Array(n >> 1);
  const sines = new Float64Array(n >> 1);
  for (let k = 0; k < n >> 1; k++) {
    const angle = (-2 * Math.PI * k) / n;
    cosines[k] = Math.cos(angle);
    sines[k] = Math.sin(angle);
  }
  for (let i = 0, j = 0; i < n; i++) {
    real[j] = signal[i]!;
    let bit = n >> 1;
    while ((j & bit) !== 0) {
      j ^= bit;
      bit >>= 1;
    }
    j |= bit;
  }
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const c = cosines[k * stride]!;
        const s = sines[k * stride]!;
        const br = real[b]!;
        const bi = imaginary[b]!;
        const ar = real[a]!;
        const ai = imaginary[a]!;
        const re = c * br - s * bi;
        const im = c * bi + s * br;
        real[b] = ar - re;
        imaginary[b] = ai - im;
        real[a] = ar + re;
        imaginary[a] = ai + im;
      }
    }
  }
  for (let k = 0; k < n; k++) {
    const factor = 2 * weights[k]!;
    real[k]! *= factor;
    imaginary[k]! *= factor;
  }
  // The adjoint: stages backwards, angles negated.
  for (let half = n >> 1; half >= 1; half >>= 1) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const c = cosines[k * stride]!;
        const s = sines[k * stride]!;
        const br = real[b]!;
        const bi = imaginary[b]!;
        const ar = real[a]!;
        const ai = imaginary[a]!;
        const re = ar - br;
        const im = ai - bi;
        real[a] = ar + br;
        imaginary[a] = ai + bi;
        real[b] = c * re + s * im;
        imaginary[b] = c * im - s * re;
      }
    }
  }
  const gradient = new Float64Array(n);
  for (let i = 0, j = 0; i < n; i++) {
    gradient[i] = real[j]!;
    let bit = n >> 1;
    while ((j & bit) !== 0) {
      j ^= bit;
      bit >>= 1;
    }
    j |= bit;
  }
  return gradient;
}
