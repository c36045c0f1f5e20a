// How many rows a filter lets through, where they have to be counted one by one.
import type { Database } from "bun:sqlite";
import type { CallCount, CallFilter } from "../../../ports/periods.ts";
import { newestRows } from "./list-query.ts";
import { filteredRows } from "./searched-rows.ts";

/** Rows that are counted, and those that words are sought in, which takes longer. */
const mostCounted = { plain: 10_000, searched: 1_000 } as const;

/**
 * @param search table of the search's index
 * @throws SearchDamage where that cannot be used
 */
export function countRows(db: Database, filter: CallFilter, search: string | null): CallCount {
  const most = filter.q === undefined ? mostCounted.plain : mostCounted.searched;
  const limit = most + 1;
  const rows =
    filter.q === undefined
      ? newestRows(db, "id", filter, limit)
      : filteredRows(db, { ...filter, limit }, limit, search);
  return { calls: Math.min(rows.length, most), isExact: rows.length <= most };
}
