/** The modes that are measured of the functions of the examples, in the place of those that the examples ask for themselves. */
const modes: ReadonlyMap<string, string> = new Map([
  ["gmmObjective", "grad,jvp,hvp"],
  ["lstmLoss", "grad,jvp"],
  ["reprojectionError", "jvp,jacobian"],
  ["weightError", "grad"],
  ["bundleCost", "grad,jvp"],
  ["handResiduals", "jvp,jacobian"],
  ["handResidualsComplicated", "jvp"],
  ["leastSquares", "grad,jvp"],
  ["logSumExp", "grad,jvp"],
  ["determinant", "grad,jvp"],
  ["clusteringCost", "grad,jvp,hvp"],
  ["lastEntry", "grad,jvp"],
]);

/** The source of an example with other modes asked for. */
export function withMeasuredModes(source: string): string {
  return source.replace(
    /(@differentiable.* modes=)(\S+)(\s+\*\/\s+export function )(\w+)/g,
    (_, before: string, asked: string, between: string, name: string) =>
      `${before}${modes.get(name) ?? asked}${between}${name}`,
  );
}
