// Responses' side of a translation: its clients' calls to /v1/responses.
import type { ClientCall, ClientCodec } from "../neutral/codec.ts";
import { openAiError } from "../openai-error-words.ts";
import { createResponseWriter, wholeResponse } from "./answer-writer.ts";
import { gatherResponse } from "./gather-response.ts";
import { readResponsesRequest } from "./request-reader.ts";

export const responsesClientCodec: ClientCodec = {
  // Only those that ask for it get what they could hand back.
  keepsSeals: false,
  headers: ["openai-beta"],
  wire: { framing: "sse", protocol: "openai-responses" },
  contentType: "text/event-stream",
  call: ({ protocol, kind }) =>
    protocol === "openai-responses" && kind === "responses" ? responsesCall : null,
  gather: gatherResponse,
  error: openAiError,
};

const responsesCall: ClientCall = {
  readRequest: readResponsesRequest,
  writer: createResponseWriter,
  writeWhole: wholeResponse,
};
