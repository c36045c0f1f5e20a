// Errors as Anthropic's clients read them (docs.anthropic.com/en/api/errors): their type follows from the status.
import type { ErrorForm } from "../error-form.ts";

export const messagesErrors: ErrorForm = {
  body: ({ message }, { status, requestId, extra }) =>
    JSON.stringify({
      type: "error",
      error: { type: messagesErrorType(status), message, ...extra },
      request_id: requestId,
    }),
  event({ message, status, attempts }, requestId) {
    // Where an answer has begun, whatever happens to it then is a fault of the API's. Where only pings
    // have gone out, the error is the one that the client would have got, with its status beside it.
    const type = typeof status === "number" ? messagesErrorType(status) : "api_error";
    const error = { type, message, attempts, status };
    const said = { type: "error", error, request_id: requestId };
    return `event: error\ndata: ${JSON.stringify(said)}\n\n`;
  },
  soFar: null,
};

/** By status; every other one below 500 is `invalid_request_error`, the rest `api_error`. */
export const messagesErrorTypes: ReadonlyMap<number, string> = new Map([
  [401, "authentication_error"],
  [402, "billing_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [503, "overloaded_error"],
  [504, "timeout_error"],
  [529, "overloaded_error"],
]);

/** @param status 400 or above */
export function messagesErrorType(status: number): string {
  return messagesErrorTypes.get(status) ?? (status < 500 ? "invalid_request_error" : "api_error");
}
