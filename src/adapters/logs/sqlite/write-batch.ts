// A batch in its transaction: rows, their figures, tallies and threads, their words for the search, their bodies.
import type { Database } from "bun:sqlite";
import type { PackedSegments } from "../bodies/pack-segments.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";
import { countedRow, createFigureSums } from "../rows/figures.ts";
import { createTallyBatch, talliedWrite } from "../rows/tally.ts";
import { createThreadSums, threadedCall } from "../rows/thread-sums.ts";
import { writtenText } from "../rows/indexed-text.ts";
import { answersIn } from "../rows/kept-answer-rows.ts";
import { writeAnswers } from "./answer-rows.ts";
import type { CellBook } from "./cell-rows.ts";
import { writeFigures } from "./figure-rows.ts";
import { senseBelow } from "./log-state.ts";
import { type Insertion, insertRows, replacing } from "./insert-rows.ts";
import { placeWrites } from "./place-writes.ts";
import { writtenBodies } from "../bodies/stored-bodies.ts";
import type { IndexedRow, SearchIndex } from "./search-index.ts";
import { writeSegments } from "./segment-rows.ts";
import { rowColumns, rowValues } from "../rows/stored-row.ts";
import { writeTallies } from "./tally-rows.ts";
import { writeThreads } from "./thread-rows.ts";

/** What the connection that writes remembers of the search's index and of cells. */
export interface BatchBooks {
  readonly index: SearchIndex;
  readonly cells: CellBook;
}

/**
 * @param kept the bodies of the batch, in its order
 * @returns by how many bytes the answers kept have grown
 */
export function writeBatch(
  db: Database,
  { index, cells }: BatchBooks,
  batch: readonly LogWrite[],
  kept: PackedSegments,
): number {
  const figures = createFigureSums();
  const tallies = createTallyBatch();
  const threads = createThreadSums();
  const below = senseBelow(db) ?? 0;
  // Those below are counted by whoever understands older rows; see sense-older.ts.
  const isCounted = (seq: number) => seq >= below;
  const placed = placeWrites(db, batch, { figures, tallies, threads, isCounted });
  const rows = [...placed.values()];
  for (const { write, seq } of rows) {
    figures.add(countedRow(write));
    if (!isCounted(seq)) continue;
    tallies.add(talliedWrite(write));
    threads.add(threadedCall(write), write.sense.asked);
  }
  const indexed: IndexedRow[] = [];
  insertRows(
    db,
    rowInsertion,
    batch.flatMap((write, at) => {
      const place = placed.get(write.entry.id);
      if (place === undefined) return [];
      const bodies = writtenBodies(write.bodies, kept.turns[at] ?? {}, place.bodies);
      const row = { seq: place.seq, text: writtenText(write) };
      // What a row says that others lean on does not change: only one that ends is compared.
      const ends = write.entry.state !== "inflight" && !place.hadEnded;
      const twin = ends ? index.twinOf(row) : null;
      if (twin === null) indexed.push(row);
      return [[place.seq, ...rowValues(write), bodies, twin]];
    }),
  );
  index.put(
    db,
    indexed,
    rows.filter(({ isNew }) => !isNew).map(({ seq }) => seq),
  );
  writeSegments(db, kept);
  writeFigures(db, figures.changes());
  writeTallies(db, cells, tallies.changes());
  writeThreads(db, threads.changes());
  return writeAnswers(db, answersIn(batch));
}

const columns = ["seq", ...rowColumns, "bodies", "twin_of"] as const;
const rowInsertion: Insertion = {
  into: "requests",
  columns,
  onConflict: replacing("id", columns),
};
