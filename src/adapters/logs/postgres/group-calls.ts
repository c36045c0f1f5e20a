// Calls of other routers, read out of the tables that they share.
import type { CallElsewhere } from "../../../ports/group.ts";
import type { LogRow, RouterName } from "../../../ports/browse.ts";
import { apiRow } from "../rows/stored-row.ts";
import { readColumns, type ReadColumns, storedRow } from "./call-columns.ts";
import type { Run } from "./client.ts";
import { originalText } from "./safe-text.ts";
import { uuids } from "./write-calls.ts";

/** Ended calls by their ids, those of `self` left out, by time. */
export async function endedElsewhere(
  run: Run,
  self: string,
  ids: readonly string[],
): Promise<readonly LogRow[]> {
  const rows = await run<ReadColumns>(
    `select ${readColumns} from requests
      where id = any ($1::text::uuid[]) and instance <> $2::uuid order by requests.id`,
    [uuids(ids), self],
  );
  return rows.map(rowOf);
}

/** The newest calls of others that have ended, by time. */
export async function newestElsewhere(
  run: Run,
  self: string,
  count: number,
): Promise<readonly LogRow[]> {
  const rows = await run<ReadColumns>(
    `select * from (
        select ${readColumns}, instance as router from requests order by requests.id desc limit $1) newest
      where router <> $2::uuid order by id`,
    [count, self],
  );
  return rows.map(rowOf);
}

const mostInFlight = 500;

/** Calls that other routers are answering, of those that were seen lately; the oldest first. */
export async function inFlightElsewhere(run: Run, self: string): Promise<readonly CallElsewhere[]> {
  const rows = await run<ReadColumns & { router: string; router_name: string }>(
    `select calls.*, instances.name as router_name from (
        select ${readColumns}, instance::text as router from inflight
          where instance <> $1::uuid order by inflight.id limit $2) calls
      join instances on instances.id = calls.router::uuid order by calls.id`,
    [self, mostInFlight],
  );
  return rows.map((row) => ({
    instance: { id: row.router, name: originalText(row.router_name) },
    row: rowOf(row),
  }));
}

/** The router that answers a call; null: none does. */
export async function answeringInstance(run: Run, callId: string): Promise<string | null> {
  const [row] = await run<{ instance: string }>(
    "select instance::text as instance from inflight where id = $1::uuid",
    [callId],
  );
  return row?.instance ?? null;
}

/** The routers of calls, by the call's id; of calls that are not there, none. */
export async function routersOf(
  run: Run,
  callIds: readonly string[],
): Promise<Readonly<Record<string, RouterName>>> {
  if (callIds.length === 0) return {};
  const rows = await run<{ call: string; id: string; name: string }>(
    `select calls.id::text as call, instances.id::text as id, instances.name from (
        select id, instance from requests where id = any ($1::text::uuid[])
        union all select id, instance from inflight where id = any ($1::text::uuid[])) calls
      join instances on instances.id = calls.instance`,
    [uuids(callIds)],
  );
  return Object.fromEntries(
    rows.map(({ call, id, name }) => [call, { id, name: originalText(name) }]),
  );
}

function rowOf(columns: ReadColumns): LogRow {
  return apiRow(storedRow(columns));
}
