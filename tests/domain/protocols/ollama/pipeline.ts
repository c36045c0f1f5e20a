// Ollama's calls through both codecs to a /v1 server and back, a step at a time, for tests.
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { jsonSource, type JsonSource } from "../../../../src/domain/bytes/json-source.ts";
import type { WrittenObject } from "../../../../src/domain/bytes/json-written.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import type {
  AnswerEvent,
  WriterContext,
} from "../../../../src/domain/protocols/neutral/answer.ts";
import type { ClientCall } from "../../../../src/domain/protocols/neutral/codec.ts";
import { ollamaClientCodec } from "../../../../src/domain/protocols/ollama/codec.ts";
import type { OllamaKind } from "../../../../src/domain/protocols/ollama/endpoints.ts";
import { chatUpstreamCodec } from "../../../../src/domain/protocols/openai-chat/codec.ts";
import type { ServerTraits } from "../../../../src/domain/protocols/server-traits.ts";
import { madeBy, sentTo } from "../../../lab/made-by.ts";

export type TranslatedRequest =
  | {
      readonly kind: "request";
      readonly path: string;
      readonly body: WrittenObject;
      readonly dropped: readonly string[];
    }
  | { readonly kind: "idle"; readonly answer: (model: string, now: number) => WrittenObject }
  | { readonly kind: "problem"; readonly message: string };

const server = madeBy("openai-chat");

function callOf(kind: OllamaKind): ClientCall {
  const call = ollamaClientCodec.call(endpointOf("POST", `/api/${kind}`));
  if (call === null) throw new Error(`/api/${kind} is not translated`);
  return call;
}

export function translateRequest(
  kind: OllamaKind,
  source: JsonSource,
  model: string | null,
  traits: ServerTraits,
): TranslatedRequest {
  const reading = callOf(kind).readRequest(source);
  if (reading.kind !== "request") return reading;
  const written = chatUpstreamCodec.writeRequest(reading.request, model, traits, sentTo(server));
  if (written.kind === "cannot") throw new Error(written.field);
  const { path, body, dropped } = written;
  return { kind: "request", path, body, dropped };
}

/** Epoch ms; where nothing else is said, requests are sent now. */
export const startedAt = 1_790_000_000_000;

const anyContext: WriterContext = {
  id: "call-1",
  asked: jsonSource({}, () => ({ bytes: new Uint8Array(0), start: 0 })),
  model: "m",
  maker: server,
  startedAt,
  kept: false,
  previous: null,
  lose: () => undefined,
  estimatedPrompt: () => 0,
};

/** A whole answer as Ollama's. @param totalMs from the request sent to the answer's end */
export function translateAnswer(
  kind: OllamaKind,
  answer: JsonSource,
  totalMs = 1_500,
): WrittenObject {
  const about = kind === "embed" || kind === "embeddings" ? "embedding" : "conversation";
  const said = chatUpstreamCodec.reader(about, "none").whole(answer);
  if (said === null) throw new Error("no answer");
  const context = { ...anyContext, startedAt: startedAt - totalMs };
  return callOf(kind).writeWhole(said, context, startedAt);
}

export interface TranslatedStream {
  /** @returns the lines that follow. @param now epoch ms */
  push(event: JsonSource | "[DONE]", now: number): readonly string[];
  end(now: number): readonly string[];
}

export function translateStream(kind: "chat" | "generate"): TranslatedStream {
  const reader = chatUpstreamCodec.reader("conversation", "ndjson");
  const writer = callOf(kind).writer?.(anyContext);
  if (writer === undefined) throw new Error(`/api/${kind} has no streams`);
  const said = (event: JsonSource | "[DONE]"): readonly AnswerEvent[] => {
    const data = event === "[DONE]" ? event : event.raw().text;
    const bytes = new TextEncoder().encode(`${data}\n`);
    const json = event === "[DONE]" ? null : (event.value as JsonRecord);
    return reader.event({ bytes, event: null, data }, json) ?? [];
  };
  const lineOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  return {
    push: (event, now) => writer.events(said(event), now).map(lineOf),
    end: (now) => writer.end(now).map(lineOf),
  };
}
