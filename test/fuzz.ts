/**
 * `npm run fuzz -- --count 10000 --seed 1 [--size 40] [--features classes,closures] [--aliases]
 * [--modes grad,vjp] [--minimize] [--batch 100]`: random programs against the judges. Without `--features` they use the whole language; `--check unrolled` compares
 * every program with itself rewritten in that way. Prints every disagreement with its seed (minimised when asked for) and ends with one line of totals.
 */
import { parseArgs } from "node:util";
import { asFixture, minimize } from "./support/fuzz-minimize.js";
import { parseCheck } from "./support/fuzz-variants.js";
import { emptySummary, fuzzBatch } from "./support/fuzzing.js";
import { parseFeatures } from "./support/generate/features.js";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    size: { type: "string" },
    batch: { type: "string", default: "100" },
    aliases: { type: "boolean", default: false },
    features: { type: "string", default: "all" },
    check: { type: "string" },
    modes: { type: "string" },
    minimize: { type: "boolean", default: false },
    "keep-going": { type: "boolean", default: false },
  },
});
const count = Number(values.count);
const first = Number(values.seed);
const batch = Math.max(1, Number(values.batch));

const features = parseFeatures(values.features);
/** Without `--size`, batches of small, middling and large programs in turns. A statement of a feature is a few lines long. */
const usual = features.length > 0 ? [4, 6, 10, 16, 30] : [6, 12, 20, 40, 80];
const sizes = values.size === undefined ? usual : [Number(values.size)];
const forced = values.check === undefined ? undefined : parseCheck(values.check);
const summary = emptySummary();
const start = performance.now();
let reported = 0;
const reportedKinds = new Map<string, number>();
let lastProgress = start;
console.log(`fuzz: seed ${first}`);

for (let done = 0, round = 0; done < count; done += batch, round++) {
  const size = sizes[round % sizes.length] ?? 20;
  const options = { size, aliases: values.aliases, plain: false, features };
  fuzzBatch(first + done, Math.min(batch, count - done), options, summary, forced, values.modes?.split(","));
  for (; reported < summary.disagreements.length; reported++) report(reported, size);
  if (performance.now() - lastProgress > 20_000) {
    lastProgress = performance.now();
    console.log(`  ${summary.programs} programs, ${summary.disagreements.length} disagreements`);
  }
  if (summary.disagreements.length >= 20 && !values["keep-going"]) break;
}

function report(position: number, size: number): void {
  const found = summary.disagreements[position];
  if (found === undefined) return;
  const { check } = found;
  const how =
    check.kind === "without"
      ? `without ${check.passes.join(", ")}`
      : check.kind === "rewritten"
        ? check.how
        : check.kind;
  console.log(
    `\n--- seed ${found.seed}, size ${size}, modes ${found.modes.join(",")}, ${how}: ${found.kind}\n${found.message.split("\n").slice(0, 6).join("\n")}`,
  );
  const times = (reportedKinds.get(found.kind) ?? 0) + 1;
  reportedKinds.set(found.kind, times);
  // A few small examples of one kind of disagreement are enough.
  if (values.minimize && times <= 3) console.log(asFixture(minimize(found, () => undefined).program));
}

const seconds = (performance.now() - start) / 1000;
const refused = [...summary.refused.values()].reduce((sum, n) => sum + n, 0);
for (const [reason, times] of [...summary.refused].sort((a, b) => b[1] - a[1]).slice(0, 25))
  console.log(`  refused ${times}: ${reason}\n      ${summary.examples.get(reason) ?? ""}`);
console.log(
  `fuzz: ${summary.programs} programs, ${refused} refused, ${summary.comparisons} comparisons, ${summary.skipped} skipped, ` +
    `${summary.disagreements.length} disagreements, ${(summary.programs / seconds).toFixed(1)} programs/s, seed ${first}`,
);
process.exitCode = summary.disagreements.length > 0 ? 1 : 0;
