// The log's read side in SQLite: pages off the indexes, bodies put together again.
import type { Database } from "bun:sqlite";
import { nanosPerDollar } from "../../../domain/log/call-sense.ts";
import { isTallied } from "../../../domain/log/tallied-filter.ts";
import type { CapturedBodies, CapturedBody } from "../../../domain/log/log-entry.ts";
import type { PerformancePoint, PointsFilter } from "../../../ports/browse.ts";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import { ObjectStoreFailure } from "../../../ports/object-store.ts";
import { newestRows } from "./list-query.ts";
import { filteredRows } from "./searched-rows.ts";
import { sortedRows } from "./sorted-rows.ts";
import { isoTime } from "../../../domain/log/log-entry.ts";
import { logDetail } from "../rows/log-row.ts";
import type { CapturedKind } from "../bodies/segment.ts";
import { bodiesBefore } from "./log-state.ts";
import { storedBodies } from "../bodies/stored-bodies.ts";
import { createPlaceSearch } from "../rows/matched-places.ts";
import { locateBodies } from "./listed-bodies.ts";
import { createBodyReader } from "./segment-rows.ts";
import { countRows } from "./count-rows.ts";
import { newestCalls, newestPoints, type ReadRows } from "../rows/newest-calls.ts";
import { periodOfNewest } from "../rows/period-of-calls.ts";
import { periodStats } from "./figure-rows.ts";
import { tallyCount, tallyPeriod } from "./read-tallies.ts";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";
import { apiRow, rowColumns, type StoredRow } from "../rows/stored-row.ts";
import { listedThreads, threadOf } from "./thread-rows.ts";

/**
 * Over tables that `openDatabase` has brought up to date.
 * @param search table of the search's index; null: there is none
 * @param soonBlobs as `blobs`, for lists, which wait less
 */
export function createSqliteReader(
  db: Database,
  blobs: Pick<BlobStore, "get">,
  search: string | null,
  soonBlobs: Pick<BlobStore, "get"> = blobs,
): LogReader {
  /** What cannot be had now is shown as what is lost; the rest of the row is there. */
  const reachable: Pick<BlobStore, "get"> = {
    get: (name) =>
      blobs.get(name).catch((error: unknown) => {
        if (error instanceof ObjectStoreFailure) return null;
        throw error;
      }),
  };
  const rowsOf: ReadRows = (filter) => filteredRows(db, filter, filter.limit, search);
  const places = createPlaceSearch();
  const located = (ids: readonly string[]) => locateBodies(db, soonBlobs, ids);
  return {
    async list(filter) {
      const limit = filter.limit + 1; // one more tells whether there is a next page
      const { sort = "time" } = filter;
      const rows =
        sort === "time"
          ? filteredRows(db, filter, limit, search)
          : sortedRows(db, filter, sort, limit, search);
      const found = rows.slice(0, filter.limit).map(apiRow);
      const { q } = filter;
      const logs = q === undefined ? found : await places.withPlaces(found, q, located);
      return { logs, next: rows.length === limit ? (logs.at(-1)?.id ?? null) : null };
    },

    async get(id) {
      const [row] = runSql<StoredRow & { readonly bodies: string | null }>(db, rowSql, [id]);
      if (row === undefined) return null;
      const { bodies, lost } = await bodiesOfRow(db, reachable, row);
      const detail = logDetail(apiRow(row), bodies);
      return {
        ...detail,
        request_body_truncated: detail.request_body_truncated || lost.has("request"),
        response_body_truncated: detail.response_body_truncated || lost.has("response"),
      };
    },

    async stats(since) {
      // One transaction, so that all figures speak of the same rows.
      return inTransaction(db, "deferred", () => periodStats(db, since));
    },

    points: async (filter) =>
      filter.q === undefined ? readPoints(db, filter) : newestPoints(filter, rowsOf),
    threads: async (filter) => listedThreads(db, filter),
    thread: async (id) => threadOf(db, id),

    period: async (question) =>
      isTallied(question.filter)
        ? inTransaction(db, "deferred", () => tallyPeriod(db, question))
        : periodOfNewest(await newestCalls(question.filter, rowsOf), question),

    count: async (filter) =>
      inTransaction(db, "deferred", () =>
        isTallied(filter) ? tallyCount(db, filter) : countRows(db, filter, search),
      ),
  };
}

interface ReadBodies {
  readonly bodies: CapturedBodies;
  /** Those that were captured but are not there: cut to nothing. */
  readonly lost: ReadonlySet<CapturedKind>;
}

/** @param text as the row says where they lie */
export async function bodiesOfRow(
  db: Database,
  blobs: Pick<BlobStore, "get">,
  { timestamp, bodies: text }: { readonly timestamp: number; readonly bodies: string | null },
): Promise<ReadBodies> {
  const lost = new Set<CapturedKind>();
  const bodies: Record<CapturedKind, CapturedBody | null> = {
    request: null,
    response: null,
    delivered: null,
  };
  if (timestamp < bodiesBefore(db)) return { bodies, lost };
  const read = createBodyReader(db, blobs);
  const stored = storedBodies(text);
  for (const kind of ["request", "response", "delivered"] as const) {
    const body = stored[kind];
    if (body === undefined) continue;
    const content = body.pieces === null ? "lost" : await read(body.pieces);
    if (content === "lost") lost.add(kind);
    else if (content !== "gone") bodies[kind] = { chunks: [content], truncated: body.truncated };
  }
  return { bodies, lost };
}

const rowSql = `select ${rowColumns.join(", ")}, bodies from requests where id = ?`;

type PointRow = Pick<StoredRow, Exclude<keyof PerformancePoint, "model" | "user">> &
  Pick<PerformancePoint, "model" | "user">;

const pointColumns = `id, timestamp, coalesce(mapped_model, original_model) as model, upstream,
  who as user, client, duration_ms, ttft_ms, prompt_tokens, completion_tokens, total_tokens, cost, status_code, state`;
const hasEnded = { text: "+state <> 'inflight'", parameters: [] };

function readPoints(
  db: Database,
  { limit, ...filter }: Omit<PointsFilter, "q">,
): readonly PerformancePoint[] {
  return newestRows<PointRow>(db, pointColumns, filter, limit, [hasEnded]).map(
    ({ timestamp, cost, ...point }) => ({
      ...point,
      timestamp: isoTime(timestamp),
      cost: cost === null ? null : cost / nanosPerDollar,
    }),
  );
}
