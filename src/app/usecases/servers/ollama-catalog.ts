// Answers Ollama clients' questions about models from the lists, and from the Ollama servers themselves.
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import type { JsonRecord } from "../../../domain/bytes/json.ts";
import { isRecord, parseJsonBytes } from "../../../domain/bytes/json.ts";
import { serversOf } from "../../../domain/routing/model-list.ts";
import { bodyWithModel } from "../../../domain/protocols/native-bridge.ts";
import {
  listedAs,
  ollamaTags,
  plainDescription,
} from "../../../domain/protocols/ollama/catalog.ts";
import { planRoute, type Target } from "../../../domain/routing/plan.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { OllamaCatalog, Shown } from "../../../ports/ollama-catalog.ts";
import type { Models } from "./models.ts";
import type { AskServer } from "./ask-server.ts";

export interface OllamaCatalogDeps {
  readonly routing: () => Routing;
  readonly models: Pick<Models, "list" | "lists" | "discovery">;
  readonly ask: AskServer;
  readonly clock: Pick<Clock, "now">;
}

const text = new TextEncoder();

export function createOllamaCatalog(deps: OllamaCatalogDeps): OllamaCatalog {
  const { routing, models, ask } = deps;
  // An alias is as new as the configuration in force, of which the start is the best that is known.
  const undated = deps.clock.now();

  /** What an Ollama server itself says of the model; null where it says nothing. */
  async function described(call: IncomingCall, target: Target): Promise<Shown | null> {
    const body = bodyWithModel(call, target.model);
    const says = await ask(target.server, { method: "POST", path: "/api/show", body });
    return says.kind === "answered" && says.status < 400 && isRecord(parseJsonBytes(says.body))
      ? { status: 200, body: says.body }
      : null;
  }

  function listed(target: Target): Shown {
    return shown(200, plainDescription(target, models.lists(), undated));
  }

  /** As the first instance that says anything: the one that answers as long as all is well. */
  async function ofAlias(call: IncomingCall, targets: readonly Target[]): Promise<Shown | null> {
    for (const target of targets) {
      if (target.server.type !== "ollama") return listed(target);
      const own = await described(call, target);
      if (own !== null) return own;
    }
    return null;
  }

  return {
    async tags() {
      await models.list([]);
      return ollamaTags(routing(), models.lists(), models.discovery(), undated);
    },
    async loaded() {
      const servers = serversOf(routing()).filter(({ type }) => type === "ollama");
      const answers = await Promise.all(
        servers.map((server) => ask(server, { method: "GET", path: "/api/ps" })),
      );
      return {
        models: answers.flatMap((says) => {
          const parsed = says.kind === "answered" ? parseJsonBytes(says.body) : null;
          const list = isRecord(parsed) ? parsed["models"] : null;
          return Array.isArray(list) ? (list as unknown[]) : [];
        }),
      };
    },
    async show(call) {
      const { model } = call;
      if (model === null || model === "") return shown(400, { error: "model is required" });
      const { targets, route } = planRoute(call, routing(), models.discovery());
      const [first] = targets;
      const isAlias = /(?:^|>)alias:/.test(route);
      if (first.server.type === "ollama" && !isAlias) return null;
      await models.list([]);
      if (isAlias) return (await ofAlias(call, targets)) ?? listed(first);
      // A server that lists nothing may well have it; one that lists others does not.
      const others = models.lists().get(first.server.name) ?? [];
      const missing = others.length > 0 && listedAs(first, models.lists()) === null;
      return missing ? shown(404, { error: `model '${model}' not found` }) : listed(first);
    },
  };
}

function shown(status: number, body: JsonRecord): Shown {
  return { status, body: text.encode(JSON.stringify(body)) };
}
