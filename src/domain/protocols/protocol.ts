// What a protocol is, and all that the router speaks: a folder each, with the same few files.
import type { JsonRecord } from "../bytes/json.ts";
import type { Endpoint, EndpointKind, EndpointRow, ProtocolName } from "../call/endpoint.ts";
import type { AnswerSlots, TextPlace } from "../cleaning/slot.ts";
import { messagesClientCodec } from "./anthropic-messages/client-codec.ts";
import { messagesEndpoints } from "./anthropic-messages/endpoints.ts";
import { messagesErrors } from "./anthropic-messages/errors.ts";
import { messagesEvents } from "./anthropic-messages/events.ts";
import { withoutOwnSeals } from "./anthropic-messages/own-seals.ts";
import { messagesUpstreamCodec } from "./anthropic-messages/upstream-codec.ts";
import { messagesFinish, messagesUsage } from "./anthropic-messages/usage.ts";
import type { ErrorForm } from "./error-form.ts";
import type { EventForm } from "./event-reading.ts";
import type { ClientCodec, UpstreamCodec } from "./neutral/codec.ts";
import { ollamaClientCodec } from "./ollama/codec.ts";
import { ollamaEndpoints } from "./ollama/endpoints.ts";
import { ollamaErrors } from "./ollama/errors.ts";
import { ollamaEvents } from "./ollama/events.ts";
import { ollamaHints, ollamaSlots } from "./ollama/slots.ts";
import { ollamaUpstreamCodec } from "./ollama/upstream-codec.ts";
import { ollamaFinish, ollamaUsage } from "./ollama/usage.ts";
import { chatClientCodec } from "./openai-chat/client-codec.ts";
import { chatUpstreamCodec } from "./openai-chat/codec.ts";
import { chatEndpoints } from "./openai-chat/endpoints.ts";
import { chatErrors } from "./openai-chat/errors.ts";
import { chatEvents } from "./openai-chat/events.ts";
import { chatHints, chatSlots } from "./openai-chat/slots.ts";
import { chatFinish, chatUsage } from "./openai-chat/usage.ts";
import { responsesClientCodec } from "./openai-responses/client-codec.ts";
import { responsesEndpoints } from "./openai-responses/endpoints.ts";
import { responsesErrors } from "./openai-responses/errors.ts";
import { withoutSealedItems } from "./openai-responses/own-seals.ts";
import { responsesEvents } from "./openai-responses/events.ts";
import { responsesUpstreamCodec } from "./openai-responses/upstream-codec.ts";
import { responsesFinish, responsesUsage } from "./openai-responses/usage.ts";
import type { FindText } from "./request-text.ts";
import type { FinishWords, UsageWords } from "./usage-words.ts";

interface OwnSeals {
  /** A request, be its model spliced in, without them; the very same where there is none. */
  readonly cut: (body: Uint8Array, json: () => JsonRecord | null) => Uint8Array;
  /** Where they stand. */
  readonly path: string;
}

export interface Protocol {
  readonly endpoints: readonly EndpointRow[];
  readonly events: EventForm;
  /** Where cleaners may cut; null: nowhere. */
  readonly slots: AnswerSlots | null;
  /** The request's text that takes a hint, by what is asked. */
  readonly hints: Partial<Record<EndpointKind, FindText>>;
  /** What only the router knows of answers before, in requests; null: nothing of the kind goes to clients. */
  readonly seals: OwnSeals | null;
  readonly errors: ErrorForm;
  readonly usage: UsageWords;
  readonly finish: FinishWords;
  /** For clients that speak it, and servers that do not; null: their calls go to servers that do. */
  readonly client: ClientCodec | null;
  /** For servers that speak it, and clients that do not; null: these cannot be asked. */
  readonly upstream: UpstreamCodec | null;
}

export const protocols: Record<ProtocolName, Protocol> = {
  "openai-chat": {
    endpoints: chatEndpoints,
    events: chatEvents,
    slots: chatSlots,
    hints: chatHints,
    seals: null,
    errors: chatErrors,
    usage: chatUsage,
    finish: chatFinish,
    client: chatClientCodec,
    upstream: chatUpstreamCodec,
  },
  "openai-responses": {
    endpoints: responsesEndpoints,
    events: responsesEvents,
    slots: null,
    hints: {},
    seals: { cut: withoutSealedItems, path: "input.reasoning" },
    errors: responsesErrors,
    usage: responsesUsage,
    finish: responsesFinish,
    client: responsesClientCodec,
    upstream: responsesUpstreamCodec,
  },
  "anthropic-messages": {
    endpoints: messagesEndpoints,
    events: messagesEvents,
    slots: null,
    hints: {},
    seals: { cut: withoutOwnSeals, path: "messages.content.thinking" },
    errors: messagesErrors,
    usage: messagesUsage,
    finish: messagesFinish,
    client: messagesClientCodec,
    upstream: messagesUpstreamCodec,
  },
  ollama: {
    endpoints: ollamaEndpoints,
    events: ollamaEvents,
    slots: ollamaSlots,
    hints: ollamaHints,
    seals: null,
    errors: ollamaErrors,
    usage: ollamaUsage,
    finish: ollamaFinish,
    client: ollamaClientCodec,
    upstream: ollamaUpstreamCodec,
  },
};

/** Where the texts of an endpoint's plain answers stand; null: nowhere. */
export function slotsOf({ protocol, streams }: Endpoint): AnswerSlots | null {
  return streams === null ? null : protocols[protocol].slots;
}

/** The text of a request that takes a hint; null where it has none. */
export function hintPlace(
  { protocol, kind }: Endpoint,
  request: JsonRecord | null,
): TextPlace | null {
  return request === null ? null : (protocols[protocol].hints[kind]?.(request) ?? null);
}
