// The statements that write calls, within a transaction: ends once each, starts until their end comes.
import type { ShippedCall } from "../outbox/shipment.ts";
import { createFigureSums } from "../rows/figures.ts";
import { askedIn, cachedTokensIn, type StoredRow } from "../rows/stored-row.ts";
import { createTallyBatch, type TallyBatch } from "../rows/tally.ts";
import { createThreadSums, type StoredThread } from "../rows/thread-sums.ts";
import {
  callColumns,
  callColumnTypes,
  columnsOf,
  type ReadColumns,
  readColumns,
  storedRow,
} from "./call-columns.ts";
import type { Run } from "./client.ts";
import { createValues, type Values } from "./statement-values.ts";
import { writeFigures } from "./write-figures.ts";
import { writeTallies } from "./write-tallies.ts";
import { writeThreads } from "./write-threads.ts";

/** What of ends is written for the first time, or once more. */
interface WrittenEnds {
  readonly inserted: readonly ShippedCall[];
  /** Rows that had been marked as interrupted, and whose true end this is. */
  readonly replaced: readonly ReplacedRow[];
}

interface ReplacedRow {
  readonly row: StoredRow;
  /** Whether it counts in its tallies and its thread. */
  readonly counted: boolean;
}

const endColumns = `${callColumns}, bodies, segments`;

/**
 * The parts of a statement, behind `with`, that write ends: `given` are all of them, `put` those that are
 * new. An end stands where its call was in flight; what is there already stays as it is.
 * @param and joined to what is given; where it has no row, nothing is written
 */
export function endsParts(
  values: Values,
  instance: string,
  ends: readonly ShippedCall[],
  and = "",
): string {
  const given = ends.map(({ row, bodies, segments, words }) => ({
    ...columnsOf(row),
    bodies,
    segments,
    // Made of letters and digits alone: there is nothing in them that would be refused.
    words: words.length === 0 ? null : ` ${words.join(" ")} `,
  }));
  return `given as materialized (
      select given.* from json_to_recordset(${values.add(JSON.stringify(given), "text")}::json)
        as given (${callColumnTypes}, bodies text, segments uuid[], words text)${and}),
    put as (
      insert into requests (${endColumns}, instance, counted)
        select ${endColumns}, ${values.add(instance, "uuid")}, who is not null from given
        on conflict (id) do nothing returning id),
    found as (
      insert into search (id, words)
        select given.id, given.words from given join put on put.id = given.id
          where given.words is not null on conflict (id) do nothing),
    ended as (delete from inflight using given where inflight.id = given.id)`;
}

/** The search's entry of such a row goes along: a new one comes. */
const removeInterrupted = `with gone as (
    delete from requests where id = any ($1::text::uuid[]) and state = 'interrupted'
      returning *),
  lost as (delete from search using gone where search.id = gone.id)
  select ${readColumns}, counted from gone`;

/** What ends add to tallies: all but those of older binaries' calls, of which more is to be known first. */
export function talliesOf(
  ends: readonly Pick<ShippedCall, "row">[],
  replaced: readonly ReplacedRow[] = [],
): TallyBatch {
  const tallies = createTallyBatch();
  for (const { row } of ends) if (row.who !== null) tallies.add(talliedRow(row));
  for (const { row, counted } of replaced) if (counted) tallies.subtract(talliedRow(row));
  return tallies;
}

function talliedRow(row: StoredRow) {
  return { ...row, cached_tokens: cachedTokensIn(row.detail) };
}

/** What they add to the sums of their threads; calls of older binaries are in none yet. */
export function threadsOf(
  ends: readonly Pick<ShippedCall, "row">[],
  replaced: readonly ReplacedRow[] = [],
): readonly StoredThread[] {
  const threads = createThreadSums();
  for (const { row, counted } of replaced) if (counted) threads.subtract(row);
  for (const { row } of ends) if (row.thread_id !== null) threads.add(row, askedIn(row.detail));
  return threads.changes();
}

/** Writes ends, their figures, tallies and threads; nothing is to be written behind them. @returns how many were not there */
export async function writeEnds(
  run: Run,
  instance: string,
  ends: readonly ShippedCall[],
): Promise<number> {
  const { inserted, replaced } = await putEnds(run, instance, ends);
  const figures = createFigureSums();
  for (const { row } of inserted) figures.add(row);
  for (const { row } of replaced) figures.subtract(row);
  await writeFigures(run, instance, figures.changes());
  await writeTallies(run, instance, talliesOf(inserted, replaced));
  await writeThreads(run, threadsOf(inserted, replaced));
  return inserted.length;
}

async function putEnds(
  run: Run,
  instance: string,
  ends: readonly ShippedCall[],
): Promise<WrittenEnds> {
  const inserted = await insert(run, instance, ends);
  if (inserted.length === ends.length) return { inserted, replaced: [] };
  const taken = new Set(inserted.map(({ row }) => row.id));
  const there = ends.filter(({ row }) => !taken.has(row.id));
  const gone = await run<ReadColumns & Pick<ReplacedRow, "counted">>(removeInterrupted, [
    uuids(there.map(({ row }) => row.id)),
  ]);
  const replaced = gone.map(({ counted, ...columns }) => ({ row: storedRow(columns), counted }));
  const free = new Set(replaced.map(({ row }) => row.id));
  const again = there.filter(({ row }) => free.has(row.id));
  return { inserted: [...inserted, ...(await insert(run, instance, again))], replaced };
}

/** @returns those that were not there */
async function insert(
  run: Run,
  instance: string,
  ends: readonly ShippedCall[],
): Promise<readonly ShippedCall[]> {
  if (ends.length === 0) return ends;
  const values = createValues();
  const [put] = await run<{ ids: readonly string[] | null }>(
    `with ${endsParts(values, instance, ends)}
      select case when (select count(*) from put) < (select count(*) from given)
        then array(select id::text from put) end as ids`,
    values.all,
    values.bytes(),
  );
  // Nearly always all of them.
  if (put?.ids === null) return ends;
  const ids = new Set(put?.ids);
  return ends.filter(({ row }) => ids.has(row.id));
}

const newCallColumns = callColumns
  .split(", ")
  .map((column) => `${column} = excluded.${column}`)
  .join(", ");

/**
 * The statement that writes starts. One whose end is there is not in flight.
 * @param and joined to what is given; where it has no row, nothing is written
 */
export function startsInsertion(
  values: Values,
  instance: string,
  starts: readonly StoredRow[],
  and = "",
): string {
  const given = values.add(JSON.stringify(starts.map(columnsOf)), "text");
  const ids = values.add(uuids(starts.map(({ id }) => id)), "text");
  return `insert into inflight (${callColumns}, instance)
    select ${callColumns}, ${values.add(instance, "uuid")}
      from json_to_recordset(${given}::json) as given (${callColumnTypes})${and}
      where given.id <> all (array(select id from requests where id = any (${ids}::uuid[])))
    on conflict (id) do update set ${newCallColumns}`;
}

export async function writeStarts(
  run: Run,
  instance: string,
  starts: readonly StoredRow[],
): Promise<void> {
  if (starts.length === 0) return;
  const values = createValues();
  await run(startsInsertion(values, instance, starts), values.all);
}

/** Ids as one parameter of type uuid[]. */
export function uuids(ids: readonly string[]): string {
  return `{${ids.join(",")}}`;
}
