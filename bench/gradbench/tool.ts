/** The tool's side of GradBench's protocol: a message in, an answer out. */
import { type Eval, evals, type Task } from "./evals.js";

interface Message {
  readonly id: number;
  readonly kind: string;
  readonly module?: string;
  readonly function?: string;
  readonly input?: unknown;
}

interface Timing {
  readonly name: string;
  /** A whole number. */
  readonly nanoseconds: number;
}

export interface Answer {
  readonly id: number;
  readonly tool?: string;
  readonly success?: boolean;
  readonly output?: unknown;
  readonly timings?: readonly Timing[];
  readonly error?: string;
}

/** A tool with a state: which evals have been defined. */
export function createTool(): (message: Message) => Promise<Answer> {
  const defined = new Map<string, Eval>();

  const define = async ({ id, module = "" }: Message): Promise<Answer> => {
    const loadEval = evals.get(module);
    if (loadEval === undefined) return { id, success: false, error: `there is no ${module}` };
    defined.set(module, await loadEval());
    return { id, success: true };
  };

  const evaluate = ({ id, module = "", function: name = "", input }: Message): Answer => {
    const prepareInput = defined.get(module)?.[name];
    if (prepareInput === undefined) return { id, success: false, error: `there is no function ${name} of ${module}` };
    const start = process.hrtime.bigint();
    const task = prepareInput(input as never);
    const prepared = { name: "prepare", nanoseconds: Number(process.hrtime.bigint() - start) };
    const timings = timed(task, limitsOf(input));
    return { id, success: true, output: task.output(), timings: [prepared, ...timings] };
  };

  return async (message) => {
    const { id, kind } = message;
    try {
      switch (kind) {
        case "start":
          return { id, tool: "adc" };
        case "define":
          return await define(message);
        case "evaluate":
          return evaluate(message);
        default:
          return { id };
      }
    } catch (error) {
      return { id, success: false, error: String(error) };
    }
  };
}

interface Limits {
  readonly min_runs?: number;
  readonly min_seconds?: number;
}

function limitsOf(input: unknown): Limits {
  return typeof input === "object" && input !== null ? input : {};
}

/** Runs a task often and long enough; one timing for each run. */
function timed(task: Task, { min_runs = 1, min_seconds = 0 }: Limits): Timing[] {
  const timings: Timing[] = [];
  let total = 0;
  while (timings.length < min_runs || total < min_seconds * 1e9) {
    const start = process.hrtime.bigint();
    task.run();
    const nanoseconds = Number(process.hrtime.bigint() - start);
    total += nanoseconds;
    timings.push({ name: "evaluate", nanoseconds });
  }
  return timings;
}
