// The code of a failed response, by which agents decide what to do: to shorten the conversation, to wait, or to give up.
import { contextOverflow } from "../context-overflow.ts";
import type { UpstreamError } from "../upstream-error.ts";

const byStatus: ReadonlyMap<string, string> = new Map([
  ["400", "invalid_prompt"],
  ["422", "invalid_prompt"],
  ["402", "insufficient_quota"],
  ["429", "rate_limit_exceeded"],
  ["503", "server_is_overloaded"],
  ["529", "server_is_overloaded"],
]);

/** What servers call the same, where they give no status. */
const byWord: readonly (readonly [code: string, said: RegExp])[] = [
  ["insufficient_quota", /^(insufficient_quota|billing_error)$/],
  ["rate_limit_exceeded", /^(rate_limit|too_many_requests|resource_exhausted)/i],
  ["server_is_overloaded", /^(overloaded|server_is_overloaded|service_unavailable)/],
  ["invalid_prompt", /^(invalid_prompt|invalid_request_error)$/],
];

/** Any other makes clients try again. */
export const otherFailure = "server_error";

/** @param said the upstream's words and codes, a status among them */
export function failureCode(said: UpstreamError): string {
  if (contextOverflow(said) !== null) return "context_length_exceeded";
  const status = said.codes.find((code) => /^[45]\d\d$/.test(code));
  if (status !== undefined) return byStatus.get(status) ?? otherFailure;
  for (const [code, words] of byWord) if (said.codes.some((one) => words.test(one))) return code;
  return otherFailure;
}
