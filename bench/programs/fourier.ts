/** A cost in the frequencies of a signal, by the fast Fourier transform. */

/**
 * Σ wₖ |Xₖ|², where X is the discrete Fourier transform of a signal whose length is a power of two.
 *
 * @differentiable wrt=signal modes=grad,jvp
 */
export function spectralCost(signal: Float64Array, weights: Float64Array): number {
  const real = signal.slice();
  const imaginary = new Float64Array(signal.length);
  transform(real, imaginary);
  let sum = 0;
  for (let k = 0; k < real.length; k++) {
    sum += weights[k]! * (real[k]! ** 2 + imaginary[k]! ** 2);
  }
  return sum;
}

/** The transform in place: decimation in time, after the order of the bits has been reversed. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  const n = real.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    while ((j & bit) !== 0) {
      j ^= bit;
      bit >>= 1;
    }
    j |= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j]!, real[i]!];
      [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
    }
  }
  for (let half = 1; half < n; half *= 2) {
    for (let k = 0; k < half; k++) {
      const angle = (-Math.PI * k) / half;
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      for (let a = k; a < n; a += 2 * half) {
        const b = a + half;
        const re = c * real[b]! - s * imaginary[b]!;
        const im = c * imaginary[b]! + s * real[b]!;
        real[b] = real[a]! - re;
        imaginary[b] = imaginary[a]! - im;
        real[a]! += re;
        imaginary[a]! += im;
      }
    }
  }
}
