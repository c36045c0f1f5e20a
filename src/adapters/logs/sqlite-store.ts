// The log in SQLite through kysely: rows in one table, bodies beside them.
import type { Kysely } from "kysely";
import type { CapturedBody } from "../../domain/log-entry.ts";
import type { PeriodStats } from "../../ports/browse.ts";
import type { LogReader, LogRetention, LogStore, LogWrite } from "../../ports/log-store.ts";
import { bodyBytes, logDetail, logRow } from "./log-row.ts";
import { nearestRank } from "./nearest-rank.ts";
import { apiRow, filteredRows, storedBodies, tableRow } from "./sqlite-rows.ts";
import type { BodiesTable, LogTables, RequestsTable } from "./tables.ts";
import { createUpsert } from "./upsert.ts";

/** The store's write side over tables that `openDatabase` has brought up to date. */
export function createSqliteStore(db: Kysely<LogTables>): LogStore & LogRetention {
  const upsertRow = createUpsert(db, "requests", "id");
  const upsertBodies = createUpsert(db, "bodies", "request_id");
  return {
    ...createSqliteReader(db),
    async write(batch) {
      await db.transaction().execute(async (transaction) => {
        for (const write of batch) {
          await upsertRow(transaction, tableRow(logRow(write)));
          const bodies = bodiesRow(write);
          if (bodies !== null) await upsertBodies(transaction, bodies);
        }
      });
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

    removeOlder(rowsBefore, bodiesBefore, limit) {
      return db.transaction().execute(async (transaction) => {
        const rows = await removeRows(transaction, rowsBefore, limit);
        const bodies = await removeBodies(transaction, bodiesBefore, limit);
        return rows === limit || bodies === limit;
      });
    },
  };
}

/** The store's read side alone. */
export function createSqliteReader(db: Kysely<LogTables>): LogReader {
  return {
    async list(filter) {
      const limit = filter.limit + 1; // one more tells whether there is a next page
      const columns =
        filter.model === undefined
          ? (["original_model"] as const)
          : (["original_model", "mapped_model"] as const);
      const found = await Promise.all(
        columns.map((column) => filteredRows(db, filter, limit, column).execute()),
      );
      const rows = newestFirst(found.flat()).slice(0, limit);
      const logs = rows.slice(0, filter.limit).map(apiRow);
      return { logs, next: rows.length === limit ? (logs.at(-1)?.id ?? null) : null };
    },

    async get(id) {
      const row = await db
        .selectFrom("requests")
        .selectAll()
        .where("id", "=", id)
        .executeTakeFirst();
      if (row === undefined) return null;
      const bodies = await db
        .selectFrom("bodies")
        .selectAll()
        .where("request_id", "=", id)
        .executeTakeFirst();
      return logDetail(apiRow(row), storedBodies(bodies));
    },

    stats(since) {
      // One transaction, so that all figures speak of the same rows.
      return db.transaction().execute((transaction) => periodStats(transaction, since ?? 0));
    },
  };
}

/** null where nothing was captured: what an earlier write brought stays. */
function bodiesRow({ entry, bodies }: LogWrite): BodiesTable | null {
  const { request, response } = bodies;
  if (request === null && response === null) return null;
  const blob = (body: CapturedBody | null) => (body === null ? null : bodyBytes(body));
  return {
    request_id: entry.id,
    timestamp: entry.timestamp,
    request: blob(request),
    request_truncated: request?.truncated === true ? 1 : 0,
    response: blob(response),
    response_truncated: response?.truncated === true ? 1 : 0,
  };
}

function newestFirst(rows: readonly RequestsTable[]): RequestsTable[] {
  const unique = new Map(rows.map((row) => [row.id, row]));
  return [...unique.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

async function periodStats(db: Kysely<LogTables>, since: number): Promise<PeriodStats> {
  const { total, failed, prompt, completion, durations, firstTokens } = await db
    .selectFrom("requests")
    .where("timestamp", ">=", since)
    .select(({ fn }) => [
      fn.countAll().as("total"),
      fn.countAll().filterWhere("state", "=", "failed").as("failed"),
      fn.sum("prompt_tokens").as("prompt"),
      fn.sum("completion_tokens").as("completion"),
      fn.count("duration_ms").filterWhere("state", "=", "completed").as("durations"),
      fn.count("ttft_ms").filterWhere("state", "=", "completed").as("firstTokens"),
    ])
    .executeTakeFirstOrThrow();

  const at = async (column: "duration_ms" | "ttft_ms", count: number, quantile: number) => {
    const row = await db
      .selectFrom("requests")
      .select(column)
      .where("timestamp", ">=", since)
      .where("state", "=", "completed")
      .where(column, "is not", null)
      .orderBy(column)
      .limit(1)
      .offset(nearestRank(count, quantile))
      .executeTakeFirst();
    return row?.[column] ?? null;
  };
  const requests = Number(total);
  const errors = Number(failed);
  return {
    requests,
    errors,
    error_rate: requests === 0 ? 0 : errors / requests,
    duration_ms_median: await at("duration_ms", Number(durations), 0.5),
    duration_ms_p95: await at("duration_ms", Number(durations), 0.95),
    ttft_ms_median: await at("ttft_ms", Number(firstTokens), 0.5),
    prompt_tokens: Number(prompt ?? 0),
    completion_tokens: Number(completion ?? 0),
  };
}

async function removeRows(
  db: Kysely<LogTables>,
  before: number | null,
  limit: number,
): Promise<number> {
  if (before === null) return 0;
  const rows = await db
    .selectFrom("requests")
    .select("id")
    .where("timestamp", "<", before)
    .orderBy("timestamp")
    .limit(limit)
    .execute();
  if (rows.length === 0) return 0;
  const ids = rows.map((row) => row.id);
  await db.deleteFrom("bodies").where("request_id", "in", ids).execute();
  await db.deleteFrom("requests").where("id", "in", ids).execute();
  return rows.length;
}

async function removeBodies(
  db: Kysely<LogTables>,
  before: number | null,
  limit: number,
): Promise<number> {
  if (before === null) return 0;
  const oldest = db
    .selectFrom("bodies")
    .select("request_id")
    .where("timestamp", "<", before)
    .orderBy("timestamp")
    .limit(limit);
  const removed = await db
    .deleteFrom("bodies")
    .where("request_id", "in", oldest)
    .executeTakeFirst();
  return Number(removed.numDeletedRows);
}
