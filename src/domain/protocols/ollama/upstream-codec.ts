// Ollama's other side of a translation: chats with its servers.
import type { UpstreamCodec } from "../neutral/codec.ts";
import { createOllamaReader } from "./answer-reader.ts";
import { writeOllamaRequest } from "./request-writer.ts";

export const ollamaUpstreamCodec: UpstreamCodec = {
  signsThinking: false,
  writeRequest: writeOllamaRequest,
  reader: (_, framing) => createOllamaReader(framing),
};
