// Carries a call between a client and an upstream that speak the same API: bytes change only where they must.
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Bridge, FrameEditor, Gathered, Wire } from "./bridge.ts";
import type { StreamSoFar } from "./error-form.ts";
import type { Endpoint } from "../call/endpoint.ts";
import { withNoThink } from "../cleaning/no-think.ts";
import { createStreamCleaner } from "../cleaning/stream-cleaner.ts";
import { cleanWhole } from "../cleaning/whole-cleaner.ts";
import { headerValue } from "../http/headers.ts";
import { spliced, withMember } from "../bytes/json-members.ts";
import { formFields, multipartBoundary } from "../bytes/multipart.ts";
import { hintPlace, protocols, slotsOf } from "./protocol.ts";
import type { Target } from "../routing/plan.ts";
import type { Policy } from "../routing/types.ts";
import { thinkingPolicy } from "../routing/thinking-policy.ts";
import { gatherLines } from "./ollama/gather-lines.ts";
import type { Way } from "../call/way.ts";

export function nativeBridge(call: IncomingCall, target: Target, way: Way): Bridge {
  return new NativeBridge(call, target, way);
}

const nothing: readonly string[] = [];

class NativeBridge implements Bridge {
  readonly way: Way;
  readonly cannot: string | null;
  readonly path: string;
  readonly endpoint: Endpoint;
  readonly body: Uint8Array | null;
  readonly contentType = null;
  readonly dropped: readonly string[];
  readonly added = nothing;
  readonly instead = null;
  readonly retells = false;
  readonly unsealed = null;
  readonly error = null;
  readonly #callId: string;
  readonly #wantsStream: boolean;
  readonly #policy: Policy;
  #soFar: StreamSoFar | null = null;

  constructor(call: IncomingCall, target: Target, way: Way) {
    this.way = way;
    this.cannot = way.kind === "none" ? call.path : null;
    this.path = call.path;
    this.endpoint = call.endpoint;
    const body = bodyWithModel(call, target.model);
    const { seals } = protocols[this.endpoint.protocol];
    const unsealed = seals?.cut(body, call.json) ?? body;
    this.body = call.body.length === 0 ? null : hinted(call, target, unsealed);
    this.dropped = seals === null || unsealed === body ? nothing : [seals.path];
    this.#callId = call.id;
    this.#wantsStream = call.wantsStream;
    this.#policy = thinkingPolicy(call, target.policy);
  }

  lastWords(): Uint8Array | null {
    return null;
  }

  alive(): Uint8Array | null {
    return null;
  }

  beginning(): Uint8Array | null {
    return this.#soFar?.beginning() ?? null;
  }

  soFar({ protocol }: Wire): StreamSoFar | null {
    this.#soFar =
      protocol === null ? null : (protocols[protocol].errors.soFar?.(this.#callId) ?? null);
    return this.#soFar;
  }

  isEstimated(): boolean {
    return false;
  }

  lost(): readonly string[] {
    return nothing;
  }

  editor({ protocol }: Wire): FrameEditor | null {
    const slots = protocol === null ? null : protocols[protocol].slots;
    return createStreamCleaner(slots, this.#policy);
  }

  /** On OpenAI's surface a stream that nobody asked for passes as it is; clients there recognise it. */
  gather({ protocol }: Wire): ((events: Uint8Array) => Gathered) | null {
    return protocol === "ollama" && !this.#wantsStream ? gatherLines : null;
  }

  client(wire: Wire): { readonly wire: Wire; readonly contentType: null } {
    return { wire, contentType: null };
  }

  whole(body: Uint8Array, json: unknown): Uint8Array {
    return cleanWhole(slotsOf(this.endpoint), this.#policy, body, json);
  }
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
