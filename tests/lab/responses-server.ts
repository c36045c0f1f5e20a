// A server that speaks Responses only, refuses what OpenAI's refuses, and else says what a test has laid down for it.
import type { JsonRecord } from "../../src/domain/bytes/json.ts";
import {
  responseEvents,
  type ResponsesAnswer,
  responseStream,
  wholeResponseOf,
} from "./responses-answer.ts";
import { responsesRefusal } from "./responses-refusal.ts";

/** An answer, or an error. */
export type ResponsesScript =
  | ResponsesAnswer
  | { readonly status: number; readonly code: string; readonly message: string }
  /** As a stream, whatever was asked for. */
  | (ResponsesAnswer & { readonly streams: true })
  /** This number of events, and then nothing. */
  | (ResponsesAnswer & { readonly stallsAfter: number })
  /** The connection ends after this number of events. */
  | (ResponsesAnswer & { readonly cutAfter: number })
  /** This number of events, and then an error. */
  | (ResponsesAnswer & { readonly breaksAfter: number })
  /** A response that failed, with a 200. */
  | (ResponsesAnswer & { readonly fails: { readonly code: string; readonly message: string } });

export interface ResponsesServer {
  readonly url: string;
  /** What the next requests get, in order. */
  says(...scripts: readonly ResponsesScript[]): void;
  /** The bodies of the requests that were not refused. */
  readonly asked: readonly JsonRecord[];
  /** Why requests were refused, in order. */
  readonly refusals: readonly string[];
  /** It knows its own encrypted contents no more. */
  forgets(): void;
  /** Resolves when a client has gone before its answer was complete. */
  aborted(): Promise<void>;
  stop(): Promise<void>;
}

export const responsesKey = "sk-test";

export function startResponsesServer(): ResponsesServer {
  const scripts: ResponsesScript[] = [];
  const asked: JsonRecord[] = [];
  const refusals: string[] = [];
  const sealed = new Set<string>();
  const gone = Promise.withResolvers<void>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method === "GET")
        return Response.json({ object: "list", data: [{ id: "gpt", object: "model" }] });
      if (pathname !== "/v1/responses")
        return failure(404, "unknown_url", `Invalid URL (POST ${pathname})`);
      if (request.headers.get("authorization") !== `Bearer ${responsesKey}`)
        return failure(401, "invalid_api_key", "Incorrect API key provided.");
      const body = (await request.json()) as JsonRecord;
      const refusal = responsesRefusal(body, sealed);
      if (refusal !== null) {
        refusals.push(refusal.message);
        return failure(400, refusal.code, refusal.message);
      }
      asked.push(body);
      const script = scripts.shift();
      if (script === undefined) return failure(500, "server_error", "nothing is laid down");
      if ("status" in script) return failure(script.status, script.code, script.message);
      for (const item of script.output)
        if (typeof item["encrypted_content"] === "string") sealed.add(item["encrypted_content"]);
      if (body["stream"] !== true && !("streams" in script)) {
        const whole = wholeResponseOf(script);
        return Response.json(
          "fails" in script ? { ...whole, status: "failed", error: script.fails } : whole,
        );
      }
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
    forgets: () => sealed.clear(),
    aborted: () => gone.promise,
    stop: () => server.stop(true),
  };
}

function failure(status: number, code: string | null, message: string): Response {
  const type = status < 500 ? "invalid_request_error" : "server_error";
  return Response.json({ error: { message, type, param: null, code } }, { status });
}

function streamOf(
  script: Exclude<ResponsesScript, { status: number }>,
  gone: () => void,
): ReadableStream<Uint8Array> {
  const events = responseEvents(script);
  const limit =
    "stallsAfter" in script
      ? script.stallsAfter
      : "cutAfter" in script
        ? script.cutAfter
        : "breaksAfter" in script
          ? script.breaksAfter
          : "fails" in script
            ? events.length - 1
            : events.length;
  return new ReadableStream({
    start(controller) {
      const said = events.slice(0, limit);
      const last = lastWords(script, limit);
      controller.enqueue(new TextEncoder().encode(responseStream([...said, ...last])));
      if (!("stallsAfter" in script)) controller.close();
    },
    cancel: gone,
  });
}

/** An event of its own where the stream breaks, and the response where that fails. */
function lastWords(
  script: Exclude<ResponsesScript, { status: number }>,
  sequence_number: number,
): readonly JsonRecord[] {
  if ("breaksAfter" in script) {
    const error = { code: "server_error", message: "The server had an error.", param: null };
    return [{ type: "error", sequence_number, ...error }];
  }
  if (!("fails" in script)) return [];
  const response = { ...wholeResponseOf(script), status: "failed", error: script.fails };
  return [{ type: "response.failed", sequence_number, response }];
}
