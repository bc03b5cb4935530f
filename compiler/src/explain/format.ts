/** An explanation as text for a terminal of 100 columns. */
import type { Explanation, Listing, SourceLine } from "./explain.js";
import type { Row } from "./summary.js";

export interface FormatExplanationOptions {
  /** With colours. */
  readonly pretty?: boolean;
  /** Columns; default 100. */
  readonly width?: number;
}

interface Style {
  dim(text: string): string;
  bold(text: string): string;
  active(text: string): string;
  cost(text: string): string;
}

const code = (start: number, end: number) => (text: string) => `\u001B[${start}m${text}\u001B[${end}m`;
const plain: Style = { dim: (t) => t, bold: (t) => t, active: (t) => t, cost: (t) => t };
const coloured: Style = { dim: code(90, 39), bold: code(1, 22), active: code(32, 39), cost: code(33, 39) };

const defaultWidth = 100;
/** Columns of the number of a line, its mark, and its bytes on the tape. */
const numberWidth = 5;
const tapeWidth = 11;

export function formatExplanation(explanation: Explanation, options: FormatExplanationOptions = {}): string {
  const style = options.pretty === true ? coloured : plain;
  const width = options.width ?? defaultWidth;
  const { exportName, name, mode, wrt, listings } = explanation;
  const out = [`${style.bold(exportName)}: ${contents[mode] ?? mode} of ${name} with respect to ${wrt.join(", ")}`, ""];
  for (const listing of listings) out.push(...listingLines(listing, listings[0] === listing, style, width), "");
  out.push(...summaryLines(explanation, style, width));
  for (const step of explanation.steps) {
    out.push("", style.bold(`── ${step.name} ${"─".repeat(Math.max(0, width - step.name.length - 4))}`));
    if (step.text === undefined) out.push(style.dim("(no change)"));
    else out.push(step.text.trimEnd());
  }
  return `${out.map((line) => line.trimEnd()).join("\n")}\n`;
}

const contents: Readonly<Record<string, string>> = {
  grad: "the gradient",
  value_and_grad: "the value and the gradient",
  vjp: "the value and the pullback",
  jvp: "the value and its derivative along tangents",
  hvp: "the gradient and the Hessian times a vector (the reversed derivative along it)",
};

/** What stands in the columns of the table of costs. */
const columnsOf = (mode: string): readonly string[] => {
  if (mode === "jvp") return ["primal", "values", "tangents"];
  const primal = mode === "hvp" ? "along vector" : "primal";
  return [primal, "forward sweep", mode === "vjp" ? "pullback" : "reverse sweep"];
};

function listingLines({ name, file, lines }: Listing, isEntry: boolean, style: Style, width: number): string[] {
  const gutter = numberWidth + 3 + tapeWidth;
  const title = isEntry ? file : `${file}, ${name}`;
  const head = `${"line".padStart(numberWidth)}   ${"tape bytes".padStart(tapeWidth)} │ ${title}`;
  return [
    style.dim(head),
    style.dim(`${"─".repeat(gutter + 1)}┼${"─".repeat(width - gutter - 2)}`),
    ...lines.flatMap((line) => sourceLine(line, style, width - gutter - 3)),
  ];
}

function sourceLine(line: SourceLine, style: Style, width: number): string[] {
  const mark = line.mark === "active" ? style.active("●") : line.mark === "inactive" ? style.dim("○") : " ";
  const bytes = line.tape.isZero ? "" : line.tape.toString();
  const tape = bytes.length <= tapeWidth ? bytes : "see below";
  const text = line.text.length <= width ? line.text : `${line.text.slice(0, width - 1)}…`;
  const indent = Math.min(/^\s*/.exec(line.text)?.[0].length ?? 0, 20);
  const blank = `${" ".repeat(numberWidth + 3 + tapeWidth)} ${style.dim("│")} `;
  const remarks = line.remarks.flatMap((remark) =>
    wrap(remark, width - indent - 4).map((part, i) => {
      const shown = remark.startsWith("stored:") ? style.cost(part) : style.dim(part);
      return `${blank}${" ".repeat(indent)}${style.dim(i === 0 ? "  · " : "    ")}${shown}`;
    }),
  );
  return [
    `${style.dim(String(line.number).padStart(numberWidth))} ${mark} ${style.cost(tape.padStart(tapeWidth))} ${style.dim("│")} ${text}`,
    ...remarks,
  ];
}

function summaryLines({ summary, mode }: Explanation, style: Style, width: number): string[] {
  const { tape, rows, legend, structures } = summary;
  const out = [style.bold("Summary")];
  const fact = (label: string, text: string): void => {
    wrap(text, width - 18).forEach((part, i) => out.push(`  ${(i === 0 ? label : "").padEnd(15)} ${part}`));
  };
  fact(
    "tape",
    tape.isZero
      ? mode === "jvp"
        ? "none: tangents are computed beside the values"
        : "none: everything the reverse sweep needs is in variables or computed again"
      : `${tape.shown(width - 24)} bytes`,
  );
  fact("also made", structures.length === 0 ? "no arrays or objects besides the result" : structures.join("; "));
  const shown = rows.filter((r) => [r.primal, r.forward, r.reverse].some((f) => !f.isZero));
  const columns = columnsOf(mode);
  const cells = (row: Row): string[] => [row.primal, row.forward, row.reverse].map((f) => f.shown(width - 33));
  const widths = columns.map((c, k) => Math.max(c.length, ...shown.map((r) => cells(r)[k]?.length ?? 0)));
  const tableLine = (label: string, texts: readonly string[]): string =>
    `  ${label.padEnd(15)} ${texts.map((t, k) => t.padStart(widths[k] ?? 0)).join("   ")}`;
  if (18 + widths.reduce((sum, w) => sum + w + 3, 0) <= width) {
    out.push(style.dim(tableLine("operations", columns)));
    for (const row of shown) out.push(tableLine(`  ${rowNames[row.what]}`, cells(row)));
  } else {
    out.push(style.dim("  operations"));
    for (const row of shown) {
      const texts = cells(row).flatMap((text, k) => (text === "0" ? [] : [`${`${columns[k]}:`.padEnd(15)}${text}`]));
      texts.forEach((text, k) => fact(k === 0 ? `  ${rowNames[row.what]}` : "", text));
    }
  }
  for (const { name, meaning } of legend) fact(name, meaning);
  return out;
}

const rowNames: Readonly<Record<Row["what"], string>> = {
  arithmetic: "+ - * /",
  functions: "Math.*, **",
  memory: "loads, stores",
  tape: "tape slots",
};

/** Text in lines of at most `width` columns, broken at spaces. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
