/** Lists and trees of linked objects: built, walked, changed in place and made anew, by loops and by recursion. */
import type { Context, Outcome, Plug, Whole } from "./context.js";
import { number, shrink, store } from "./expressions.js";
import { indexText } from "./places.js";
import { build } from "./values.js";
import { num, numbers, type Shape } from "./shapes.js";
import { statements } from "./statements.js";

type Node = Extract<Shape, { kind: "node" }>;

export const linked: Plug = {
  module: (whole) => {
    const { random } = whole;
    const texts: string[] = [];
    if (random.chance(0.7)) texts.push(...listModule(whole));
    if (texts.length === 0 || random.chance(0.4)) texts.push(...treeModule(whole));
    return texts;
  },
  shapes: ({ structures }) => structures.flatMap((shape) => (shape.kind === "node" ? [[2, shape] as const] : [])),
  statements: [
    [2, walk],
    [1.5, change],
    [1, buildByLoop],
    [0.8, descendTree],
  ],
};

const node = (whole: Whole, links: readonly string[]): Node => {
  const name = `${links.length === 1 ? "Cell" : "Tree"}${++whole.nextName}`;
  return { kind: "node", name, links, absent: whole.random.pick(["undefined", "null"]) };
};

/** `next: Cell | null`, or `next?: Cell`. */
const declared = ({ name, links, absent }: Node): string =>
  `interface ${name} { value: number; ${links.map((link) => (absent === "null" ? `${link}: ${name} | null` : `${link}?: ${name}`)).join("; ")} }`;

function helper(whole: Whole, name: string, params: readonly Shape[], returns: Shape, writes: boolean): void {
  const named = params.map((shape, i) => ({ name: `p${i}`, shape }));
  whole.helpers.push({ name, params: named, returns, recursive: false, cost: 25, writes });
}

function listModule(whole: Whole): readonly string[] {
  const { random } = whole;
  const shape = node(whole, ["next"]);
  whole.structures.push(shape);
  const { name, absent } = shape;
  const end = `${name} | ${absent}`;
  const k = String(random.integer(2, 12) / 10);
  const made = (value: string, next: string): string =>
    absent === "null"
      ? `return { value: ${value}, next: ${next} };`
      : `const rest = ${next};\n  return rest === undefined ? { value: ${value} } : { value: ${value}, next: rest };`;
  const id = ++whole.nextName;
  const choices: (() => string)[] = [
    () => {
      helper(whole, `sum${id}`, [shape], num, false);
      return `function sum${id}(cell: ${end}): number {\n  return cell === ${absent} ? ${k} : Math.sin(cell.value) + 0.5 * sum${id}(cell.next${absent === "undefined" ? "" : ""});\n}`;
    },
    () => {
      helper(whole, `total${id}`, [shape], num, false);
      return `function total${id}(head: ${name}): number {\n  let s = ${k};\n  let at: ${end} = head;\n  while (at) {\n    s = Math.tanh(s + at.value * ${k});\n    at = at.next;\n  }\n  return s;\n}`;
    },
    () => {
      helper(whole, `mapped${id}`, [shape, num], shape, false);
      return `function mapped${id}(cell: ${name}, by: number): ${name} {\n  ${made(`Math.sin(cell.value * by) + ${k}`, `cell.next ? mapped${id}(cell.next, by * ${k}) : ${absent}`)}\n}`;
    },
    () => {
      helper(whole, `scale${id}`, [shape, num], { kind: "void" }, true);
      return `function scale${id}(head: ${name}, by: number): void {\n  for (let at: ${end} = head; at !== ${absent}; at = at.next) at.value = Math.sin(at.value * by) + ${k};\n}`;
    },
    () => {
      helper(whole, `list${id}`, [numbers], shape, false);
      const link =
        absent === "null"
          ? `head = { value: xs[i]! * ${k}, next: head };`
          : `head = { value: xs[i]! * ${k}, next: head };`;
      return `function list${id}(xs: number[]): ${name} {\n  let head: ${name} = { value: xs[0]!${absent === "null" ? ", next: null" : ""} };\n  for (let i = 1; i < xs.length; i++) ${link}\n  return head;\n}`;
    },
    () => {
      helper(whole, `reversed${id}`, [shape], shape, true);
      const take =
        absent === "null" ? "at.next = before;" : "if (before === undefined) delete at.next; else at.next = before;";
      return `function reversed${id}(head: ${name}): ${name} {\n  let before: ${end} = ${absent};\n  let last = head;\n  for (let at: ${end} = head; at; ) {\n    const after: ${end} = at.next;\n    ${take}\n    before = at;\n    last = at;\n    at = after;\n  }\n  return last;\n}`;
    },
  ];
  return [
    declared(shape),
    ...random
      .shuffle(choices)
      .slice(0, random.integer(1, 4))
      .map((write) => write()),
  ];
}

