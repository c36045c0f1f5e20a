// The log's write side in SQLite: rows, their figures, their words for the search, their bodies.
import type { Kysely } from "kysely";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import type { LogWrite, WriteResult } from "../pipeline/log-engine.ts";
import { createFigureChanges } from "./figures.ts";
import type { FigureChanges } from "./figures.ts";
import { type Insertion, insertRows, replacing } from "./insert-rows.ts";
import { bodyBytes, logRow } from "../rows/log-row.ts";
import { releasePayloads } from "./payload-release.ts";
import type { Released } from "./payload-release.ts";
import { createPayloadWriter } from "./payload-writer.ts";
import type { Content, PayloadBatch } from "./payload-writer.ts";
import { placeWrites } from "./place-writes.ts";
import type { PlacedWrite } from "./place-writes.ts";
import { createRetention, type SqliteRetention } from "./retention.ts";
import { inTransaction, runSql } from "./run-sql.ts";
import { writtenText } from "../rows/indexed-text.ts";
import { createSearchIndex, type SearchIndex } from "./search-index.ts";
import { indexOlder } from "./search-repair.ts";
import { createSqliteReader } from "./sqlite-reader.ts";
import { rowColumns, tableRow } from "./sqlite-rows.ts";
import type { BodiesTable, BodyKind, LogTables } from "./tables.ts";

export interface SqliteStoreOptions {
  /** Brought up to date by `openDatabase`. */
  readonly tables: Kysely<LogTables>;
  readonly blobs: BlobStore;
  /** Bytes; larger bodies go to the blob store. */
  readonly inlineLimit: number;
  /** Table of the search's index; null: there is none. */
  readonly search: string | null;
}

export interface SqliteStore extends LogReader, SqliteRetention {
  /** Writes the batch in one transaction: all of it or, when it throws, nothing. */
  write(batch: readonly LogWrite[]): Promise<WriteResult>;
  /** Marks rows that are `inflight` as `interrupted`; returns how many. */
  interruptLeftovers(now: number): Promise<number>;
  /** As `write`, for rows that the index does not take: no search finds them. */
  writeUnsearched(batch: readonly LogWrite[]): Promise<WriteResult>;
  /**
   * Puts the newest of the rows that are not in the search's index into it, at most `limit`.
   * @returns whether there are more
   */
  indexOlder(limit: number): Promise<boolean>;
}

/** What touches the search's index throws SearchDamage where that is to blame. */
export function createSqliteStore(options: SqliteStoreOptions): SqliteStore {
  const { tables: db, blobs } = options;
  const search = createSearchIndex(options.search);
  const payloads = createPayloadWriter(db, blobs, options.inlineLimit);

  async function dropBlobs(released: Released): Promise<void> {
    payloads.removed(released);
    // A blob that cannot be removed now is swept later.
    for (const name of released.names) await blobs.remove(name).catch(() => undefined);
  }

  async function write(writes: readonly LogWrite[], index: SearchIndex): Promise<WriteResult> {
    const batch = onceEach(writes);
    const bodies = batch.flatMap(bodiesOf);
    const kept = await payloads.begin(bodies);
    let released: Released;
    try {
      released = await inTransaction(db, "immediate", (transaction) =>
        writeBatch(transaction, index, batch, bodies, kept),
      );
    } catch (error) {
      await kept.abandoned();
      throw error;
    }
    kept.committed();
    await dropBlobs(released);
    const { bodies: lostBodies, message } = kept.lost();
    return { lostBodies, message };
  }

  return {
    ...createSqliteReader(db, blobs, options.search),
    ...createRetention({ db, blobs, payloads, search, dropBlobs }),

    write: (writes) => write(writes, search),
    writeUnsearched: (writes) => write(writes, createSearchIndex(null)),
    indexOlder: (limit) => indexOlder(db, blobs, search, limit),

    async interruptLeftovers(now) {
      const marked = await db
        .updateTable("requests")
        .set({
          state: "interrupted",
          completed_at: now,
          error_message: "the router stopped before this call had ended",
        })
        .where("state", "=", "inflight")
        .executeTakeFirst();
      return Number(marked.numUpdatedRows);
    },
  };
}

