// What the address of a thread's page says.
import type { CallQuery } from "../shared/call-query.ts";

export interface ThreadQuery extends Pick<CallQuery, "unread" | "unknown"> {
  /** Id of the call whose branch is read; null: the page chooses. */
  readonly at: string | null;
}

export function readThreadQuery(params: URLSearchParams): ThreadQuery {
  return {
    at: params.get("at"),
    unread: [],
    unknown: [...new Set(params.keys())].filter((name) => name !== "at"),
  };
}
