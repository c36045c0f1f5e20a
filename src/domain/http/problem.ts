// Every refusal of the router's own: its kind decides status, type and code; callers add only the words.
import type { HeaderList } from "./headers.ts";

export type ProblemKind =
  | "invalid_json"
  | "invalid_request"
  | "invalid_model"
  | "invalid_header"
  | "invalid_path"
  | "previous_response_not_found"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "request_timeout"
  | "unsupported_encoding"
  | "invalid_encoding"
  | "request_too_large"
  | "overloaded"
  | "answers_unreadable"
  | "internal_error"
  | "routing_loop"
  | "upgrade_required"
  | "upgrade_unsupported"
  | "not_supported"
  | "cancelled"
  | "upstream_unreachable"
  | "upstream_broken"
  | "upstream_timeout"
  | "all_upstreams_failed"
  | "unfit_answer";

interface ProblemForm {
  readonly status: number;
  readonly type: string;
  readonly code: string;
}

/** How each kind is answered where a client speaks OpenAI's protocols. */
export const problemForms: Readonly<Record<ProblemKind, ProblemForm>> = {
  invalid_json: { status: 400, type: "invalid_request_error", code: "invalid_json" },
  invalid_request: { status: 400, type: "invalid_request_error", code: "invalid_request" },
  invalid_model: { status: 400, type: "invalid_request_error", code: "invalid_model" },
  invalid_header: { status: 400, type: "invalid_request_error", code: "invalid_header" },
  invalid_path: { status: 400, type: "invalid_request_error", code: "invalid_path" },
  previous_response_not_found: {
    status: 400,
    type: "invalid_request_error",
    code: "previous_response_not_found",
  },
  // OpenAI's own words, by which its clients know that the key is at fault.
  unauthorized: { status: 401, type: "invalid_request_error", code: "invalid_api_key" },
  forbidden: { status: 403, type: "invalid_request_error", code: "forbidden" },
  not_found: { status: 404, type: "invalid_request_error", code: "not_found" },
  method_not_allowed: { status: 405, type: "invalid_request_error", code: "method_not_allowed" },
  request_timeout: { status: 408, type: "invalid_request_error", code: "request_timeout" },
  unsupported_encoding: {
    status: 415,
    type: "invalid_request_error",
    code: "unsupported_encoding",
  },
  invalid_encoding: { status: 400, type: "invalid_request_error", code: "invalid_encoding" },
  request_too_large: { status: 413, type: "invalid_request_error", code: "request_too_large" },
  overloaded: { status: 503, type: "server_error", code: "overloaded" },
  answers_unreadable: { status: 503, type: "server_error", code: "service_unavailable" },
  internal_error: { status: 500, type: "server_error", code: "internal_error" },
  routing_loop: { status: 508, type: "server_error", code: "routing_loop" },
  upgrade_required: { status: 426, type: "invalid_request_error", code: "upgrade_required" },
  upgrade_unsupported: { status: 501, type: "invalid_request_error", code: "upgrade_unsupported" },
  not_supported: { status: 501, type: "invalid_request_error", code: "not_supported" },
  // No status says it better, and no client's library retries after it.
  cancelled: { status: 499, type: "server_error", code: "cancelled" },
  upstream_unreachable: { status: 502, type: "upstream_error", code: "upstream_unreachable" },
  upstream_broken: { status: 502, type: "upstream_error", code: "upstream_broken" },
  upstream_timeout: { status: 504, type: "upstream_error", code: "upstream_timeout" },
  all_upstreams_failed: { status: 502, type: "upstream_error", code: "all_upstreams_failed" },
  unfit_answer: { status: 502, type: "upstream_error", code: "unfit_answer" },
};

export interface RequestProblem {
  readonly kind: ProblemKind;
  /** For people; names what was wrong and what would be right. */
  readonly message: string;
  /** The request's field at fault. */
  readonly param: string | null;
  /** Seconds, where asking again later makes sense. */
  readonly retryAfter: number | null;
  /** Headers of the answer, beside the usual ones. */
  readonly headers: HeaderList;
}

/** A problem of a kind, in words. */
export function problem(
  kind: ProblemKind,
  message: string,
  more: Partial<Pick<RequestProblem, "param" | "retryAfter" | "headers">> = {},
): RequestProblem {
  const { param = null, retryAfter = null, headers = [] } = more;
  return { kind, message, param, retryAfter, headers };
}

/** What everyone but the operator learns of a fault of the router's own. */
export const internalError = problem(
  "internal_error",
  "internal error; the router's log says more",
);

export function problemStatus(kind: ProblemKind): number {
  return problemForms[kind].status;
}

/** The `error` object of `/v1`; `extra` fields stand behind the four standard ones. */
export function errorObject(
  why: RequestProblem,
  extra: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const { type, code } = problemForms[why.kind];
  return { message: why.message, type, param: why.param, code, ...extra };
}
