// A Messages server that refuses what Anthropic's refuses, and else says what a test has laid down for it.
import { type JsonRecord, textMember } from "../../src/domain/bytes/json.ts";
import { anthropicRefusal } from "./anthropic-checker.ts";
import {
  type MessagesAnswer,
  messageEvents,
  messageStream,
  wholeMessage,
} from "./messages-answer.ts";

/** An answer, or an error. */
export type MessagesScript =
  | MessagesAnswer
  | { readonly status: number; readonly type: string; readonly message: string }
  /** As a stream, whatever was asked for. */
  | (MessagesAnswer & { readonly streams: true })
  /** So many events, and then nothing. */
  | (MessagesAnswer & { readonly stallsAfter: number })
  /** The connection ends after so many events. */
  | (MessagesAnswer & { readonly cutAfter: number })
  /** So many events, and then an error. */
  | (MessagesAnswer & { readonly breaksAfter: number });

export interface MessagesServer {
  readonly url: string;
  /** What the next requests get, in order. */
  says(...scripts: readonly MessagesScript[]): void;
  /** The bodies of the requests that were not refused. */
  readonly asked: readonly JsonRecord[];
  /** Why requests were refused, in order. */
  readonly refusals: readonly string[];
  /** It knows its own signatures no more. */
  forgets(): void;
  /** Resolves when a client has gone before its answer was complete. */
  aborted(): Promise<void>;
  stop(): Promise<void>;
}

export const messagesKey = "sk-ant-test";

export function startMessagesServer(): MessagesServer {
  const scripts: MessagesScript[] = [];
  const asked: JsonRecord[] = [];
  const refusals: string[] = [];
  /** The texts that it has signed, by signature. */
  const signed = new Map<string, string>();
  const gone = Promise.withResolvers<void>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method === "GET")
        return Response.json({ data: [{ type: "model", id: "claude", display_name: "Claude" }] });
      if (pathname !== "/v1/messages") return failure(404, "not_found_error", "Not Found");
      if (request.headers.get("x-api-key") !== messagesKey || request.headers.has("authorization"))
        return failure(401, "authentication_error", "invalid x-api-key");
      if (!/^\d{4}-\d\d-\d\d$/.test(request.headers.get("anthropic-version") ?? ""))
        return failure(400, "invalid_request_error", "anthropic-version: header is required");
      const body = (await request.json()) as JsonRecord;
      const refusal = anthropicRefusal(body, new Set(signed.keys())) ?? modified(body, signed);
      if (refusal !== null) {
        refusals.push(refusal);
        return failure(400, "invalid_request_error", refusal);
      }
      asked.push(body);
      const script = scripts.shift();
      if (script === undefined) return failure(500, "api_error", "nothing is laid down");
      if ("status" in script) return failure(script.status, script.type, script.message);
      for (const block of script.content)
        signed.set(
          String(block["signature"] ?? block["data"]),
          textMember(block, "thinking") ?? "",
        );
      if (body["stream"] !== true && !("streams" in script))
        return Response.json(wholeMessage(script));
      return new Response(streamOf(script, gone.resolve), {
        headers: { "content-type": "text/event-stream; charset=utf-8" },
      });
    },
  });
  return {
    url: server.url.href.replace(/\/$/, ""),
    says: (...next) => void scripts.push(...next),
    asked,
    refusals,
    forgets: () => signed.clear(),
    aborted: () => gone.promise,
    stop: () => server.stop(true),
  };
}

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

function streamOf(
  script: Exclude<MessagesScript, { status: number }>,
  gone: () => void,
): ReadableStream<Uint8Array> {
  const events = messageEvents(script);
  const limit =
    "stallsAfter" in script
      ? script.stallsAfter
      : "cutAfter" in script
        ? script.cutAfter
        : "breaksAfter" in script
          ? script.breaksAfter
          : events.length;
  return new ReadableStream({
    start(controller) {
      const said = events.slice(0, limit);
      const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
      const last = "breaksAfter" in script ? [...said, error] : said;
      controller.enqueue(new TextEncoder().encode(messageStream(last)));
      if (!("stallsAfter" in script)) controller.close();
    },
    cancel: gone,
  });
}
