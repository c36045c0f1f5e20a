// Everything that can be wrong with a configuration, and how it is printed: one problem, one line.
import { visibleText } from "../../domain/bytes/visible-text.ts";
import type { ConfigProblem } from "../../domain/config/config-node.ts";

export interface EnvironmentProblem {
  /** A variable, or the flag (`--port`) that stands for it. */
  readonly variable: string;
  /** What was given, fit for one line; `[hidden]` where it is a secret. */
  readonly shown: string;
  readonly message: string;
}

/** A file that could not be read at all. */
export interface FileProblem {
  readonly file: string;
  readonly message: string;
}

export type ConfigurationProblem = EnvironmentProblem | FileProblem | ConfigProblem;

/** `environment: VAR=value: message`, or `file:line:column: message` as compilers print it. */
export function problemLine(problem: ConfigurationProblem): string {
  if ("variable" in problem) {
    const where = problem.variable.startsWith("--") ? "command line" : "environment";
    return `${where}: ${problem.variable}=${problem.shown}: ${problem.message}`;
  }
  if ("line" in problem)
    return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
  return `${problem.file}: ${problem.message}`;
}

/** A value for one line of output: control characters escaped, long ones cut in the middle, for slips are mostly at the ends. */
export function oneLine(value: string): string {
  const escaped = visibleText(value);
  return escaped.length > 100 ? `${escaped.slice(0, 60)}…${escaped.slice(-40)}` : escaped;
}
