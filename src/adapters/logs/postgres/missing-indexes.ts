// Indexes that a later version of the tables has, on partitions that were there before it: made one at a
// time, as writes to a partition wait meanwhile. Partitions of later days have them from the start.
import type { Client, Run } from "./client.ts";
import { whileLeading } from "./leading.ts";

interface MissingIndex {
  /** Of the partition. */
  readonly table: string;
  /** Of the whole table, not valid until each partition has its part. */
  readonly index: string;
  /** What follows the table's name where it is made. */
  readonly definition: string;
}

/** The newest partitions first: they are looked at most. */
const missingSql = `select part.relname as table, whole.relname as index,
    substring(pg_get_indexdef(whole.oid) from ' USING .*$') as definition
  from pg_index known
  join pg_class whole on whole.oid = known.indexrelid
  join pg_inherits on pg_inherits.inhparent = known.indrelid
  join pg_class part on part.oid = pg_inherits.inhrelid
  where known.indrelid = 'requests'::regclass and not known.indisvalid
    and not exists (select from pg_index own join pg_inherits of on of.inhrelid = own.indexrelid
      where own.indrelid = part.oid and of.inhparent = whole.oid)
  order by part.relname desc, whole.relname limit 1`;

/** @returns whether a partition still waits for one */
export async function isIndexMissing(run: Run): Promise<boolean> {
  return (await run(missingSql)).length > 0;
}

/** To be waited for: as many bytes as a statement of ten minutes may take on its way. */
const patience = 300_000_000;

/** Makes one. @returns whether there are more */
export async function makeMissingIndex(client: Client): Promise<boolean> {
  const isMore = await whileLeading(client, async (run) => {
    const [missing] = await run<MissingIndex>(missingSql);
    if (missing === undefined) return false;
    const { table, index, definition } = missing;
    const name = `${table.slice(0, 40)}_${index.slice(-20)}`;
    await run("set local statement_timeout = '10min'");
    await run(`create index ${name} on ${table}${definition}`, [], patience);
    await run(`alter index ${index} attach partition ${name}`);
    return true;
  });
  return isMore ?? false;
}
