// A call as its target gets it: address, headers and body, the body's bytes touched only where the model differs.
import type { IncomingCall } from "./call.ts";
import { type HeaderList, headerValue, requestHeaders, withoutCredentialQuery } from "./headers.ts";
import { spliced, withMember } from "./json-members.ts";
import { multipartBoundary, formFields } from "./multipart.ts";
import type { Target } from "./routing/plan.ts";

export interface OutgoingRequest {
  readonly url: string;
  readonly headers: HeaderList;
  /** null: none is sent. */
  readonly body: Uint8Array | null;
}

/**
 * The request for one target.
 * @param via this process's pseudonym for the `Via` header
 */
export function outgoingRequest(call: IncomingCall, target: Target, via: string): OutgoingRequest {
  const { server } = target;
  const query = server.apiKey === null ? call.query : withoutCredentialQuery(call.query);
  return {
    url: server.baseUrl + call.path + query,
    headers: requestHeaders(call.headers, {
      apiKey: server.apiKey,
      extra: server.headers,
      via,
      sourceIp: call.sourceIp,
    }),
    body: bodyFor(call, target.model),
  };
}

function bodyFor(call: IncomingCall, model: string | null): Uint8Array | null {
  if (call.body.length === 0) return null;
  if (model === null || model === call.model) return call.body;
  switch (call.bodyKind) {
    case "none":
      return call.body;
    case "json":
      return withMember(call.body, "model", model);
    case "multipart": {
      const boundary = multipartBoundary(headerValue(call.headers, "content-type")) ?? "";
      const span = formFields(call.body, boundary, ["model"]).get("model");
      return span === undefined ? call.body : spliced(call.body, [{ span, put: model }]);
    }
  }
}