function treeModule(whole: Whole): readonly string[] {
  const { random } = whole;
  const shape = node(whole, ["left", "right"]);
  whole.structures.push(shape);
  const { name, absent } = shape;
  const end = `${name} | ${absent}`;
  const k = String(random.integer(2, 12) / 10);
  const id = ++whole.nextName;
  const empty = absent === "null" ? ", left: null, right: null" : "";
  const choices: (() => string)[] = [
    () => {
      helper(whole, `depthSum${id}`, [shape], num, false);
      return `function depthSum${id}(at: ${end}): number {\n  if (!at) return ${k};\n  return Math.tanh(at.value) + 0.4 * depthSum${id}(at.left) - 0.3 * depthSum${id}(at.right);\n}`;
    },
    () => {
      helper(whole, `grow${id}`, [num], shape, false);
      return `function grow${id}(x: number, depth = 2): ${name} {\n  if (depth <= 0) return { value: x${empty} };\n  return { value: Math.sin(x), left: grow${id}(x * ${k}, depth - 1), right: grow${id}(x + 0.2, depth - 2) };\n}`;
    },
    () => {
      helper(whole, `insert${id}`, [shape, num], { kind: "void" }, true);
      return `function insert${id}(at: ${name}, value: number): void {\n  if (value < at.value) {\n    if (at.left) insert${id}(at.left, value); else at.left = { value${empty} };\n  } else if (at.right) insert${id}(at.right, value);\n  else at.right = { value${empty} };\n}`;
    },
    () => {
      helper(whole, `decay${id}`, [shape, num], { kind: "void" }, true);
      return `function decay${id}(at: ${name}, by: number): void {\n  at.value = ${k} * Math.sin(at.value + by);\n  if (at.left) decay${id}(at.left, at.value);\n  if (at.right) decay${id}(at.right, by * 0.5);\n}`;
    },
  ];
  return [
    declared(shape),
    ...random
      .shuffle(choices)
      .slice(0, random.integer(1, 3))
      .map((write) => write()),
  ];
}

