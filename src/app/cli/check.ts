// `smolrouter check`: is the configuration valid, do the stores that it names take what they are for,
// and if not, what are all the problems?
import { type Configuration, loadConfiguration } from "../../adapters/config/load.ts";
import { warningLine } from "../../adapters/config/unread-variables.ts";
import type { CheckCommand } from "./command.ts";
import { countsText } from "./counts.ts";
import type { CommandIo } from "./io.ts";
import { createPaint } from "./paint.ts";
import { printProblems } from "./print-problems.ts";
import { tryStores } from "./try-stores.ts";

/** @returns the exit code: 1 where there is any problem */
export async function runCheck({ file, json }: CheckCommand, io: CommandIo): Promise<number> {
  const loaded = loadConfiguration(io.env, { terminal: io.terminal, config: file });
  const { problems, found } =
    "problems" in loaded
      ? { problems: loaded.problems, found: [] }
      : await tryStores(loaded.settings);
  if ("problems" in loaded || problems.length > 0) {
    if (json) io.print(JSON.stringify({ valid: false, problems, ...inJson(loaded) }));
    else {
      printProblems(problems, io);
      printWarnings(loaded.warnings, io);
    }
    return 1;
  }
  const { servers, aliases, rules, monthlyBudget, defaultServer } = loaded.routing;
  if (json)
    io.print(
      JSON.stringify({
        valid: true,
        problems: [],
        servers: servers.size,
        aliases: aliases.size,
        routes: rules.length,
        ...(monthlyBudget === null ? {} : { monthly_budget: monthlyBudget }),
        ...inJson(loaded),
      }),
    );
  else {
    printWarnings(loaded.warnings, io);
    const ok = createPaint(io.colour).good("ok");
    for (const line of found) io.print(`${ok}: ${line}`);
    io.print(`${ok}: ${countsText(loaded.routing)}`);
    if (servers.size + aliases.size + rules.length === 0)
      io.print(`${ok}: all calls go to the default upstream, ${defaultServer.baseUrl}`);
    if (monthlyBudget !== null) io.print(`${ok}: a budget of $${monthlyBudget} a month`);
  }
  return 0;
}

function inJson({ warnings }: Pick<Configuration, "warnings">): object {
  return warnings.length === 0 ? {} : { warnings };
}

function printWarnings(warnings: Configuration["warnings"], io: CommandIo): void {
  for (const warning of warnings)
    io.print(`${createPaint(io.colour).strong("warning")}: ${warningLine(warning)}`);
}
