/** A loss on the spectrum of a signal. */

/**
 * Mean squared difference between the logarithms of the signal's and the target's power spectra. The length of the signal
 * is a power of two.
 *
 * @differentiable wrt=signal modes=grad,value_and_grad
 */
export function spectralLoss(signal: Float64Array, target: Float64Array): number {
  const power = powerSpectrum(signal);
  const wanted = powerSpectrum(target);
  let sum = 0;
  for (let i = 0; i < power.length; i++) {
    const difference = Math.log(power[i]! + 1e-3) - Math.log(wanted[i]! + 1e-3);
    sum += difference * difference;
  }
  return sum / power.length;
}

/** Power at the frequencies from zero to half the sampling rate. */
function powerSpectrum(signal: Float64Array): Float64Array {
  const n = signal.length;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n);
    re[i] = signal[i]! * window;
  }
  transform(re, im);
  const power = new Float64Array(n / 2 + 1);
  for (let i = 0; i <= n / 2; i++) {
    power[i] = re[i]! * re[i]! + im[i]! * im[i]!;
  }
  return power;
}

/** The fast Fourier transform, in place. */
function transform(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const a = re[i]!;
      re[i] = re[j]!;
      re[j] = a;
      const b = im[i]!;
      im[i] = im[j]!;
      im[j] = b;
    }
  }

  for (let size = 2; size <= n; size *= 2) {
    const angle = (-2 * Math.PI) / size;
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < size / 2; k++) {
        const c = Math.cos(angle * k);
        const s = Math.sin(angle * k);
        const p = start + k;
        const q = p + size / 2;
        const x = re[q]! * c - im[q]! * s;
        const y = re[q]! * s + im[q]! * c;
        re[q] = re[p]! - x;
        im[q] = im[p]! - y;
        re[p]! += x;
        im[p]! += y;
      }
    }
  }
}
