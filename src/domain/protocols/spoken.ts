// Which protocols a server speaks: those it is asked in as the client asked, and the one that all others are translated to.
import type { ProtocolName } from "../call/endpoint.ts";
import type { Engine } from "../routing/engine.ts";
import type { Server, ServerType, Speech } from "../routing/types.ts";
import { upstreamUrl } from "../routing/upstream-url.ts";

/** The protocols by the names that the routes file has for them. */
const speechOf: Readonly<Record<ProtocolName, Speech | null>> = {
  "openai-chat": "chat",
  "openai-responses": "responses",
  "anthropic-messages": "messages",
  // A server speaks Ollama's API or it does not: that is its type.
  ollama: null,
};

type Speaker = Pick<Server, "type" | "speaks">;

/** What servers of a type speak where nothing more is said of them. */
const byType: Readonly<Record<ServerType, Readonly<Record<ProtocolName, boolean>>>> = {
  // Many of them speak all of OpenAI's and Anthropic's; what one does not, it says by its answer.
  openai: {
    "openai-chat": true,
    "openai-responses": true,
    "anthropic-messages": true,
    ollama: false,
  },
  ollama: {
    "openai-chat": true,
    // Its own layers lose `tool_choice`, formats, custom tools and errors in a stream.
    "openai-responses": false,
    "anthropic-messages": false,
    ollama: true,
  },
  anthropic: {
    // Its OpenAI layer is there for trying it out, as its own documentation says.
    "openai-chat": false,
    "openai-responses": false,
    "anthropic-messages": true,
    ollama: false,
  },
};

export function speaks({ type, speaks: said }: Speaker, protocol: ProtocolName): boolean {
  const speech = speechOf[protocol];
  const way = speech === null ? undefined : said?.get(speech);
  return way === undefined ? byType[type][protocol] : way !== "translate";
}

/** Whether the configuration says itself whether a server speaks a protocol. */
export function isSaid({ speaks: said }: Speaker, protocol: ProtocolName): boolean {
  const speech = speechOf[protocol];
  return speech !== null && said?.has(speech) === true;
}

/** Whether nothing can be learned of how a server is asked in a protocol: the configuration says it, or its type is named after it. */
export function isCertain(server: Speaker, protocol: ProtocolName): boolean {
  const [own] = preferred[server.type];
  return isSaid(server, protocol) || protocol === own || protocol === "ollama";
}

/** Hosts of OpenAI's, its regions among them, and of Azure's. */
const responsesHosts =
  /^https?:\/\/(?:[^/]*[.@])?(?:api\.openai\.com|openai\.azure\.com|services\.ai\.azure\.com|cognitiveservices\.azure\.com)(?::\d+)?(?:\/|$)/;

/** Whether a server has all that there is of Responses. @param baseUrl as in `Server.baseUrl` */
export function hasAllResponses(baseUrl: string): boolean {
  return responsesHosts.test(baseUrl);
}

/** What engines speak in part: what they have not, they leave out or garble in silence. */
const spokenInPart: Readonly<Record<Engine, ProtocolName | null>> = {
  vllm: null,
  sglang: null,
  litellm: null,
  "llama.cpp": "openai-responses",
  "llama-swap": null,
  "lm-studio": null,
  ollama: null,
};

export function isSpokenInPart(protocol: ProtocolName, engine: Engine | null): boolean {
  return engine !== null && spokenInPart[engine] === protocol;
}

const usualPaths: Readonly<Record<Speech, string>> = {
  chat: "/v1/chat/completions",
  responses: "/v1/responses",
  messages: "/v1/messages",
};

/**
 * The address of a protocol's path at a server, for calls.
 * @param path the usual one; what `speaks` names in its place counts from the server's root
 */
export function addressOf(
  server: Pick<Server, "baseUrl" | "type" | "speaks">,
  protocol: ProtocolName,
  path: string,
): string {
  const speech = speechOf[protocol];
  const way = speech === null ? undefined : server.speaks?.get(speech);
  if (speech === null || way === undefined || typeof way === "string")
    return upstreamUrl(server, path);
  const usual = usualPaths[speech];
  const isBelow = path === usual || path.startsWith(`${usual}/`);
  return isBelow
    ? new URL(server.baseUrl).origin + way.path + path.slice(usual.length)
    : upstreamUrl(server, path);
}

const preferred: Readonly<
  Record<ServerType, readonly [own: ProtocolName, ...others: ProtocolName[]]>
> = {
  openai: ["openai-chat", "openai-responses", "anthropic-messages"],
  ollama: ["ollama", "openai-chat", "openai-responses", "anthropic-messages"],
  anthropic: ["anthropic-messages", "openai-responses", "openai-chat"],
};

/**
 * The protocols into which a server's calls can be translated, the best first: that of its type, and
 * what the routes file says that it speaks. What it may speak besides is not certain enough.
 */
export function translatedTo(server: Speaker): readonly ProtocolName[] {
  const [own] = preferred[server.type];
  return preferred[server.type].filter(
    (protocol) => speaks(server, protocol) && (protocol === own || isSaid(server, protocol)),
  );
}
