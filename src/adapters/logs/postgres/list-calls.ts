// A page of calls out of PostgreSQL: those that have ended, and those in flight.
import type { LogFilter } from "../../../ports/browse.ts";
import { isIdStart } from "../../../domain/log/matched-place.ts";
import { hasWords, type SoughtWords, soughtWords, wordsOf } from "../../../domain/log/words-of.ts";
import { nothingSpoken } from "../../../domain/conversation/search-text.ts";
import { indexedText } from "../rows/indexed-text.ts";
import { newestFirst } from "../rows/newest-first.ts";
import { apiRow, type StoredRow } from "../rows/stored-row.ts";
import {
  columnConditions,
  type Condition,
  inRange,
  rangeOf,
  sinceTime,
  surestFirst,
  untilTime,
} from "./call-conditions.ts";
import type { Run } from "./client.ts";
import type { Floors } from "./floors.ts";
import { indexedCalls } from "./indexed-calls.ts";
import { allOf, alternatives, type CallFilter } from "./led-calls.ts";
import { modelConditions } from "./model-names.ts";
import { readCalls } from "./read-calls.ts";
import { searchedCalls, type SearchLimits } from "./search-calls.ts";
import { sortedCalls } from "./sorted-calls.ts";
import { idsThatBegin } from "./sought.ts";

/** The newest calls that a filter lets through, at most `limit`. */
export async function listedCalls(
  run: Run,
  filter: LogFilter,
  limit: number,
  floors: Floors,
  limits: SearchLimits,
): Promise<readonly StoredRow[]> {
  const start = filter.q !== undefined && isIdStart(filter.q) ? filter.q.toLowerCase() : null;
  const sought = filter.q === undefined || start !== null ? [] : soughtWords(filter.q);
  const ids = start === null ? [] : idConditions(start);
  if (sought === null || ids === null) return [];
  const { sort = "time", before, ...unsorted } = filter;
  const { indexed, others } = columnConditions(filter);
  const named = await modelConditions(run, filter.model);
  const calls: CallFilter = {
    range: rangeOf(sort === "time" ? filter : unsorted, floors),
    conditions: [
      ...sinceTime(filter.since, floors),
      ...untilTime(filter.until),
      ...others,
      ...named.others,
      ...ids,
    ],
    indexed,
    models: named.models,
    limit,
  };
  if (sort !== "time") {
    // Nothing that they are sorted by is known of calls in flight: they stand behind all others that it is known of.
    const started = await startedCalls(run, { ...calls, limit: maxStarted }, sought);
    return sortedCalls(run, calls, { sort, before, sought, started, limits });
  }
  const started = await startedCalls(run, calls, sought);
  const ended =
    filter.state === "inflight"
      ? []
      : sought.length > 0
        ? await searchedCalls(run, calls, sought, limits)
        : await endedCalls(run, calls, Math.max(filter.since ?? 0, floors.rows));
  // An end counts, where it has come and the start is still there.
  return newestFirst(started, ended).slice(0, limit);
}

/** null where no id begins so. */
function idConditions(start: string): readonly Condition[] | null {
  const ids = idsThatBegin(start);
  if (ids === null) return null;
  return [
    (values) => `r.id between ${values.add(ids.from, "uuid")} and ${values.add(ids.to, "uuid")}`,
  ];
}

async function endedCalls(
  run: Run,
  filter: CallFilter,
  since: number,
): Promise<readonly StoredRow[]> {
  const found: StoredRow[] = [];
  for (const one of alternatives(filter)) {
    let left = filter.limit;
    for (const range of surestFirst(filter.range, since)) {
      if (left <= 0) break;
      const rows = await indexedCalls(run, one, range, left);
      found.push(...rows);
      left -= rows.length;
    }
  }
  return found;
}

/** Calls in flight that are put in order. */
const maxStarted = 10_000;

/** Those of calls in flight that are looked through: their words stand in no index. */
const maxSearched = 10_000;

async function startedCalls(
  run: Run,
  filter: CallFilter,
  sought: readonly SoughtWords[],
): Promise<readonly StoredRow[]> {
  const all = [...inRange("r.id", filter.range), ...allOf(filter)];
  if (sought.length === 0) return readCalls(run, "inflight r", all, filter.limit);
  const rows = await readCalls(run, "inflight r", all, maxSearched);
  return rows.filter((row) => {
    const call = apiRow(row);
    return hasWords(wordsOf(indexedText(call, nothingSpoken)), sought);
  });
}
