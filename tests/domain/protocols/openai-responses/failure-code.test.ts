// The codes of failed responses, from each server's own words.
import { expect, test } from "bun:test";
import { failureCode } from "../../../../src/domain/protocols/openai-responses/failure-code.ts";

test.each<[string, string, readonly string[]]>([
  ["context_length_exceeded", "prompt is too long: 9 tokens > 8 maximum", ["400"]],
  ["context_length_exceeded", "no", ["exceed_context_size_error", "400"]],
  ["invalid_prompt", "no such role", ["invalid_request_error", "400"]],
  ["invalid_prompt", "no such role", ["invalid_request_error"]],
  ["insufficient_quota", "pay", ["402"]],
  ["insufficient_quota", "pay", ["insufficient_quota", "rate_limit_exceeded"]],
  ["rate_limit_exceeded", "slow down", ["rate_limit_error"]],
  ["rate_limit_exceeded", "slow down", ["429", "RESOURCE_EXHAUSTED"]],
  ["server_is_overloaded", "busy", ["overloaded_error"]],
  ["server_is_overloaded", "busy", ["service_unavailable", "server_error", "503"]],
  ["server_error", "no such model", ["model_not_found", "invalid_request_error", "404"]],
  ["server_error", "who are you?", ["invalid_api_key", "invalid_request_error", "401"]],
  ["server_error", "upstream connection lost: reset", ["upstream_broken", "server_error"]],
  ["server_error", "something", []],
])("%s: %s %j", (code, message, codes) => {
  expect(failureCode({ message, codes })).toBe(code);
});
