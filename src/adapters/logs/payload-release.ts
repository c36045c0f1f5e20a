// Taking bodies away: a content goes with the last body, and the last difference, that needs it.
import type { Kysely } from "kysely";
import { hex } from "./payload-writer.ts";
import { runSql } from "./run-sql.ts";
import type { LogTables } from "./tables.ts";

/** What the blob store has to remove once the transaction is through. */
export interface Released {
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
export async function releasePayloads(
  transaction: Kysely<LogTables>,
  ids: readonly (number | null)[],
): Promise<Released> {
  const names: string[] = [];
  let bytes = 0;
  let waiting = ids.filter((id) => id !== null);
  while (waiting.length > 0) {
    const bases: number[] = [];
    for (const id of waiting) {
      await runSql(transaction, "update payloads set refs = refs - 1 where id = ?", [id]);
      const [gone] = await runSql<Gone>(
        transaction,
        `delete from payloads where id = ? and refs <= 0
          returning hash, stored, base, data is null as outside`,
        [id],
      );
      if (gone === undefined) continue;
      if (gone.base !== null) bases.push(gone.base);
      if (gone.outside === 0) continue;
      names.push(hex(gone.hash));
      bytes += gone.stored;
    }
    waiting = bases;
  }
  return { names, bytes };
}
