// Errors of the router's own in the form that a client reads: as an answer, and as a stream's last words.
import type { ProtocolName } from "../call/endpoint.ts";
import type { FailureReason } from "../failover/attempt.ts";
import type { Wire } from "./bridge.ts";
import type { JsonRecord } from "../bytes/json.ts";
import { errorObject, problem, problemStatus, type RequestProblem } from "../http/problem.ts";
import type { ErrorAround } from "./error-form.ts";
import { protocols } from "./protocol.ts";

/** The body of an answer that refuses or fails. */
export function errorBody(
  protocol: ProtocolName,
  why: RequestProblem,
  around: Partial<ErrorAround> = {},
): string {
  const { status = problemStatus(why.kind), requestId = null, extra = {} } = around;
  return protocols[protocol].errors.body(why, { status, requestId, extra });
}

const text = new TextEncoder();

/** The event that reports an error to a client; `requestId` is for the forms that name it. */
export function errorEvent(
  { protocol, framing }: Wire,
  error: JsonRecord,
  requestId: string,
): Uint8Array {
  // Lines differ from events whatever is in them.
  const form = framing === "ndjson" ? "ollama" : (protocol ?? "openai-chat");
  return text.encode(protocols[form].errors.event(error, requestId));
}

/**
 * An answer's break as an error that agents take for a passing one, and retry.
 * @param message what happened to the upstream
 */
export function breakObject(reason: FailureReason, message: string): JsonRecord {
  // A client that is still there to read this was not the one who left.
  if (reason === "client_gone") return errorObject(problem("cancelled", message));
  // The upstream did not stop: it said what was wrong.
  if (reason === "error_event") return errorObject(problem("upstream_broken", message));
  const what = reason === "silence_timeout" ? "stream timed out" : "upstream connection lost";
  return {
    message: `${what}: ${message}`,
    type: "server_error",
    param: null,
    code: "upstream_broken",
  };
}
