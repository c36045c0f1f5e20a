// A call as its target gets it: address and headers around the body that its bridge made.
import { withChanges } from "../bytes/json-changes.ts";
import type { EndpointKind } from "../call/endpoint.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Bridge } from "../protocols/bridge.ts";
import { hasOwnKey, type HeaderList, requestHeaders, withoutCredentialQuery } from "./headers.ts";
import { withAttemptSpan } from "../log/trace-context.ts";
import { addressOf } from "../protocols/spoken.ts";
import { inTheirPlaces, keyPlaces, withVersion } from "./key-places.ts";
import type { Params } from "../routing/params.ts";
import type { Target } from "../routing/plan.ts";
import type { Server } from "../routing/types.ts";

export interface OutgoingRequest {
  readonly url: string;
  readonly headers: HeaderList;
  /** null: none is sent. */
  readonly body: Uint8Array | null;
  /** Fields of the body that `params` changed; as `ChangedObject` names them. */
  readonly changed: readonly string[];
}

/**
 * The request for one target.
 * @param via this process's pseudonym for the `Via` header
 * @param tracedAttempt the attempt's number among the call's, from 1, where it has a span of its own; null: it has none
 */
export function outgoingRequest(
  call: IncomingCall,
  { server, policy }: Pick<Target, "server" | "policy">,
  bridge: Bridge,
  via: string,
  tracedAttempt: number | null,
): OutgoingRequest {
  const { path, contentType, endpoint } = bridge;
  const { protocol } = endpoint;
  const isTranslated = protocol !== call.endpoint.protocol;
  const headers =
    tracedAttempt === null ? call.headers : withAttemptSpan(call.id, call.headers, tracedAttempt);
  const theirs = isTranslated ? inTheirPlaces(headers, protocol) : headers;
  return {
    url: addressOf(server, protocol, path) + queryFor(call, server, isTranslated),
    headers: withVersion(
      requestHeaders(typed(theirs, contentType), {
        apiKey: server.apiKey,
        keyIn: keyPlaces(server, protocol),
        extra: server.headers,
        via,
        sourceIp: call.peerIp ?? call.sourceIp,
      }),
      protocol,
    ),
    ...changedBody(call, bridge, policy.params),
  };
}

/** Whether `params` change such requests: what a model is asked, and whatever nobody knows. */
const takesParams: Readonly<Record<EndpointKind, boolean>> = {
  chat: true,
  completion: true,
  embeddings: true,
  embed: true,
  responses: true,
  messages: true,
  judging: true,
  media: true,
  generate: true,
  other: true,
  // They hold a part of another request, and refuse what does not belong to them.
  "count-tokens": false,
  // They manage models.
  show: false,
  management: false,
  blob: false,
  list: false,
  elsewhere: false,
};

function changedBody(
  { bodyKind }: IncomingCall,
  { body, endpoint }: Bridge,
  { changes }: Params,
): Pick<OutgoingRequest, "body" | "changed"> {
  return body === null || bodyKind !== "json" || changes.size === 0 || !takesParams[endpoint.kind]
    ? { body, changed: unchanged }
    : withChanges(body, changes);
}

const unchanged: readonly string[] = [];

function typed(headers: HeaderList, contentType: string | null): HeaderList {
  if (contentType === null) return headers;
  const others = headers.filter(([name]) => name !== "content-type" && name !== "accept");
  return [...others, ["content-type", contentType]];
}

function queryFor(call: IncomingCall, server: Server, isTranslated: boolean): string {
  // Anthropic's clients ask for betas there, which no other protocol has.
  if (isTranslated && call.endpoint.protocol === "anthropic-messages") return "";
  return hasOwnKey(server.apiKey, server.headers) ? withoutCredentialQuery(call.query) : call.query;
}
