/** adc as a tool of GradBench: reads a JSON message a line, answers with one a line. */
import { createInterface } from "node:readline";
import { prepare } from "../prepare.js";
import { createTool } from "./tool.js";

await prepare();
const answerTo = createTool();
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === "") continue;
  const answer = await answerTo(JSON.parse(line) as Parameters<typeof answerTo>[0]);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