/** A loop along the links, with any statements inside. */
function walk(context: Context): Outcome | "nothing" {
  const { random } = context;
  const heads = context.ofKind("node");
  if (heads.length === 0 || context.trips > 40) return "nothing";
  const head = random.pick(heads);
  const { name, absent, links } = head.shape;
  const at = context.fresh("at");
  const cell = context.fresh("cell");
  const end = `${name} | ${absent}`;
  const link = random.pick(links);
  const test = random.pick([`${at} !== ${absent}`, at]);
  const place = context.lines.length;
  context.loop(`for (let ${at}: ${end} = ${head.name}; ${test}; ${at} = ${at}.${link}) {`, 3, () => {
    context.line(`const ${cell}: ${name} = ${at};`);
    context.declare(cell, head.shape, { root: head.root, local: false, writable: head.writable });
    context.favourites.add(cell);
    statements(context, random.integer(1, 3));
    if (random.chance(0.4)) {
      context.writesParameters = true;
      context.line(`${cell}.value = ${shrink(context, number(context, 1)).text} + 0.5 * ${cell}.value;`);
    }
  });
  // What is hung on where the walk has yet to come could make it endless.
  const mayHangOn = /\.(?:next|left|right) = |\w\(/;
  if (context.lines.slice(place + 1).some((line) => mayHangOn.test(line.replaceAll(/Math\.\w+/g, "")))) {
    const count = context.fresh("count");
    context.lines[place] = context.lines[place]!.replace(` = ${head.name}; ${test}; `, (head) =>
      head.replaceAll("; ", "\0").replace("\0", `, ${count} = 0; `).replace("\0", ` && ${count} < 6; ${count}++, `),
    );
  }
  return undefined;
}

/** Nodes put in front, taken away, replaced; never into a ring. */
function change(context: Context): Outcome | "nothing" {
  const { random } = context;
  const heads = context.ofKind("node").filter(({ writable }) => writable);
  if (heads.length === 0) return "nothing";
  const { name, shape, root } = random.pick(heads);
  const link = random.pick(shape.links);
  if (random.chance(0.4)) {
    const longer = context.fresh("head");
    const others =
      shape.absent === "null" ? shape.links.filter((other) => other !== link).map((other) => `, ${other}: null`) : [];
    context.line(
      `const ${longer}: ${shape.name} = { value: ${build(context, num, 2)}, ${link}: ${name}${others.join("")} };`,
    );
    context.declare(longer, shape, { root, local: false });
    return undefined;
  }
  context.writesParameters = true;
  if (random.chance(0.5)) context.line(`${name}.${link} = ${build(context, shape, 1)};`);
  else {
    const inside = context.fresh("next");
    context.line(`const ${inside} = ${name}.${link};`);
    context.line(`if (${inside}) {`);
    context.block(() => {
      context.declare(inside, shape, { root, local: false, narrowed: true });
      statements(context, 1);
      context.line(`${inside}.value += ${shrink(context, number(context, 1)).text};`);
    });
    context.line("}");
  }
  return undefined;
}

function buildByLoop(context: Context): Outcome | "nothing" {
  const { random } = context;
  const shapes = context.whole.structures.filter(
    (shape): shape is Node => shape.kind === "node" && shape.links.length === 1,
  );
  const [shape] = shapes;
  if (shape === undefined || context.trips > 30) return "nothing";
  const name = context.fresh("list");
  const i = context.fresh("i");
  const nothing = shape.absent === "null" ? ", next: null" : "";
  context.line(`let ${name}: ${shape.name} = { value: ${build(context, num, 1)}${nothing} };`);
  context.loop(`for (let ${i} = 0; ${i} < ${random.chance(0.5) ? context.lengthText() : 3}; ${i}++) {`, 3, () => {
    context.declare(i, { kind: "int", range: "loose" });
    context.declare(name, shape);
    if (random.chance(0.3)) statements(context, 1);
    context.line(`${name} = { value: ${store(context, number(context, 2))}, next: ${name} };`);
  });
  context.declare(name, shape);
  return undefined;
}

/** Down a tree, to the left or the right by what is there. */
function descendTree(context: Context): Outcome | "nothing" {
  const { random } = context;
  const trees = context.ofKind("node").filter(({ shape }) => shape.links.length === 2);
  if (trees.length === 0 || context.trips > 40) return "nothing";
  const { name, shape } = random.pick(trees);
  const [at, sum] = [context.fresh("at"), context.fresh("sum")];
  context.line(`let ${sum} = ${store(context, number(context, 1))};`);
  context.line(`let ${at}: ${shape.name} | ${shape.absent} = ${name};`);
  context.line(`while (${at}) {`);
  context.line(`  ${sum} = Math.sin(${sum}) + 0.7 * ${at}.value;`);
  context.line(
    `  ${at} = ${random.pick([`${sum} < ${at}.value`, `${at}.value > 0.1`, `(${indexText(context)}) % 2 === 0`])} ? ${at}.left : ${at}.right;`,
  );
  context.line("}");
  context.declare(sum, num, { assignable: true });
  return undefined;
}
