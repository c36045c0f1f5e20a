// A server that speaks Responses only, refuses what OpenAI's refuses, and else says what a test has laid down for it.
import {
  responseEvents,
  type ResponsesAnswer,
  responseStream,
  wholeResponseOf,
} from "./responses-answer.ts";
import { responsesRefusal } from "./responses-refusal.ts";
import { startStrictServer, type StrictServer } from "./strict-server.ts";

interface ResponsesFailure {
  readonly code: string;
  readonly message: string;
}

/** It may fail though it comes with a 200. */
type PerhapsFailed = ResponsesAnswer & { readonly fails?: ResponsesFailure };

export type ResponsesServer = StrictServer<PerhapsFailed, ResponsesFailure>;

export const responsesKey = "sk-test";

export function startResponsesServer(): ResponsesServer {
  const sealed = new Set<string>();
  return startStrictServer<PerhapsFailed, ResponsesFailure>({
    models: { object: "list", data: [{ id: "gpt", object: "model" }] },
    turnsAway({ headers }, path) {
      if (path !== "/v1/responses")
        return failure(404, "unknown_url", `Invalid URL (POST ${path})`);
      return headers.get("authorization") === `Bearer ${responsesKey}`
        ? null
        : failure(401, "invalid_api_key", "Incorrect API key provided.");
    },
    refusal(body) {
      const refused = responsesRefusal(body, sealed);
      if (refused === null) return null;
      const { message, code } = refused;
      return { message, response: failure(400, code, message) };
    },
    failure: ({ status, code, message }) => failure(status, code, message),
    unprepared: { status: 500, code: "server_error", message: "nothing is laid down" },
    signs({ output }) {
      for (const item of output)
        if (typeof item["encrypted_content"] === "string") sealed.add(item["encrypted_content"]);
    },
    forgets: () => sealed.clear(),
    whole: (answer) => (answer.fails === undefined ? wholeResponseOf(answer) : failed(answer)),
    events: responseEvents,
    endsAfter: ({ fails }, events) => (fails === undefined ? events : events - 1),
    lastWords(answer, breaks, sequence_number) {
      if (breaks) return [{ type: "error", sequence_number, ...itsFault }];
      return answer.fails === undefined
        ? []
        : [{ type: "response.failed", sequence_number, response: failed(answer) }];
    },
    stream: responseStream,
  });
}

const itsFault = { code: "server_error", message: "The server had an error.", param: null };

function failed(answer: PerhapsFailed) {
  return { ...wholeResponseOf(answer), status: "failed", error: answer.fails };
}

function failure(status: number, code: string | null, message: string): Response {
  const type = status < 500 ? "invalid_request_error" : "server_error";
  return Response.json({ error: { message, type, param: null, code } }, { status });
}
