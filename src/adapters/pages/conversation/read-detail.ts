// The conversation of a call with its bodies, and what of its answer the client did not get.
import { readConversation } from "../../../domain/conversation/read-conversation.ts";
import { type ComparedPart, comparedParts } from "../../../domain/conversation/removed.ts";
import type { Conversation } from "../../../domain/conversation/turn.ts";
import type { LogDetail } from "../../../ports/browse.ts";

export interface ReadDetail {
  readonly conversation: Conversation;
  /** By choice: its parts with what a cleaner removed; null where that is not known. */
  readonly compared: readonly (readonly ComparedPart[] | null)[];
}

export function readDetail(detail: LogDetail): ReadDetail {
  const conversation = conversationIn(detail);
  const { response_body_clean: clean } = detail;
  const delivered = clean === undefined ? [] : readConversation(null, clean).answered;
  const compared = conversation.answered.map((turn, index) =>
    comparedParts(turn, delivered[index] ?? null),
  );
  return { conversation, compared };
}

/** What was asked and answered, as far as the bodies are text. */
export function conversationIn(detail: LogDetail): Conversation {
  return readConversation(
    detail.request_body_encoding === "base64" ? null : detail.request_body,
    detail.response_body_encoding === "base64" ? null : detail.response_body,
  );
}
