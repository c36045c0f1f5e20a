// Which answers are kept for calls that refer to them, and what has to be known of each for that.
import { callOwner } from "../../../domain/call/call-owner.ts";
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import type { AnswerToKeep, CapturedBody } from "../../../domain/log/log-entry.ts";
import type { AttemptReport } from "./call-session.ts";

/**
 * @param request as it was captured; null: bodies are not kept at all
 * @param answered the attempt whose answer the client has got, to its end
 * @returns null where nobody can refer to it
 */
export function answerToKeep(
  call: IncomingCall,
  request: CapturedBody | null,
  answered: Pick<AttemptReport, "way" | "target"> | null,
): AnswerToKeep | null {
  if (call.endpoint.kind !== "responses" || request === null || answered === null) return null;
  const { way, target } = answered;
  const whole = call.continues?.whole.body ?? null;
  return {
    owner: callOwner(call),
    upstream: way.kind === "native" ? target.server.name : null,
    request: request.truncated ? (whole ?? call.body) : whole,
  };
}
