// `smolrouter explain`: where would a request go, and why? Calls no server.
import { loadConfiguration } from "../../adapters/config/load.ts";
import { plainPath } from "../../domain/plain-path.ts";
import { emptyDiscovery } from "../../domain/routing/discovery.ts";
import { planRoute } from "../../domain/routing/plan.ts";
import type { ExplainCommand } from "./args.ts";
import type { CommandIo } from "./io.ts";
import { createPaint } from "./paint.ts";
import { printProblems } from "./print-problems.ts";

/** @returns the exit code: 1 where the configuration has problems, which are printed as `check` does */
export function runExplain(command: ExplainCommand, io: CommandIo): number {
  const { model, source, path, user, headers, config, json } = command;
  const loaded = loadConfiguration(io.env, { terminal: io.terminal, config });
  if ("problems" in loaded) {
    if (json) io.print(JSON.stringify({ problems: loaded.problems }));
    else printProblems(loaded.problems, io);
    return 1;
  }
  const { routing } = loaded;
  const question = { model, sourceIp: source, path: plainPath(path), user, headers };
  const plan = planRoute(question, routing, emptyDiscovery);
  // What servers list is known to a running router only.
  const open = plan.route.endsWith("default") && routing.servers.size > 0;
  if (json) {
    io.print(
      JSON.stringify({
        model,
        source,
        path,
        route: plan.route,
        because: plan.because,
        targets: plan.targets.map(({ server, model: sent }) => ({
          upstream: server.name,
          url: server.baseUrl,
          model: sent,
        })),
        depends_on_discovery: open,
      }),
    );
    return 0;
  }
  const paint = createPaint(io.colour);
  io.print(`${paint.strong(model)} from ${source} to ${path}`);
  io.print(`decided by ${paint.strong(plan.route)}:`);
  for (const step of plan.because) io.print(`  - ${step}`);
  io.print("tried in this order:");
  for (const [index, target] of plan.targets.entries())
    io.print(
      `  ${index + 1}. ${paint.strong(target.server.name)} (${target.server.baseUrl}), model ${target.model ?? ""}`,
    );
  if (open)
    io.print(
      "A running router would prefer configured servers known to list the model, unless the default upstream lists it too.",
    );
  return 0;
}
