// Calls to /v1/messages through both codecs to a chat server and back, a step at a time, for tests.
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { messagesClientCodec } from "../../../../src/domain/protocols/anthropic-messages/client-codec.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import type { WriterContext } from "../../../../src/domain/protocols/neutral/answer.ts";
import type { ClientCall } from "../../../../src/domain/protocols/neutral/codec.ts";
import { withOwnNames } from "../../../../src/domain/protocols/neutral/renamed-calls.ts";
import { chatUpstreamCodec } from "../../../../src/domain/protocols/openai-chat/codec.ts";
import { serverTraits } from "../../../../src/domain/protocols/server-traits.ts";
import { madeBy, sentTo } from "../../../lab/made-by.ts";
import { asRead, asReceived } from "../ollama/written.ts";

function messagesCall(): ClientCall {
  const call = messagesClientCodec.call(endpointOf("POST", "/v1/messages"));
  if (call === null) throw new Error("/v1/messages is not translated");
  return call;
}

export const servers = {
  open: "http://10.0.0.9:8000",
  openai: "https://api.openai.com/v1",
  groq: "https://api.groq.com/openai",
  mistral: "https://api.mistral.ai",
  openrouter: "https://openrouter.ai/api/v1",
} as const;

/** Who makes all answers here. */
export const chatServer = madeBy("openai-chat");

export type ServerName = keyof typeof servers;

/** A request as the server gets it; a text says why it does not. */
export function asChat(request: JsonRecord, server: ServerName = "open") {
  const reading = messagesCall().readRequest(asReceived(request));
  if (reading.kind === "problem") return reading.message;
  if (reading.kind !== "request") throw new Error(reading.kind);
  const traits = serverTraits(servers[server]);
  const written = chatUpstreamCodec.writeRequest(reading.request, "m", traits, sentTo(chatServer));
  if (written.kind === "cannot") return `cannot: ${written.field}`;
  const { dropped, renamed, path } = written;
  return { path, body: asRead(written.body), dropped, renamed };
}

export interface Answered {
  readonly request?: JsonRecord;
  readonly renamed?: ReadonlyMap<string, string>;
  readonly lost?: Set<string>;
}

function contextOf({ request = {}, lost = new Set() }: Answered): WriterContext {
  return {
    id: "01234567-89ab",
    asked: asReceived(request),
    model: "m",
    maker: chatServer,
    startedAt: 0,
    kept: false,
    previous: null,
    lose: (field) => void lost.add(field),
    estimatedPrompt: () => 0,
  };
}

/** A whole answer of a chat server's as the client's. */
export function wholeOverChat(answer: JsonRecord, answered: Answered = {}): JsonRecord {
  const reader = withOwnNames(chatUpstreamCodec.reader("conversation", "none"), answered.renamed);
  const said = reader.whole(asReceived(answer));
  if (said === null) throw new Error("no answer");
  return asRead(messagesCall().writeWhole(said, contextOf(answered), 0));
}

/** A whole answer as the events of a stream. */
export function wholeAsStream(answer: JsonRecord): readonly Uint8Array[] {
  const said = chatUpstreamCodec.reader("conversation", "none").whole(asReceived(answer));
  const writer = messagesCall().writer?.(contextOf({}));
  if (said === null || writer === undefined) throw new Error("no answer");
  return writer.wholeAsEvents(said, 0);
}

/** A chat's stream as the client's. @param whole the stream came to its end; a cut one did not */
export function streamOverChat(
  events: readonly (JsonRecord | "[DONE]")[],
  whole = true,
  answered: Answered = {},
): readonly Uint8Array[] {
  const reader = withOwnNames(chatUpstreamCodec.reader("conversation", "sse"), answered.renamed);
  const writer = messagesCall().writer?.(contextOf(answered));
  if (writer === undefined) throw new Error("no streams");
  const written = events.flatMap((event) => {
    const data = event === "[DONE]" ? event : JSON.stringify(event);
    const bytes = new TextEncoder().encode(`data: ${data}\n\n`);
    const json = event === "[DONE]" ? null : (JSON.parse(data) as JsonRecord);
    return writer.events(reader.event({ bytes, event: null, data }, json) ?? [], 0);
  });
  return whole ? [...written, ...writer.end(0)] : written;
}

/** The events' bytes, as one stream. */
export function streamText(events: readonly Uint8Array[]): string {
  return events.map((bytes) => new TextDecoder().decode(bytes)).join("");
}
