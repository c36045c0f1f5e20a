// Calls that are found by words. The index over words knows no order, so that a word of few calls and
// one of most are looked up in two ways: the planner would walk all rows for the rare one.
import type { SoughtWords } from "../../../domain/log/words-of.ts";
import type { StoredRow } from "../rows/stored-row.ts";
import { type Condition, type IdRange, inRange, whole } from "./call-conditions.ts";
import { type ReadColumns, readColumnsOfR, storedRow } from "./call-columns.ts";
import type { Run } from "./client.ts";
import { lowestId } from "./id-times.ts";
import { allOf, alternatives, type CallFilter, ledCalls } from "./led-calls.ts";
import { readPartitions } from "./partitions.ts";
import { readCalls } from "./read-calls.ts";
import { indexedSearch, textSearch } from "./sought.ts";
import { createValues, type Values } from "./statement-values.ts";

/** Up to how many calls are read off the index first, and put in order afterwards. */
export interface SearchLimits {
  readonly ofAll: number;
  /** Of one partition: where more have the words, one is soon met on the way through all of them. */
  readonly ofPart: number;
}

export const searchLimits: SearchLimits = { ofAll: 1_000, ofPart: 10_000 };

/** The index over words gives no order. What is joined to its rows is looked up one by one. */
export const searchSettings = `set local enable_bitmapscan = on; set local enable_hashjoin = off;
  set local enable_mergejoin = off`;

export async function searchedCalls(
  run: Run,
  filter: CallFilter,
  sought: readonly SoughtWords[],
  limits: SearchLimits,
): Promise<readonly StoredRow[]> {
  await run(searchSettings);
  const few = limits.ofAll;
  if ((await countFound(run, filter.range, sought, few)) <= few)
    return foundCalls(run, filter, filter.range, sought, few);
  if ((await countFiltered(run, filter, filter.range, few)) <= few)
    return filteredCalls(run, filter, filter.range, sought, few);
  const rows: StoredRow[] = [];
  for (const range of await parts(run, filter.range)) {
    const left = { ...filter, limit: filter.limit - rows.length };
    rows.push(...(await callsOfPart(run, left, range, sought, limits.ofPart)));
    if (rows.length >= filter.limit) break;
  }
  return rows;
}

/** Led by what lets the fewest through: the words or the filter. */
async function callsOfPart(
  run: Run,
  filter: CallFilter,
  range: IdRange,
  sought: readonly SoughtWords[],
  few: number,
): Promise<readonly StoredRow[]> {
  const withWords = await countFound(run, range, sought, few);
  if (withWords === 0) return [];
  if ((await countFiltered(run, filter, range, withWords)) <= Math.min(withWords, few))
    return filteredCalls(run, filter, range, sought, few);
  return withWords > few
    ? walkedCalls(run, filter, range, sought)
    : foundCalls(run, filter, range, sought, few);
}

/** How many there are, more than `most` counted as one more. */
export async function countFound(
  run: Run,
  range: IdRange,
  sought: readonly SoughtWords[],
  most: number,
): Promise<number> {
  const values = createValues();
  const [row] = await run<{ found: number }>(
    `select count(*)::integer as found from
      (select 1 from search s where ${found(range, sought)(values)} limit ${values.add(most + 1, "integer")}) as counted`,
    values.all,
  );
  return row?.found ?? 0;
}

export function found(range: IdRange, sought: readonly SoughtWords[]): Condition {
  return (values) => whole([...inRange("s.id", range), ...indexedSearch(sought)], values);
}

/** Their ids first, newest first, and then row by row until the page is full. */
async function foundCalls(
  run: Run,
  filter: CallFilter,
  range: IdRange,
  sought: readonly SoughtWords[],
  most: number,
): Promise<readonly StoredRow[]> {
  const values = createValues();
  const rows = await run<ReadColumns>(
    `with found as materialized (select s.id from search s
        where ${found(range, sought)(values)} limit ${values.add(most, "integer")}),
      newest as materialized (select id from found order by id desc)
      select call.* from newest, lateral (select ${readColumnsOfR} from requests r
        where r.id = newest.id and ${whole(allOf(filter), values)} offset 0) as call
      limit ${values.add(filter.limit, "integer")}`,
    values.all,
  );
  return rows.map(storedRow);
}

/** The filter's ids first, newest first, and then row by row until the page is full. */
async function filteredCalls(
  run: Run,
  filter: CallFilter,
  range: IdRange,
  sought: readonly SoughtWords[],
  most: number,
): Promise<readonly StoredRow[]> {
  const values = createValues();
  const rows = await run<ReadColumns>(
    `with newest as materialized (select id from
        (${await filteredIds(run, filter, range, most, values)}) as filtered order by id desc)
      select call.* from newest,
        lateral (select from search s
          where s.id = newest.id and ${whole(textSearch(sought), values)} offset 0) as words,
        lateral (select ${readColumnsOfR} from requests r where r.id = newest.id offset 0) as call
      limit ${values.add(filter.limit, "integer")}`,
    values.all,
  );
  return rows.map(storedRow);
}

/** The statement that gives the newest ids of a filter, at most this many of each alternative. */
async function filteredIds(
  run: Run,
  filter: CallFilter,
  range: IdRange,
  most: number,
  values: Values,
): Promise<string> {
  const statements: string[] = [];
  for (const one of alternatives(filter)) {
    const { conditions, order } = await ledCalls(run, one, range);
    statements.push(`(select r.id from requests r where ${whole(conditions, values)}
        order by ${order} limit ${values.add(most, "integer")})`);
  }
  return statements.join(" union all ");
}

/** Row by row, from the newest. */
function walkedCalls(
  run: Run,
  filter: CallFilter,
  range: IdRange,
  sought: readonly SoughtWords[],
): Promise<readonly StoredRow[]> {
  const conditions = [
    ...inRange("r.id", range),
    ...inRange("s.id", range),
    ...allOf(filter),
    ...textSearch(sought),
  ];
  return readCalls(run, "requests r join search s on s.id = r.id", conditions, filter.limit);
}

/** How many calls the filter by itself lets through, more than `most` counted as one more. */
async function countFiltered(
  run: Run,
  filter: CallFilter,
  range: IdRange,
  most: number,
): Promise<number> {
  if (allOf(filter).length === 0) return most + 1;
  const values = createValues();
  const [row] = await run<{ calls: number }>(
    `select count(*)::integer as calls from
      (${await filteredIds(run, filter, range, most + 1, values)}) as counted`,
    values.all,
  );
  return row?.calls ?? 0;
}

/** A range in parts, the newest first: partitions, and what lies between them. */
async function parts(run: Run, { from, before }: IdRange): Promise<readonly IdRange[]> {
  const bounds = new Set<string>();
  for (const { table, from: first, to } of await readPartitions(run))
    if (table === "search") bounds.add(lowestId(first)).add(lowestId(to));
  const inside = [...bounds]
    .filter((bound) => (from === null || bound > from) && (before === null || bound < before))
    .toSorted((a, b) => (a < b ? 1 : -1));
  return [before, ...inside].map((end, at) => ({ from: inside[at] ?? from, before: end }));
}
