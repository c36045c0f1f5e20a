// Models as Ollama's clients expect them listed and described: what servers say where they say it, honest blanks elsewhere.
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import { type ModelFacts, noFacts } from "../../routing/model-facts.ts";
import { clientModels, type KnownLists, type ListedModel } from "../../routing/model-list.ts";
import { planRoute, type RoutePlan, type Target } from "../../routing/plan.ts";
import type { DiscoverySnapshot } from "../../routing/discovery.ts";
import type { Routing } from "../../routing/types.ts";

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

/**
 * `GET /api/tags`: aliases, mapped names and every server's models, each once.
 * @param undated epoch ms by which models go whose server says none
 */
export function ollamaTags(
  routing: Routing,
  lists: KnownLists,
  discovery: DiscoverySnapshot,
  undated: number,
): JsonRecord {
  const models = clientModels(routing, lists).map(({ id }) => {
    const [target] = planFor(id, routing, discovery).targets;
    const known = listedAs(target, lists);
    const entry = known?.ollama ?? {};
    return {
      ...entry,
      name: id,
      model: id,
      modified_at: modifiedAt(known, undated),
      size: entry["size"] ?? 0,
      digest: entry["digest"] ?? "",
      details: detailsOf(entry),
    };
  });
  return { models };
}

/**
 * What `/api/show` says of a target whose server does not say it itself: what the router carries
 * there, and what the server's list says.
 * @param undated epoch ms by which it goes where the list says none
 */
export function plainDescription(target: Target, lists: KnownLists, undated: number): JsonRecord {
  const listed = listedAs(target, lists);
  const facts = listed?.facts ?? noFacts;
  return {
    modelfile: "",
    parameters: "",
    template: "",
    details: detailsOf(listed?.ollama ?? {}),
    model_info: modelInfo(facts),
    // An Ollama server refuses tools for a model that has no template for them; only it knows which.
    capabilities: target.server.type === "ollama" ? ["completion"] : capabilities(facts),
    modified_at: modifiedAt(listed, undated),
  };
}

/** As a GGUF file's metadata, which is what Ollama shows. Older command lines read the architecture unasked. */
function modelInfo({ architecture, contextLength, parameterCount }: ModelFacts): JsonRecord {
  const named = architecture ?? "unknown";
  return {
    "general.architecture": named,
    ...(parameterCount === null ? {} : { "general.parameter_count": parameterCount }),
    ...(contextLength === null ? {} : { [`${named}.context_length`]: contextLength }),
  };
}

function capabilities({ embeds, vision, thinking }: ModelFacts): readonly string[] {
  if (embeds) return ["embedding"];
  return ["completion", "tools", ...(vision ? ["vision"] : []), ...(thinking ? ["thinking"] : [])];
}

function detailsOf(entry: JsonRecord): JsonRecord {
  const { details } = entry;
  return { ...noDetails, ...(isRecord(details) ? details : {}) };
}

/** Epoch seconds that a model may have been made at: from the millennium to as far as dates go in years of four digits. */
const datable = { from: 946_684_800, to: 253_402_300_799 };

function modifiedAt(listed: ListedModel | null, undated: number): unknown {
  const given = listed?.ollama?.["modified_at"];
  if (typeof given === "string" && given !== "") return given;
  const created = listed?.created ?? 0;
  const dated = created >= datable.from && created <= datable.to;
  return new Date(dated ? created * 1_000 : undated).toISOString();
}

/** Where a model would go that a client names without saying more. */
export function planFor(model: string, routing: Routing, discovery: DiscoverySnapshot): RoutePlan {
  const nobody = { sourceIp: "", path: "/api/chat", user: null, headers: [] };
  return planRoute({ model, ...nobody }, routing, discovery);
}

/** A target's entry in its server's list; null where it is not known. */
export function listedAs({ server, model }: Target, lists: KnownLists): ListedModel | null {
  const list = lists.get(server.name) ?? [];
  return list.find(({ id }) => id === model || id === `${model}:latest`) ?? null;
}