/** Of writes for the same id the last, with those bodies of earlier ones that it has none in place of. */
function onceEach(writes: readonly LogWrite[]): readonly LogWrite[] {
  const byId = new Map<string, LogWrite>();
  for (const write of writes) {
    const earlier = byId.get(write.entry.id)?.bodies;
    const { request, response, delivered } = write.bodies;
    const bodies = {
      request: request ?? earlier?.request ?? null,
      response: response ?? earlier?.response ?? null,
      delivered: delivered ?? earlier?.delivered ?? null,
    };
    byId.set(write.entry.id, earlier === undefined ? write : { ...write, bodies });
  }
  return byId.size === writes.length ? writes : [...byId.values()];
}

interface BodyOfWrite extends Content {
  readonly id: string;
  readonly kind: BodyKind;
  readonly truncated: boolean;
}

function bodiesOf({ entry, bodies }: LogWrite): readonly BodyOfWrite[] {
  const found: BodyOfWrite[] = [];
  for (const kind of ["request", "response", "delivered"] as const) {
    const body = bodies[kind] ?? null;
    if (body === null) continue;
    const { truncated } = body;
    const evolves = kind === "request";
    found.push({ id: entry.id, kind, bytes: bodyBytes(body), truncated, evolves });
  }
  return found;
}

/** @returns the contents that nothing needs any longer */
async function writeBatch(
  transaction: Kysely<LogTables>,
  index: SearchIndex,
  batch: readonly LogWrite[],
  bodies: readonly BodyOfWrite[],
  kept: PayloadBatch,
): Promise<Released> {
  const figures = createFigureChanges();
  const placed = await placeWrites(transaction, batch, figures);
  await writeRows(transaction, [...placed.values()], figures);
  const rows = [...placed.values()];
  await index.put(
    transaction,
    rows.map(({ seq, write }) => ({ seq, text: writtenText(write) })),
    rows.filter(({ isNew }) => !isNew).map(({ seq }) => seq),
  );
  const replaced = await bodiesBefore(transaction, placed, bodies);
  await insertRows(
    transaction,
    bodyInsertion,
    bodies.flatMap(({ id, kind, truncated }, place) => {
      const { seq, write } = placed.get(id) ?? {};
      if (seq === undefined || write === undefined) return [];
      const { timestamp, state } = write.entry;
      const payload = kept.kept[place] ?? null;
      const [failed, outside] = [state === "failed", payload?.outside === true];
      const flags = [failed, outside, truncated].map(Number);
      return [[seq, kind, timestamp, payload?.id ?? null, ...flags]];
    }),
  );
  await kept.write(transaction);
  await figures.write(transaction);
  return releasePayloads(transaction, replaced);
}

const columns = ["seq", ...rowColumns] as const;
const rowInsertion: Insertion = {
  into: "requests",
  columns,
  onConflict: replacing("id", columns),
};

async function writeRows(
  transaction: Kysely<LogTables>,
  placed: readonly PlacedWrite[],
  figures: FigureChanges,
): Promise<void> {
  const rows = placed.map(({ write, seq }) => tableRow(logRow(write), seq));
  for (const row of rows) figures.add(row);
  const values = rows.map((row) => columns.map((column) => row[column]));
  await insertRows(transaction, rowInsertion, values);
}

const bodyInsertion: Insertion = {
  into: "bodies",
  columns: ["seq", "kind", "timestamp", "payload", "failed", "outside", "truncated"],
  onConflict: `on conflict (seq, kind) do update set failed = excluded.failed,
    payload = excluded.payload, outside = excluded.outside, truncated = excluded.truncated`,
};

const bodiesBeforeSql = `select seq, kind, payload from bodies
  where seq in (select value from json_each(?))`;

/** The payloads that stand where these bodies go, which are then no longer needed. */
async function bodiesBefore(
  transaction: Kysely<LogTables>,
  placed: ReadonlyMap<string, PlacedWrite>,
  bodies: readonly BodyOfWrite[],
): Promise<readonly (number | null)[]> {
  const there = [...placed.values()].filter(({ isNew }) => !isNew).map(({ seq }) => seq);
  if (there.length === 0) return [];
  const coming = new Set(bodies.map(({ id, kind }) => `${placed.get(id)?.seq} ${kind}`));
  const rows = await runSql<Pick<BodiesTable, "seq" | "kind" | "payload">>(
    transaction,
    bodiesBeforeSql,
    [JSON.stringify(there)],
  );
  return rows.filter(({ seq, kind }) => coming.has(`${seq} ${kind}`)).map(({ payload }) => payload);
}
