// What is wrong with a configuration, a line each, on stdout: for `check` and its like it is the result.
import { type ConfigurationProblem, problemLine } from "../../adapters/config/problem-line.ts";
import type { CommandIo } from "./io.ts";
import { createPaint } from "./paint.ts";

export function printProblems(problems: readonly ConfigurationProblem[], io: CommandIo): void {
  const paint = createPaint(io.colour);
  for (const problem of problems) {
    const line = problemLine(problem);
    // What is wrong stands out from where it stands.
    io.print(line.slice(0, -problem.message.length) + paint.bad(problem.message));
  }
}
