// Where a batch's rows go in the table: each row to its own place, a row that is there already to the same.
import type { Database } from "bun:sqlite";
import type { LogWrite } from "../pipeline/log-engine.ts";
import type { FigureSums } from "../rows/figures.ts";
import type { TalliedCall, TallyBatch } from "../rows/tally.ts";
import type { ThreadedRow, ThreadSums } from "../rows/thread-sums.ts";
import { countedColumns } from "./tallied-rows.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { seqOf } from "./seq.ts";

export interface PlacedWrite {
  readonly write: LogWrite;
  readonly seq: number;
  readonly isNew: boolean;
  /** Its call had ended already. */
  readonly hadEnded: boolean;
  /** Where the bodies lie that the row had before. */
  readonly bodies: string | null;
}

/** What a batch adds to and takes from. */
export interface BatchCounts {
  readonly figures: FigureSums;
  readonly tallies: TallyBatch;
  readonly threads: ThreadSums;
  /** Whether tallies and threads have, or are to have, a row with that key. */
  readonly isCounted: (seq: number) => boolean;
}

type EarlierRow = TalliedCall &
  ThreadedRow & {
    readonly seq: number;
    readonly bodies: string | null;
  };

const earlierSql = `select seq, bodies, ${countedColumns}
  from requests where id in (select value from json_each(?))`;

/**
 * Finds a place for each write; what stands there is taken out of figures, tallies and threads.
 * @param batch no id twice
 * @returns them by id
 */
export function placeWrites(
  db: Database,
  batch: readonly LogWrite[],
  { figures, tallies, threads, isCounted }: BatchCounts,
): ReadonlyMap<string, PlacedWrite> {
  const ids = batch.map(({ entry }) => entry.id);
  const earlier = new Map<string, EarlierRow>();
  for (const row of runSql<EarlierRow>(db, earlierSql, [JSON.stringify(ids)])) {
    figures.subtract(row);
    if (isCounted(row.seq)) {
      tallies.subtract(row);
      threads.subtract(row);
    }
    earlier.set(row.id, row);
  }
  const seqs = freeSeqs(
    db,
    ids.filter((id) => !earlier.has(id)),
  );
  const placed = new Map<string, PlacedWrite>();
  for (const write of batch) {
    const { id } = write.entry;
    const before = earlier.get(id);
    const seq = before?.seq ?? seqs.get(id);
    if (seq !== undefined)
      placed.set(id, {
        write,
        seq,
        isNew: before === undefined,
        hadEnded: before !== undefined && before.state !== "inflight",
        bodies: before?.bodies ?? null,
      });
  }
  return placed;
}

const takenSql = "select seq from requests where seq in (select value from json_each(?))";

/** For each id the key it gives a row, or the next behind that where others have it. */
function freeSeqs(db: Database, ids: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const taken = new Set<number>();
  let waiting = ids.map((id) => ({ id, seq: seqOf(id) }));
  while (waiting.length > 0) {
    const wanted = JSON.stringify(waiting.map(({ seq }) => seq));
    for (const { seq } of runSql<{ seq: number }>(db, takenSql, [wanted])) taken.add(seq);
    const again: typeof waiting = [];
    for (const { id, seq } of waiting) {
      if (taken.has(seq)) again.push({ id, seq: seq + 1 });
      else {
        taken.add(seq);
        found.set(id, seq);
      }
    }
    waiting = again;
  }
  return found;
}
