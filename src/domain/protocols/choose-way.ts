// Which way a call goes to a server: by the server's type, its `speaks`, what it has shown, and what the call holds.
import type { Endpoint, EndpointKind, ProtocolName } from "../call/endpoint.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Server } from "../routing/types.ts";
import { messagesEndpoint } from "./anthropic-messages/endpoints.ts";
import { ollamaChatEndpoint } from "./ollama/endpoints.ts";
import { chatEndpoint } from "./openai-chat/endpoints.ts";
import { isCommonRequest } from "./openai-responses/common-request.ts";
import { responsesEndpoint } from "./openai-responses/endpoints.ts";
import { protocols } from "./protocol.ts";
import { hasAllResponses, isCertain, isSaid, speaks, translatedTo } from "./spoken.ts";
import { protocolWords, type Way, type WayReason } from "../call/way.ts";

/** What servers have shown of what they speak, whatever their configuration says. */
export interface SpokenShown {
  /** Its answer has shown lately that it does not speak a protocol. */
  isUnspoken(baseUrl: string, protocol: ProtocolName): boolean;
  /** Its model list gives away that it speaks a protocol in part. */
  isPartial(serverName: string, protocol: ProtocolName): boolean;
}

export const nothingShown: SpokenShown = { isUnspoken: () => false, isPartial: () => false };

type Asked = Pick<Server, "name" | "type" | "speaks" | "baseUrl">;
type AskedCall = Pick<IncomingCall, "endpoint" | "json">;

/** The way of a call to a server. */
export function wayTo(call: AskedCall, server: Asked, shown: SpokenShown): Way {
  const { endpoint } = call;
  const from = endpoint.protocol;
  if (!speaks(server, from)) return instead(endpoint, server, isSaid(server, from) ? said : byType);
  if (isSaid(server, from)) return native[from].speaks;
  if (isCertain(server, from)) return native[from].type;
  if (shown.isUnspoken(server.baseUrl, from)) {
    const into = translation(endpoint, server);
    if (into !== null) return { kind: "translated", from, into, because: "learned" };
  }
  return endpoint.kind === "responses" ? responsesWay(call, server, shown) : native[from].type;
}

/** As `wayTo`, of any call to an endpoint. */
export function usualWayTo(endpoint: Endpoint, server: Asked, shown: SpokenShown): Way {
  return wayTo({ endpoint, json: () => null }, server, shown);
}

/** Servers that speak Responses differ in how much of it they have. */
function responsesWay({ endpoint, json }: AskedCall, server: Asked, shown: SpokenShown): Way {
  const { protocol: from } = endpoint;
  if (hasAllResponses(server.baseUrl)) return native[from].host;
  const into = translation(endpoint, server);
  if (into === null) return native[from].type;
  if (shown.isPartial(server.name, from))
    return { kind: "translated", from, into, because: "server" };
  const request = json();
  return request === null || isCommonRequest(request)
    ? native[from].contents
    : { kind: "translated", from, into, because: "contents" };
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
  return {
    type: way("type"),
    speaks: way("speaks"),
    learned: way("learned"),
    host: way("host"),
    server: way("server"),
    contents: way("contents"),
  };
}

/** The ways of each protocol's own calls to a server, in the order in which they are listed. */
export function waysTo(server: Asked, shown: SpokenShown): readonly Way[] {
  return ownCalls.map((endpoint) => usualWayTo(endpoint, server, shown));
}

const ownCalls: readonly Endpoint[] = [
  chatEndpoint,
  responsesEndpoint,
  messagesEndpoint,
  ollamaChatEndpoint,
];

/** What a running router says of how it asks a server, as in the read API. */
interface AskedNow {
  readonly name: string;
  readonly url: string;
  readonly protocols?: readonly { readonly protocol: string; readonly reason: string }[];
}

/** What has been shown to a running router. */
export function shownTo(servers: readonly AskedNow[]): SpokenShown {
  const saysOf = (protocol: ProtocolName, reason: WayReason, isAsked: (one: AskedNow) => boolean) =>
    servers.some(
      (server) =>
        isAsked(server) &&
        server.protocols?.some(
          (one) => one.protocol === protocolWords[protocol] && one.reason === reason,
        ),
    );
  return {
    isUnspoken: (baseUrl, protocol) => saysOf(protocol, "learned", ({ url }) => url === baseUrl),
    isPartial: (serverName, protocol) =>
      saysOf(protocol, "server", ({ name }) => name === serverName),
  };
}
