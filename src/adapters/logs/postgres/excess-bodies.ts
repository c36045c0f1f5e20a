// What their size takes of the bodies: where all of them together are too many bytes, the oldest
// partition goes whole; of the last one that holds any, the oldest segments.
import type { Client, Run } from "./client.ts";
import { raiseFloors } from "./floors.ts";
import { idTime } from "./id-times.ts";
import { whileLeading } from "./leading.ts";
import { readPartitions } from "./partitions.ts";

/** Segments removed at a time. */
const perStep = 500;

/**
 * Removes some of the oldest bodies where those of all routers take more than `maxBytes`.
 * @returns whether there are more to remove
 */
export async function removeExcess(client: Client, maxBytes: number): Promise<boolean> {
  const isMore = await whileLeading(client, async (run) => {
    const sizes = await bytesByPartition(run);
    const excess = sizes.reduce((sum, { bytes }) => sum + bytes, 0) - maxBytes;
    if (excess <= 0) return false;
    const ranges = (await readPartitions(run)).filter(({ table }) => table === "segments");
    const [oldest, ...younger] = ranges
      .filter(({ name }) => sizes.some((size) => size.name === name))
      .toSorted((a, b) => a.from - b.from);
    if (oldest === undefined || younger.length === 0) return removeOldest(run, excess);
    await run(`drop table ${oldest.name}`);
    await raiseFloors(run, { rows: null, bodies: oldest.to });
    return true;
  });
  return isMore === true;
}

async function bytesByPartition(run: Run) {
  return run<{ name: string; bytes: number }>(
    `select relname as name, bytes from (
        select tableoid, sum(coalesce(length, octet_length(data)))::double precision as bytes
          from segments group by tableoid) sizes
      join pg_class on pg_class.oid = sizes.tableoid`,
  );
}

async function removeOldest(run: Run, excess: number): Promise<boolean> {
  const gone = await run<{ id: string; bytes: number }>(
    `with oldest as (
        select id, sum(coalesce(length, octet_length(data))) over (order by id) as until,
            coalesce(length, octet_length(data)) as bytes
          from segments order by id limit ${perStep})
      delete from segments using oldest
        where segments.id = oldest.id and oldest.until - oldest.bytes < $1::double precision
        returning segments.id::text, oldest.bytes::double precision`,
    [excess],
  );
  const last = gone.reduce((latest, { id }) => Math.max(latest, idTime(id)), 0);
  await raiseFloors(run, { rows: null, bodies: last });
  return gone.length > 0 && gone.reduce((sum, { bytes }) => sum + bytes, 0) < excess;
}
