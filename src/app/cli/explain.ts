// `smolrouter explain`: where would a request go, and why? Calls no model server; asks the router that runs here what it knows.
import { loadConfiguration } from "../../adapters/config/load.ts";
import { discoveryFrom, serversOf } from "../../domain/routing/model-list.ts";
import { planRoute, type RoutePlan } from "../../domain/routing/plan.ts";
import { type RankedTarget, candidateOrder } from "../../domain/routing/candidate-order.ts";
import { reportedNow } from "../../domain/routing/reported-now.ts";
import { plainPath } from "../../domain/http/plain-path.ts";
import { endpointOf } from "../../domain/protocols/endpoint-of.ts";
import { shownTo, usualWayTo } from "../../domain/protocols/choose-way.ts";
import { type Way, wayInWords, wayWord } from "../../domain/call/way.ts";
import { paramsInWords } from "../../domain/routing/params.ts";
import type { Balance, Policy, Routing, Server } from "../../domain/routing/types.ts";
import type { UpstreamState } from "../../ports/browse.ts";
import type { ExplainCommand } from "./command.ts";
import type { CommandIo } from "./io.ts";
import { createPaint } from "./paint.ts";
import { printProblems } from "./print-problems.ts";
import { type AskRouter, askRunningRouter, type RouterSays } from "./running-router.ts";

/** @returns the exit code: 1 where the configuration has problems, which are printed as `check` does */
export async function runExplain(
  command: ExplainCommand,
  io: CommandIo,
  ask: AskRouter = askRunningRouter,
): Promise<number> {
  const { model, source, path, user, headers, config, json } = command;
  const loaded = loadConfiguration(io.env, { terminal: io.terminal, config });
  if ("problems" in loaded) {
    if (json) io.print(JSON.stringify({ problems: loaded.problems }));
    else printProblems(loaded.problems, io);
    return 1;
  }
  const { routing, settings } = loaded;
  const router = await ask(settings);
  const upstreams = router.kind === "knows" ? router.upstreams : [];
  const question = { model, sourceIp: source, path, user, headers };
  const plan = planRoute(question, routing, discoveryAt(routing, upstreams));
  const places = candidateOrder(plan.targets, plan.balance, reportedNow(upstreams));
  const explained = { command, routing, plan, places, router };
  if (json) io.print(JSON.stringify(inJson(explained)));
  else for (const line of inWords(explained, io)) io.print(line);
  return 0;
}

interface Explained {
  readonly command: ExplainCommand;
  readonly routing: Routing;
  readonly plan: RoutePlan;
  readonly places: readonly RankedTarget[];
  readonly router: RouterSays;
}

/** The lists that the running router has of the servers that are these. */
function discoveryAt(routing: Routing, upstreams: readonly UpstreamState[]) {
  const servers = serversOf(routing);
  const lists = new Map<string, readonly { readonly id: string }[]>();
  for (const { name, baseUrl } of servers) {
    const known = upstreams.find((one) => one.name === name && one.url === baseUrl);
    if (known === undefined || known.models_fetched_at === null) continue;
    lists.set(
      name,
      known.models.map((id) => ({ id })),
    );
  }
  return discoveryFrom(lists, servers);
}

/** Whether lists that are not known here could have decided otherwise. */
function dependsOnLists({ plan, routing, router }: Explained): boolean {
  return plan.route.endsWith("default") && routing.servers.size > 0 && router.kind !== "knows";
}

/** How a server would be asked, as far as it is known here. */
function wayOf({ command, router }: Explained, server: Server): Way {
  const upstreams = router.kind === "knows" ? router.upstreams : [];
  return usualWayTo(endpointOf("POST", plainPath(command.path)), server, shownTo(upstreams));
}

function inJson(explained: Explained): object {
  const { command, plan, places, router } = explained;
  return {
    model: command.model,
    source: command.source,
    path: command.path,
    route: plan.route,
    because: plan.because,
    targets: places.map(({ target: { server, model, policy }, coolingDown, full, reasons }) => ({
      upstream: server.name,
      url: server.baseUrl,
      model,
      protocol: wayWord(wayOf(explained, server)),
      protocol_reason: wayOf(explained, server).because,
      reasons,
      race_after: inSeconds(policy.raceAfterMs),
      require: policy.require,
      params: paramsInWords(policy.params),
      ...(router.kind === "knows" ? { rests: coolingDown, full } : {}),
    })),
    depends_on_discovery: dependsOnLists(explained),
    router: router.kind === "knows" ? router.url : null,
  };
}

function inWords(explained: Explained, io: CommandIo): readonly string[] {
  const { command, plan, places, router } = explained;
  const paint = createPaint(io.colour);
  const lines = [
    `${paint.strong(command.model)} from ${command.source} to ${command.path}`,
    `decided by ${paint.strong(plan.route)}:`,
    ...plan.because.map((step) => `  - ${step}`),
    "tried in this order:",
    ...places.map(({ target, coolingDown, full, reasons }, index) => {
      const { server, model } = target;
      const why = reasons.join("; ");
      const isPlain = !coolingDown && !full;
      const said = isPlain ? (places.length === 1 ? "" : `; ${why}`) : `; ${paint.bad(why)}`;
      const way = wayInWords(wayOf(explained, server), server.type);
      const raceAfter = inSeconds(target.policy.raceAfterMs);
      const isRaced = raceAfter !== null && index + 1 < places.length;
      const next = isRaced ? `; after ${raceAfter} s without content the next as well` : "";
      const has = policyInWords(target.policy).map((words) => `; ${words}`);
      return `  ${index + 1}. ${paint.strong(server.name)} (${server.baseUrl}), model ${model ?? ""}, ${way}${said}${next}${has.join("")}`;
    }),
  ];
  if (router.kind === "knows")
    return [...lines, paint.faint(`with the server states of the router at ${router.url}`)];
  const lists = dependsOnLists(explained)
    ? ", or which list the model (those come before the default upstream, unless it lists the model too)"
    : "";
  return [...lines, paint.faint(`${router.why}: ${unknown[plan.balance]}${lists}`)];
}

/** What changes requests to a candidate, or what its answers have to have. */
function policyInWords({ require, params }: Policy): readonly string[] {
  return [
    ...(require.length === 0 ? [] : [`its answer has to have ${require.join(", ")}`]),
    ...(params.list.length === 0 ? [] : [`params: ${paramsInWords(params).join(", ")}`]),
  ];
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}

const unknown: Readonly<Record<Balance, string>> = {
  order: "it is not known which servers are cooling down",
  spread: "it is not known which servers are cooling down, or how busy they are",
  warm: "it is not known which servers are cooling down, or what they have loaded",
};
