// The requests next to one in time, for turning pages.
import type { Browse, LogFilter, LogRow } from "../../../ports/browse.ts";

export interface Neighbours {
  readonly older: string | null;
  readonly newer: string | null;
}

/** ms after the request that are looked through first; each further look reaches eight times as far. */
const firstReach = 1_000;
const growth = 8;
const largestPage = 500;

/** What rows have in common, whichever page of them. */
export type Common = Omit<LogFilter, "limit" | "before" | "sort">;

export function commonOf(filter: LogFilter): Common {
  const { limit: _limit, before: _before, sort: _sort, ...common } = filter;
  return common;
}

/**
 * @param common of those that are turned over
 * @param now epoch ms
 */
export async function neighboursOf(
  row: Pick<LogRow, "id" | "timestamp">,
  common: Common,
  now: number,
  browse: Pick<Browse, "list">,
): Promise<Neighbours> {
  const [older, newer] = await Promise.all([
    browse.list({ ...common, limit: 1, before: row.id }),
    newerThan(row, common, now, browse),
  ]);
  return { older: older.logs[0]?.id ?? null, newer };
}

/**
 * The log is read from its newest row down, so the next newer row is the last one of a stretch of
 * time that begins with this row; ids hold their time (RFC 9562 §5.7), so a stretch has an end.
 */
async function newerThan(
  { id, timestamp }: Pick<LogRow, "id" | "timestamp">,
  common: Common,
  now: number,
  browse: Pick<Browse, "list">,
): Promise<string | null> {
  const since = Date.parse(timestamp);
  for (let reach = firstReach; ; reach *= growth) {
    const end = since + reach;
    const before = end > now ? {} : { before: firstIdAt(end) };
    const { logs } = await browse.list({ ...common, limit: largestPage, since, ...before });
    const newer = logs.filter((row) => row.id > id).at(-1);
    if (newer !== undefined)
      return logs.length < largestPage || logs.at(-1)?.id === id ? newer.id : null;
    if (end > now) return null;
  }
}

function firstIdAt(time: number): string {
  const hex = time.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
