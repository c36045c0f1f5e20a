// Chat Completions' other side of a translation: its clients' chats.
import type { ClientCall, ClientCodec } from "../neutral/codec.ts";
import { createChunksWriter, wholeCompletion } from "./answer-writer.ts";
import { openAiError } from "../openai-error-words.ts";
import { gatherChunks } from "./gather-chunks.ts";
import { readChatRequest } from "./request-reader.ts";

export const chatClientCodec: ClientCodec = {
  keepsSeals: false,
  wire: { framing: "sse", protocol: "openai-chat" },
  contentType: "text/event-stream",
  headers: [],
  // The rest of the API has no counterpart in protocols that only chat.
  call: ({ protocol, kind }) => (protocol === "openai-chat" && kind === "chat" ? chat : null),
  gather: gatherChunks,
  error: openAiError,
};

const chat: ClientCall = {
  readRequest: readChatRequest,
  writer: createChunksWriter,
  writeWhole: wholeCompletion,
};
