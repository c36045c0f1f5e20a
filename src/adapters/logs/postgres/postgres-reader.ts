// The log's read side in PostgreSQL: what all routers have written, as one log.
import type { LogReader } from "../../../ports/log-reader.ts";
import { isTallied } from "../../../domain/log/tallied-filter.ts";
import type { ObjectStore } from "../../../ports/object-store.ts";
import { logDetail } from "../rows/log-row.ts";
import { apiRow, type StoredRow } from "../rows/stored-row.ts";
import { type ReadColumns, readColumnsOfR, storedRow } from "./call-columns.ts";
import { newestCalls, newestPoints, type ReadRows } from "../rows/newest-calls.ts";
import { periodOfNewest } from "../rows/period-of-calls.ts";
import { createPlaceSearch } from "../rows/matched-places.ts";
import { type Client, type Run, transferMs } from "./client.ts";
import { countCalls } from "./count-calls.ts";
import type { Floors } from "./floors.ts";
import { listedCalls } from "./list-calls.ts";
import { locateBodies } from "./listed-bodies.ts";
import { bytesOf, type PlacedBodies, putTogether, readSegments } from "./read-bodies.ts";
import { periodStats, readPoints } from "./read-figures.ts";
import { type KnownCells, tallyCount, tallyPeriod } from "./read-tallies.ts";
import { listedThreads, threadOf } from "./read-threads.ts";
import { inOrderedReading, inReading, inSummedReading } from "./reading.ts";
import { type SearchLimits, searchLimits } from "./search-calls.ts";
import type { MoreTime } from "./timely-database.ts";

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

export interface PostgresReader extends LogReader {
  /** @param more called once it is known how large the call's bodies are */
  get(id: string, more?: MoreTime): ReturnType<LogReader["get"]>;
}

export interface ReaderOptions {
  readonly limits?: SearchLimits;
  /** As `objects`, for lists, which wait less; where it is unset they take as long. */
  readonly soonObjects?: Pick<ObjectStore, "get"> | null;
}

/** @param objects where segments of bodies may lie; null: nowhere but in the database */
export function createPostgresReader(
  client: Client,
  objects: Pick<ObjectStore, "get"> | null,
  { limits = searchLimits, soonObjects: soon = objects }: ReaderOptions = {},
): PostgresReader {
  const rowsOf =
    (run: Run, floors: Floors): ReadRows =>
    (filter) =>
      listedCalls(run, filter, filter.limit, floors, limits);
  const cells: KnownCells = new Map();
  const places = createPlaceSearch();
  return {
    async list(filter) {
      const limit = filter.limit + 1; // one more tells whether there is a next page
      const { rows, floors } = await inOrderedReading(client, async (run, floors) => ({
        rows: await listedCalls(run, filter, limit, floors, limits),
        floors,
      }));
      const found = rows.slice(0, filter.limit).map(apiRow);
      const { q } = filter;
      const logs =
        q === undefined
          ? found
          : await places.withPlaces(found, q, (ids) => locateBodies(client, soon, floors, ids));
      return { logs, next: rows.length === limit ? (logs.at(-1)?.id ?? null) : null };
    },

    async get(id, more) {
      if (!uuid.test(id)) return null;
      const found = await inReading(client, async (run, floors) => {
        const call = await readCall(run, id);
        if (call === null || call.row.timestamp < floors.rows) return null;
        return call.row.timestamp < floors.bodies ? { ...noBodies, row: call.row } : call;
      });
      if (found === null) return null;
      const bytes = bytesOf(found);
      more?.(transferMs(bytes));
      // Outside of the transaction, whose statements have two seconds; segments never change.
      const segments = await readSegments(client.run, found, bytes);
      const { bodies, lost } = await putTogether(found, segments, objects);
      const detail = logDetail(apiRow(found.row), bodies);
      return {
        ...detail,
        request_body_truncated: detail.request_body_truncated || lost.has("request"),
        response_body_truncated: detail.response_body_truncated || lost.has("response"),
      };
    },

    stats: (since) => inReading(client, (run, floors) => periodStats(run, since, floors)),
    points: (filter) =>
      inOrderedReading(client, (run, floors) =>
        filter.q === undefined
          ? readPoints(run, filter, floors)
          : newestPoints(filter, rowsOf(run, floors)),
      ),
    threads(filter) {
      const read = (run: Run, floors: Floors) => listedThreads(run, filter, floors);
      // What is sought by its parts may be anywhere: the server decides how to look for it.
      const isSought = filter.q !== undefined || filter.model !== undefined;
      return isSought ? inReading(client, read) : inOrderedReading(client, read);
    },
    async thread(id) {
      if (!uuid.test(id)) return null;
      return inReading(client, (run, floors) => threadOf(run, id, floors));
    },
    period: (question) =>
      isTallied(question.filter)
        ? inSummedReading(client, (run, floors) => tallyPeriod(run, question, floors, cells))
        : inOrderedReading(client, async (run, floors) =>
            periodOfNewest(await newestCalls(question.filter, rowsOf(run, floors)), question),
          ),
    count: (filter) =>
      isTallied(filter)
        ? inSummedReading(client, (run, floors) => tallyCount(run, filter, floors, cells))
        : inOrderedReading(client, (run, floors) => countCalls(run, filter, floors, limits)),
  };
}

const noBodies: PlacedBodies = { bodies: null, segments: [] };

/** One that has ended or, where its end is not there yet, is in flight. */
async function readCall(
  run: Run,
  id: string,
): Promise<(PlacedBodies & { readonly row: StoredRow }) | null> {
  const [ended] = await run<
    ReadColumns & { readonly bodies: string | null; readonly segments: string }
  >(
    `select ${readColumnsOfR}, r.bodies, array_to_string(r.segments, ' ') as segments
      from requests r where r.id = $1::uuid`,
    [id],
  );
  if (ended !== undefined) {
    const { bodies, segments, ...call } = ended;
    return { row: storedRow(call), bodies, segments: segments ? segments.split(" ") : [] };
  }
  const [started] = await run<ReadColumns>(
    `select ${readColumnsOfR} from inflight r where r.id = $1::uuid`,
    [id],
  );
  return started === undefined ? null : { row: storedRow(started), ...noBodies };
}
