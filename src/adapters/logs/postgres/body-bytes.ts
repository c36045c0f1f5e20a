// How many bytes the bodies of all routers take, counted in steps: there may be millions of segments in
// a day, which no statement reads through in the time that it has.
import type { Run } from "./client.ts";

export interface PartOfBodies {
  /** Of the partition. */
  readonly name: string;
  readonly bytes: number;
}

export interface BodyBytes {
  /** Partitions that have grown since are counted anew; once for each round, as one may grow all the time. */
  begin(run: Run): Promise<void>;
  /** Counts some more. @returns all partitions, once they are counted; null: there is more to count */
  step(run: Run): Promise<readonly PartOfBodies[] | null>;
  /** Bytes of a partition that were removed; unset: it was dropped. */
  removed(name: string, bytes?: number): void;
}

interface Counted {
  /** Of the partition on disk when it was counted; where it has grown, rows have come. */
  readonly size: number;
  bytes: number;
  /** Id of the last segment counted; null: all are. */
  after: string | null;
}

const lowest = "00000000-0000-0000-0000-000000000000";

/** What was counted once is known for as long as the partition does not grow. @param perStep segments */
export function createBodyBytes(perStep: number): BodyBytes {
  const known = new Map<string, Counted>();

  async function begin(run: Run): Promise<void> {
    const partitions = await run<{ name: string; size: number }>(
      `select relname as name, pg_relation_size(pg_class.oid)::double precision as size
        from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent = 'segments'::regclass`,
    );
    const names = new Set(partitions.map(({ name }) => name));
    for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    for (const { name, size } of partitions) {
      const counted = known.get(name);
      if (counted?.after === null && counted.size !== size) known.delete(name);
      if (!known.has(name)) known.set(name, { size, bytes: 0, after: lowest });
    }
  }

  async function count(run: Run, name: string, counted: Counted): Promise<void> {
    const [some] = await run<{ count: number; bytes: number; last: string | null }>(
      `select count(*)::integer as count, coalesce(sum(bytes), 0)::double precision as bytes,
          max(id::text collate "C") as last
        from (select id, coalesce(length, octet_length(data)) as bytes from ${name}
          where id > $1::uuid order by id limit ${perStep}) counted`,
      [counted.after],
    );
    if (some === undefined) return;
    counted.bytes += some.bytes;
    counted.after = some.count < perStep ? null : some.last;
  }

  return {
    begin,
    async step(run) {
      for (const [name, counted] of known)
        if (counted.after !== null) {
          await count(run, name, counted);
          break;
        }
      const all = [...known];
      if (all.some(([, { after }]) => after !== null)) return null;
      return all.map(([name, { bytes }]) => ({ name, bytes }));
    },
    removed(name, bytes) {
      const counted = known.get(name);
      if (bytes === undefined) known.delete(name);
      else if (counted !== undefined) counted.bytes -= bytes;
    },
  };
}
