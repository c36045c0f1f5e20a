// What their size takes of the bodies: where all of them together are too many bytes, the oldest
// partition goes whole; of the last one that holds any, the oldest segments.
import { createBodyBytes } from "./body-bytes.ts";
import type { Client, Run } from "./client.ts";
import { raiseFloors } from "./floors.ts";
import { idTime } from "./id-times.ts";
import { whileLeading } from "./leading.ts";
import { readPartitions } from "./partitions.ts";

export interface ExcessBodies {
  /**
   * One round: the bodies of all routers are counted and, where they take too many bytes, the oldest go.
   * @returns takes a step of it, and says whether there is more to do
   */
  begin(): () => Promise<boolean>;
}

/** Segments removed at a time. */
const removedPerStep = 500;
/** Segments counted at a time: some ten milliseconds. */
const countedPerStep = 10_000;

export function createExcessBodies(
  client: Client,
  maxBytes: number,
  perStep: number = countedPerStep,
): ExcessBodies {
  const bodies = createBodyBytes(perStep);

  async function step(run: Run): Promise<boolean> {
    const parts = await bodies.step(run);
    if (parts === null) return true;
    const excess = parts.reduce((sum, { bytes }) => sum + bytes, 0) - maxBytes;
    if (excess <= 0) return false;
    const ranges = (await readPartitions(run)).filter(({ table }) => table === "segments");
    const [oldest, ...younger] = ranges
      .filter(({ name }) => parts.some((part) => part.name === name && part.bytes > 0))
      .toSorted((a, b) => a.from - b.from);
    if (oldest === undefined || younger.length === 0) return removeOldest(run, excess);
    await run(`drop table ${oldest.name}`);
    bodies.removed(oldest.name);
    await raiseFloors(run, { rows: null, bodies: oldest.to });
    return true;
  }

  async function removeOldest(run: Run, excess: number): Promise<boolean> {
    const gone = await run<{ id: string; part: string; bytes: number }>(
      `with oldest as (
          select id, sum(coalesce(length, octet_length(data))) over (order by id) as until,
              coalesce(length, octet_length(data)) as bytes
            from segments order by id limit ${removedPerStep})
        delete from segments using oldest
          where segments.id = oldest.id and oldest.until - oldest.bytes < $1::double precision
          returning segments.id::text, segments.tableoid::regclass::text as part,
            oldest.bytes::double precision`,
      [excess],
    );
    for (const { part, bytes } of gone) bodies.removed(part, bytes);
    const last = gone.reduce((latest, { id }) => Math.max(latest, idTime(id)), 0);
    await raiseFloors(run, { rows: null, bodies: last });
    return gone.length > 0 && gone.reduce((sum, { bytes }) => sum + bytes, 0) < excess;
  }

  return {
    begin() {
      let isBegun = false;
      return async () => {
        const isMore = await whileLeading(client, async (run) => {
          if (isBegun) return step(run);
          await bodies.begin(run);
          isBegun = true;
          return true;
        });
        return isMore === true;
      };
    },
  };
}
