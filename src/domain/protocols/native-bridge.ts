// Carries a call between a client and an upstream that speak the same API: bytes change only where they must.
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Bridge } from "./bridge.ts";
import { withNoThink } from "../cleaning/no-think.ts";
import { createStreamCleaner } from "../cleaning/stream-cleaner.ts";
import { cleanWhole } from "../cleaning/whole-cleaner.ts";
import { headerValue } from "../http/headers.ts";
import { spliced, withMember } from "../bytes/json-members.ts";
import { formFields, multipartBoundary } from "../bytes/multipart.ts";
import { hintPlace, protocols, slotsOf } from "./protocol.ts";
import type { Target } from "../routing/plan.ts";
import { thinkingPolicy } from "../routing/thinking-policy.ts";
import { gatherLines } from "./ollama/gather-lines.ts";

export function nativeBridge(call: IncomingCall, target: Target): Bridge {
  const policy = thinkingPolicy(call, target.policy);
  return {
    path: call.path,
    endpoint: call.endpoint,
    body: call.body.length === 0 ? null : hinted(call, target, bodyWithModel(call, target.model)),
    contentType: null,
    dropped: [],
    lost: () => [],
    instead: null,
    retells: false,
    editor: ({ protocol }) =>
      createStreamCleaner(protocol === null ? null : protocols[protocol].slots, policy),
    // On OpenAI's surface a stream that nobody asked for passes as it is; clients there recognise it.
    gather: ({ protocol }) => (protocol === "ollama" && !call.wantsStream ? gatherLines : null),
    client: (wire) => ({ wire, contentType: null }),
    whole: (body, json) => cleanWhole(slotsOf(call.endpoint), policy, body, json),
    error: null,
  };
}

function hinted(call: IncomingCall, { policy }: Target, body: Uint8Array): Uint8Array {
  return policy.disableThinking ? withNoThink(body, hintPlace(call.endpoint, call.json())) : body;
}

/** A call's body with another model in it, all other bytes as they were; null: its own. */
export function bodyWithModel(call: IncomingCall, model: string | null): Uint8Array {
  if (model === null || model === call.model) return call.body;
  switch (call.bodyKind) {
    case "none":
      return call.body;
    case "json":
      return withMember(call.body, call.modelKey, model);
    case "multipart": {
      const boundary = multipartBoundary(headerValue(call.headers, "content-type")) ?? "";
      const span = formFields(call.body, boundary, ["model"]).get("model");
      return span === undefined ? call.body : spliced(call.body, [{ span, put: model }]);
    }
  }
}
