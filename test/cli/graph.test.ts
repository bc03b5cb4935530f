/** `adc graph`: the graph as text, values and adjoints on it against derivatives by hand, the picture. */
import { describe, expect, test } from "vitest";
import type { FunctionGraph, GraphNode } from "../../compiler/src/index.js";
import { openMemory } from "../../compiler/src/frontend/index.js";
import { graphFound } from "../../compiler/src/graph/graph.js";
import { adc, makeFolder, tsconfig } from "./support.js";

const model = `/** @differentiable */
export function textbook(x1: number, x2: number): number {
  return Math.log(x1) + x1 * x2 - Math.sin(x2);
}
/** @differentiable wrt=w,b */
export function loss(w: number, b: number, xs: Float64Array, ys: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < xs.length; i++) {
    const r = w * xs[i]! + b - ys[i]!;
    sum += r * r;
  }
  return sum / xs.length;
}
/** @differentiable */
export function huber(x: number, delta: number): number {
  const a = Math.abs(x);
  if (a <= delta) return 0.5 * x * x;
  return delta * (a - 0.5 * delta);
}
/** @differentiable */
export function energy(p: { readonly mass: number; readonly v: number }, k: number): number {
  const kinetic = 0.5 * p.mass * p.v ** 2;
  return kinetic + k * Math.max(p.v, 0);
}
/** @differentiable */
export function unit(v: Float64Array): Float64Array {
  const out = new Float64Array(v.length);
  let s = 0;
  for (let i = 0; i < v.length; i++) s += v[i]! ** 2;
  for (let i = 0; i < v.length; i++) out[i] = v[i]! / Math.sqrt(s);
  return out;
}
/** @differentiable */
export function power(x: number, n: number): number {
  return n <= 0 ? 1 : x * power(x, n - 1);
}
/** @differentiable */
export function noted(x: number): number {
  console.log(x);
  return x * x;
}
/** @differentiable */
export function positive(x: number): number {
  if (x < 0) throw new RangeError("negative");
  return Math.sqrt(x);
}
`;

const folder = () => makeFolder({ "tsconfig.json": tsconfig, "src/model.ts": model });

const { lowered } = openMemory({ "/model.ts": model }).lower("/model.ts");

function draw(name: string, at?: readonly unknown[]): FunctionGraph {
  const annotated = lowered?.annotated.find((a) => a.exportName === name);
  if (lowered === undefined || annotated === undefined) throw new Error(`no ${name}`);
  const found = graphFound({ lowered, annotated }, { target: name, cwd: "/", ...(at === undefined ? {} : { at }) });
  if (found.status !== "drawn") throw new Error(found.diagnostics.map((d) => d.message).join("\n"));
  return found;
}

/** Value and adjoint of the nodes with a label. */
const at = ({ graph }: FunctionGraph, label: string): readonly (string | undefined)[][] =>
  graph.nodes.filter((n) => n.label === label).map((n: GraphNode) => [n.value, n.adjoint]);

describe("the computational graph", () => {
  test("has values and adjoints as in the textbook", () => {
    const graph = draw("textbook", [2, 5]);
    expect(at(graph, "x1")).toEqual([["2", "5.5"]]);
    expect(at(graph, "x2")).toEqual([["5", "1.716"]]);
    expect(at(graph, "log")).toEqual([["0.6931", "1"]]);
    expect(at(graph, "×")).toEqual([["10", "1"]]);
    expect(at(graph, "sin")).toEqual([["−0.9589", "−1"]]);
    expect(at(graph, "−")).toEqual([["11.65", "1"]]);
    expect(at(graph, "textbook")).toEqual([["11.65", "1"]]);
  });

  test("of a loop is drawn once, with the way back", () => {
    const graph = draw("loss", [0.5, 1, [1, 2, 3], [2, 2.5, 4]]);
    expect(graph.graph.groups.map((g) => g.label)).toEqual(["for i = 0 … xs.length − 1, 3 times"]);
    expect(graph.graph.edges.filter((e) => e.isBack)).toHaveLength(1);
    // Residuals −0.5, −0.5, −1.5: dw = 2/3 (−0.5 − 1 − 4.5), db = 2/3 (−2.5).
    expect(at(graph, "w")).toEqual([["0.5", "−4"]]);
    expect(at(graph, "b")).toEqual([["1", "−1.667"]]);
    expect(at(graph, "xs")).toEqual([["[1, 2, 3]", undefined]]);
    // What is in the loop stands for many values.
    expect(at(graph, "xs[i]")).toEqual([[undefined, undefined]]);
  });

  test("shows which branch runs", () => {
    const graph = draw("huber", [3, 1]);
    expect(at(graph, "x")).toEqual([["3", "1"]]);
    expect(at(graph, "delta")).toEqual([["1", "2"]]);
    expect(graph.graph.groups.map((g) => [g.label, g.isIdle ?? false])).toEqual([
      ["if a ≤ delta", true],
      ["else", false],
    ]);
  });

  test("of objects", () => {
    const graph = draw("energy", [{ mass: 2, v: 3 }, 4]);
    expect(at(graph, "p")).toEqual([["{mass 2, v 3}", "{mass 4.5, v 10}"]]);
    expect(at(graph, "k")).toEqual([["4", "3"]]);
  });

  test("of a function that returns an array has adjoints for a seed of ones", () => {
    const graph = draw("unit", [[3, 4]]);
    expect(at(graph, "v")).toEqual([["[3, 4]", "[0.032, −0.024]"]]);
    expect(graph.graph.caption).toContain("(for a seed of ones)");
  });

  test("of a recursive function has the call as a node", () => {
    const graph = draw("power", [2, 3]);
    expect(at(graph, "x")).toEqual([["2", "12"]]);
    expect(graph.graph.nodes.filter((n) => n.kind === "call").map((n) => n.label)).toEqual(["power"]);
  });

  test("is the same text every time", async () => {
    const [first, second] = [draw("loss"), draw("loss")];
    expect(second.dot).toBe(first.dot);
    expect(await second.svg()).toBe(await first.svg());
  });
});

