// Which refusals say that a server does not speak a protocol.
import { expect, test } from "bun:test";
import type { FailureReason } from "../../../src/domain/failover/attempt.ts";
import { isNotSpoken } from "../../../src/domain/protocols/not-spoken.ts";

test.each<[FailureReason, number | null, string, string[], boolean]>([
  ["status", 404, "status 404", [], true],
  ["status", 404, "status 404: Not Found", [], true],
  ["status", 404, "status 404: model: claude", ["not_found_error"], false],
  ["status", 404, "status 404: no such thing", ["model_not_found"], false],
  ["status", 404, 'status 404: model "m" not found, try pulling it first', [], false],
  ["status", 405, "status 405", [], true],
  ["status", 501, "status 501", [], true],
  ["status", 400, "status 400: unknown endpoint", [], false],
  ["status", 500, "status 500", [], false],
  ["error_body", 502, "Unexpected endpoint or method. (POST /v1/messages)", [], true],
  ["error_body", 502, "unknown request URL: POST /v1/messages", [], true],
  ["error_body", 502, "Cannot POST /v1/messages", [], true],
  ["error_body", 502, "the endpoint /v1/messages is not supported", [], true],
  ["error_body", 502, "out of memory", [], false],
  ["not_json", 502, "Cannot POST /v1/messages", [], false],
  ["silence_timeout", null, "no byte", [], false],
])("%s %p, %s, %p: %p", (reason, status, message, codes, notSpoken) => {
  expect(isNotSpoken({ reason, status, message, codes })).toBe(notSpoken);
});
