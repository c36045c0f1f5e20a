// What a /v1 server accepts beyond, or refuses of, OpenAI's published API.
import type { Engine } from "../routing/engine.ts";
import type { Target } from "../routing/plan.ts";
import type { Server } from "../routing/types.ts";
import type { ThinkingEffort } from "./neutral/request.ts";
import type { RefusedPart } from "./refused-part.ts";

export interface ServerTraits {
  /** It takes fields that OpenAI does not define, or ignores them. Servers that people run do. */
  readonly extras: boolean;
  /** It is OpenAI's own, and takes the settings that only OpenAI's APIs have. */
  readonly openAi: boolean;
  /** Fields of a chat that go by another name here; null: it refuses the field. */
  readonly chatNames: ReadonlyMap<string, string | null>;
  /** It takes instructions within a conversation. Templates of open models want one, at the start. */
  readonly inlineSystem: boolean;
  /** A chat's messages may hold files. */
  readonly files: boolean;
  /** How many stop sequences it takes; null: any number. */
  readonly maxStops: number | null;
  /**
   * How it is made to go on with an assistant's message that stands last: by fields, by a mark on the
   * message, without more; `none`: it answers anew.
   */
  readonly prefill: "asked" | "marked" | "plain" | "none";
  /** It takes marks of what it shall keep in a cache, and hands them on to those who have one. */
  readonly cacheMarks: boolean;
  /** The results of tools may hold pictures. */
  readonly toolImages: boolean;
  /** The words that it has for the effort of thinking. */
  readonly efforts: ReadonlySet<ThinkingEffort>;
  /** The longest answer that it gives, in tokens; null: nobody says. */
  readonly maxOutputTokens: number | null;
  /** What it has refused lately, and is not asked for. */
  readonly refuses: ReadonlySet<RefusedPart>;
}

/** What is known of a server beside its address and its entry in the routes file. */
export interface KnownOfServer {
  /** null: nobody knows. */
  readonly engine: Engine | null;
  /** Of the model that is asked. */
  readonly refuses: ReadonlySet<RefusedPart>;
}

export interface ServersKnown {
  of(target: Target): KnownOfServer;
}

const nothingRefused: ReadonlySet<RefusedPart> = new Set();
const nothingKnown: KnownOfServer = { engine: null, refuses: nothingRefused };
export const unknownServers: ServersKnown = { of: () => nothingKnown };

/** What all have that have any; models of OpenAI's, each of its generation, have more. */
const threeEfforts: ReadonlySet<ThinkingEffort> = new Set(["low", "medium", "high"]);
const openAiEfforts: ReadonlySet<ThinkingEffort> = new Set([...threeEfforts, "minimal", "xhigh"]);

const open: ServerTraits = {
  extras: true,
  openAi: false,
  chatNames: new Map(),
  inlineSystem: false,
  files: false,
  maxStops: null,
  prefill: "asked",
  cacheMarks: false,
  efforts: threeEfforts,
  toolImages: false,
  maxOutputTokens: null,
  refuses: nothingRefused,
};

function strict(
  names: Readonly<Record<string, string | null>> = {},
  more: Partial<ServerTraits> = {},
): ServerTraits {
  return {
    ...open,
    extras: false,
    chatNames: new Map(Object.entries(names)),
    prefill: "none",
    ...more,
  };
}

/** OpenAI's reasoning models refuse `max_tokens`; all its models take the newer name. */
const openAi = strict(
  { max_tokens: "max_completion_tokens" },
  { openAi: true, inlineSystem: true, files: true, maxStops: 4, efforts: openAiEfforts },
);

/** Hosted services that differ from servers that people run: most answer 400 or 422 to a field they do not know. */
const knownHosts: ReadonlyMap<string, ServerTraits> = new Map([
  ["openai.com", openAi],
  ["openai.azure.com", openAi],
  ["cognitiveservices.azure.com", openAi],
  ["groq.com", strict({}, { prefill: "plain" })],
  ["googleapis.com", strict()],
  ["openrouter.ai", { ...open, cacheMarks: true, efforts: openAiEfforts }],
  // Streams end with usage there without being asked.
  [
    "mistral.ai",
    strict({ seed: "random_seed", stream_options: null, user: null }, { prefill: "marked" }),
  ],
]);

/** What single engines take, whatever their host. */
const engineTraits: Readonly<Record<Engine, Partial<ServerTraits>>> = {
  vllm: { toolImages: true },
  sglang: { toolImages: true },
  litellm: { cacheMarks: true },
  "llama.cpp": {},
  "llama-swap": {},
  "lm-studio": {},
  ollama: {},
};

/** The traits of a server as the routes file describes it, and as it has shown itself. */
export function traitsOf(
  { baseUrl, maxOutputTokens }: Pick<Server, "baseUrl" | "maxOutputTokens">,
  { engine, refuses }: KnownOfServer,
): ServerTraits {
  const host = serverTraits(baseUrl);
  if (engine === null && refuses.size === 0 && maxOutputTokens === null) return host;
  const traits = { ...host, ...(engine === null ? {} : engineTraits[engine]) };
  return {
    ...traits,
    cacheMarks: traits.cacheMarks && !refuses.has("cache_control"),
    maxOutputTokens,
    refuses,
  };
}

/** The traits of a host; anything but a hosted service known to be strict counts as open.
 * @param baseUrl absolute, as in `Server.baseUrl` */
export function serverTraits(baseUrl: string): ServerTraits {
  const { hostname } = new URL(baseUrl);
  for (const [host, traits] of knownHosts)
    if (hostname === host || hostname.endsWith(`.${host}`)) return traits;
  return open;
}
