// Whether a server's refusal says that it does not speak a protocol at all, rather than what is wrong with the call.
import type { AttemptFailure } from "../failover/judge.ts";
import { refusesReference } from "./refused-reference.ts";

/** The words in which servers say that they have no such path, some of them with a 200. */
const aboutThePath =
  /unexpected endpoint|unknown (endpoint|path|route|url|request url)|invalid url|no (such )?route|not (found|implemented|supported).*(endpoint|path|route)|(endpoint|path|route).*not (found|implemented|supported)|cannot (post|get)/i;

/**
 * A 405 or 501 says so, a 404 unless it is about the model or an answer before, and a 200 that is
 * only an error about the path.
 */
export function isNotSpoken(
  failure: Pick<AttemptFailure, "reason" | "status" | "message" | "codes">,
): boolean {
  const { reason, status, message, codes } = failure;
  if (reason === "error_body") return aboutThePath.test(message);
  if (reason !== "status") return false;
  if (status === 405 || status === 501) return true;
  if (status !== 404 || refusesReference(failure)) return false;
  return !/model/i.test(message) && !codes.some((code) => /model/i.test(code));
}
