// What another process left waiting in an outbox of its own, where none is there any more to send it.
import type { Database } from "bun:sqlite";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";

interface LeftBatch {
  readonly seq: number;
  readonly rows: number;
}

const batchColumns =
  "kind, rows, starts, body_count, written_at, data_size, bodies_size, data, bodies";
const objectColumns = "key, at, kind, body_count, written_at, size, data";

/**
 * Copies what waits in one outbox to the end of another, in one transaction. Done twice, as after a stop
 * before the first was removed, it does no harm: a store takes each call once.
 * @returns ends of calls
 */
export function adoptOutbox(own: Database, left: Database): number {
  let rows = 0;
  inTransaction(own, "immediate", () => {
    const batches = runSql<LeftBatch>(left, "select seq, rows from batches order by seq");
    const numbers = new Map<number, number>();
    for (const batch of batches) {
      rows += batch.rows;
      const [whole] = runSql<Record<string, unknown>>(
        left,
        `select ${batchColumns} from batches where seq = ?`,
        [batch.seq],
      );
      const [added] = runSql<{ seq: number }>(
        own,
        `insert into batches (${batchColumns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning seq`,
        Object.values(whole ?? {}),
      );
      if (added !== undefined) numbers.set(batch.seq, added.seq);
    }
    for (const { key, at, batch } of runSql<{ key: string; at: number; batch: number }>(
      left,
      "select key, at, batch from objects",
    )) {
      const [whole] = runSql<Record<string, unknown>>(
        left,
        `select ${objectColumns} from objects where key = ? and at = ?`,
        [key, at],
      );
      runSql(
        own,
        `insert or ignore into objects (${objectColumns}, batch) values (?, ?, ?, ?, ?, ?, ?, ?)`,
        // One that is shipped already has no batch.
        [...Object.values(whole ?? {}), numbers.get(batch) ?? 0],
      );
    }
  });
  return rows;
}
