// Anthropic's side of a translation: its clients' calls to /v1/messages.
import type { WrittenObject } from "../../bytes/json-written.ts";
import type { ClientCall, ClientCodec } from "../neutral/codec.ts";
import { readErrorBody } from "../upstream-error.ts";
import { createMessageWriter, wholeMessage } from "./answer-writer.ts";
import { messagesErrorType } from "./errors.ts";
import { gatherMessage } from "./gather-message.ts";
import { readMessagesRequest } from "./request-reader.ts";

export const messagesClientCodec: ClientCodec = {
  wire: { framing: "sse", protocol: "anthropic-messages" },
  contentType: "text/event-stream",
  call: ({ kind }) => (kind === "messages" ? messagesCall : null),
  gather: gatherMessage,
  error: upstreamError,
};

const messagesCall: ClientCall = {
  readRequest: readMessagesRequest,
  writer: createMessageWriter,
  writeWhole: wholeMessage,
};

/** The upstream's own words, which clients recognise what to do by. */
function upstreamError(status: number, body: Uint8Array, callId: string): WrittenObject {
  const said = readErrorBody(body)?.message;
  const message = said ?? `the upstream answered with status ${status} and said no more`;
  const error = { type: messagesErrorType(status), message };
  return { type: "error", error, request_id: callId };
}
