// A call as its target gets it: address and headers around the body that its bridge made.
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Bridge } from "../protocols/bridge.ts";
import { hasOwnKey, type HeaderList, requestHeaders, withoutCredentialQuery } from "./headers.ts";
import { withAttemptSpan } from "../log/trace-context.ts";
import { addressOf } from "../protocols/spoken.ts";
import { inTheirPlaces, keyPlaces, withVersion } from "./key-places.ts";
import type { Server } from "../routing/types.ts";

export interface OutgoingRequest {
  readonly url: string;
  readonly headers: HeaderList;
  /** null: none is sent. */
  readonly body: Uint8Array | null;
}

/**
 * The request for one server.
 * @param via this process's pseudonym for the `Via` header
 * @param tracedAttempt the attempt's number among the call's, from 1, where it has a span of its own; null: it has none
 */
export function outgoingRequest(
  call: IncomingCall,
  server: Server,
  { path, body, contentType, endpoint }: Bridge,
  via: string,
  tracedAttempt: number | null,
): OutgoingRequest {
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
    body,
  };
}

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
