// `smolrouter check`: is the configuration valid, and if not, what are all its problems?
import { loadConfiguration } from "../../adapters/config/load.ts";
import { problemLine } from "../../adapters/config/problem-line.ts";
import type { CheckCommand } from "./args.ts";
import { countsText } from "./counts.ts";
import type { CommandIo } from "./io.ts";

/** @returns the exit code: 1 where there is any problem */
export function runCheck({ file }: CheckCommand, io: CommandIo): number {
  const loaded = loadConfiguration(io.env, { terminal: io.terminal, config: file });
  if ("problems" in loaded) {
    for (const problem of loaded.problems) io.print(problemLine(problem));
    return 1;
  }
  io.print(`ok: ${countsText(loaded.routing)}`);
  return 0;
}
