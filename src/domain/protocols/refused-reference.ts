// Whether a server's refusal is about an answer or item that a request refers to, rather than its path.
import type { AttemptFailure } from "../failover/judge.ts";

const aboutReferences =
  /previous[_ ]response|(response|item) with id|encrypted[_ ](content|item)|required reasoning item/i;

/** Of a request that refers to what the server is thought to have kept, or holds what it made. */
export function refusesReference({
  reason,
  status,
  message,
  codes,
}: Pick<AttemptFailure, "reason" | "status" | "message" | "codes">): boolean {
  const refuses = status === 400 || status === 404 || status === 422;
  return (
    reason === "status" &&
    refuses &&
    (aboutReferences.test(message) || codes.some((code) => aboutReferences.test(code)))
  );
}
