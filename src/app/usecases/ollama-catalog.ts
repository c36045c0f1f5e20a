// Answers Ollama clients' questions about models from the lists, and from the Ollama servers themselves.
import type { JsonRecord } from "../../domain/json.ts";
import { isRecord, parseJsonBytes } from "../../domain/json.ts";
import { serversOf } from "../../domain/model-list.ts";
import { listedAs, ollamaTags, plainDescription, planFor } from "../../domain/ollama-catalog.ts";
import { planRoute } from "../../domain/routing/plan.ts";
import type { Routing } from "../../domain/routing/types.ts";
import type { OllamaCatalog } from "../../ports/ollama-catalog.ts";
import type { Models } from "./models.ts";
import type { AskServer } from "./server-client.ts";

export interface OllamaCatalogDeps {
  readonly routing: () => Routing;
  readonly models: Pick<Models, "list" | "lists" | "discovery">;
  readonly ask: AskServer;
}

const text = new TextEncoder();

export function createOllamaCatalog({ routing, models, ask }: OllamaCatalogDeps): OllamaCatalog {
  return {
    async tags() {
      await models.list([]);
      return ollamaTags(routing(), models.lists(), models.discovery());
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
      if (model === null || model === "")
        return { status: 400, body: { error: "model is required" } };
      const plan = planRoute(call, routing(), models.discovery());
      const { server, model: sent } = plan.targets[0];
      const isAlias = /(^|>)alias:/.test(plan.route);
      if (server.type === "ollama" && !isAlias) return null;
      if (server.type === "ollama") {
        const body = text.encode(JSON.stringify({ ...call.json, model: sent, name: undefined }));
        const says = await ask(server, { method: "POST", path: "/api/show", body });
        const described = says.kind === "answered" ? parseJsonBytes(says.body) : null;
        if (says.kind === "answered" && says.status < 400 && isRecord(described))
          return { status: 200, body: described };
      }
      await models.list([]);
      const listed = listedAs(planFor(model, routing(), models.discovery()), models.lists());
      // A server that lists nothing may well have it; one that lists others does not.
      const missing = listed === null && !isAlias && models.lists().has(server.name);
      return missing
        ? { status: 404, body: notFound(model) }
        : { status: 200, body: plainDescription(listed) };
    },
  };
}

function notFound(model: string): JsonRecord {
  return { error: `model '${model}' not found` };
}
