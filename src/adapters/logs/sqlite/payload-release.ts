// Taking bodies away: a content goes with the last body, and the last difference, that needs it.
import type { Database } from "bun:sqlite";
import { hex } from "./payload-rows.ts";
import { runSql } from "./run-sql.ts";

/** What the blob store has to remove once the transaction is through. */
export interface Released {
  /** Payloads that no longer have a row. */
  readonly ids: readonly number[];
  readonly names: readonly string[];
  /** In the blob store. */
  readonly bytes: number;
}

interface Gone {
  readonly hash: Uint8Array;
  readonly stored: number;
  readonly base: number | null;
  readonly outside: number;
}

/** Gives up one need of each payload named; one named twice gives up two. */
export function releasePayloads(db: Database, ids: readonly (number | null)[]): Released {
  const gone: number[] = [];
  const names: string[] = [];
  let bytes = 0;
  let waiting = ids.filter((id) => id !== null);
  while (waiting.length > 0) {
    const bases: number[] = [];
    for (const id of waiting) {
      runSql(db, "update payloads set refs = refs - 1 where id = ?", [id]);
      const [row] = runSql<Gone>(
        db,
        `delete from payloads where id = ? and refs <= 0
          returning hash, stored, base, data is null as outside`,
        [id],
      );
      if (row === undefined) continue;
      gone.push(id);
      if (row.base !== null) bases.push(row.base);
      if (row.outside === 0) continue;
      names.push(hex(row.hash));
      bytes += row.stored;
    }
    waiting = bases;
  }
  return { ids: gone, names, bytes };
}
