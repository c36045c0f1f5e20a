// Whether a server is known to be there at all. What calls say of its health (`failover/health.ts`) is
// another matter: no call speaks against one that nobody has called.
import type { ListStanding } from "./model-list.ts";

export type Contact = "reached" | "not-reached" | "unknown";

export interface ContactFacts {
  /** Epoch ms of the last call that it answered, with whatever status; null: none. */
  readonly answeredAt: number | null;
  /** What became of the last try to list its models. */
  readonly list: ListStanding;
  /** Epoch ms of that try; null before the first. */
  readonly listedAt: number | null;
}

/** What came last counts: a call that it answered, or the list that it did not give. */
export function contactOf({ answeredAt, list, listedAt }: ContactFacts): Contact {
  if (list === "listed" || list === "answered") return "reached";
  if (answeredAt !== null && answeredAt >= (listedAt ?? 0)) return "reached";
  return list === "unreachable" ? "not-reached" : "unknown";
}
