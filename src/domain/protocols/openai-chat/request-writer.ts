// Neutral requests as those of the /v1 API: chat completions, completions, embeddings.
import type { WrittenObject } from "../../bytes/json-written.ts";
import type { CannotServe, WrittenRequest } from "../neutral/codec.ts";
import { createPlacedFields, type PlacedFields } from "../neutral/placed-fields.ts";
import type {
  CompletionRequest,
  ConversationRequest,
  EmbeddingRequest,
  NeutralRequest,
} from "../neutral/request.ts";
import { createToolNames, type ToolNames } from "../neutral/tool-names.ts";
import type { ServerTraits } from "../server-traits.ts";
import { chatEndpoint, completionEndpoint, embeddingsEndpoint } from "./endpoints.ts";
import { writeMessages } from "./message-writer.ts";
import { createRequestBody, type RequestBody } from "./request-body.ts";
import {
  writeFormat,
  writeLogprobs,
  writeOpenAi,
  writePrefill,
  writeSampling,
  writeStream,
  writeThinking,
  writeToolChoice,
  writeTools,
  writeUser,
} from "./settings-writer.ts";

/**
 * @param model the name to send; null sends none
 * @param traits of the server that gets it (`serverTraits`)
 */
export function writeChatRequest(
  request: NeutralRequest,
  model: string | null,
  traits: ServerTraits,
): WrittenRequest | CannotServe {
  const placed = createPlacedFields(request);
  const body = createRequestBody(traits, placed, request.kind === "conversation");
  const names = createToolNames(ownNames(request), longestName);
  if (model !== null) body.set("model", model);
  switch (request.kind) {
    case "conversation":
      writeConversation(request, body, traits, names, placed);
      break;
    case "completion":
      writeCompletion(request, body, traits, placed);
      break;
    case "embedding":
      writeEmbedding(request, body);
      break;
  }
  const missing = placed.missing();
  if (missing !== null) return { kind: "cannot", field: missing };
  const written = { ...places[request.kind], body: body.written(), dropped: placed.dropped() };
  const { renamed } = names;
  return {
    kind: "request",
    ...written,
    added: placed.added(),
    ...(renamed === undefined ? {} : { renamed }),
  };
}

/** Of a tool, in OpenAI's API. */
const longestName = 64;

/** The names of tools, but of those that go out in the form of Chat Completions, as their author wrote it. */
function ownNames(request: NeutralRequest): readonly string[] {
  const tools = request.kind === "conversation" ? request.tools : null;
  return tools?.asChat === null ? tools.list.map(({ name }) => name) : [];
}

const places: Record<NeutralRequest["kind"], Pick<WrittenRequest, "path" | "endpoint">> = {
  conversation: { path: "/v1/chat/completions", endpoint: chatEndpoint },
  completion: { path: "/v1/completions", endpoint: completionEndpoint },
  embedding: { path: "/v1/embeddings", endpoint: embeddingsEndpoint },
};

function writeConversation(
  { messages, tools, settings, prefill, cache }: ConversationRequest,
  body: RequestBody,
  traits: ServerTraits,
  names: ToolNames,
  placed: PlacedFields,
): void {
  const written = writeMessages(messages, traits, names, placed);
  body.set("messages", prefill === undefined ? written : prefilled(written, traits));
  writeTools(tools, traits, names, body, placed);
  writeToolChoice(settings, tools, names, body);
  writeUser(settings, body);
  writeOpenAi(settings, traits, body);
  writeFormat(settings.format, true, traits, body, placed);
  writeThinking(settings.thinking, traits, body);
  writeLogprobs(settings, true, body);
  writeStream(settings, body);
  writeSampling(settings, traits, body, placed);
  if (cache !== undefined && traits.cacheMarks) body.set("cache_control", cache.value, cache);
  if (prefill !== undefined) writePrefill(prefill, traits, body, placed);
}

/** Mistral wants a mark on the message that the answer goes on with. */
function prefilled(
  messages: readonly WrittenObject[],
  { prefill }: ServerTraits,
): readonly WrittenObject[] {
  const last = messages.at(-1);
  return prefill !== "marked" || last === undefined
    ? messages
    : [...messages.slice(0, -1), { ...last, prefix: true }];
}

function writeCompletion(
  { prompt, suffix, settings }: CompletionRequest,
  body: RequestBody,
  traits: ServerTraits,
  placed: PlacedFields,
): void {
  body.set("prompt", prompt.value, prompt);
  if (suffix !== null) body.set("suffix", suffix.value, suffix);
  writeFormat(settings.format, false, traits, body, placed);
  writeLogprobs(settings, false, body);
  writeStream(settings, body);
  writeSampling(settings, traits, body, placed);
}

function writeEmbedding({ input, dimensions }: EmbeddingRequest, body: RequestBody): void {
  body.set("input", input.value, input);
  if (dimensions !== null) body.set("dimensions", dimensions.value, dimensions);
}
