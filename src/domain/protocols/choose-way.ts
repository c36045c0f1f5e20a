// Which way a call goes to a server: by the server's type, its `speaks`, and what its answers have shown.
import type { Endpoint, EndpointKind, ProtocolName } from "../call/endpoint.ts";
import type { Server } from "../routing/types.ts";
import { messagesEndpoint } from "./anthropic-messages/endpoints.ts";
import { ollamaChatEndpoint } from "./ollama/endpoints.ts";
import { chatEndpoint } from "./openai-chat/endpoints.ts";
import { responsesEndpoint } from "./openai-responses/endpoints.ts";
import { protocols } from "./protocol.ts";
import { isCertain, isSaid, speaks, translatedTo } from "./spoken.ts";
import { protocolWords, type Way, type WayReason } from "../call/way.ts";

/** What servers have shown not to speak, whatever their configuration says. */
export interface Unspoken {
  isUnspoken(baseUrl: string, protocol: ProtocolName): boolean;
}

export const nothingLearned: Unspoken = { isUnspoken: () => false };

type Asked = Pick<Server, "type" | "speaks" | "baseUrl">;

/** The way of a call to a server. */
export function wayTo(endpoint: Endpoint, server: Asked, unspoken: Unspoken): Way {
  const from = endpoint.protocol;
  if (!speaks(server, from)) return instead(endpoint, server, isSaid(server, from) ? said : byType);
  if (unspoken.isUnspoken(server.baseUrl, from) && !isCertain(server, from)) {
    const into = translation(endpoint, server);
    if (into !== null) return { kind: "translated", from, into, because: "learned" };
  }
  return native[from][isSaid(server, from) ? said : byType];
}

/** What a call could be translated into for a server; null: nothing that it speaks. */
export function translation(endpoint: Endpoint, server: Asked): ProtocolName | null {
  const { protocol } = endpoint;
  const { client } = protocols[protocol];
  if (client === null || client.call(endpoint) === null) return null;
  for (const into of translatedTo(server))
    if (into !== protocol && protocols[into].upstream !== null) return into;
  return null;
}

const said = "speaks";
const byType = "type";

/** Calls of which every protocol has its own, or none: a server of another one cannot take them as they are. */
const ofOneProtocol: ReadonlySet<EndpointKind> = new Set([
  "chat",
  "completion",
  "embeddings",
  "embed",
  "generate",
  "responses",
  "messages",
  "judging",
  "media",
]);

function instead(endpoint: Endpoint, server: Asked, because: WayReason): Way {
  const from = endpoint.protocol;
  const into = translation(endpoint, server);
  if (into !== null) return { kind: "translated", from, into, because };
  if (ofOneProtocol.has(endpoint.kind)) return { kind: "none", from, into: from, because };
  return native[from][because];
}

/** Made once, as nearly every call goes one of them. */
const native: Readonly<Record<ProtocolName, Readonly<Record<WayReason, Way>>>> = {
  "openai-chat": ways("openai-chat"),
  "openai-responses": ways("openai-responses"),
  "anthropic-messages": ways("anthropic-messages"),
  ollama: ways("ollama"),
};

function ways(protocol: ProtocolName): Readonly<Record<WayReason, Way>> {
  const way = (because: WayReason): Way => ({
    kind: "native",
    from: protocol,
    into: protocol,
    because,
  });
  return { type: way("type"), speaks: way("speaks"), learned: way("learned") };
}

/** The ways of each protocol's own calls to a server, in the order in which they are listed. */
export function waysTo(server: Asked, unspoken: Unspoken): readonly Way[] {
  return ownCalls.map((endpoint) => wayTo(endpoint, server, unspoken));
}

const ownCalls: readonly Endpoint[] = [
  chatEndpoint,
  responsesEndpoint,
  messagesEndpoint,
  ollamaChatEndpoint,
];

/** What a running router says of how it asks a server, as in the read API. */
interface AskedNow {
  readonly url: string;
  readonly protocols?: readonly { readonly protocol: string; readonly reason: string }[];
}

/** What a running router has learned of its servers. */
export function learnedBy(servers: readonly AskedNow[]): Unspoken {
  return {
    isUnspoken: (baseUrl, protocol) =>
      servers.some(
        ({ url, protocols: asked = [] }) =>
          url === baseUrl &&
          asked.some((one) => one.protocol === protocolWords[protocol] && one.reason === "learned"),
      ),
  };
}
