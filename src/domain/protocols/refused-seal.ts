// Whether a server's refusal is about what it, or another, signed before.
import type { AttemptFailure } from "../failover/judge.ts";

/**
 * Anthropic's words are "Invalid `signature` in `thinking` block", and others of the same; OpenAI's that encrypted
 * content could not be verified, or that reasoning lacks the item that it led to.
 */
const aboutSeals = /signature|thinking[`'"]* +block|encrypted[ _]content|required following item/i;

const aboutEncrypted = /encrypted[ _]content/i;

/** Of a request that holds such. */
export function refusesSeal({
  reason,
  status,
  message,
}: Pick<AttemptFailure, "reason" | "status" | "message">): boolean {
  switch (reason) {
    case "status":
      return (status === 400 || status === 422) && aboutSeals.test(message);
    // Servers of Responses may begin to answer before they look.
    case "error_event":
    case "error_body":
      return aboutEncrypted.test(message);
    default:
      return false;
  }
}
