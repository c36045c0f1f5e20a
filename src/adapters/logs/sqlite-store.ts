// The log's write side in SQLite: rows, their figures, their words for the search, their bodies.
import type { Kysely } from "kysely";
import type { BlobStore } from "../../ports/blob-store.ts";
import type { LogRetention, LogStore, LogWrite } from "../../ports/log-store.ts";
import { createFigureChanges } from "./figures.ts";
import type { CountedRow, FigureChanges } from "./figures.ts";
import { bodyBytes, logRow } from "./log-row.ts";
import { releasePayloads } from "./payload-release.ts";
import type { Released } from "./payload-release.ts";
import { createPayloadWriter } from "./payload-writer.ts";
import type { KeptPayload, PayloadBatch } from "./payload-writer.ts";
import { createRetention } from "./retention.ts";
import { inTransaction, runSql } from "./run-sql.ts";
import { indexText } from "./search-index.ts";
import { perMs, seqOf } from "./seq.ts";
import { createSqliteReader } from "./sqlite-reader.ts";
import { tableRow } from "./sqlite-rows.ts";
import type { BodiesTable, BodyKind, LogTables } from "./tables.ts";
import { createUpsert } from "./upsert.ts";

export interface SqliteStoreOptions {
  /** Brought up to date by `openDatabase`. */
  readonly tables: Kysely<LogTables>;
  readonly blobs: BlobStore;
  /** Bytes; larger bodies go to the blob store. */
  readonly inlineLimit: number;
}

interface BodyToWrite {
  readonly kind: BodyKind;
  readonly payload: KeptPayload | null;
  readonly truncated: boolean;
}

export function createSqliteStore(options: SqliteStoreOptions): LogStore & LogRetention {
  const { tables: db, blobs } = options;
  const payloads = createPayloadWriter(db, blobs, options.inlineLimit);
  const upsertRow = createUpsert(db, "requests", "id");

  async function dropBlobs(released: Released): Promise<void> {
    payloads.removed(released.bytes);
    // A blob that cannot be removed now is swept later.
    for (const name of released.names) await blobs.remove(name).catch(() => undefined);
  }

  return {
    ...createSqliteReader(db, blobs),
    ...createRetention({ db, blobs, payloads, dropBlobs }),

    async write(batch) {
      const kept = await payloads.begin();
      const bodies: (readonly BodyToWrite[])[] = [];
      for (const write of batch) bodies.push(await bodiesToWrite(write, kept));
      let released: Released;
      try {
        released = await inTransaction(db, "immediate", async (transaction) => {
          const figures = createFigureChanges();
          const replaced: (number | null)[] = [];
          for (const [place, write] of batch.entries()) {
            const { seq, isNew } = await writeRow(transaction, write, figures, upsertRow);
            await indexText(transaction, seq, write);
            const own = bodies[place] ?? [];
            if (!isNew) replaced.push(...(await bodiesBefore(transaction, seq, own)));
            await writeBodies(transaction, seq, write, own);
          }
          await kept.write(transaction);
          await figures.write(transaction);
          return releasePayloads(transaction, replaced);
        });
      } catch (error) {
        await kept.abandoned();
        throw error;
      }
      kept.committed();
      await dropBlobs(released);
      const { bodies: lostBodies, message } = kept.lost();
      return { lostBodies, message };
    },

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

async function bodiesToWrite(
  { bodies }: LogWrite,
  kept: PayloadBatch,
): Promise<readonly BodyToWrite[]> {
  const found: BodyToWrite[] = [];
  for (const kind of ["request", "response", "delivered"] as const) {
    const body = bodies[kind] ?? null;
    if (body === null) continue;
    const payload = await kept.keep(bodyBytes(body), kind === "request");
    found.push({ kind, payload, truncated: body.truncated });
  }
  return found;
}

type EarlierRow = CountedRow & { readonly seq: number };

const earlierSql = `select seq, timestamp, state, duration_ms, ttft_ms, prompt_tokens,
  completion_tokens from requests where id = ?`;

async function writeRow(
  transaction: Kysely<LogTables>,
  write: LogWrite,
  figures: FigureChanges,
  upsertRow: ReturnType<typeof createUpsert<"requests">>,
): Promise<{ readonly seq: number; readonly isNew: boolean }> {
  const { id } = write.entry;
  const [earlier] = await runSql<EarlierRow>(transaction, earlierSql, [id]);
  if (earlier !== undefined) figures.subtract(earlier);
  const seq = earlier?.seq ?? (await freeSeq(transaction, id));
  const row = tableRow(logRow(write), seq);
  figures.add(row);
  await upsertRow(transaction, row);
  return { seq, isNew: earlier === undefined };
}

/** The key its id gives a row, or one behind it where another row has that. */
async function freeSeq(transaction: Kysely<LogTables>, id: string): Promise<number> {
  let seq = seqOf(id);
  for (;;) {
    const [taken] = await runSql(transaction, "select 1 from requests where seq = ?", [seq]);
    if (taken === undefined) return seq;
    const [last] = await runSql<{ seq: number }>(
      transaction,
      "select max(seq) as seq from requests where seq >= ? and seq < ?",
      [seq, seq + perMs],
    );
    seq = (last?.seq ?? seq) + 1;
  }
}

const bodySql = `insert into bodies (seq, kind, timestamp, failed, payload, outside, truncated)
  values (?, ?, ?, ?, ?, ?, ?) on conflict (seq, kind) do update set failed = excluded.failed,
  payload = excluded.payload, outside = excluded.outside, truncated = excluded.truncated`;

/** The payloads that stand where these bodies go, which are then no longer needed. */
async function bodiesBefore(
  transaction: Kysely<LogTables>,
  seq: number,
  bodies: readonly BodyToWrite[],
): Promise<readonly (number | null)[]> {
  const rows = await runSql<Pick<BodiesTable, "kind" | "payload">>(
    transaction,
    "select kind, payload from bodies where seq = ?",
    [seq],
  );
  return rows
    .filter(({ kind }) => bodies.some((body) => body.kind === kind))
    .map(({ payload }) => payload);
}

async function writeBodies(
  transaction: Kysely<LogTables>,
  seq: number,
  { entry }: LogWrite,
  bodies: readonly BodyToWrite[],
): Promise<void> {
  for (const { kind, payload, truncated } of bodies)
    await runSql(transaction, bodySql, [
      seq,
      kind,
      entry.timestamp,
      entry.state === "failed" ? 1 : 0,
      payload?.id ?? null,
      payload?.outside === true ? 1 : 0,
      truncated ? 1 : 0,
    ]);
}
