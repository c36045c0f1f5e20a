// Calls that are found by words. The index over words knows no order, so that a word of few calls and
// one of most are looked up in two ways: the planner would walk all rows for the rare one.
import type { SoughtWords } from "../../../domain/log/words-of.ts";
import type { StoredRow } from "../rows/stored-row.ts";
import {
  anyOf,
  type Condition,
  createValues,
  type IdRange,
  inRange,
  whole,
} from "./call-conditions.ts";
import { type ReadColumns, readColumnsOfR, storedRow } from "./call-columns.ts";
import type { Run } from "./client.ts";
import { lowestId } from "./id-times.ts";
import { readPartitions } from "./partitions.ts";
import { type CallFilter, readCalls } from "./read-calls.ts";
import { indexedSearch, textSearch } from "./sought.ts";

/** So many calls are read off the index, and put in order afterwards. */
const few = 1_000;
/** Likewise, of one partition: where there are more, every so many rows have the words. */
const fewInPartition = 10_000;

/** Every row is reached by an index, and none but those that are asked for. */
const settings = `set local enable_seqscan = off; set local enable_hashjoin = off;
  set local enable_mergejoin = off; set local enable_sort = off`;

export async function searchedCalls(
  run: Run,
  filter: CallFilter,
  sought: readonly SoughtWords[],
): Promise<readonly StoredRow[]> {
  await run(settings);
  if ((await countFound(run, filter.range, sought, few)) <= few)
    return foundCalls(run, filter, filter.range, sought, few);
  if (await isRare(run, filter))
    return readCalls(run, joined, walked(filter, filter.range, sought), filter.limit);
  const rows: StoredRow[] = [];
  for (const range of await parts(run, filter.range)) {
    const left = { ...filter, limit: filter.limit - rows.length };
    const isFew = (await countFound(run, range, sought, fewInPartition)) <= fewInPartition;
    rows.push(
      ...(isFew
        ? await foundCalls(run, left, range, sought, fewInPartition)
        : await readCalls(run, joined, walked(left, range, sought), left.limit)),
    );
    if (rows.length >= filter.limit) break;
  }
  return rows;
}

/** How many there are, more than `most` counted as one more. */
async function countFound(
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

function found(range: IdRange, sought: readonly SoughtWords[]): Condition {
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

function allOf({ conditions, models }: CallFilter): readonly Condition[] {
  return models.length === 0 ? conditions : [...conditions, anyOf(models)];
}

const joined = "requests r join search s on s.id = r.id";

/** Row by row, from the newest, or from those of a filter's index. */
function walked(filter: CallFilter, range: IdRange, sought: readonly SoughtWords[]) {
  return [
    ...inRange("r.id", range),
    ...inRange("s.id", range),
    ...allOf(filter),
    ...textSearch(sought),
  ];
}

/** Whether the filter by itself lets only few calls through. */
async function isRare(run: Run, { range, conditions, models }: CallFilter): Promise<boolean> {
  let counted = 0;
  if (conditions.length === 0 && models.length === 0) return false;
  for (const model of models.length === 0 ? [[]] : models.map((one) => [one])) {
    const values = createValues();
    const where = whole([...inRange("r.id", range), ...conditions, ...model], values);
    const [row] = await run<{ calls: number }>(
      `select count(*)::integer as calls from (select 1 from requests r where ${where}
        order by r.id desc limit ${values.add(few + 1, "integer")}) as counted`,
      values.all,
    );
    counted += row?.calls ?? 0;
  }
  return counted <= few;
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
