// Anthropic's side of a translation: its clients' calls to /v1/messages.
import type { WrittenObject } from "../../bytes/json-written.ts";
import { contextOverflow } from "../context-overflow.ts";
import type { ClientCall, ClientCodec } from "../neutral/codec.ts";
import { readErrorBody, type UpstreamError } from "../upstream-error.ts";
import { createMessageWriter } from "./answer-writer.ts";
import { messagesErrorType } from "./errors.ts";
import { gatherMessage } from "./gather-message.ts";
import { readMessagesRequest } from "./request-reader.ts";
import { wholeMessage } from "./whole-message.ts";

export const messagesClientCodec: ClientCodec = {
  keepsSeals: true,
  wire: { framing: "sse", protocol: "anthropic-messages" },
  contentType: "text/event-stream",
  headers: ["anthropic-beta"],
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
  const said = readErrorBody(body);
  const message =
    said === null
      ? `the upstream answered with status ${status} and said no more`
      : overflowWords(said) + said.message;
  const error = { type: messagesErrorType(status), message };
  return { type: "error", error, request_id: callId };
}

/** Claude Code shortens a conversation by these words, which stay the same whatever the server's are. */
function overflowWords(said: UpstreamError): string {
  const overflow = contextOverflow(said);
  if (overflow === null) return "";
  const { figures } = overflow;
  const counted = figures === null ? "" : `: ${figures.tokens} tokens > ${figures.limit} maximum`;
  return `prompt is too long${counted} (capability_rejected: prompt_too_long): `;
}
