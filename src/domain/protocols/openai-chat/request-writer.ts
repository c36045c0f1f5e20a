// Neutral requests as those of the /v1 API: chat completions, completions, embeddings.
import type { WrittenRequest } from "../neutral/codec.ts";
import { createPlacedFields, type PlacedFields } from "../neutral/placed-fields.ts";
import type {
  CompletionRequest,
  ConversationRequest,
  EmbeddingRequest,
  NeutralRequest,
} from "../neutral/request.ts";
import type { ServerTraits } from "../server-traits.ts";
import { chatEndpoint, completionEndpoint, embeddingsEndpoint } from "./endpoints.ts";
import { writeMessages } from "./message-writer.ts";
import { createRequestBody, type RequestBody } from "./request-body.ts";
import {
  writeFormat,
  writeLogprobs,
  writeSampling,
  writeStream,
  writeThinking,
  writeToolChoice,
  writeTools,
} from "./settings-writer.ts";

/**
 * @param model the name to send; null sends none
 * @param traits of the server that gets it (`serverTraits`)
 */
export function writeChatRequest(
  request: NeutralRequest,
  model: string | null,
  traits: ServerTraits,
): WrittenRequest {
  const placed = createPlacedFields(request);
  const body = createRequestBody(traits, placed, request.kind === "conversation");
  if (model !== null) body.set("model", model);
  switch (request.kind) {
    case "conversation":
      writeConversation(request, body, placed);
      break;
    case "completion":
      writeCompletion(request, body);
      break;
    case "embedding":
      writeEmbedding(request, body);
      break;
  }
  const dropped = placed.dropped();
  return { kind: "request", ...places[request.kind], body: body.written(), dropped };
}

const places: Record<NeutralRequest["kind"], Pick<WrittenRequest, "path" | "endpoint">> = {
  conversation: { path: "/v1/chat/completions", endpoint: chatEndpoint },
  completion: { path: "/v1/completions", endpoint: completionEndpoint },
  embedding: { path: "/v1/embeddings", endpoint: embeddingsEndpoint },
};

function writeConversation(
  { messages, tools, settings }: ConversationRequest,
  body: RequestBody,
  placed: PlacedFields,
): void {
  body.set("messages", writeMessages(messages, body.extras, placed));
  writeTools(tools, body);
  writeToolChoice(settings, body);
  writeFormat(settings.format, true, body);
  writeThinking(settings.thinking, body);
  writeLogprobs(settings, true, body);
  writeStream(settings, body);
  writeSampling(settings, body);
}

function writeCompletion({ prompt, suffix, settings }: CompletionRequest, body: RequestBody): void {
  body.set("prompt", prompt.value, prompt);
  if (suffix !== null) body.set("suffix", suffix.value, suffix);
  writeFormat(settings.format, false, body);
  writeLogprobs(settings, false, body);
  writeStream(settings, body);
  writeSampling(settings, body);
}

function writeEmbedding({ input, dimensions }: EmbeddingRequest, body: RequestBody): void {
  body.set("input", input.value, input);
  if (dimensions !== null) body.set("dimensions", dimensions.value, dimensions);
}
