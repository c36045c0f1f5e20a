// A page of calls out of PostgreSQL: those that have ended, and those in flight.
import type { LogFilter } from "../../../ports/browse.ts";
import { hasWords, type SoughtWords, soughtWords, wordsOf } from "../../../domain/log/words-of.ts";
import { nothingSpoken } from "../../../domain/conversation/search-text.ts";
import { indexedText } from "../rows/indexed-text.ts";
import { newestFirst } from "../rows/newest-first.ts";
import { apiRow, type StoredRow } from "../rows/stored-row.ts";
import {
  anyOf,
  columnConditions,
  type Condition,
  inRange,
  modelConditions,
  rangeOf,
  sinceTime,
} from "./call-conditions.ts";
import type { Run } from "./client.ts";
import type { Floors } from "./floors.ts";
import { type CallFilter, readCalls } from "./read-calls.ts";
import { searchedCalls, type SearchLimits } from "./search-calls.ts";
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
  const calls: CallFilter = {
    range: rangeOf(filter, floors),
    conditions: [...sinceTime(filter.since, floors), ...columnConditions(filter), ...ids],
    models: filter.model === undefined ? [] : modelConditions(filter.model),
    limit,
  };
  const started = await startedCalls(run, calls, sought);
  const ended =
    filter.state === "inflight"
      ? []
      : sought.length > 0
        ? await searchedCalls(run, calls, sought, limits)
        : await endedCalls(run, calls);
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

/** An id, or its beginning. */
function isIdStart(q: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f-]{0,27}$/i.test(q);
}

/** By model each index is walked by itself: both give their rows in order. */
async function endedCalls(run: Run, filter: CallFilter): Promise<readonly StoredRow[]> {
  const models = filter.models.length === 0 ? [[]] : filter.models.map((model) => [model]);
  const found: (readonly StoredRow[])[] = [];
  for (const model of models) {
    const conditions = [...inRange("r.id", filter.range), ...filter.conditions, ...model];
    found.push(await readCalls(run, "requests r", conditions, filter.limit));
  }
  return found.flat();
}

/** Those of calls in flight that are looked through: their words stand in no index. */
const maxSearched = 10_000;

async function startedCalls(
  run: Run,
  { range, conditions, models, limit }: CallFilter,
  sought: readonly SoughtWords[],
): Promise<readonly StoredRow[]> {
  const all = [
    ...inRange("r.id", range),
    ...conditions,
    ...(models.length === 0 ? [] : [anyOf(models)]),
  ];
  if (sought.length === 0) return readCalls(run, "inflight r", all, limit);
  const rows = await readCalls(run, "inflight r", all, maxSearched);
  return rows.filter((row) => {
    const call = apiRow(row);
    return hasWords(wordsOf(indexedText(call, nothingSpoken)), sought);
  });
}
