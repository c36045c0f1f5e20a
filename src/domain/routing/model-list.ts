// The models that servers list, and the list that the router gives its own clients.
import { isRecord, type JsonRecord, parseJsonBytes } from "../bytes/json.ts";
import { type ModelFacts, readFacts } from "./model-facts.ts";
import { emptyDiscovery, type DiscoverySnapshot } from "./discovery.ts";
import { planRoute } from "./plan.ts";
import type { Routing, Server, ServerType } from "./types.ts";

export interface ListedModel {
  readonly id: string;
  /** Epoch seconds; 0 where the server does not say. */
  readonly created: number;
  /** Whose it is, in the server's words; null where it does not say. */
  readonly owner: string | null;
  /** What the server calls it for people; null where it has no such name. */
  readonly displayName: string | null;
  /** Other names by which the server knows the same model. */
  readonly aliases: readonly string[];
  /** The entry as an Ollama server lists it; null for other servers. */
  readonly ollama: JsonRecord | null;
  readonly facts: ModelFacts;
}

/** A model as `/v1/models` names it, to OpenAI's clients and to Anthropic's: each reads its own fields. */
export interface ModelObject {
  readonly id: string;
  readonly object: "model";
  /** Epoch seconds. */
  readonly created: number;
  readonly owned_by: string;
  readonly type: "model";
  readonly display_name: string;
  /** RFC 3339; the epoch's beginning where nobody says, as in Anthropic's API. */
  readonly created_at: string;
}

/** The whole list on one page, in the form of both APIs. */
export interface ModelListObject {
  readonly object: "list";
  readonly data: readonly ModelObject[];
  readonly has_more: false;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

export function modelListObject(data: readonly ModelObject[]): ModelListObject {
  const [first, last] = [data.at(0), data.at(-1)];
  return {
    object: "list",
    data,
    has_more: false,
    first_id: first?.id ?? null,
    last_id: last?.id ?? null,
  };
}

/** Where a server of a type lists its models. */
export const listPaths: Record<ServerType, string> = {
  openai: "/v1/models",
  ollama: "/api/tags",
  // All on one page.
  anthropic: "/v1/models?limit=1000",
};

/** The models in a server's list; null where the body is none. */
export function readModelList(body: Uint8Array): readonly ListedModel[] | null {
  const parsed = parseJsonBytes(body);
  if (!isRecord(parsed)) return null;
  const fromOllama = parsed["data"] === undefined;
  const entries = parsed["data"] ?? parsed["models"];
  if (!Array.isArray(entries)) return null;
  const beside = fromOllama ? new Map<unknown, JsonRecord>() : entriesByName(parsed["models"]);
  return (entries as unknown[]).flatMap((entry) => {
    if (!isRecord(entry)) return [];
    const id = entry["id"] ?? entry["model"] ?? entry["name"];
    const { display_name: name, owned_by: owner } = entry;
    if (typeof id !== "string" || id === "") return [];
    return [
      {
        id,
        created: createdOf(entry),
        owner: typeof owner === "string" ? owner : null,
        displayName: typeof name === "string" && name !== "" ? name : null,
        aliases: aliasesIn(entry),
        ollama: fromOllama ? entry : null,
        facts: readFacts(entry, beside.get(id)),
      },
    ];
  });
}

/** As llama-swap lists them. */
function aliasesIn({ meta }: JsonRecord): readonly string[] {
  const own = isRecord(meta) ? meta["llamaswap"] : null;
  const aliases = isRecord(own) ? own["aliases"] : null;
  return Array.isArray(aliases) ? aliases.filter((alias) => typeof alias === "string") : [];
}

/** Epoch seconds, from a number as OpenAI has it, or a date as Anthropic and Ollama write it; 0: neither. */
function createdOf({ created, created_at, modified_at }: JsonRecord): number {
  if (typeof created === "number") return created;
  const date = created_at ?? modified_at;
  const ms = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 1_000);
}

/** The last second that a date of four digits can say. */
const lastSecond = 253_402_300_799;

function rfc3339(seconds: number): string {
  const dated = seconds >= 0 && seconds <= lastSecond;
  return new Date(dated ? Math.floor(seconds) * 1_000 : 0).toISOString().replace(".000Z", "Z");
}

/** The entries of a list in Ollama's form, which llama.cpp gives besides. */
function entriesByName(list: unknown): ReadonlyMap<unknown, JsonRecord> {
  const entries = Array.isArray(list) ? (list as readonly unknown[]).filter(isRecord) : [];
  return new Map(entries.map((entry) => [entry["model"] ?? entry["name"], entry]));
}

/** Each server's last good list; a server that never answered has none. */
export type KnownLists = ReadonlyMap<string, readonly ListedModel[]>;

type Named = Pick<ListedModel, "id">;

/** What discovery may know from the lists. */
export function discoveryFrom(
  lists: ReadonlyMap<string, readonly Named[]>,
  servers: Iterable<Server>,
): DiscoverySnapshot {
  const names = new Map<string, ReadonlySet<string>>();
  for (const server of servers) {
    const list = lists.get(server.name);
    if (list !== undefined) names.set(server.name, namesOf(server, list));
  }
  return discoveryOf(names);
}

/** What it may know from the names of each server's list. */
export function discoveryOf(names: ReadonlyMap<string, ReadonlySet<string>>): DiscoverySnapshot {
  return names.size === 0
    ? emptyDiscovery
    : { serves: (name, model) => names.get(name)?.has(model) ?? false };
}

/** Names that a list's models are called by. Ollama's clients leave out the tag `latest`. */
export function namesOf(server: Server, list: readonly Named[]): ReadonlySet<string> {
  const ids = list.map(({ id }) => id);
  if (server.type !== "ollama") return new Set(ids);
  const bare = ids.filter((id) => id.endsWith(":latest")).map((id) => id.slice(0, -7));
  return new Set([...ids, ...bare]);
}

/** Aliases, mapped names, then every server's models in the order written; each id once. */
export function clientModels(routing: Routing, lists: KnownLists): readonly ModelObject[] {
  const models = new Map<string, ModelObject>();
  const add = (id: string, owner: string, created = 0, name: string | null = null) => {
    if (models.has(id)) return;
    models.set(id, {
      id,
      object: "model",
      created,
      owned_by: owner,
      type: "model",
      display_name: name ?? id,
      created_at: rfc3339(created),
    });
  };
  const discovery = discoveryFrom(lists, serversOf(routing));
  const nobody = { sourceIp: "", path: "/v1/chat/completions", user: null, headers: [] };
  for (const id of [...routing.aliases.keys(), ...routing.modelMap.exact.keys()]) {
    const plan = planRoute({ model: id, ...nobody }, routing, discovery);
    add(id, plan.targets[0].server.name);
  }
  for (const { name } of serversOf(routing))
    for (const { id, created, displayName } of lists.get(name) ?? [])
      add(id, name, created, displayName);
  return [...models.values()];
}

/** The configured servers in the order written, then the default upstream where it is none of them. */
export function serversOf({ servers, defaultServer }: Routing): readonly Server[] {
  const configured = servers.get(defaultServer.name) === defaultServer;
  return [...servers.values(), ...(configured ? [] : [defaultServer])];
}

/**
 * What became of the last try to list a server's models: `answered` is a server that is there and
 * does not list any, as by a status of its own; only calls can show whether it serves them.
 */
export type ListStanding = "unasked" | "listed" | "answered" | "unreachable";
