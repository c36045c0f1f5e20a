// A Messages server that refuses what Anthropic's refuses, and else says what a test has laid down for it.
import { type JsonRecord, textMember } from "../../src/domain/bytes/json.ts";
import { anthropicRefusal } from "./anthropic-checker.ts";
import {
  type MessagesAnswer,
  messageEvents,
  messageStream,
  wholeMessage,
} from "./messages-answer.ts";
import { startStrictServer, type StrictServer } from "./strict-server.ts";

interface MessagesFailure {
  readonly type: string;
  readonly message: string;
}

export type MessagesServer = StrictServer<MessagesAnswer, MessagesFailure>;

export const messagesKey = "sk-ant-test";

export function startMessagesServer(): MessagesServer {
  /** The texts that it has signed, by signature. */
  const signed = new Map<string, string>();
  return startStrictServer<MessagesAnswer, MessagesFailure>({
    models: { data: [{ type: "model", id: "claude", display_name: "Claude" }] },
    turnsAway({ headers }, path) {
      if (path !== "/v1/messages") return failure(404, "not_found_error", "Not Found");
      if (headers.get("x-api-key") !== messagesKey || headers.has("authorization"))
        return failure(401, "authentication_error", "invalid x-api-key");
      return /^\d{4}-\d\d-\d\d$/.test(headers.get("anthropic-version") ?? "")
        ? null
        : failure(400, "invalid_request_error", "anthropic-version: header is required");
    },
    refusal(body) {
      const message = anthropicRefusal(body, new Set(signed.keys())) ?? modified(body, signed);
      return message === null
        ? null
        : { message, response: failure(400, "invalid_request_error", message) };
    },
    failure: ({ status, type, message }) => failure(status, type, message),
    unprepared: { status: 500, type: "api_error", message: "nothing is laid down" },
    signs({ content }) {
      for (const block of content)
        signed.set(
          String(block["signature"] ?? block["data"]),
          textMember(block, "thinking") ?? "",
        );
    },
    forgets: () => signed.clear(),
    whole: wholeMessage,
    events: messageEvents,
    lastWords: (_, breaks) => (breaks ? [overloaded] : []),
    stream: messageStream,
  });
}

const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };

/** Thinking whose text is not the one that was signed. */
function modified(body: JsonRecord, signed: ReadonlyMap<string, string>): string | null {
  const messages = body["messages"] as readonly JsonRecord[];
  for (const [at, { content }] of messages.entries())
    for (const [place, block] of (Array.isArray(content) ? content : []).entries()) {
      const { type, thinking, signature } = block as JsonRecord;
      if (type === "thinking" && signed.get(String(signature)) !== thinking)
        return (
          `messages.${at}.content.${place}: \`thinking\` or \`redacted_thinking\` blocks in the latest assistant ` +
          "message cannot be modified. These blocks must remain as they were in the original response."
        );
    }
  return null;
}

function failure(status: number, type: string, message: string): Response {
  const body = { type: "error", error: { type, message }, request_id: "req_1" };
  return Response.json(body, { status });
}
