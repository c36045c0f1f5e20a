// How many calls a filter lets through, where tallies do not know and they have to be counted one by one.
import type { CallCount, CallFilter } from "../../../ports/periods.ts";
import {
  columnConditions,
  inRange,
  rangeOf,
  sinceTime,
  untilTime,
  whole,
} from "./call-conditions.ts";
import type { Run } from "./client.ts";
import type { Floors } from "./floors.ts";
import {
  allOf,
  alternatives,
  type CallFilter as ConditionedFilter,
  ledCalls,
} from "./led-calls.ts";
import { listedCalls } from "./list-calls.ts";
import { modelConditions } from "./model-names.ts";
import type { SearchLimits } from "./search-calls.ts";
import { createValues } from "./statement-values.ts";

/** Calls that are counted, and those that words are sought in, which takes longer. */
const mostCounted = { plain: 10_000, searched: 1_000 } as const;

export async function countCalls(
  run: Run,
  filter: CallFilter,
  floors: Floors,
  limits: SearchLimits,
): Promise<CallCount> {
  const most = filter.q === undefined ? mostCounted.plain : mostCounted.searched;
  const limit = most + 1;
  const calls =
    filter.q === undefined
      ? await countFiltered(run, filter, floors, limit)
      : (await listedCalls(run, { ...filter, limit }, limit, floors, limits)).length;
  return { calls: Math.min(calls, most), isExact: calls <= most };
}

/** @returns at least `limit` where there are more */
async function countFiltered(
  run: Run,
  filter: CallFilter,
  floors: Floors,
  limit: number,
): Promise<number> {
  const { indexed, others } = columnConditions(filter);
  const named = await modelConditions(run, filter.model);
  const range = rangeOf(filter, floors);
  const calls: ConditionedFilter = {
    range,
    conditions: [
      ...sinceTime(filter.since, floors),
      ...untilTime(filter.until),
      ...others,
      ...named.others,
    ],
    indexed,
    models: named.models,
    limit,
  };
  // A call may be asked for by one name and sent under another that is sought, too.
  const ids = new Set<string>();
  const started = [...inRange("r.id", range), ...allOf(calls)];
  for (const id of await idsOf(run, "inflight", started, "r.id desc", limit)) ids.add(id);
  for (const one of alternatives(calls)) {
    const { conditions, order } = await ledCalls(run, one, range);
    for (const id of await idsOf(run, "requests", conditions, order, limit)) ids.add(id);
  }
  return ids.size;
}

async function idsOf(
  run: Run,
  table: "requests" | "inflight",
  conditions: Parameters<typeof whole>[0],
  order: string,
  limit: number,
): Promise<readonly string[]> {
  const values = createValues();
  const rows = await run<{ id: string }>(
    `select r.id::text as id from ${table} r where ${whole(conditions, values)}
      order by ${order} limit ${values.add(limit, "integer")}`,
    values.all,
  );
  return rows.map(({ id }) => id);
}
