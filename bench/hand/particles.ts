/** The gradient of `spread`: flat arrays, each pair met once, positions kept for each step. */

const softening = 0.05;

/** Positions at the start of each step; kept from call to call. */
let kept = new Float64Array(0);

export function spreadGradient(
  start: Float64Array,
  masses: Float64Array,
  steps: number,
  timeStep: number,
): Float64Array {
  const count = masses.length;
  const width = 3 * count;
  if (kept.length < (steps + 1) * width) kept = new Float64Array((steps + 1) * width);
  const positions = kept;
  const velocities = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < 3; j++) {
      positions[3 * i + j] = start[6 * i + j]!;
      velocities[3 * i + j] = start[6 * i + 3 + j]!;
    }
  }
  for (let step = 0; step < steps; step++) {
    const p = step * width;
    for (let i = 0; i < count; i++) {
      const a = p + 3 * i;
      const x = positions[a]!;
      const y = positions[a + 1]!;
      const z = positions[a + 2]!;
      const mass = masses[i]! * timeStep;
      let vx = velocities[3 * i]!;
      let vy = velocities[3 * i + 1]!;
      let vz = velocities[3 * i + 2]!;
      for (let k = i + 1; k < count; k++) {
        const b = p + 3 * k;
        const dx = positions[b]! - x;
        const dy = positions[b + 1]! - y;
        const dz = positions[b + 2]! - z;
        const squared = dx * dx + dy * dy + dz * dz + softening;
        const factor = 1 / (squared * Math.sqrt(squared));
        const own = timeStep * masses[k]! * factor;
        const others = mass * factor;
        vx += own * dx;
        vy += own * dy;
        vz += own * dz;
        velocities[3 * k]! -= others * dx;
        velocities[3 * k + 1]! -= others * dy;
        velocities[3 * k + 2]! -= others * dz;
      }
      velocities[3 * i] = vx;
      velocities[3 * i + 1] = vy;
      velocities[3 * i + 2] = vz;
    }
    for (let j = 0; j < width; j++) {
      positions[p + width + j] = positions[p + j]! + timeStep * velocities[j]!;
    }
  }

  const dPositions = new Float64Array(width);
  const dVelocities = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    dPositions[j] = 2 * positions[steps * width + j]!;
  }
  for (let step = steps - 1; step >= 0; step--) {
    const p = step * width;
    for (let j = 0; j < width; j++) {
      dVelocities[j]! += timeStep * dPositions[j]!;
    }
    for (let i = 0; i < count; i++) {
      const a = 3 * i;
      const x = positions[p + a]!;
      const y = positions[p + a + 1]!;
      const z = positions[p + a + 2]!;
      const mass = masses[i]!;
      const ax = dVelocities[a]!;
      const ay = dVelocities[a + 1]!;
      const az = dVelocities[a + 2]!;
      let px = dPositions[a]!;
      let py = dPositions[a + 1]!;
      let pz = dPositions[a + 2]!;
      for (let k = i + 1; k < count; k++) {
        const b = 3 * k;
        const dx = positions[p + b]! - x;
        const dy = positions[p + b + 1]! - y;
        const dz = positions[p + b + 2]! - z;
        const inverse = 1 / (dx * dx + dy * dy + dz * dz + softening);
        const factor = timeStep * inverse * Math.sqrt(inverse);
        // The adjoint of the difference comes from both bodies' accelerations.
        const other = masses[k]!;
        const gx = other * ax - mass * dVelocities[b]!;
        const gy = other * ay - mass * dVelocities[b + 1]!;
        const gz = other * az - mass * dVelocities[b + 2]!;
        const along = -3 * inverse * (gx * dx + gy * dy + gz * dz);
        const sx = factor * (gx + along * dx);
        const sy = factor * (gy + along * dy);
        const sz = factor * (gz + along * dz);
        px -= sx;
        py -= sy;
        pz -= sz;
        dPositions[b]! += sx;
        dPositions[b + 1]! += sy;
        dPositions[b + 2]! += sz;
      }
      dPositions[a] = px;
      dPositions[a + 1] = py;
      dPositions[a + 2] = pz;
    }
  }
  const gradient = new Float64Array(start.length);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < 3; j++) {
      gradient[6 * i + j] = dPositions[3 * i + j]!;
      gradient[6 * i + 3 + j] = dVelocities[3 * i + j]!;
    }
  }
  return gradient;
}
