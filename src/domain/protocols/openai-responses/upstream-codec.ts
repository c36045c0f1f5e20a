// Responses' other side of a translation: servers that speak it, for clients that do not.
import type { UpstreamCodec } from "../neutral/codec.ts";
import { createResponsesReader } from "./answer-reader.ts";
import { writeResponsesRequest } from "./request-writer.ts";

export const responsesUpstreamCodec: UpstreamCodec = {
  // Nothing is stored there: what led to calls has to come back as it was sealed.
  signsThinking: true,
  writeRequest: writeResponsesRequest,
  reader: (_, framing) => createResponsesReader(framing),
};
