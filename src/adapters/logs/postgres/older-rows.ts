// The statements that find rows of older versions and write what is made of them, which count in tallies and threads
// from then on: a round goes from the newest down, by one router at a time, and goes on where it was cut short.
import type { StoredRow } from "../rows/stored-row.ts";
import { sensedColumns } from "../rows/stored-row.ts";
import { idsSince, type IdRange, inRange, sinceTime, whole } from "./call-conditions.ts";
import {
  columnsOf,
  columnTypes,
  type ReadColumns,
  readColumnsOfR,
  storedRow,
} from "./call-columns.ts";
import type { Client, Run } from "./client.ts";
import type { PlacedBodies } from "./read-bodies.ts";
import { inOrderedReading } from "./reading.ts";
import { createValues } from "./statement-values.ts";
import { talliesOf, threadsOf } from "./write-calls.ts";
import { writeTallies } from "./write-tallies.ts";
import { writeThreads } from "./write-threads.ts";

/** Names in `meta`. */
const names = { below: "sense_below", lease: "sense_lease" } as const;

/** s for which a router has the round to itself, from each time that it takes the lease on. */
export const leaseSeconds = 120;

/** No row lies below. */
export const bottom = "00000000-0000-0000-0000-000000000000";

export interface OlderRound {
  /** Epoch ms, by the server's clock. */
  readonly now: number;
  /** Rows with an id from here on have been looked through, but for such as came since; null: none have. */
  readonly below: string | null;
}

/**
 * Takes the round over, or goes on with it. Not for the length of a transaction: what bodies in S3 are
 * waited for would hold up the one connection over which this router writes.
 * @param instance of this router, UUID
 * @returns null while another router is at it
 */
export async function leaseRound(run: Run, instance: string): Promise<OlderRound | null> {
  const [row] = await run<{ own: boolean; now: number; below: string | null }>(
    `with own as (
        insert into meta (name, value)
          values ('${names.lease}', $1::text || ' ' || extract(epoch from now())::bigint)
          on conflict (name) do update set value = excluded.value
            where split_part(meta.value, ' ', 1) = $1::text or split_part(meta.value, ' ', 2)::bigint
              not between extract(epoch from now()) - ${leaseSeconds} and extract(epoch from now()) + 1
          returning 1)
      select exists (select from own) as own,
        (extract(epoch from now()) * 1000)::double precision as now,
        (select value from meta where name = '${names.below}') as below`,
    [instance],
  );
  return row?.own === true ? row : null;
}

/** One that does not count yet; nearly always nothing was made of it either. */
export interface OlderCall extends PlacedBodies {
  readonly row: StoredRow;
}

/**
 * The newest of a range, at most `limit`, that had ended by a time: bodies of others may still be on
 * their way. Bodies that count as removed, or that nothing is to be made of, are left out.
 * @param ended epoch ms
 */
export function olderCalls(
  client: Client,
  range: IdRange,
  ended: number,
  limit: number,
): Promise<readonly OlderCall[]> {
  return inOrderedReading(client, async (run, floors) => {
    const kept = idsSince(floors.rows);
    const from =
      [range.from, kept]
        .filter((id) => id !== null)
        .toSorted()
        .at(-1) ?? null;
    const values = createValues();
    const where = whole(
      [...inRange("r.id", { ...range, from }), ...sinceTime(undefined, floors)],
      values,
    );
    const rows = await run<ReadColumns & { bodies: string | null; segments: string }>(
      `select ${readColumnsOfR}, r.bodies, array_to_string(r.segments, ' ') as segments
        from requests r where not r.counted and ${where}
          and r."timestamp" + coalesce(r.duration_ms, 0) < ${values.add(ended, "double precision")}
        order by r.id desc limit ${values.add(limit, "integer")}`,
      values.all,
    );
    return rows.map(({ bodies, segments, ...call }) => {
      const row = storedRow(call);
      const isBare = row.timestamp < floors.bodies || row.who !== null;
      return {
        row,
        bodies: isBare ? null : bodies,
        segments: isBare || !segments ? [] : segments.split(" "),
      };
    });
  });
}

/** What another router has made of it meanwhile stays. */
const assignments = sensedColumns
  .map((column) => `${column} = case when r.who is null then given.${column} else r.${column} end`)
  .join(", ");

/**
 * Writes what was made of rows of one range, newest first, and how far the round has come. Those that
 * are still there count from now on.
 * @param instance of this router, UUID
 * @param below as in OlderRound from now on; null: as it is
 */
export async function writeSensed(
  client: Client,
  instance: string,
  rows: readonly StoredRow[],
  below: string | null,
): Promise<void> {
  await client.inTransaction(async (run) => {
    const written = await updateRows(run, rows);
    // A router that has lost its lease meanwhile does not lead another one back up.
    if (below !== null)
      await run(
        `insert into meta (name, value) values ('${names.below}', $1)
          on conflict (name) do update set value = excluded.value
            where meta.value collate "C" > excluded.value`,
        [below],
      );
    const ends = written.map((row) => ({ row }));
    await writeTallies(run, instance, talliesOf(ends));
    await writeThreads(run, threadsOf(ends));
  });
}

/** @returns those that did not count before, as they are now */
async function updateRows(run: Run, rows: readonly StoredRow[]): Promise<readonly StoredRow[]> {
  const [newest, oldest] = [rows[0]?.id, rows.at(-1)?.id];
  if (newest === undefined || oldest === undefined) return [];
  const given = rows.map((row) => {
    const columns = columnsOf(row);
    return Object.fromEntries(
      ["id" as const, ...sensedColumns].map((name) => [name, columns[name]]),
    );
  });
  const values = createValues();
  const written = await run<ReadColumns>(
    `update requests r set ${assignments}, counted = true
      from json_to_recordset(${values.add(JSON.stringify(given), "text")}::json)
        as given (${columnTypes(["id", ...sensedColumns])})
      where r.id = given.id and not r.counted
        and r.id between ${values.add(oldest, "uuid")} and ${values.add(newest, "uuid")}
      returning ${readColumnsOfR}`,
    values.all,
    values.bytes(),
  );
  return written.map(storedRow);
}
