// Chat Completions' side of a translation, with the completions and embeddings of the same servers.
import type { UpstreamCodec } from "../neutral/codec.ts";
import { createChatReader } from "./answer-reader.ts";
import { embeddingsReader } from "./embeddings-reader.ts";
import { writeChatRequest } from "./request-writer.ts";

export const chatUpstreamCodec: UpstreamCodec = {
  signsThinking: false,
  writeRequest: writeChatRequest,
  reader: (kind, framing) => (kind === "embedding" ? embeddingsReader : createChatReader(framing)),
};
