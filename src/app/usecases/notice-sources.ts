// The states that notices are made of, in words: a routes file, a store that fails, rows that are gone.
import type { Notice } from "../../ports/notices.ts";
import type { RoutesTrouble } from "./reload-routes.ts";

/** The routes file on disk is not the one in force. */
export function routesNotice(trouble: RoutesTrouble | null): readonly Notice[] {
  if (trouble === null) return [];
  return [
    {
      id: `routes-file:${trouble.since}`,
      message: "The routes file on disk is not valid; the one before stays in force.",
      details: trouble.problems,
      endsByItself: true,
    },
  ];
}

export interface LogState {
  /** Why the store makes the router not ready; null where it does not. */
  readonly trouble: string | null;
  /** Rows lost since start, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** While rows are being lost the failing store says so; afterwards the loss stays until dismissed. */
export function logNotices({ trouble, dropped }: LogState): readonly Notice[] {
  const lost = Object.entries(dropped).filter(([, count]) => count > 0);
  const count = lost.reduce((sum, [, one]) => sum + one, 0);
  const details = lost.map(([reason, one]) => `${one.toLocaleString("en-US")} (${reason})`);
  if (trouble !== null) {
    const message = `${trouble.slice(0, 1).toUpperCase()}${trouble.slice(1)}. Requests are routed all the same.`;
    const soFar = count === 0 ? [] : [`Rows lost so far: ${details.join(", ")}`];
    return [{ id: "log-store", message, details: soFar, endsByItself: true }];
  }
  if (count === 0) return [];
  const message = "The log lost rows since the start. Traffic is not affected.";
  return [{ id: `rows-lost:${count}`, message, details: [`Rows lost: ${details.join(", ")}`] }];
}
