// Calls in flight whose router has gone: they become rows that say so, until their true end comes.
import { wordsOf } from "../../../domain/log/words-of.ts";
import { indexedText } from "../rows/indexed-text.ts";
import { apiRow, interruptedRow, type StoredRow } from "../rows/stored-row.ts";
import { readColumns, type ReadColumns, storedRow } from "./call-columns.ts";
import type { Client, Run } from "./client.ts";
import { databaseTime } from "./partitions.ts";
import { uuids, writeEnds } from "./write-calls.ts";

/** s since its last beat after which a router counts as dead, and its calls as interrupted. */
const deadAfter = 60;
/** Calls that one statement ends. */
const perStep = 500;

/**
 * Ends calls of a router, in a transaction that holds its row in `instances`.
 * @param ids null: all that it has in flight
 * @param now epoch ms
 * @returns how many
 */
async function interruptCalls(
  run: Run,
  instance: string,
  ids: readonly string[] | null,
  now: number,
): Promise<number> {
  let count = 0;
  for (;;) {
    const gone = await run<ReadColumns>(
      `delete from inflight where instance = $1::uuid and id in (
          select id from inflight where instance = $1::uuid
            and ($2::text is null or id = any ($2::text::uuid[])) limit ${perStep})
        returning ${readColumns}`,
      [instance, ids === null ? null : uuids(ids)],
    );
    const rows = gone.map((columns) => interruptedRow(storedRow(columns), now));
    count += await writeEnds(run, instance, rows.map(endOf));
    if (gone.length < perStep) return count;
  }
}

function endOf(row: StoredRow) {
  const words = wordsOf(indexedText(apiRow(row), { asked: "", answered: "" }));
  return { row, bodies: null, segments: [], words };
}

/** As SharedStore says of `interrupt`. */
export function interruptOwn(
  client: Client,
  instance: string,
  ids: readonly string[] | null,
  now: number,
): Promise<number> {
  return client.inTransaction(async (run) => {
    await run("select from instances where id = $1::uuid for update", [instance]);
    return interruptCalls(run, instance, ids, now);
  });
}

/**
 * Ends the calls of routers that have not been seen for a minute, by the server's clock; any router
 * may do so, at any time.
 * @returns how many calls
 */
export async function interruptDead(client: Client): Promise<number> {
  let count = 0;
  for (;;) {
    const ended = await client.inTransaction(async (run) => {
      // One that another router sees to, or that ships again just now, is left alone.
      const [dead] = await run<{ id: string }>(
        `select id::text from instances
          where seen_at < now() - interval '${deadAfter} s'
            and exists (select from inflight where instance = instances.id)
          limit 1 for update skip locked`,
      );
      return dead === undefined
        ? null
        : interruptCalls(run, dead.id, null, await databaseTime(run));
    });
    if (ended === null) return count;
    count += ended;
  }
}
