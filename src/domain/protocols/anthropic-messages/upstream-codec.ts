// Anthropic's side of a translation.
import type { UpstreamCodec } from "../neutral/codec.ts";
import { createMessagesReader } from "./answer-reader.ts";
import { writeMessagesRequest } from "./request-writer.ts";

export const messagesUpstreamCodec: UpstreamCodec = {
  signsThinking: true,
  writeRequest: writeMessagesRequest,
  reader: (_, framing) => createMessagesReader(framing),
};