describe("adc graph", () => {
  test("prints DOT", async () => {
    const { status, out, error } = await adc(folder(), "graph src/model.ts#textbook");
    expect({ status, error }).toEqual({ status: 0, error: "" });
    expect(out).toMatchInlineSnapshot(`
      "digraph "textbook" {
        rankdir = LR
        label = "textbook(x1, x2)"
        fontname = "Times"
        node [fontname = "Times", fontsize = 14]
        edge [fontname = "Times", fontsize = 11, arrowsize = 0.7]
        n0 [shape = box, label = "x1", style = rounded]
        n1 [shape = box, label = "x2", style = rounded]
        n2 [shape = circle, label = "log", tooltip = "log(x1)"]
        n3 [shape = circle, label = "×", tooltip = "x1 * x2"]
        n4 [shape = circle, label = "+", tooltip = "log(x1) + x1 * x2"]
        n5 [shape = circle, label = "sin", tooltip = "sin(x2)"]
        n6 [shape = circle, label = "−", tooltip = "log(x1) + x1 * x2 - sin(x2)"]
        n7 [shape = box, label = "textbook", peripheries = 2]
        n0 -> n2
        n0 -> n3
        n1 -> n3
        n2 -> n4
        n3 -> n4
        n1 -> n5
        n4 -> n6
        n5 -> n6 [label = "−"]
        n6 -> n7
      }
      "
    `);
  });

  test("writes DOT and SVG", async () => {
    const project = folder();
    const dot = await adc(project, "graph src/model.ts#textbook -o textbook.dot");
    expect(dot).toEqual({ status: 0, out: "adc: textbook.dot written\n", error: "" });
    expect(project.read("textbook.dot")).toMatch(/^digraph "textbook" \{/);
    const svg = await adc(project, "graph src/model.ts#textbook --at 2,5 --output pictures/textbook.svg");
    expect(svg).toEqual({ status: 0, out: "adc: pictures/textbook.svg written\n", error: "" });
    const picture = project.read("pictures/textbook.svg");
    expect(picture).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="\d+" height="\d+"/);
    for (const text of ["5.5", "1.716", "0.6931", "textbook(x1, x2) at x1 = 2, x2 = 5: values above, adjoints below"])
      expect(picture).toContain(`>${text}</text>`);
    expect(picture.match(/<path class="edge/g)).toHaveLength(9);
  });

  test("negative numbers and structures are read", async () => {
    const { status, out } = await adc(folder(), "graph src/model.ts#loss --at -0.5,1,[1,2],[2,3]");
    expect(status).toBe(0);
    expect(out).toContain("w = −0.5, b = 1, xs = [1, 2], ys = [2, 3]");
  });

  test.each([
    ["none", "ADC9007"],
    [
      "textbook --at 2",
      "ADC9009: `textbook` cannot be run at these arguments: it takes 2 arguments (x1, x2), and 1 is given.",
    ],
    ["textbook --at 2,[3]", "x2 is a number"],
    ["energy --at 2,3", "p is an object"],
    ["loss --at 1,2,3,4", "xs is an array"],
    ["noted --at 1", "which adc does not look into"],
    ["positive --at -1", "it throws there"],
    ["textbook --at two", "'--at' needs the arguments, separated by commas, as in '--at 2,[1,0.5]'"],
    ["textbook -o picture.png", "'--output' needs a name that ends in .svg or .dot"],
  ])("%s is wrong", async (args, message) => {
    const run = await adc(folder(), `graph src/model.ts#${args}`);
    expect(run.error).toContain(message);
    expect({ status: run.status, out: run.out }).toEqual({ status: 2, out: "" });
  });

  test("a file that cannot be written", async () => {
    const project = folder();
    project.write("taken", "a file");
    const run = await adc(project, "graph src/model.ts#textbook -o taken/graph.dot");
    expect(run.status).toBe(2);
    expect(run.error).toContain("adc: cannot write taken/graph.dot");
  });
});
