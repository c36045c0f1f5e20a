// The last words to a client whose started stream has failed, in the stream's own form (SPEC section 7).
import type { FailureReason } from "../failover/attempt.ts";
import type { Wire } from "./bridge.ts";
import type { JsonRecord } from "../bytes/json.ts";
import { errorObject, problem } from "../http/problem.ts";

const text = new TextEncoder();

/** The event that tells a client of an error; `requestId` is for the formats that name it. */
export function errorEvent(
  { format, framing }: Wire,
  error: JsonRecord,
  requestId: string,
): Uint8Array {
  if (framing === "ndjson") return text.encode(`${JSON.stringify({ error: error["message"] })}\n`);
  if (format === "messages") {
    const said = { type: "error", error, request_id: requestId };
    return text.encode(`event: error\ndata: ${JSON.stringify(said)}\n\n`);
  }
  if (format === "responses")
    return text.encode(`event: error\ndata: ${JSON.stringify({ ...error, type: "error" })}\n\n`);
  return text.encode(`data: ${JSON.stringify({ error })}\n\n`);
}

/**
 * An answer's break as an error that agents take for a passing one, and ask again.
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
