// What age takes from the tables: partitions whole, once their last row is too old; the rest in steps.
// Rows are hidden before, from their very age on.
import type { Client, Run } from "./client.ts";
import { hourMs, minuteMs } from "../rows/figures.ts";
import { dayMs, lastingSpans, tallyDaysKept, tallySpans } from "../rows/tally.ts";
import { raiseFloors } from "./floors.ts";
import { lowestId } from "./id-times.ts";
import { whileLeading } from "./leading.ts";
import { databaseTime, type Partition, readPartitions } from "./partitions.ts";

/** Epoch ms; null: none are removed for their age. */
export interface Ages {
  readonly rows: number | null;
  readonly bodies: number | null;
}

export interface Retention {
  /** As LogUpkeep says of `removeOlder`. */
  removeOlder(before: Ages, limit: number): Promise<boolean>;
}

/** Times that a partition is tried in one round, while others hold its table. */
const maxTries = 10;
/** A router that has been away for so long may still bring its rows: its name stays. */
const instanceDays = 30;

/** @param now the router's clock, epoch ms */
export function createRetention(client: Client, now: () => number): Retention {
  let tries = 0;

  /** @returns whether there is one more to remove; null: it could not be done now */
  async function dropOldest(before: Ages): Promise<boolean | null> {
    return whileLeading(client, async (run) => {
      const [oldest, next] = (await readPartitions(run))
        .filter((partition) => partition.to <= beforeOf(partition, before))
        .toSorted((a, b) => a.from - b.from);
      if (oldest === undefined) return false;
      await run(`drop table ${oldest.name}`);
      return next !== undefined;
    });
  }

  return {
    async removeOlder(wanted, limit) {
      const before = await byServersClock(client.run, wanted, now());
      await client.inTransaction((run) => raiseFloors(run, before));
      const isMore = await dropOldest(before);
      if (isMore === null && ++tries < maxTries) return true;
      tries = 0;
      if (isMore === true) return true;
      const removed = await whileLeading(client, (run) => removeRest(run, before, limit));
      return removed === true;
    },
  };
}

/** What a router whose clock is fast takes for old may be young for all others. */
async function byServersClock(run: Run, before: Ages, now: number): Promise<Ages> {
  const ahead = Math.max(0, now - (await databaseTime(run)));
  const less = (time: number | null) => (time === null ? null : time - ahead);
  return { rows: less(before.rows), bodies: less(before.bodies) };
}

function beforeOf({ table }: Partition, { rows, bodies }: Ages): number {
  return table === "segments" ? Math.max(rows ?? 0, bodies ?? 0) : (rows ?? 0);
}

/** @returns whether there is more */
async function removeRest(run: Run, before: Ages, limit: number): Promise<boolean> {
  const { rows } = before;
  const bodies = Math.max(rows ?? 0, before.bodies ?? 0);
  let isMore = await removed(run, "segments_default", "id < $1::uuid", lowestId(bodies), limit);
  if (rows === null) return isMore;
  for (const table of ["requests_default", "search_default"])
    if (await removed(run, table, "id < $1::uuid", lowestId(rows), limit)) isMore = true;
  for (const span of [minuteMs, hourMs])
    if (await removed(run, "figures", `span = ${span} and start <= $1::bigint`, rows - span, limit))
      isMore = true;
  if (await removeTallies(run, rows, limit)) isMore = true;
  if (await removed(run, "threads", "last_at < $1::bigint", Math.floor(rows), limit)) isMore = true;
  await run(
    `delete from instances where not exists (select from inflight where instance = instances.id)
      and seen_at < least(now() - interval '${instanceDays} days', to_timestamp($1::float8 / 1000))`,
    [rows],
  );
  return isMore;
}

/** Those of hours and days outlive their rows. @param rows epoch ms @returns whether there is more */
async function removeTallies(run: Run, rows: number, limit: number): Promise<boolean> {
  const [newest] = await run<{ start: number }>(
    `select least(max(start), $1::bigint)::double precision as start from tallies where span = ${dayMs}`,
    [Math.floor(await databaseTime(run))],
  );
  // No clock that goes wrong for a moment is to cost a year's figures: neither the server's nor a router's.
  const lasting = Math.min(rows, (newest?.start ?? 0) - tallyDaysKept * dayMs);
  let isMore = false;
  for (const span of tallySpans) {
    const before = lastingSpans.includes(span) ? lasting : rows;
    const where = `span = ${span} and start <= $1::bigint`;
    if (await removed(run, "tallies", where, Math.floor(before - span), limit)) isMore = true;
  }
  // Nothing can be left of its last day.
  const day = Math.floor(lasting / dayMs) - 1;
  return (await removed(run, "cells", "used_on < $1::integer", day, limit)) || isMore;
}

/** @returns whether there may be more */
async function removed(
  run: Run,
  table: string,
  where: string,
  value: string | number,
  limit: number,
): Promise<boolean> {
  const gone = await run(
    `delete from ${table} where ctid = any (array(
      select ctid from ${table} where ${where} limit ${limit})) returning 1`,
    [value],
  );
  return gone.length === limit;
}
