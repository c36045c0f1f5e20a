// Partitions by time: made ahead and where rows need them, under a lock of the group's. What no
// partition can be made for, as its clock is off, goes to a default one.
import type { Client, Run } from "./client.ts";
import { idTime, lowestId } from "./id-times.ts";
import { isLocked } from "./sql-state.ts";
import { day, missingRanges, partitionWidth, type TimeRange } from "./partition-ranges.ts";
import { partitioned } from "./tables.ts";

export type Partitioned = (typeof partitioned)[number];

/** Times, in epoch ms, that rows of a table are to be stored under. */
export type NeededTimes = Readonly<Partial<Record<Partitioned, readonly number[]>>>;

export interface Partition extends TimeRange {
  readonly table: Partitioned;
  readonly name: string;
}

export interface Partitions {
  /** Sees to it that they stand; asks the server only where it does not know that they do. */
  ready(needed: NeededTimes): Promise<void>;
  /** Makes those of the days to come. */
  ahead(): Promise<void>;
}

const daysAhead = 3;
/** Of clocks that are off: rows from further ahead, or of before what is kept, get no partition of their own. */
const slackMs = 2 * day;
/** Partitions are made by one router at a time. */
const partitionsLock = 0x5301_0002;
const lockTimeout = "set local lock_timeout = '2s'";

/** @param maxAgeMs of rows; null: they are kept for ever */
export function createPartitions(client: Client, maxAgeMs: number | null): Partitions {
  const width = partitionWidth(maxAgeMs);
  let known: readonly Partition[] = [];
  /** Beginnings of widths whose rows go to the default partition. */
  const odd = new Set<number>();

  function isKnown(table: Partitioned, time: number): boolean {
    return (
      odd.has(Math.floor(time / width)) ||
      known.some((one) => one.table === table && one.from <= time && time < one.to)
    );
  }

  async function make(needed: (now: number) => NeededTimes): Promise<void> {
    await client.inTransaction(async (run) => {
      await run(lockTimeout);
      await run("select pg_advisory_xact_lock($1)", [partitionsLock]);
      const now = await databaseTime(run);
      const existing = await readPartitions(run);
      const made: Partition[] = [];
      for (const [table, times = []] of Object.entries(needed(now)) as [Partitioned, number[]][]) {
        const own = existing.filter((one) => one.table === table);
        const sane = times.filter((time) => isSane(time, now));
        for (const time of times) if (!isSane(time, now)) odd.add(Math.floor(time / width));
        for (const range of missingRanges(sane, width, own)) made.push(nameOf(table, range));
      }
      for (const partition of made) await makePartition(run, partition);
      known = [...existing, ...made];
    });
  }

  function isSane(time: number, now: number): boolean {
    const oldest = maxAgeMs === null ? Date.UTC(2015, 0) : now - maxAgeMs - slackMs;
    return oldest <= time && time < now + daysAhead * day + slackMs;
  }

  return {
    async ready(needed) {
      const missing = Object.fromEntries(
        Object.entries(needed).map(([table, times]) => [
          table,
          times.filter((time) => !isKnown(table as Partitioned, time)),
        ]),
      );
      if (Object.values(missing).every((times) => times.length === 0)) return;
      try {
        await make(() => missing);
      } catch (error) {
        // Somebody reads the default partition for long: it takes the rows until the next time.
        if (!isLocked(error)) throw error;
      }
    },
    ahead: () =>
      make((now) => {
        const days = Array.from({ length: daysAhead + 1 }, (_, days) => now + days * day);
        // Widths may be narrower than a day.
        const times = days.flatMap((time) =>
          Array.from({ length: Math.ceil(day / width) }, (_, part) => time + part * width),
        );
        return Object.fromEntries(partitioned.map((table) => [table, times]));
      }),
  };
}

/** Epoch ms by the server's clock, which is the group's. */
export async function databaseTime(run: Run): Promise<number> {
  const [row] = await run<{ now: number }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::double precision as now",
  );
  return row?.now ?? 0;
}

/** All but the default ones. */
export async function readPartitions(run: Run): Promise<readonly Partition[]> {
  const rows = await run<{ table: Partitioned; name: string; bounds: string }>(
    `select parent.relname as table, part.relname as name,
        pg_get_expr(part.relpartbound, part.oid) as bounds
      from pg_inherits
      join pg_class parent on parent.oid = inhparent
      join pg_class part on part.oid = inhrelid
      where inhparent = any (array[${partitioned.map((table) => `'${table}'::regclass`).join(", ")}])`,
  );
  return rows.flatMap(({ table, name, bounds }) => {
    const [from, to] = [...bounds.matchAll(/'([\da-f-]{36})'/g)].map(([, id = ""]) => idTime(id));
    return from === undefined || to === undefined ? [] : [{ table, name, from, to }];
  });
}

/** A name by its beginning, to the hour: as narrow as they get. */
function nameOf(table: Partitioned, range: TimeRange): Partition {
  const digits = new Date(range.from).toISOString().replaceAll(/\D/g, "").slice(0, 10);
  return { table, name: `${table}_${digits}`, ...range };
}

/** Rows that went to the default partition meanwhile move over. */
async function makePartition(run: Run, { table, name, from, to }: Partition): Promise<void> {
  const [first, last] = [lowestId(from), lowestId(to)];
  const rest = `${table}_default`;
  await run(
    `lock table ${rest} in access exclusive mode;
    create table ${name} (like ${table} including defaults including storage);
    with moved as (delete from ${rest} where id >= '${first}' and id < '${last}' returning *)
      insert into ${name} select * from moved;
    alter table ${table} attach partition ${name} for values from ('${first}') to ('${last}')`,
  );
}

/** To be made with the tables. */
export const defaultPartitions = partitioned.map(
  (table) => `create table ${table}_default partition of ${table} default`,
);
