// `smolrouter explain`: where would a request go, and why? Calls no server.
import { loadConfiguration } from "../../adapters/config/load.ts";
import { problemLine } from "../../adapters/config/problem-line.ts";
import { emptyDiscovery } from "../../domain/routing/discovery.ts";
import { planRoute } from "../../domain/routing/plan.ts";
import type { ExplainCommand } from "./args.ts";
import type { CommandIo } from "./io.ts";

/** @returns the exit code: 1 where the configuration has problems, which are printed as `check` does */
export function runExplain({ model, source, path, config }: ExplainCommand, io: CommandIo): number {
  const loaded = loadConfiguration(io.env, { terminal: io.terminal, config });
  if ("problems" in loaded) {
    for (const problem of loaded.problems) io.print(problemLine(problem));
    return 1;
  }
  const { routing } = loaded;
  const question = { model, sourceIp: source, path, user: null, headers: [] };
  const plan = planRoute(question, routing, emptyDiscovery);
  io.print(`${model} from ${source} to ${path}`);
  io.print(`decided by ${plan.route}:`);
  for (const step of plan.because) io.print(`  - ${step}`);
  io.print("tried in this order:");
  for (const [index, target] of plan.targets.entries())
    io.print(
      `  ${index + 1}. ${target.server.name} (${target.server.baseUrl}), model ${target.model ?? ""}`,
    );
  // What servers list is known to a running router only.
  if (plan.route.endsWith("default") && routing.servers.size > 0)
    io.print(
      "A running router would prefer configured servers known to list the model, unless the default upstream lists it too.",
    );
  return 0;
}
