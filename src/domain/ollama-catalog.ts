// Models as Ollama's clients expect them listed and described: what servers say where they say it, honest blanks elsewhere.
import { isRecord, type JsonRecord } from "./json.ts";
import { clientModels, type KnownLists, type ListedModel } from "./model-list.ts";
import { planRoute, type RoutePlan } from "./routing/plan.ts";
import type { DiscoverySnapshot } from "./routing/discovery.ts";
import type { Routing } from "./routing/types.ts";

/** The version of Ollama's API that this surface speaks; clients look at it before they use newer calls. */
export const ollamaApiVersion = "0.12.6";

const noDetails: JsonRecord = {
  parent_model: "",
  format: "",
  family: "",
  families: null,
  parameter_size: "",
  quantization_level: "",
};

/** `GET /api/tags`: aliases, mapped names and every server's models, each once. */
export function ollamaTags(
  routing: Routing,
  lists: KnownLists,
  discovery: DiscoverySnapshot,
): JsonRecord {
  const models = clientModels(routing, lists).map(({ id, created }) => {
    const known = listedAs(planFor(id, routing, discovery), lists);
    const entry = known?.ollama ?? {};
    const details = isRecord(entry["details"]) ? entry["details"] : {};
    return {
      ...entry,
      name: id,
      model: id,
      modified_at: entry["modified_at"] ?? new Date(created * 1_000).toISOString(),
      size: entry["size"] ?? 0,
      digest: entry["digest"] ?? "",
      details: { ...noDetails, ...details },
    };
  });
  return { models };
}

/** What `/api/show` says of a model whose server has no such call. */
export function plainDescription(listed: ListedModel | null): JsonRecord {
  const entry = listed?.ollama ?? {};
  const details = isRecord(entry["details"]) ? entry["details"] : {};
  return {
    modelfile: "",
    parameters: "",
    template: "",
    details: { ...noDetails, ...details },
    model_info: {},
    capabilities: ["completion"],
    modified_at: new Date((listed?.created ?? 0) * 1_000).toISOString(),
  };
}

/** Where a model would go that a client names without saying more. */
export function planFor(model: string, routing: Routing, discovery: DiscoverySnapshot): RoutePlan {
  const nobody = { sourceIp: "", path: "/api/chat", user: null, headers: [] };
  return planRoute({ model, ...nobody }, routing, discovery);
}

/** The first target's entry in its server's list; null where it is not known. */
export function listedAs(plan: RoutePlan, lists: KnownLists): ListedModel | null {
  const { server, model } = plan.targets[0];
  const list = lists.get(server.name) ?? [];
  return list.find(({ id }) => id === model || id === `${model}:latest`) ?? null;
}
