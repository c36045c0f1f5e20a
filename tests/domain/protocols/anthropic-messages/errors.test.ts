// Errors of the router's own as Anthropic's clients read them.
import { expect, test } from "bun:test";
import { errorBody, errorEvent } from "../../../../src/domain/protocols/errors.ts";
import { problem, type ProblemKind } from "../../../../src/domain/http/problem.ts";

const bodyOf = (kind: ProblemKind, status?: number) =>
  JSON.parse(
    errorBody("anthropic-messages", problem(kind, "words"), {
      requestId: "id",
      ...(status === undefined ? {} : { status }),
    }),
  ) as unknown;

test.each<[ProblemKind, number | undefined, string]>([
  ["invalid_json", undefined, "invalid_request_error"],
  ["unauthorized", undefined, "authentication_error"],
  ["forbidden", undefined, "permission_error"],
  ["not_found", undefined, "not_found_error"],
  ["method_not_allowed", undefined, "invalid_request_error"],
  ["request_too_large", undefined, "request_too_large"],
  ["overloaded", undefined, "overloaded_error"],
  ["internal_error", undefined, "api_error"],
  ["routing_loop", undefined, "api_error"],
  ["upstream_unreachable", undefined, "api_error"],
  ["upstream_timeout", undefined, "timeout_error"],
  ["all_upstreams_failed", 402, "billing_error"],
  ["all_upstreams_failed", 422, "invalid_request_error"],
  ["all_upstreams_failed", 429, "rate_limit_error"],
  ["all_upstreams_failed", 529, "overloaded_error"],
])("%s with status %p is %s", (kind, status, type) => {
  expect(bodyOf(kind, status)).toEqual({
    type: "error",
    error: { type, message: "words" },
    request_id: "id",
  });
});

test("what is said of the attempts stands within the error", () => {
  const body = errorBody("anthropic-messages", problem("all_upstreams_failed", "words"), {
    extra: { attempts: [1] },
  });
  expect(JSON.parse(body)).toMatchObject({ error: { attempts: [1] }, request_id: null });
});

test("in a stream it is an event of its own", () => {
  const wire = { framing: "sse", protocol: "anthropic-messages" } as const;
  const event = new TextDecoder().decode(errorEvent(wire, { message: "lost", code: "x" }, "id"));
  const [name, data] = event.split("\n");
  expect(name).toBe("event: error");
  expect(JSON.parse(data?.slice("data: ".length) ?? "")).toEqual({
    type: "error",
    error: { type: "api_error", message: "lost" },
    request_id: "id",
  });
});
